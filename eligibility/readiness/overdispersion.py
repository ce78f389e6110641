"""Overdispersion: how far outcomes differ beyond luck and what the parameters leave open.

Learned from outcomes that were left out of the fit: of firms alike in one feature, the outcomes may
differ from the chances by more than luck and the parameters' uncertainty explain. The excess is a
variance of the log-odds, estimated by its moments (DerSimonian and Laird) over groups of firms.
"""

from __future__ import annotations

import numpy as np

from eligibility.domain.arrays import Bools, Floats

#: groups that each feature cuts the firms into
GROUPS = 5
#: applications that what is assumed of the overdispersion is worth
WORTH = 300.0


def learn_overdispersion(features: Floats, labels: Bools, draws: Floats, prior: float) -> float:
    """Standard deviation of the formula's error, log-odds.

    Parameters
    ----------
    features : array of shape (n, p)
    labels : array of bool, shape (n,)
    draws : array of shape (k, n)
        Chances of rows left out of the fit, in joint draws of what is uncertain.
    prior : float
        What it is taken to be before any outcome.
    """
    chance = draws.mean(axis=0)
    excess, weight = 0.0, 0.0
    for column in features.T:
        for rows in _groups(column):
            slope = (chance[rows] * (1 - chance[rows])).sum()
            explained = (draws[:, rows] * (1 - draws[:, rows])).sum(axis=1).mean()
            explained += draws[:, rows].sum(axis=1).var()
            excess += (labels[rows].sum() - chance[rows].sum()) ** 2 - explained
            weight += slope**2
    found = max(excess / weight, 0.0) if weight else 0.0
    share = len(labels) / (len(labels) + WORTH)
    return float(np.sqrt(share * found + (1 - share) * prior**2))


def _groups(column: Floats) -> list[Bools]:
    """Firms alike in a feature: those who do not tell it, and the rest by its quantiles."""
    blank = np.isnan(column)
    if blank.all():
        return []
    edges = np.unique(np.quantile(column[~blank], np.arange(1, GROUPS) / GROUPS))
    bins = np.where(blank, -1, np.searchsorted(edges, column, side="right"))
    groups = [bins == each for each in np.unique(bins)]
    # one group of all tells of the level only, which is no feature's
    return groups if len(groups) > 1 else []
