"""A draft of the official application's tables (申请书各表), filled from what one firm entered.

Which tables there are stands in the scheme's ``application_form.yaml``. Each cell holds a fact, a sum
of other rows, or nothing yet; Word and the workbook show the same cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from eligibility.language import Language
from eligibility.scheme import Scheme
from eligibility.vocabulary import FirmTable, FormRow, FormTable, Wording, years_of

WAN = 10_000
_YES = {1.0: Wording(zh="是", en="Yes"), 0.0: Wording(zh="否", en="No")}


@dataclass(frozen=True)
class DraftCell:
    """One cell: its value (money in 10k CNY), and whether its year is not asked for.

    ``value`` None is still to be filled in.
    """

    value: float | str | Wording | None
    money: bool = False
    outside: bool = False

    def text(self, language: Language) -> str | None:
        """The cell in words; None where it is to be filled in."""
        if self.outside:
            return "–"
        if isinstance(self.value, Wording):
            return language.of(self.value)
        if isinstance(self.value, float):
            return f"{self.value:,.2f}" if self.money else f"{self.value:g}"
        return self.value


@dataclass(frozen=True)
class DraftRow:
    """One row; ``sums`` are places of rows of this table that its cells add up."""

    title: Wording
    cells: tuple[DraftCell, ...]
    sums: tuple[int, ...] = ()


@dataclass(frozen=True)
class DraftTable:
    """One official table; the first of ``columns`` heads the titles of rows."""

    title: Wording
    note: Wording | None
    columns: tuple[Wording, ...]
    rows: tuple[DraftRow, ...]
    numbers: bool


def draft(record: Mapping[str, Any], firm: FirmTable, scheme: Scheme) -> tuple[DraftTable, ...]:
    """The tables of a scheme's application, filled for one firm.

    Parameters
    ----------
    record : mapping
        Its assessment; gives the figures that are formed from several facts.
    firm : FirmTable
        The firm's one row.
    """
    return tuple(_table(table, record, firm, scheme) for table in scheme.application_form)


def _table(
    table: FormTable, record: Mapping[str, Any], firm: FirmTable, scheme: Scheme
) -> DraftTable:
    years = years_of(int(firm.application_years[0]))
    columns = [
        Wording(zh=f"{column.zh}（{year}）", en=f"{column.en} ({year})")
        if table.by_year
        else column
        for column, year in zip(
            table.columns, years if table.by_year else table.columns, strict=True
        )
    ]
    rows: list[DraftRow] = []
    for row in table.rows:
        rows.append(_row(row, table, rows, record, firm, scheme))
    empty = tuple(DraftCell(None) for _ in table.columns)
    for number in range(1, table.empty_rows + 1):
        label = f"{table.numbered}{number:02}"
        rows.append(DraftRow(Wording(zh=label, en=label), empty))
    return DraftTable(table.title, table.note, (table.head, *columns), tuple(rows), table.by_year)


def _row(
    row: FormRow,
    table: FormTable,
    above: list[DraftRow],
    record: Mapping[str, Any],
    firm: FirmTable,
    scheme: Scheme,
) -> DraftRow:
    if row.sums:
        ids = [one.id for one in table.rows]
        places = tuple(ids.index(name) for name in row.sums)
        added = (
            _added([above[place].cells[column] for place in places])
            for column in range(len(table.columns))
        )
        return DraftRow(row.title, tuple(added), places)
    return DraftRow(row.title, tuple(_cell(name, record, firm, scheme) for name in row.cells))


def _added(cells: list[DraftCell]) -> DraftCell:
    if all(cell.outside for cell in cells):
        return DraftCell(None, outside=True)
    values = [cell.value for cell in cells if isinstance(cell.value, float)]
    money = any(cell.money for cell in cells)
    # a sum of some of its parts would be too small
    return DraftCell(round(sum(values), 2) if len(values) == len(cells) else None, money)


def _cell(
    name: str | None, record: Mapping[str, Any], firm: FirmTable, scheme: Scheme
) -> DraftCell:
    if name is None:
        return DraftCell(None)
    if "/" in name:
        condition, term = name.split("/")
        finding = next((one for one in record["findings"] if one["id"] == condition), None)
        figure = finding["terms"].get(term) if finding else None
        return DraftCell(None if figure is None else round(figure / WAN, 2), money=True)
    field = scheme.fields_by_id[name]
    if field.year and not firm.operating[field.year - 1, 0]:
        return DraftCell(None, outside=True)
    if firm.blank(name)[0]:
        return DraftCell(None, money=field.kind == "money")
    if field.kind in ("text", "code"):
        return DraftCell(str(firm.texts(name)[0]))
    if field.kind == "date":
        return DraftCell(str(firm.dates(name)[0]))
    number = float(firm.numbers(name)[0])
    if field.kind == "money":
        return DraftCell(round(number / WAN, 2), money=True)
    if field.kind == "yes_no":
        return DraftCell(_YES[number])
    if field.kind == "catalogue":
        code = str(int(number))
        return DraftCell(f"{code} {scheme.titles_by_code.get(code, '')}".strip())
    return DraftCell(float(np.round(number, 2)))
