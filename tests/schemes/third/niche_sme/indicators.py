"""The scored item of the invented scheme."""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import band_indexes, band_points
from eligibility.domain.arrays import only_somewhere
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem


def niche_focus(firms: FirmTable, law: Edition) -> ScoredItem:
    """第一条: share of the niche."""
    item, share = law.items["niche_focus"], firms.numbers("niche_share")
    unknown = np.isnan(share)
    low, high = band_points(item.bands, band_indexes(item.bands, law, np.nan_to_num(share)))
    return ScoredItem(
        np.where(unknown, 0.0, low),
        np.where(unknown, item.max, high),
        share,
        only_somewhere({"niche_share": unknown}),
    )
