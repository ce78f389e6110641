"""An empty file for a reconciliation: a row for every figure and difference, a column for each year."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from eligibility.atomic_file import atomic_file, check_output
from eligibility.domain.errors import InputError
from eligibility.domain.text import Wording
from eligibility.evidence.bridge_file import COLUMNS
from eligibility.i18n import Language
from eligibility.reports.files import open_workbook
from eligibility.schemes.reconciliation_rules import ALL, Basis, Bridge, ReconciliationRules

WIDTHS = (44, 30, 8, 16, 16, 16, 70)


def write_reconciliation_template(
    path: Path, rules: ReconciliationRules, years: Sequence[int], language: Language
) -> None:
    """Write the empty file as .csv or .xlsx.

    Raises
    ------
    InputError
        If the ending is neither, the folder does not exist, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise InputError(
            "{path}: the output must end in {endings}.", path=path, endings=".csv, .xlsx"
        )
    check_output(path)
    rows = list(_rows(rules, years, language))
    if ending == ".csv":
        sheet = io.StringIO()
        csv.writer(sheet, lineterminator="\n").writerows(rows)
        with atomic_file(path) as file:
            file.write(sheet.getvalue().encode("utf-8-sig"))
        return
    with open_workbook(path) as book:
        page = book.add_worksheet("reconcile")
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#E8EEF5"})
        money = book.add_format({"num_format": "#,##0.00"})
        for column, width in enumerate(WIDTHS):
            page.set_column(column, column, width, money if 2 < column < len(WIDTHS) - 1 else None)
        page.freeze_panes(1, 1)
        for place, cells in enumerate(rows):
            for column, text in enumerate(cells):
                page.write_string(place, column, text, None if place else head)


def _rows(
    rules: ReconciliationRules, years: Sequence[int], language: Language
) -> Iterator[list[str]]:
    side = 1 if language.id == "zh" else 0
    names = {column: words[side] for column, words in COLUMNS.items()}
    blank = ["" for _ in years]
    yield [names["item"], names["category"], names["unit"], *map(str, years), names["source"]]
    for bridge in rules.bridges:
        unit = {"CNY": ("CNY", "元"), "person": ("person", "人")}[bridge.unit][side]
        for basis in bridge.bases:
            for category in _categories(bridge, basis, language):
                source = language.of(basis.source)
                yield [language.of(basis.title), category, unit, *blank, source]
        for difference in bridge.differences:
            category = (
                language.of(next(iter(bridge.categories.values()))) if difference.free else ""
            )
            source = f"{difference.citation.document} {difference.citation.article}"
            yield [language.of(difference.title), category, unit, *blank, source]


def _categories(bridge: Bridge, basis: Basis, language: Language) -> list[str]:
    """The titles of the categories that a basis is given by."""
    if basis.total:
        return [""]
    titles = {**bridge.categories, ALL: Wording(zh="合计", en="total")}
    return [language.of(titles[each]) for each in bridge.stated_categories(basis)]
