"""Rows laid anew: the block that holds them, and what their cells are called.

A table is laid anew only where it is certain what stands where; every value keeps the name of its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.domain.errors import InputError
from eligibility.domain.text import Message
from eligibility.intake.blocks import Block, Sheet, TableBlock, text_table
from eligibility.intake.cells import normal
from eligibility.intake.year_words import YearWords, spell_out_years, split_year

#: rows of a sheet that may be laid anew; a longer one is named with what to do
TURNED_ROWS, LONG_ROWS = 500, 100_000


@dataclass(frozen=True)
class RearrangedBlock:
    """Rows that were laid anew, each value with the cell that it came from.

    Attributes
    ----------
    columns : list of lists of str
    numbers : array of int64
        Of each row the line of the sheet it begins in, or the column where firms stand across.
    cells : list of lists of (row, column)
        From 0, of each value; (-1, -1) where it has none.
    """

    columns: list[list[str]]
    numbers: NDArray[np.int64]
    cells: list[list[tuple[int, int]]]
    too_long: Mapping[int, int] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """See Block."""
        return int(self.numbers[0]) if len(self.numbers) else 1

    @property
    def lines(self) -> int:
        """See Block."""
        return len(self.numbers)

    rows = lines

    def begun_at(self, _: int) -> Self:
        """See Block."""
        return self

    def read_as(self, _: Mapping[int, pa.DataType], __: Sequence[str]) -> pa.Table | None:
        """See Block."""
        return None

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        return text_table(self.columns)

    def cell(self, position: int, place: int) -> str:
        """The name of the cell of a value, such as C7; "" where it has none."""
        row, column = self.cells[position][place]
        return "" if row < 0 else f"{column_letters(column)}{row + 1}"


def row_numbers(block: Block, places: NDArray[np.intp]) -> NDArray[np.int64]:
    """The rows of a sheet at these places of a block."""
    if isinstance(block, RearrangedBlock):
        return block.numbers[places]
    return (block.first_row + places).astype(np.int64)


def cell_name(block: Block, position: int, place: int) -> str:
    """The name of the cell of a value, where its row and column alone do not say it."""
    return block.cell(position, place) if isinstance(block, RearrangedBlock) else ""


def sheet_name(block: Block) -> str:
    """The sheet of a block, where several sheets are read as one."""
    return block.sheet if isinstance(block, TableBlock) else ""


def column_letters(place: int) -> str:
    """The letters of a column counted from 0."""
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Table:
    """Values laid as one row a firm: the lines above them, the last of which is the header."""

    head: list[list[str]]
    block: RearrangedBlock
    remark: Message


def cell_year(text: str) -> YearWords | None:
    """The year that a cell names, if it names nothing else."""
    plain = normal(spell_out_years(text)).strip("()[]")
    if re.fullmatch(r"(?:19|20)\d{2}(?:\.0)?", plain):
        plain = f"{plain[:4]}年"
    words = split_year(plain, near_counts=True)
    rest = re.sub(r"[\W_]|年|末|数|金额", "", words.rest)
    return (
        None if rest or words.clash or (words.place is None and words.calendar is None) else words
    )


def year_text(text: str) -> str:
    """The year of a cell in one spelling: a calendar year by its number, another as it stands there."""
    plain = normal(spell_out_years(text)).strip("()[]")
    if (words := cell_year(text)) is not None and words.calendar is not None:
        return f"{words.calendar}年"
    return f"{plain[:4]}年" if re.fullmatch(r"(?:19|20)\d{2}(?:\.0)?", plain) else plain


def read_rows(sheet: Sheet, skip: int, width: int, most: int) -> list[list[str]]:
    """The rows of a sheet below so many lines.

    Raises
    ------
    InputError
        If there are more than ``most``.
    """

    def rows() -> Iterator[list[str]]:
        for block in sheet.blocks(skip, width):
            yield from map(
                list, zip(*(column.to_pylist() for column in block.text.columns), strict=True)
            )

    found = list(islice(rows(), most + 1))
    sheet.close()
    if len(found) > most:
        raise InputError(
            "{file}: the table does not hold one row a firm, and with more than {rows} rows it is not "
            "laid anew here. Make it one row a firm (in Excel: a pivot table, or paste special, "
            "transpose).",
            file=sheet.file,
            rows=f"{most:,}",
        )
    return found


def sheet_of_table(sheet: Sheet, table: Table) -> Sheet:
    """The sheet as the table that was laid of it."""
    return replace(sheet, head=table.head, blocks=lambda *_: iter((table.block,)))
