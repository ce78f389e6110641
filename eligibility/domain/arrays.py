"""Array types, the tolerance of comparisons, and blanks by field: boolean columns by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
#: within this two figures are one: relative to the line, absolute for lines below one
#: (see comparisons.py)
TOLERANCE = 1e-14
#: rows worked on at once, so that what is formed of them stays in the processor's cache
ROWS_AT_ONCE = 4096


def place_of_least(columns: Sequence[Floats], rows: int) -> Codes:
    """Argmin over columns, the first where several are least, shape (rows,); -1 without columns."""
    result = np.full(rows, -1, dtype=np.int8)
    for start in range(0, rows, ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        least = np.full(len(result[part]), np.inf)
        last_fall = np.zeros(len(least), dtype=np.int8)
        for place, column in enumerate(columns, 1):
            falls = (column[part] < least).view(np.int8)
            np.fmin(least, column[part], out=least)
            # places rise, so the greatest is the last at which the least fell
            np.maximum(last_fall, falls * np.int8(place), out=last_fall)
        np.subtract(last_fall, np.int8(1), out=result[part])
    return result


def only_somewhere(missing: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """The entries that are true in at least one row."""
    # counting is a fifth of what ``any`` takes to be called, which is all that one firm takes
    return {name: rows for name, rows in missing.items() if np.count_nonzero(rows)}


def merge_missing(*parts: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """Blanks of several inputs of one result, joined by field."""
    merged: dict[str, Bools] = {}
    for part in parts:
        for name, rows in part.items():
            merged[name] = merged[name] | rows if name in merged else rows
    return merged
