"""What several conditions share, formed from the input as the annexes say."""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import quotient
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.schemes.audited_figures import LAST_TWO, LATEST, amount, blanks, mean_growth
from eligibility.schemes.three_valued_logic import Truth, yes

REVIEW_FIELD = "little_giant_review"


def direct_route(firms: FirmTable) -> Truth:
    """63号 annex 3 新: what takes the place of its three general conditions."""
    return yes("national_award_three_years", firms) | yes("maker_china_50", firms)


def is_annex_3(law: Edition) -> bool:
    """Whether an edition is 63号 annex 3, which alone speaks of mean growth."""
    return "mean_growth" in law.interpretations


def rights_of(law: Edition, firms: FirmTable) -> tuple[str, Truth]:
    """The field by which an edition counts Class I rights, and what takes their place."""
    if is_annex_3(law):
        return "related_class1_in_use", direct_route(firms)
    return "own_class1_in_use", yes("national_award_three_years", firms)


def growth(law: Edition, firms: FirmTable) -> tuple[Floats, Bools, dict[str, Bools]]:
    """Growth over two years: of main business revenue (63号), compound of operating revenue (2号).

    Returns
    -------
    growth, empty, missing
        As of :func:`eligibility.schemes.audited_figures.mean_growth`.
    """
    if is_annex_3(law):
        return mean_growth("main_revenue", law, firms)
    stem = "operating_revenue"
    first, second, third = (amount(stem, year, firms) for year in (1, *LAST_TWO))
    by_rates = law.reading("compound_growth") == "mean_of_rates"
    if by_rates:
        empty = (first == 0) | (second == 0)
        rate = (quotient(second, first) + quotient(third, second)) / 2 - 1
    else:
        empty = first == 0
        # nothing left is a fall by all, whatever it fell from
        rate = np.where(third == 0, -1.0, np.sqrt(quotient(third, first)) - 1)
    missing = blanks(firms, (1, *LAST_TWO) if by_rates else (1, LATEST), stem)
    return np.where(empty, np.nan, rate), empty, missing
