"""Papers of a firm, and files of them read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from docx import Document
from python_calamine import CalamineWorkbook

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.domain.facts import FirmTable
from eligibility.i18n import ENGLISH, Language
from eligibility.planning.firm_plan import firm_plan
from eligibility.reports.firm_paper import firm_paper
from eligibility.reports.paper import Paper
from tests.firms import HNTE

ON = date(2026, 3, 1)
FIRM = "91150105XNRCN5XE87"
HOSTILE = '=1+1</w:t><script>{{7*7}}{% x %}&amp;"\x07'


def paper_of(firm: FirmTable, language: Language = ENGLISH) -> Paper:
    (record,) = records(assess_table(firm, HNTE))
    return firm_paper(record, firm_plan(firm, 0, HNTE, ON), firm, HNTE, language)


def words(path: Path) -> list[str]:
    document = Document(str(path))
    cells = [cell.text for grid in document.tables for row in grid.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
