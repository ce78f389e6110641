"""Recency: whether old years tell less of the years to come, by evidence.

Each later year is predicted from those before it, once with all of them alike and once with older
ones weighing less. As weights give up applications, they are taken only where they are better by more
than two standard errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Floats
from eligibility.readiness.formula import LEAST
from eligibility.readiness.training_data import TrainingData

#: years after which an application weighs half
HALF_LIVES = (2.0, 4.0)
#: later years that are predicted, and refusals and certificates that come before, at least
ORIGINS, LEAST_OF_EACH = 3, 10
#: standard errors by which weights must be better
CLEARLY_BETTER = 2.0


@dataclass(frozen=True)
class Recency:
    """Weights of years, and the evidence for them.

    Attributes
    ----------
    half_life : float, optional
        Years after which an application weighs half; None: all alike.
    candidate : float, optional
        The half-life that came nearest to being better; None where there are too few years.
    gain, error : float
        Log-loss that it saves by application of a later year, and its standard error.
    applications : int
        Those of the later years.
    """

    half_life: float | None
    candidate: float | None
    gain: float
    error: float
    applications: int


def learn_recency(
    past: TrainingData, predict: Callable[[TrainingData, Bools, Floats], Floats]
) -> Recency:
    """Compare half-lives on later years.

    Parameters
    ----------
    past : TrainingData
    predict : callable
        Chances of all applications, shape (n,), learned from some rows (array of bool) with weights.
    """
    losses: dict[float | None, list[Floats]] = {each: [] for each in (None, *HALF_LIVES)}
    firms = []
    for year in np.unique(past.years)[1:][-ORIGINS:]:
        earlier, now = past.years < year, past.years == year
        certified = past.labels[earlier].sum()
        if min(certified, earlier.sum() - certified) < LEAST_OF_EACH:
            continue
        firms.append(past.firms[now])
        for half_life, each in losses.items():
            weight = recency_weights(past.years[earlier], half_life)
            chance = predict(past, earlier, weight)[now]
            right = np.where(past.labels[now], chance, 1 - chance)
            each.append(-np.log(np.clip(right, LEAST, 1)))
    if not firms:
        return Recency(None, None, 0.0, 0.0, 0)
    alike = np.concatenate(losses[None])
    gains = {half: alike - np.concatenate(losses[half]) for half in HALF_LIVES}
    best = max(HALF_LIVES, key=lambda half: gains[half].mean())
    gain = gains[best]
    # applications of one firm are one piece of evidence
    by_firm = np.bincount(np.unique(np.concatenate(firms), return_inverse=True)[1], gain)
    error = float(np.sqrt(((by_firm - by_firm.mean()) ** 2).sum())) / len(gain)
    taken = best if gain.mean() > CLEARLY_BETTER * error else None
    return Recency(taken, best, float(gain.mean()), error, len(gain))


def recency_weights(years: NDArray[np.int64], half_life: float | None) -> Floats:
    """How much each application weighs, the latest year's 1; shape (n,)."""
    if half_life is None or not len(years):
        return np.ones(len(years))
    return np.asarray(0.5 ** ((years.max() - years) / half_life))
