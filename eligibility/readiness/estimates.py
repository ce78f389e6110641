"""What the estimators answer: chances with intervals, and effects of years and carriers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dtrmm

from eligibility.domain.arrays import Floats

#: scale of the spreads of years and carriers before any outcome, log-odds, and half of one more than
#: their degrees of freedom (half-t)
USUAL_SPREAD, TAIL = 0.1, 1.5
#: spreads that are summed over, evenly in their logarithm
SPREADS = np.geomspace(0.02, 2.0, 15)


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


def learn_effects(
    names: NDArray[Any], mode: Floats, covariance: Floats, spread: float
) -> GroupEffects:
    """Effects of groups, summed over what their spread may be, half-t before any outcome.

    An average over spreads has heavier tails than any one: a single harsh group is believed without
    the others being taken to differ as much.

    Parameters
    ----------
    names : array of shape (m,)
    mode, covariance : arrays of shape (m,) and (m, m)
        Of the effects, under ``spread``.
    spread : float
        What the spread was taken to be, log-odds.
    """
    count = len(mode)
    if not count:
        return GroupEffects(names, mode, mode, USUAL_SPREAD)
    posterior = inverse(covariance)
    # what the outcomes alone say, the spread taken out
    pull = posterior @ mode
    alone = posterior - np.eye(count) * spread**-2.0
    logs, means, squares = np.empty(len(SPREADS)), [], []
    for place, each in enumerate(SPREADS):
        narrowed = inverse(alone + np.eye(count) * each**-2.0)
        mean = narrowed @ pull
        _, size = np.linalg.slogdet(narrowed)
        logs[place] = 0.5 * (size + pull @ mean) - count * np.log(each)
        logs[place] += np.log(each) - TAIL * np.log1p((each / USUAL_SPREAD) ** 2 / (2 * TAIL - 1))
        means.append(mean)
        squares.append(np.diag(narrowed) + mean**2)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    effect = weight @ np.array(means)
    deviation = np.sqrt(weight @ np.array(squares) - effect**2)
    return GroupEffects(names, effect, deviation, float(weight @ SPREADS))


def shared_variance(root: Floats, slope: Floats, some: NDArray[np.intp], rest: Floats) -> Floats:
    """Variance of log-odds from the parameters, shape (n,).

    Parameters
    ----------
    root : array of shape (q, q)
        Lower root of the parameters' covariance.
    slope : array of shape (p, n)
        Slope of the log-odds by the first parameters; it is overwritten.
    some : array of int, shape (m,)
        Firms with an unknown margin; of all others the slope by the other parameters is 0.
    rest : array of shape (q - p, m)
        Their slope by the other parameters.
    """
    first = len(slope)
    reach = dtrmm(1.0, root[:first, :first], slope.T, side=1, lower=1, overwrite_b=1).T
    variance = np.asarray(np.einsum("ji,ji->i", reach, reach))
    if len(some):
        moved = root[first:, :first].T @ rest
        moved += reach.take(some, axis=1)
        alone = root[first:, first:].T @ rest
        variance[some] = np.einsum("ji,ji->i", moved, moved) + np.einsum("ji,ji->i", alone, alone)
    return variance


def inverse(information: Floats) -> Floats:
    """Covariance from precision, shape (q, q)."""
    return np.asarray(cho_solve(cho_factor(information), np.eye(len(information))))
