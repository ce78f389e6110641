"""Comparisons that come out as decimal arithmetic would have them.

Amounts are entered in decimals and held as binary floating point, so a firm exactly at a line can
look a hair below it: ½(115/100 + 132.25/115) − 1 is 0.14999999999999991. Every comparison with a
number of the law is made here, with a tolerance above the rounding of the sums and quotients
behind it (about 1e-15) and below a cent in a hundred billion, which no firm at a line will miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, reduce

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
    result: Bools = value <= line + slack(line)
    return result


def quotient(part: Floats, whole: Floats) -> Floats:
    """Part over whole; NaN where either is unknown or the whole is zero, inf where no float holds it."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(whole == 0, np.nan, part / whole)


@dataclass(frozen=True)
class ShareRange:
    """What a share may be, by every value that its blanks could admissibly have; shape (n,) each.

    Attributes
    ----------
    low, high : arrays of float64
        Ends of the share, /1; NaN where no ratio can be formed, inf where nothing bounds it.
    may_reach, may_miss : arrays of bool
        Some admissible values reach the line, some form a share below it.
    may_be_empty : array of bool
        Some admissible values leave a whole of zero.
    possible : array of bool
        False where what is entered contradicts itself, so that no value is admissible.
    """

    low: Floats
    high: Floats
    may_reach: Bools
    may_miss: Bools
    may_be_empty: Bools
    possible: Bools

    def merge(self, other: ShareRange, rows: Bools) -> ShareRange:
        """Both in one table: the ranges of ``other`` in these rows, those of this in the others."""
        columns = []
        for mine, its in zip(vars(self).values(), vars(other).values(), strict=True):
            column = np.empty(len(rows), dtype=mine.dtype)
            column[~rows], column[rows] = mine, its
            columns.append(column)
        return ShareRange(*columns)

    def decide(self, *, empty_misses: bool) -> tuple[Bools, Bools]:
        """Where every admissible value gives one status, and whether that is a pass.

        ``empty_misses`` is True where a whole of zero misses the line, False where a person decides.
        """
        missed = self.may_miss | (self.may_be_empty & empty_misses)
        known = self.possible & ~(self.may_reach & missed)
        if not empty_misses:
            known &= ~self.may_be_empty
        return known, known & self.may_reach


def share_range(
    least: tuple[Floats, Floats],
    most: tuple[Floats, Floats],
    line: Floats | float,
    *,
    may_be_empty: Bools,
    possible: Bools | bool = True,
) -> ShareRange:
    """The range of a share between the (part, whole) that make it least and most.

    A part or whole of inf stands for one that nothing bounds. A whole of zero under a part above
    it stands for one as small as one likes.
    """
    low, high = quotient_limit(*least), quotient_limit(*most)
    reached, met = at_least(high, line), at_least(low, line)
    return ShareRange(
        np.where(np.isnan(low), high, low),
        high,
        reached,
        ~met & ~np.isnan(low),
        may_be_empty,
        np.broadcast_to(possible, high.shape),
    )


def part_of_whole(part: Floats, whole: Floats, line: float) -> ShareRange:
    """A part of a whole of which one or both are blank: 0 ≤ part ≤ whole."""
    return part_within(part, part, whole, whole, line)


def part_within(
    part_least: Floats, part_most: Floats, whole_least: Floats, whole_most: Floats, line: float
) -> ShareRange:
    """A part between two ends of a whole between two ends; NaN is no end."""
    low, high = np.nan_to_num(part_least), np.where(np.isnan(part_most), np.inf, part_most)
    small, large = np.nan_to_num(whole_least), np.where(np.isnan(whole_most), np.inf, whole_most)
    part = np.minimum(high, large)
    return share_range(
        (low, large),
        (part, np.maximum(small, part)),
        line,
        may_be_empty=(small <= 0) & (low <= 0),
        possible=low <= large,
    )


def union_of_ranges(ranges: Sequence[ShareRange]) -> ShareRange:
    """The range that holds all of several."""

    def both(one: ShareRange, other: ShareRange) -> ShareRange:
        return ShareRange(
            np.fmin(one.low, other.low),
            np.fmax(one.high, other.high),
            one.may_reach | other.may_reach,
            one.may_miss | other.may_miss,
            one.may_be_empty | other.may_be_empty,
            one.possible & other.possible,
        )

    return reduce(both, ranges)


def quotient_limit(part: Floats, whole: Floats) -> Floats:
    """Part over whole where either may be inf: both together are one, and the part is the whole."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = part / whole
    return np.where(np.isinf(part) & np.isinf(whole), 1.0, share)


def is_one_of(values: Floats, choices: Floats) -> Bools:
    """True where a value is one of the known codes: whole numbers of a few digits, in rising order."""
    if not len(choices):
        return np.zeros(values.shape, dtype=np.bool_)
    is_choice = np.zeros(int(choices[-1]) + 1, dtype=np.bool_)
    is_choice[choices.astype(np.intp)] = True
    places = np.where((values >= 0) & (values <= choices[-1]), values, 0.0).astype(np.intp)
    result: Bools = is_choice[places] & (places == values)
    return result


def decimal(amount: Floats) -> Floats:
    """A sum of decimals as the decimal that it is, freed of what binary rounding left far behind."""
    freed: Floats = np.round(amount, PLACES)
    return freed


def scale_values(scale: Scale, amounts: Floats) -> Floats:
    """The value of the bracket each amount falls in; NaN where the amount is unknown."""
    bounds = tuple((bracket.up_to or 0.0, bracket.inclusive) for bracket in scale.brackets[:-1])
    values = np.array([bracket.value for bracket in scale.brackets])
    return np.where(np.isnan(amounts), np.nan, values[_steps(_edges(bounds), amounts)])


def band_indexes(bands: Sequence[Band], law: Edition, figures: Floats) -> NDArray[np.intp]:
    """For each figure the index of its band; ``bands`` fall from the best, the last has no line."""
    if bands[0].at_most is None:
        lines = [band_line(band, law) for band in reversed(bands[:-1])]
    else:
        # where less is better, a figure and its lines are compared by their negatives
        figures = -figures
        lines = [(-(band.at_most or 0.0), False) for band in reversed(bands[:-1])]
    # NaN lies above every line; its rows are masked by the caller, it must only stay in range
    return len(bands) - 1 - _steps(_edges(tuple(lines)), figures)


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


def _steps(edges: Floats, figures: Floats) -> NDArray[np.intp]:
    """How many of a few edges each figure has reached; NaN has reached all."""
    # a comparison with each takes a tenth of the time that a binary search for every figure takes
    steps = np.zeros(figures.shape, dtype=np.int8)
    for edge in edges:
        steps += ~(figures < edge)
    return steps.astype(np.intp)


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
