"""FirmTable → ScoreInterval: every item's points, the ceilings of the groups, the total."""

from __future__ import annotations

import numpy as np

from eligibility.scheme import Scheme
from eligibility.vocabulary import Edition, FirmTable, ScoredItem, ScoreInterval


def score(firms: FirmTable, law: Edition, scheme: Scheme) -> ScoreInterval:
    """Score every firm under one edition.

    Returns
    -------
    ScoreInterval
        Points, each end the sum of its groups after their ceilings, shape (n,).
    """
    items = {name: scheme.indicator(name)(firms, law) for name in law.items}
    return total(items, law, firms.rows)


def total(items: dict[str, ScoredItem], law: Edition, rows: int) -> ScoreInterval:
    """Add scored items up."""
    low, high = np.zeros(rows), np.zeros(rows)
    for group in law.score.groups:
        low += np.minimum(sum(items[item.id].low for item in group.items), group.max)
        high += np.minimum(sum(items[item.id].high for item in group.items), group.max)
    return ScoreInterval(items, low, high)
