"""The command line: ``python -m eligibility fields | template | assess | score``.

Thin: every command reads its arguments, calls one function and prints what it gives. Exit status
0 done; 2 unusable input or arguments; 3 done, but rows were rejected.
"""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.language import Language, language
from eligibility.vocabulary import EligibilityError, InputError

if TYPE_CHECKING:
    # only for types: a command imports what it needs, so that --help stays quick
    from eligibility.intake.table import HeaderMap, Options
    from eligibility.scheme import Scheme

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Is a firm eligible for certification as a high-tech enterprise, and what is missing?",
)
REJECTED = 3
UNUSABLE = 2


class Unit(StrEnum):
    """Units that money columns without one may be declared to be in."""

    YUAN = "CNY"
    WAN = "10k CNY"
    YI = "100m CNY"


class Lang(StrEnum):
    """Languages of sentences."""

    ZH = "zh"
    EN = "en"


class Listing(StrEnum):
    """Forms of the data dictionary."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class Result(StrEnum):
    """Forms of an assessment."""

    TEXT = "text"
    JSON = "json"


class Engine(StrEnum):
    """Where ``score`` works."""

    LOCAL = "local"


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="Date of application of rows that state none; today if omitted.",
    ),
]
MoneyUnit = Annotated[
    Unit | None,
    typer.Option(
        "--money-unit", help="Unit of money columns whose header states none (10k CNY = 万元)."
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="Encoding of a CSV file; found by content if omitted."),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet", help="Sheet of an Excel file; the first with a known header if omitted."
    ),
]
Tongue = Annotated[
    Lang | None, typer.Option("--lang", help="Language of sentences; the system's if omitted.")
]
SchemeId = Annotated[str, typer.Option("--scheme", help="The qualification.")]


@app.command()
def fields(
    form: Annotated[Listing, typer.Option("--format")] = Listing.TEXT,
    scheme: SchemeId = "hnte",
    lang: Tongue = None,
) -> None:
    """The data dictionary: every column of the input."""
    from eligibility.reports.dictionary import dictionary

    with _refusals(lang) as spoken:
        print(dictionary(_scheme(scheme), form.value, spoken), end="")


@app.command()
def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="FILE.csv or FILE.xlsx")],
    scheme: SchemeId = "hnte",
    lang: Tongue = None,
) -> None:
    """An empty input file with headers in both languages and notes."""
    from eligibility.reports.template import write_template

    with _refusals(lang):
        write_template(output, _scheme(scheme))


@app.command()
def assess(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    scheme: SchemeId = "hnte",
    lang: Tongue = None,
) -> None:
    """Assess every firm of a file: findings with citations, score by item, gaps."""
    from eligibility.assessment.assess import assess_table
    from eligibility.assessment.record import records
    from eligibility.intake.table import read_table
    from eligibility.reports.plain import plain

    with _refusals(lang) as spoken:
        held = _scheme(scheme)
        options = _options(held, as_of, money_unit, encoding, sheet)
        batch = read_table(file, held.fields, options, catalogue=held.titles_by_code)
        found = records(assess_table(batch.table, held))
        if form is Result.JSON:
            print(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            for record in found:
                print(plain(record, held, spoken))
        _unread_columns(batch.headers, spoken)
        for issue in batch.issues:
            print(issue.sentence.say(spoken), file=sys.stderr)
        _report(batch.read, len(found), batch.rejects.num_rows, spoken)
    if batch.rejects.num_rows:
        raise typer.Exit(REJECTED)


@app.command()
def score(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="OUT.csv, OUT.xlsx or OUT.parquet")
    ],
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            help="Where rejected rows go, with row and reason; OUT.rejects.csv if omitted.",
        ),
    ] = None,
    as_of: AsOf = None,
    with_input: Annotated[
        bool, typer.Option("--with-input", help="Add the input columns.")
    ] = False,
    engine: Annotated[Engine, typer.Option("--engine", help="Where to work.")] = Engine.LOCAL,
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    scheme: SchemeId = "hnte",
    lang: Tongue = None,
) -> None:
    """Score a file of any size: verdict, findings, score and first gaps, a row a firm."""
    from eligibility.batch.local import score_file

    engines = {Engine.LOCAL: score_file}

    with _refusals(lang) as spoken, _progress(spoken) as progress:
        held = _scheme(scheme)
        summary = engines[engine](
            file,
            output,
            held,
            spoken,
            options=_options(held, as_of, money_unit, encoding, sheet),
            rejects=rejects or output.with_suffix(".rejects.csv"),
            with_input=with_input,
            progress=progress,
        )
    if summary.headers:
        _unread_columns(summary.headers, spoken)
    for issue in summary.issues:
        print(issue.sentence.say(spoken), file=sys.stderr)
    _report(summary.read, summary.scored, summary.rejected, spoken)
    print(
        ", ".join(
            f"{spoken.text(word)} {count}" for word, count in sorted(summary.verdicts.items())
        ),
        file=sys.stderr,
    )
    if summary.rejected:
        raise typer.Exit(REJECTED)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # a Windows console or pipe would otherwise write in its own code page
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app()


@contextmanager
def _refusals(lang: Lang | None) -> Iterator[Language]:
    """Say what was refused in one sentence, in the user's language, and stop."""
    spoken = Language(lang.value) if lang else language(_system_language())
    try:
        yield spoken
    except EligibilityError as error:
        print(error.message.say(spoken), file=sys.stderr)
        raise typer.Exit(UNUSABLE) from error


@contextmanager
def _progress(spoken: Language) -> Iterator[Callable[[int], None]]:
    """A counter of rows on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(spoken.text("Rows done"), total=None)
        yield lambda rows: bar.update(task, completed=rows)


def _system_language() -> str | None:
    return os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0]


def _scheme(scheme_id: str) -> Scheme:
    from eligibility.scheme import load_scheme

    return load_scheme(scheme_id)


def _options(
    held: Scheme, as_of: str | None, unit: Unit | None, encoding: str | None, sheet: str | None
) -> Options:
    from eligibility.intake.table import Options

    try:
        day = date.fromisoformat(as_of) if as_of else date.today()
    except ValueError as error:
        raise InputError(
            "--as-of {value}: expected a date such as 2026-05-10.", value=as_of
        ) from error
    held.in_force(day)
    return Options(
        money_unit=unit.value if unit else None,
        encoding=encoding,
        sheet=sheet,
        application_date=day,
        covered_from=held.covered_from,
    )


def _unread_columns(headers: HeaderMap, spoken: Language) -> None:
    if headers.unknown:
        names = spoken.text(", ").join(headers.unknown)
        print(spoken.text("Columns not read: {columns}").format(columns=names), file=sys.stderr)
    for header, lacking in headers.doubtful:
        said = spoken.text("Column not read: {column}: {why}")
        print(said.format(column=header, why=lacking.say(spoken)), file=sys.stderr)


def _report(read: int, scored: int, rejected: int, spoken: Language) -> None:
    sentence = spoken.text("{read} rows read = {scored} scored + {rejected} rejected")
    print(sentence.format(read=read, scored=scored, rejected=rejected), file=sys.stderr)
