"""Workbooks read back."""

from __future__ import annotations

import io
from typing import Any

from python_calamine import CalamineWorkbook


def load_workbook(file: io.BytesIO) -> dict[str, list[list[Any]]]:
    """The rows of each sheet of a workbook."""
    book = CalamineWorkbook.from_filelike(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
