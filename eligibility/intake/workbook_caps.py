"""What a workbook of others may hold, and why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "cells", "columns", "damaged", "empty", "parts", "protected", "sheets", "styles", "texts", "unpacked"
]  # fmt: skip


@dataclass(frozen=True)
class Caps:
    """What a workbook may hold.

    Attributes
    ----------
    bytes_unpacked, parts : int
        Bytes of all its parts together, and how many there are.
    part : int
        Bytes of a part that is read whole.
    sheets, styles, strings : int
        How many sheets are looked at, how many formats of cells and shared texts there may be.
    cells, columns : int
        Of one sheet, empty cells within it too; columns of its first lines.
    texts : int
        Bytes of the texts of a sheet, those that are shared counted in every cell.
    block_rows, block_bytes : int
        Where a block of rows ends.
    head : int
        Lines given as the head of a sheet.
    """

    bytes_unpacked: int = 1 << 29
    parts: int = 10_000
    part: int = 1 << 25
    sheets: int = 100
    styles: int = 65_490
    strings: int = 10_000_000
    cells: int = 10_000_000
    columns: int = 1_000
    texts: int = 1 << 28
    block_rows: int = 16_384
    block_bytes: int = 1 << 24
    head: int = 30


class Refusal(Exception):
    """A workbook cannot be read, for the reason of this code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code
