"""What the commands share: their options, their language, how they refuse and report."""

from __future__ import annotations

import locale
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.domain.errors import EligibilityError, InputError
from eligibility.i18n import Language, language, language_named

if TYPE_CHECKING:
    # only for types: a command imports what it needs, so that --help stays quick
    from eligibility.intake.row_batch import RowBatch
    from eligibility.intake.table import HeaderMap
    from eligibility.schemes.registry import Scheme

REJECTED = 3
UNUSABLE = 2
#: extra of the package that installs a module
EXTRAS = {
    "sklearn": "model", "joblib": "model", "sqlalchemy": "store", "alembic": "store",
    "argon2": "store", "zxcvbn": "store", "psycopg": "postgres", "streamlit": "app",
    "fastapi": "api", "uvicorn": "api", "limits": "api", "prometheus_client": "api",
}  # fmt: skip
#: and the signal's number, as shells have it
SIGNALLED = 128


class Unit(StrEnum):
    """Units that money columns without one may be declared to be in."""

    YUAN = "CNY"
    QIAN = "1k CNY"
    WAN = "10k CNY"
    YI = "100m CNY"


class Lang(StrEnum):
    """Languages of sentences."""

    ZH = "zh"
    EN = "en"


def money_unit(text: str) -> Unit:
    """The unit that a word of either language names."""
    from eligibility.intake.cells import money_power

    for unit in Unit:
        if money_power(text) == money_power(unit.value):
            return unit
    raise typer.BadParameter(f"{text!r} is none of {', '.join(Unit)}, 元, 千元, 万元, 亿元.")


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
        "--money-unit",
        parser=money_unit,
        metavar="[CNY|1k CNY|10k CNY|100m CNY]",
        help="Unit of money columns whose header states none (元, 千元, 万元 and 亿元 are understood too).",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="Encoding of a CSV file; found by content if omitted."),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        help="Sheet of a workbook; the first with a known header if omitted; all: every one that has one.",
    ),
]
BlankBadCells = Annotated[
    bool,
    typer.Option(
        "--blank-bad-cells",
        help="Take a row with a cell that cannot be read, and leave that cell blank; each is named.",
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="NAME=FIELD",
        help="The field that a column of this name holds, as: 研发费用合计=rd_expense_y3; may be repeated.",
    ),
]
Units = Annotated[
    list[str] | None,
    typer.Option(
        "--unit",
        metavar="FIELD=UNIT",
        help="The unit that amounts of a field are in, whatever the header says, as: rd_expense=CNY; may be repeated.",
    ),
]
Tongue = Annotated[
    Lang | None, typer.Option("--lang", help="Language of sentences; the system's if omitted.")
]
ModelFolder = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="DIR", help="Trained model, for readiness; none is asked if omitted."
    ),
]
SchemeId = Annotated[str, typer.Option("--scheme", help="The qualification.")]


@contextmanager
def refusals(lang: Lang | None) -> Iterator[Language]:
    """Say what was refused in one sentence, in the user's language, and stop."""
    spoken = language_named(lang) if lang else language(_system_language())
    try:
        with _exit_on_signals():
            yield spoken
    except EligibilityError as error:
        print(error.message.say(spoken), file=sys.stderr)
        raise typer.Exit(UNUSABLE) from error


def say_missing_extra(error: ModuleNotFoundError) -> None:
    """Say which extra of the package brings what a command lacks, and stop; or pass the error on."""
    if (extra := EXTRAS.get((error.name or "").partition(".")[0])) is None:
        raise error
    sentence = language(_system_language()).text(
        "This needs the package {name}: pip install 'eligibility[{extra}]'"
    )
    print(sentence.format(name=error.name, extra=extra), file=sys.stderr)
    raise SystemExit(UNUSABLE)


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    """Let a signal that ends the program unwind it first, so that no working file stays behind."""

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise SystemExit(SIGNALLED + number)

    changed = []
    if current_thread() is main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # one that is ignored, as under nohup, stays so
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)
                changed.append(number)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def row_progress(language: Language) -> Iterator[Callable[[int], None]]:
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
        task = bar.add_task(language.text("Rows done"), total=None)
        yield lambda rows: bar.update(task, completed=rows)


def _system_language() -> str | None:
    return os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0]


def held_scheme(scheme_id: str) -> Scheme:
    """The scheme named on the command line."""
    from eligibility.schemes.registry import load_scheme

    return load_scheme(scheme_id)


def day_of(text: str | None, option: str = "--as-of") -> date:
    """The day that an option names, or today.

    Raises
    ------
    InputError
        If it is no date.
    """
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError as error:
        raise InputError(
            "{option} {value}: expected a date such as 2026-05-10.", option=option, value=text
        ) from error


def report_file(batch: RowBatch, language: Language) -> None:
    """What was not read of a file, every trouble in it, and what became of every row."""
    unread_columns(batch.headers, language)
    for issue in batch.issues:
        print(issue.sentence.say(language), file=sys.stderr)
    report_rows(batch.read, batch.table.rows, batch.rejects.num_rows, language)


def end(batch: RowBatch) -> None:
    """Stop with the status that says whether rows were rejected."""
    if batch.rejects.num_rows:
        raise typer.Exit(REJECTED)


def unread_columns(headers: HeaderMap, language: Language) -> None:
    """Name the columns that were not read, and why, and how the table was taken."""
    for remark in headers.remarks:
        print(remark.say(language), file=sys.stderr)
    if headers.unknown:
        from eligibility.intake.proposals import nearest_fields

        near = nearest_fields(headers)
        perhaps = language.text("{column} (perhaps {field}: if so, name it that)")
        names = language.text(", ").join(
            perhaps.format(column=name, field=language.of(near[name].title))
            if name in near
            else name
            for name in headers.unknown
        )
        print(language.text("Columns not read: {columns}").format(columns=names), file=sys.stderr)
    for header, lacking in headers.doubtful:
        sentence = language.text("Column not read: {column}: {why}")
        print(sentence.format(column=header, why=lacking.say(language)), file=sys.stderr)


def report_rows(read: int, rows_scored: int, rows_rejected: int, language: Language) -> None:
    """Say what became of every row."""
    sentence = language.text("{read} rows read = {scored} scored + {rejected} rejected")
    print(sentence.format(read=read, scored=rows_scored, rejected=rows_rejected), file=sys.stderr)
