"""Workbooks (.xlsx): sheets with tables, whose texts are texts and never run; lists of any length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.reports.files import EXCEL_ROWS, open_workbook
from eligibility.reports.text_book import TextBook

#: the number that Excel has for the paper
A4 = 9
#: more columns than these would be too small to read on one page
FITTING = 12
#: and on each of the pages beside each other that a wider table takes, those repeated left out
FURTHER = 7
FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "share": {"num_format": "0.0%"},
    "number": {"num_format": "#,##0.##"},
    "whole": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
    # a text right of a number, which would touch it
    "beside": {"indent": 1},
    "wrap": {"text_wrap": True},
}
_LOOK = {"valign": "top"}


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet: its header, how its values look, and its width in characters."""

    title: str
    look: str = "text"
    width: int = 16


def list_workbook(
    path: Path,
    name: str,
    columns: Mapping[str, SheetColumn],
    table: pa.Table,
    notes: Sequence[str] = (),
) -> None:
    """Write a list of any length as one sheet, in constant memory.

    Parameters
    ----------
    name : str
        Of the sheet.
    columns : mapping of column id to Column
        Those of ``table`` that are written, in this order.
    notes : sequence of str
        Sentences above the table, a line each.

    Raises
    ------
    InputError
        If it has more rows than Excel takes, or the file cannot be written.
    """
    with open_workbook(path, constant_memory=True) as text_book:
        book = SheetBook(text_book)
        batches = table.select(list(columns)).to_batches(max_chunksize=4096)
        rows = (
            row
            for batch in batches
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        book.table(name, list(columns.values()), rows, frozen=1, notes=notes)


class SheetBook:
    """A workbook, its formats, and how values go into its cells."""

    def __init__(self, book: TextBook) -> None:
        self.book = book
        self.formats = {
            name: self.book.add_format({**_LOOK, **look}) for name, look in FORMATS.items()
        }
        self.wrap = self.book.add_format({**_LOOK, "text_wrap": True})
        grid = {"border": 1, "valign": "top", "text_wrap": True}
        shade = {"bold": True, "bg_color": "#DCE6F1"}
        self.head = self.book.add_format({**grid, **shade})
        self.title = self.book.add_format({"bold": True, "font_size": 13, "font_color": "#1F3A5F"})
        self.cell = self.book.add_format(grid)
        self.note = self.book.add_format({"italic": True, "valign": "top", "text_wrap": True})
        self.blank = self.book.add_format({**grid, "bg_color": "#FFF2CC"})
        self.sums = self.book.add_format({**grid, "num_format": "#,##0.00", "bg_color": "#EEEEEE"})
        self.looks = {
            name: self.book.add_format({**grid, **look})
            for name, look in {**FORMATS, "money": {"num_format": "#,##0.00"}}.items()
        }
        self.inputs = {
            name: self.book.add_format({**grid, **look, "bg_color": "#FFF2CC"})
            for name, look in FORMATS.items()
        }

    def sheet(self, name: str) -> Any:
        """A new sheet of that name."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        return sheet

    def table(
        self,
        name: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Any]],
        frozen: int = 0,
        notes: Sequence[str] = (),
    ) -> None:
        """A sheet with one table: header kept in sight, filters, a look for each column.

        A value may come with a look of its own, as (value, look). Notes stand above the table.
        """
        sheet = self.sheet(name)
        head = len(notes)
        for line, note in enumerate(notes):
            sheet.write_string(line, 0, note)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(head, place, column.title, self.head)
        sheet.set_row(head, 30)
        sheet.freeze_panes(head + 1, frozen)
        sheet.repeat_rows(head)
        if len(columns) <= FITTING or notes:
            sheet.fit_to_pages(1, 0)
        else:
            # a page that holds the further columns says whose they are
            sheet.fit_to_pages(-(-(len(columns) - frozen) // FURTHER), 0)
            if frozen:
                sheet.repeat_columns(0, frozen - 1)
        last = head
        for last, row in enumerate(rows, start=head + 1):
            if last >= EXCEL_ROWS:
                raise InputError(
                    "A sheet of the workbook would have more than {most} rows; use the command score for a file of this size.",
                    most=EXCEL_ROWS,
                )
            for place, cell in enumerate(row):
                value, look = cell if isinstance(cell, tuple) else (cell, columns[place].look)
                self.put(sheet, last, place, value, self.formats[look])
        sheet.autofilter(head, 0, last, len(columns) - 1)

    def put(self, sheet: Any, row: int, place: int, value: Any, look: Any) -> None:
        """One value as what it is: a text is never taken for a formula or an address."""
        if value is None or (isinstance(value, float) and not np.isfinite(value)):
            sheet.write_blank(row, place, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, place, value, look)
        elif isinstance(value, int | float | np.number):
            sheet.write_number(row, place, value, look)
        else:
            sheet.write_datetime(row, place, value, look)
