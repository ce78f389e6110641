"""Count of the cells of an official application that are filled, cell by cell as the form is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eligibility.domain.application_form import CellGroup
from eligibility.domain.text import Wording
from eligibility.reports.application import DraftCell, DraftTable


@dataclass(frozen=True)
class FormCell:
    """One cell of the printed form, and whether the draft fills it wherever it occurs.

    ``by_hand`` is why it is left to the person who signs; None where it is not.
    """

    group: CellGroup
    item: str
    column: str
    is_filled: bool
    by_hand: Wording | None = None


def form_cells(groups: Sequence[CellGroup], tables: Sequence[DraftTable]) -> list[FormCell]:
    """Every cell of the printed form.

    Parameters
    ----------
    groups : sequence of CellGroup
        As the edition lists them.
    tables : sequence of DraftTable
        The draft of one firm's application.
    """
    return [
        FormCell(
            group, item, column, _is_filled(group, item, column, tables), group.by_hand.get(item)
        )
        for group in groups
        for item in group.items or ("",)
        for column in group.columns or ("",)
    ]


def _is_filled(group: CellGroup, item: str, column: str, tables: Sequence[DraftTable]) -> bool:
    cells = [
        cell
        for table in tables
        if _is(table.title, group.table)
        for row in table.rows
        if not item or _is(row.title, item)
        for cell in _of_column(table, row.cells, column)
    ]
    return bool(cells) and all(cell.outside or cell.value is not None for cell in cells)


def _of_column(table: DraftTable, cells: Sequence[DraftCell], column: str) -> Iterator[DraftCell]:
    for title, cell in zip(table.columns[1:], cells, strict=True):
        if not column or _is(title, column):
            yield cell


def _is(title: Wording, name: str) -> bool:
    """Whether a title is this one, or this one with its calendar year."""
    rest = title.zh.removeprefix(name) if title.zh.startswith(name) else None
    return rest == "" or (
        rest is not None and rest.startswith("（20") and len(rest) == len("（2025）")
    )
