"""A sheet as blocks of rows, whatever kind of file it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, Self

import pyarrow as pa

from eligibility.domain.errors import InputError

#: lines of a sheet in which its header is looked for
HEAD_LINES = 30
#: of one sheet; far more than there are fields, far fewer than a worksheet can have
COLUMNS = 1_000


class Block(Protocol):
    """Some rows of a sheet, one after the other; columns are named by their position."""

    @property
    def first_row(self) -> int:
        """The row of its first, as the sheet counts."""
        ...

    @property
    def lines(self) -> int:
        """The most rows it can hold, known before it is read: a cell may have several lines."""
        ...

    @property
    def rows(self) -> int:
        """Number of its rows, blank ones too; before it is read, as far as that can be told."""
        ...

    def begun_at(self, row: int, /) -> Self:
        """The same rows of the sheet, the first of them at another row."""
        ...

    @property
    def text(self) -> pa.Table:
        """Every cell as it came, "" where it is blank."""
        ...

    @property
    def too_long(self) -> Mapping[int, int]:
        """Rows with more cells than the header, by place in the block: their number of cells."""
        ...

    def read_as(
        self, types: Mapping[int, pa.DataType], blanks: Sequence[str], /
    ) -> pa.Table | None:
        """These columns read as these types; None if one cell of them cannot be."""
        ...


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its first lines, and its rows as blocks.

    Attributes
    ----------
    file : str
        Name of the file.
    name : str
        Of the sheet; "" for a CSV file.
    head : list of lists of str
        The first lines, cell by cell.
    blocks : callable
        ``blocks(lines, width)`` gives the rows below that many lines, ``width`` columns of them;
        of a workbook once only.
    sheets : tuple of str
        All that can be seen in a workbook.
    others : tuple of str
        Sheets beside it that look like tables of firms as well.
    close : callable
        Lets go of what reads the file; needed where the blocks are not read to their end.
    """

    file: str
    name: str
    head: list[list[str]]
    blocks: Callable[[int, int], Iterator[Block]]
    sheets: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    close: Callable[[], None] = lambda: None


#: how many columns of a sheet are known, by its first lines
Known = Callable[[list[list[str]]], int]


@dataclass(frozen=True)
class TextBlock:
    """Rows whose cells are texts already."""

    columns: list[list[str]]
    first_row: int
    too_long: Mapping[int, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """See Block."""
        return len(self.columns[0]) if self.columns else 0

    rows = lines

    def begun_at(self, row: int) -> Self:
        """See Block."""
        return replace(self, first_row=row)

    def read_as(self, _: Mapping[int, pa.DataType], __: Sequence[str]) -> pa.Table | None:
        """See Block."""
        return None

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        return text_table(self.columns)


@dataclass(frozen=True)
class TableBlock:
    """Rows whose cells are columns of texts already, named by their position.

    ``sheet`` is the name of their sheet, where several are read as one.
    """

    text: pa.Table
    first_row: int
    too_long: Mapping[int, int] = field(default_factory=dict)
    sheet: str = ""

    @property
    def lines(self) -> int:
        """See Block."""
        rows: int = self.text.num_rows
        return rows

    rows = lines

    def begun_at(self, row: int) -> Self:
        """See Block."""
        return replace(self, first_row=row)

    def read_as(self, _: Mapping[int, pa.DataType], __: Sequence[str]) -> pa.Table | None:
        """See Block."""
        return None


def text_table(columns: Sequence[Sequence[str]]) -> pa.Table:
    """Columns of texts as a table, named by their position."""
    return pa.table(
        {str(place): pa.array(cells, pa.string()) for place, cells in enumerate(columns)}
    )


def refuse_wide(file: str, head: Sequence[Sequence[str]]) -> None:
    """Raise InputError if the first lines of a sheet have more columns than any table of firms."""
    if max(map(len, head), default=0) > COLUMNS:
        raise too_wide(file, COLUMNS)


def too_wide(file: str, columns: int) -> InputError:
    """The sentence for a sheet of too many columns."""
    return InputError(
        "{file} has more than {columns} columns; delete those beside the table.",
        file=file,
        columns=f"{columns:,}",
    )
