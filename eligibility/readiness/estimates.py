"""What the estimators answer: chances with intervals, and effects of years and carriers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve

from eligibility.domain.arrays import Floats

#: what the spreads of years and carriers are taken to be, log-odds, and the groups that this is worth
USUAL_SPREAD, WORTH = 0.15, 1.0


@dataclass(frozen=True)
class ChanceEstimates:
    """Predictions for n firms: probability, interval and factors.

    Attributes
    ----------
    probability, low, high : arrays of shape (n,)
        The chance and the ends of its interval, /1.
    factors : array of shape (n, k)
        The chance that each condition survives review, /1.
    names : tuple of str
        What the factors are.
    """

    probability: Floats
    low: Floats
    high: Floats
    factors: Floats
    names: tuple[str, ...]

    @classmethod
    def empty(cls, rows: int, names: tuple[str, ...]) -> ChanceEstimates:
        """Room for so many firms."""
        return cls(
            np.empty(rows), np.empty(rows), np.empty(rows), np.empty((len(names), rows)).T, names
        )


@dataclass(frozen=True)
class GroupEffects:
    """Effects of groups (years or carriers) on the log-odds.

    Attributes
    ----------
    names : array of shape (m,)
        Sorted.
    effect, deviation : arrays of shape (m,)
        Mean and standard deviation of each.
    spread : float
        Standard deviation of a group that nobody has seen.
    """

    names: NDArray[Any]
    effect: Floats
    deviation: Floats
    spread: float

    def of(self, groups: ArrayLike | None, rows: int) -> tuple[Floats, Floats]:
        """Mean and deviation for each row's group, shape (n,) each; None: groups nobody has seen."""
        effect, deviation = np.zeros(rows), np.full(rows, self.spread)
        if groups is None or not len(self.names):
            return effect, deviation
        named = np.asarray(groups)
        place = np.searchsorted(self.names, named).clip(max=len(self.names) - 1)
        known = self.names[place] == named
        effect[known], deviation[known] = self.effect[place[known]], self.deviation[place[known]]
        return effect, deviation


def learn_spread(effect: Floats, variance: Floats) -> float:
    """Standard deviation of effects, drawn to the usual one (a step of expectation-maximisation)."""
    if not len(effect):
        return USUAL_SPREAD
    total = (effect**2 + variance).sum() + WORTH * USUAL_SPREAD**2
    return float(np.sqrt(total / (len(effect) + WORTH)))


def inverse(information: Floats) -> Floats:
    """Covariance from precision, shape (q, q)."""
    return np.asarray(cho_solve(cho_factor(information), np.eye(len(information))))
