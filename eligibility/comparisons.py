"""Comparisons that come out as decimal arithmetic would have them.

Amounts are entered in decimals and held as binary floating point, so a firm exactly at a line can
look a hair below it: ½(115/100 + 132.25/115) − 1 is 0.14999999999999991. Every comparison with a
number of the law is made here, with a tolerance above the rounding of the sums and quotients
behind it (about 1e-15) and below a cent in a hundred billion, which no firm at a line will miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import TOLERANCE, Bools, Floats
from eligibility.domain.law import Band, Edition, Scale

#: places behind the point that a figure may have
PLACES = 6


def slack(line: Floats | float) -> Floats:
    """How far below a line a value still counts as on it."""
    return np.asarray(TOLERANCE * np.maximum(1.0, np.abs(line)))


def at_least(value: Floats, line: Floats | float) -> Bools:
    """True where the value is on the line or above it; False where either is unknown."""
    reached: Bools = value >= line - slack(line)
    return reached


def above(value: Floats, line: Floats | float) -> Bools:
    """True where the value is above the line, not on it; False where either is unknown."""
    passed: Bools = value > line + slack(line)
    return passed


def at_most(value: Floats, line: Floats | float) -> Bools:
    """True where the value is on the line or below it; False where either is unknown."""
    kept: Bools = value <= line + slack(line)
    return kept


def quotient(part: Floats, whole: Floats) -> Floats:
    """Part over whole; NaN where either is unknown or the whole is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole == 0, np.nan, part / whole)


def is_one_of(values: Floats, known: Floats) -> Bools:
    """True where a value is one of the known ones, which stand in rising order."""
    if not len(known):
        return np.zeros(values.shape, dtype=np.bool_)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: Bools = known[places] == values
    return found


def decimal(amount: Floats) -> Floats:
    """A sum of decimals as the decimal that it is, freed of what binary rounding left far behind."""
    freed: Floats = np.round(amount, PLACES)
    return freed


def scale_values(scale: Scale, amounts: Floats) -> Floats:
    """The value of the bracket each amount falls in; NaN where the amount is unknown."""
    bounds = tuple((bracket.up_to or 0.0, bracket.inclusive) for bracket in scale.brackets[:-1])
    values = np.array([bracket.value for bracket in scale.brackets])
    return np.where(
        np.isnan(amounts), np.nan, values[np.searchsorted(_edges(bounds), amounts, side="right")]
    )


def band_indexes(bands: Sequence[Band], law: Edition, figures: Floats) -> NDArray[np.intp]:
    """For each figure the index of its band; ``bands`` fall from the best, the last has no line."""
    lines = [band_line(band, law) for band in reversed(bands[:-1])]
    steps = np.searchsorted(_edges(tuple(lines)), figures, side="right")
    # NaN sorts above every line; its rows are masked by the caller, it must only stay in range
    return len(bands) - 1 - steps


def band_line(band: Band, law: Edition) -> tuple[float, bool]:
    """The line of a band, and whether a figure must be above it."""
    strict = band.above is not None or any(
        law.reading(question) == reading for question, reading in band.strict_under.items()
    )
    return (band.above if band.above is not None else band.at_least) or 0.0, strict


def band_points(bands: Sequence[Band], indexes: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Lowest and highest points of each band index."""
    points = _points(tuple(band.points for band in bands))
    return points[0][indexes], points[1][indexes]


@cache
def _points(points: tuple[tuple[float, float], ...]) -> Floats:
    return np.array(points, dtype=np.float64).T


@cache
def _edges(lines: tuple[tuple[float, bool], ...]) -> Floats:
    """Lowest float that passes each (line, strict), for searchsorted(side="right")."""
    edges = [
        np.nextafter(line + slack(line), np.inf) if strict else line - slack(line)
        for line, strict in lines
    ]
    return np.array(edges, dtype=np.float64)
