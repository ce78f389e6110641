"""Draws of whole columns, and the helpers that make columns of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Columns = dict[str, Column]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Rng = np.random.Generator

YES, NO = "yes", "no"


def draw(rng: Rng, rows: int, shares: list[float] | tuple[float, ...]) -> Ints:
    """Places drawn with these shares."""
    steps = np.cumsum(shares) / np.sum(shares)
    return np.searchsorted(steps, rng.random(rows), side="right").astype(np.int64)


def chance(rng: Rng, likelihood: Floats | float, rows: int) -> Bools:
    """True with that likelihood."""
    return rng.random(rows) < likelihood


def yes_no(values: Bools) -> Column:
    """The words for true and false."""
    return np.where(values, YES, NO).astype(object)


def unless(blank: Bools, texts: Column) -> Column:
    """Texts, None where they are to be blank."""
    texts[blank] = None
    return texts


def yuan(values: Floats) -> Floats:
    """Money to the fen."""
    return np.round(values, 2)


def years(stem: str, values: Floats) -> Columns:
    """Three rows of one figure as its three columns."""
    return {f"{stem}_y{year}": values[year - 1] for year in (1, 2, 3)}


def series(columns: Columns, stem: str) -> Floats:
    """The three columns of one figure as three rows."""
    return np.stack([columns[f"{stem}_y{year}"] for year in (1, 2, 3)])


def pick(rng: Rng, lists: list[tuple[str, ...]], which: Ints) -> Column:
    """One entry, evenly drawn, of the list each row points to."""
    sizes = np.array([len(entries) for entries in lists])
    flat: Column = np.array([entry for entries in lists for entry in entries], dtype=object)
    starts = np.cumsum(sizes) - sizes
    places = starts[which] + (rng.random(len(which)) * sizes[which]).astype(np.int64)
    picked: Column = flat[places]
    return picked


def negative_binomial(rng: Rng, shape: float, mean: Floats) -> Floats:
    """Skewed counts of that mean."""
    return rng.poisson(rng.gamma(shape, mean / shape)).astype(np.float64)
