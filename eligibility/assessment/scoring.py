"""FirmTable → ScoreInterval: every item's points, the ceilings of the groups, the total."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np

from eligibility.domain.arrays import Bools, merge_missing
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem, ScoreInterval
from eligibility.schemes.registry import Scheme


def score(firms: FirmTable, law: Edition, scheme: Scheme) -> ScoreInterval:
    """Score every firm under one edition.

    Returns
    -------
    ScoreInterval
        Points, each end the sum of its groups after their ceilings, shape (n,).
    """
    items = {name: scheme.indicator(name)(firms, law) for name in law.items}
    return total(items, law, firms)


def total(items: Mapping[str, ScoredItem], law: Edition, firms: FirmTable) -> ScoreInterval:
    """Add the points of scored items, each group by its own rule and ceiling."""
    low, high = np.zeros(firms.rows), np.zeros(firms.rows)
    missing = []
    for group in law.score.groups:
        scored = [items[item.id] for item in group.items]
        combine = np.maximum if group.takes == "best" else np.add
        surely, possibly = (
            reduce(combine, side)
            for side in ([item.low for item in scored], [item.high for item in scored])
        )
        low += np.minimum(surely, group.max)
        high += np.minimum(possibly, group.max)
        if group.takes == "best":
            missing += [_where(item.high > surely, item.missing) for item in scored]
        else:
            missing += [item.missing for item in scored]
    return ScoreInterval(items, low, high, merge_missing(*missing), firms)


def _where(rows: Bools, missing: Mapping[str, Bools]) -> Mapping[str, Bools]:
    return {name: blank & rows for name, blank in missing.items()}
