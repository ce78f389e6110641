"""Array types, the tolerance of comparisons, and blanks by field: boolean columns by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
#: within this two figures are one: relative to the line, absolute for lines below one
#: (see comparisons.py)
TOLERANCE = 1e-14


def only_somewhere(missing: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """The entries that are true in at least one row."""
    return {name: rows for name, rows in missing.items() if rows.any()}


def merge_missing(*parts: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """Blanks of several inputs of one result, joined by field."""
    merged: dict[str, Bools] = {}
    for part in parts:
        for name, rows in part.items():
            merged[name] = merged[name] | rows if name in merged else rows
    return merged
