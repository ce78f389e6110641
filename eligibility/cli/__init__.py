"""The command line: ``python -m eligibility …``, one module for each family of commands.

Thin: every command reads its arguments, calls one function and prints what it gives. Exit status
0 done; 2 unusable input or arguments; 3 done, but rows were rejected.
"""

from __future__ import annotations

import gc
import sys

import typer

from eligibility.cli import (
    candidates,
    certificates,
    city,
    desk,
    documents,
    evidence,
    finder,
    form,
    ladder,
    papers,
    planning,
    published_list,
    readiness,
    reconcile,
    report,
    serve,
    staff,
    store,
    stress,
)
from eligibility.cli.common import say_missing_extra

#: objects made since the last collection of garbage, before the next
YOUNG = 100_000

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Is a firm eligible for certification as a high-tech enterprise, and what is missing?",
)
for command in (
    candidates.fields,
    candidates.template,
    candidates.assess,
    candidates.score,
    readiness.train,
    readiness.evaluate,
    readiness.simulate,
    finder.find_field,
    store.backup,
    store.restore,
    store.export,
    store.create_admin,
    store.create_token,
    serve.serve,
    city.portfolio,
    desk.desk,
    documents.documents,
    planning.plan,
    ladder.ladder,
    certificates.certificates,
    published_list.published_list,
    report.report,
    form.form,
    stress.stress,
    papers.read,
    reconcile.reconcile,
    staff.staff,
    evidence.evidence,
):
    app.command()(command)


# Streamlit's own options go through to it
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(serve.app)


class _WithoutPandas:
    """Hides pandas from pyarrow, which imports it (a third of a second) for the first list that it is given."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("commands do without pandas", name=name)


def main() -> None:
    """Run the command line."""
    sys.meta_path.insert(0, _WithoutPandas())
    # what a command makes at its start lives to its end: looking through it again and again takes a tenth
    gc.set_threshold(YOUNG)
    for stream in (sys.stdout, sys.stderr):
        # a Windows console or pipe would otherwise write in its own code page
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except ModuleNotFoundError as error:
        say_missing_extra(error)
