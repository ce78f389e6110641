"""Shares in percent, never rounded onto or across the line they are measured against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eligibility.exact import slack
from eligibility.vocabulary import Floats

MOST_DIGITS = 12


def percent(share: float, line: float | None = None) -> str:
    """A share in percent: one digit after the point, or as many as keep it on its side of the line."""
    if line is None:
        return f"{share * 100:,.1f}%"
    digits = int(percent_digits(np.array([share]), np.array([line]))[0])
    return f"{share * 100:,.{digits}f}%"


def percent_digits(share: Floats, line: Floats) -> NDArray[np.int64]:
    """Digits after the point that :func:`percent` needs, shape (n,); one where the line is unknown."""
    percents, limits = share * 100, line * 100
    on_line = np.abs(share - line) <= slack(line)
    digits: NDArray[np.int64] = np.ones(share.shape, dtype=np.int64)
    for more in range(2, MOST_DIGITS + 1):
        shown = np.round(percents, more - 1)
        hidden = ~on_line & (np.sign(shown - np.round(limits, 10)) != np.sign(percents - limits))
        digits = np.where(hidden & ~np.isnan(share) & ~np.isnan(line), more, digits)
    return digits
