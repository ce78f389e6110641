"""Scored items by bands: of a share, of growth, of a figure, of the first fact that holds.

What several schemes score in the same way. Points and bands come from the edition; blanks give the
points that every value they could have leaves possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eligibility.comparisons import band_indexes, band_points
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition, Item
from eligibility.domain.results import ScoredItem
from eligibility.schemes.three_valued_logic import Share, Truth, item_between

#: of an interpretation: no ratio can be formed, so there are no points; or a person decides
REVIEW = "review"


def points_of(item: Item, law: Edition, figures: Floats) -> Floats:
    """The points of each figure; of NaN, those of the lowest band."""
    lowest = np.where(np.isnan(figures), 0.0, figures)
    by_band, _ = band_points(item.bands, band_indexes(item.bands, law, lowest))
    return np.where(np.isnan(figures), item.bands[-1].points[0], by_band)


def by_figure(
    item: Item,
    law: Edition,
    figure: Floats,
    missing: Mapping[str, Bools],
    *,
    unknown: Bools | None = None,
    review: Bools | bool = False,
) -> ScoredItem:
    """By one figure: all points are open where it is unknown, or left to a person."""
    left_open = (np.isnan(figure) if unknown is None else unknown) | review
    points = points_of(item, law, figure)
    low = np.where(left_open, item.bands[-1].points[0], points)
    return item_between(low, np.where(left_open, item.max, points), figure, missing)


def by_share(
    item: Item, law: Edition, figure: Share, *, less_is_better: bool = False
) -> ScoredItem:
    """By a share: nothing over whatever it is gives no points, nor whatever it is over nothing."""
    unknown = figure.is_blank & ~figure.empty
    if not less_is_better:
        unknown &= ~figure.nothing
    review = figure.empty & (law.reading("zero_denominator") == REVIEW)
    return by_figure(item, law, figure.value, figure.missing, unknown=unknown, review=review)


def by_first_truth(
    truths: Sequence[Truth], points: Sequence[float], otherwise: float = 0.0
) -> ScoredItem:
    """By the first of several facts that holds, the best of them first."""
    rows = truths[0].certain.shape
    low, high = np.full(rows, otherwise), np.full(rows, otherwise)
    missing: dict[str, Bools] = {}
    for truth, gives in reversed(list(zip(truths, points, strict=True))):
        low = np.where(truth.certain, gives, low)
        high = np.where(truth.possible, np.maximum(gives, high), high)
    for truth in truths:
        for name, blank in truth.missing.items():
            missing[name] = missing.get(name, np.zeros(rows, dtype=np.bool_)) | (
                blank & truth.is_open
            )
    return item_between(low, high, np.full(rows, np.nan), missing)


def by_input(field: str, item: Item, firms: FirmTable) -> ScoredItem:
    """Points that somebody else gave, as they were entered."""
    points = firms.numbers(field)
    blank = np.isnan(points)
    low, high = np.where(blank, 0.0, points), np.where(blank, item.max, points)
    return item_between(low, high, points, {field: blank})
