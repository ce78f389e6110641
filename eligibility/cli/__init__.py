"""The command line: ``python -m eligibility …``, one module for each family of commands.

Thin: every command reads its arguments, calls one function and prints what it gives. Exit status
0 done; 2 unusable input or arguments; 3 done, but rows were rejected.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from eligibility.cli.common import say_missing_extra

#: objects made since the last collection of garbage, before the next
YOUNG = 100_000
#: every command in the order of --help, and the module that its function stands in
MODULES: Mapping[str, str] = {
    "fields": "candidates",
    "template": "candidates",
    "assess": "candidates",
    "score": "candidates",
    "train": "readiness",
    "evaluate": "readiness",
    "simulate": "readiness",
    "find-field": "finder",
    "backup": "store",
    "restore": "store",
    "export": "store",
    "create-admin": "store",
    "create-token": "store",
    "serve": "serve",
    "portfolio": "city",
    "desk": "desk",
    "documents": "documents",
    "plan": "planning",
    "ladder": "ladder",
    "certificates": "certificates",
    "published-list": "published_list",
    "report": "report",
    "form": "form",
    "stress": "stress",
    "read": "papers",
    "reconcile": "reconcile",
    "staff": "staff",
    "evidence": "evidence",
    "app": "serve",
}
# Streamlit's own options go through to it
_PASSING: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True}

if TYPE_CHECKING:
    app: typer.Typer


@cache
def command_line(*names: str) -> typer.Typer:
    """The command line with the commands of these names; without names, with all of them."""
    line = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Is a firm eligible for certification as a high-tech enterprise, and what is missing?",
    )
    # with a callback one command alone is called by its name too
    line.callback()(lambda: None)
    for name in names or MODULES:
        module = import_module(f"eligibility.cli.{MODULES[name]}")
        settings = _PASSING if name == "app" else None
        line.command(context_settings=settings)(getattr(module, name.replace("-", "_")))
    return line


def __getattr__(name: str) -> typer.Typer:
    """``app``, every command: made when it is asked for, as one command needs one module alone."""
    if name == "app":
        return command_line()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _WithoutPandas:
    """Hides pandas from pyarrow, which imports it (a third of a second) for the first list that it is given."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("commands do without pandas", name=name)


def main() -> None:
    """Run the command line."""
    sys.meta_path.insert(0, _WithoutPandas())
    # pydantic looks through every installed package for plug-ins, of which none may touch the law
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # what a command makes at its start lives to its end: looking through it again and again takes a tenth
    gc.set_threshold(YOUNG)
    # and dies with the process: a last look through all of it takes a sixth of a short command
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        # a Windows console or pipe would otherwise write in its own code page
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    named = [name for name in sys.argv[1:2] if name in MODULES]
    try:
        command_line(*named)()
    except ModuleNotFoundError as error:
        say_missing_extra(error)
