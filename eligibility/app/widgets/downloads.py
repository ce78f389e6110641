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

from eligibility.app.firm import plan_results
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.assessment.ladder import form
from eligibility.domain.errors import EligibilityError
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.reports.files import open_writer
from eligibility.reports.score_table import rejects_with_reasons, scored_table
from eligibility.schemes.registry import Scheme
from eligibility.screening import Firm, Screening

if TYPE_CHECKING:
    from eligibility.city.chances import FirmChances
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.city.year import CityYear
    from eligibility.planning.readiness_plan import Judge
    from eligibility.reports.paper import Paper
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


def firm_paper(
    open_firm: OpenFirm,
    request: plan_results.PlanRequest,
    language: Language,
    kind: str,
    judge: Judge | None = None,
) -> bytes:
    """One firm's paper, as Word or PDF; where no plan can be made, it says why."""
    from eligibility.reports.firm_paper import firm_paper as paper_of

    firm = open_firm.firm
    plan: Mapping[str, Any] | Message
    try:
        plan = plan_results.plan_for_firm(firm, open_firm.on, request, judge)
    except EligibilityError as error:
        plan = error.message
    paper = paper_of(
        firm.record,
        plan,
        firm.table,
        firm.scheme,
        language,
        lists=open_firm.lists,
        papers=open_firm.papers,
    )
    return _paper(paper, kind)


def template(scheme: Scheme, day: date) -> bytes:
    """An empty table of firms to fill in, as Excel, with a note at every column."""
    from eligibility.reports.template import write_template

    return _file_bytes("xlsx", lambda path: write_template(path, form(scheme, day)))


def firm_workbook(open_firm: OpenFirm, language: Language) -> bytes:
    """One firm's official tables and the reviewers' sheet, as Excel."""
    from eligibility.reports.firm_workbook import firm_workbook as write

    firm = open_firm.firm
    return _file_bytes(
        "xlsx",
        lambda path: write(
            path, firm.record, firm.table, firm.scheme, language, lists=open_firm.lists
        ),
    )


def staff_workbook(screening: Screening, language: Language) -> bytes:
    """A file of firms for staff, a sheet for each view, as Excel."""
    from eligibility.reports.staff_workbook import staff_workbook as write

    scheme = screening.assessments[0].scheme
    return _file_bytes(
        "xlsx",
        lambda path: write(
            path, screening.batch, screening.assessments, scheme, language, screening.judge
        ),
    )


def year_paper(
    city_year: CityYear,
    chances_of: Callable[[PortfolioState], FirmChances],
    language: Language,
    kind: str,
    target_after: int | None = None,
    *,
    register_target: int | None = None,
    carrier: str | None = None,
) -> bytes:
    """The year of a city or carrier with the forecast of the next, as Word or PDF."""
    from eligibility.reports.year_paper import year_paper as paper_of

    made_paper = paper_of(
        city_year,
        chances_of,
        language,
        target_after,
        register_target=register_target,
        carrier=carrier,
    )
    return _paper(made_paper, kind)


def _paper(paper: Paper, kind: str) -> bytes:
    if kind == "pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    return _file_bytes(kind, lambda path: write(paper, path))


def score_file(screening: Screening, scores: pa.Table, language: Language, kind: str) -> bytes:
    """The firms shown with every finding, in the order shown."""
    scheme = screening.assessments[0].scheme
    table = scored_table(
        screening.assessments, screening.batch.rows, scheme, language, screening.judge
    )
    return table_file(table.take(scores["place"]), kind)


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

    return _file_bytes("xlsx", lambda path: write(path, name, columns, table, notes))


def table_file(table: pa.Table, kind: str) -> bytes:
    """A table as a file of that kind."""

    def write(path: Path) -> None:
        with open_writer(path) as file:
            file.write(table)

    return _file_bytes(kind, write)


def _file_bytes(kind: str, write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{kind}"
        write(path)
        return path.read_bytes()
