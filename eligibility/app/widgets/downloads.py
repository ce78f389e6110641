"""Tables and papers as files to take away, written so that no spreadsheet runs a cell.

Papers are made off the script's thread, so nothing here asks for the session.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eligibility.assessment.ladder import form
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.reports.files import open_writer
from eligibility.reports.score_table import rejects_with_reasons, scored_table
from eligibility.reports.score_words import in_words
from eligibility.schemes.registry import Scheme
from eligibility.screening import Firm, Screening

if TYPE_CHECKING:
    from eligibility.reports.paper import Paper
    from eligibility.reports.question_sheet import Question
    from eligibility.reports.workbook import SheetColumn

MIMES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


#: letters of a file's name before what tells it apart
NAMED = 40
_UNSAFE = re.compile(r"[\W_]+")


def file_stem(what: str, day: date | int) -> str:
    """The name of a file without its ending: letters and digits of any script, and the day."""
    stem = _UNSAFE.sub("-", what).strip("-")[:NAMED].strip("-")
    return f"{stem}-{day}" if stem else str(day)


def template(scheme: Scheme, day: date) -> bytes:
    """An empty table of firms to fill in, as Excel, with a note at every column."""
    from eligibility.reports.template import write_template

    fields = [field for field in form(scheme, day) if not field.form_only]
    return file_bytes("xlsx", lambda path: write_template(path, fields))


def staff_workbook(screening: Screening, language: Language) -> bytes:
    """A file of firms for staff, a sheet for each view, as Excel."""
    from eligibility.reports.staff_workbook import staff_workbook as write

    scheme = screening.assessments[0].scheme
    return file_bytes(
        "xlsx",
        lambda path: write(
            path, screening.batch, screening.assessments, scheme, language, screening.judge
        ),
    )


def paper_file(paper: Paper, kind: str) -> bytes:
    """A paper as Word or PDF."""
    if kind == "pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    return file_bytes(kind, lambda path: write(paper, path))


def score_file(screening: Screening, scores: pa.Table, language: Language, kind: str) -> bytes:
    """The firms shown with every finding, in the order shown, under titles of the language."""
    scheme = screening.assessments[0].scheme
    table = scored_table(
        screening.assessments, screening.batch.rows, scheme, language, screening.judge
    )
    shown = table.take(scores["place"])
    # the names of the columns are English as they are, and known to programs
    return table_file(shown if language.id == "en" else in_words(shown, scheme, language), kind)


def record_json(firm: Firm) -> bytes:
    """All that is said of one firm, as JSON."""
    return _json(firm.record)


def draft(facts: Mapping[str, Any]) -> bytes:
    """A draft as it was typed, as JSON."""
    return _json(facts)


def rejects_csv(batch: RowBatch, language: Language) -> bytes:
    """The rejected rows as they came, each with its reasons."""
    return table_file(rejects_with_reasons(batch, language), "csv")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode()


def list_workbook(
    name: str, columns: Mapping[str, SheetColumn], table: pa.Table, notes: Sequence[str]
) -> bytes:
    """A table as a workbook of one sheet, with notes above it."""
    from eligibility.reports.workbook import list_workbook as write

    return file_bytes("xlsx", lambda path: write(path, name, columns, table, notes))


def question_sheet(
    firm: tuple[str, str | None], questions: Sequence[Question], year: int, language: Language
) -> bytes:
    """Questions to a firm as a workbook, filled in with what is held."""
    from eligibility.reports.question_sheet import write_question_sheet as write

    return file_bytes("xlsx", lambda path: write(path, firm, questions, year, language))


def table_file(table: pa.Table, kind: str) -> bytes:
    """A table as a file of that kind."""

    def write(path: Path) -> None:
        with open_writer(path) as file:
            file.write(table)

    return file_bytes(kind, write)


def file_bytes(kind: str, write: Callable[[Path], None]) -> bytes:
    """What ``write`` writes to a file of that kind."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{kind}"
        write(path)
        return path.read_bytes()
