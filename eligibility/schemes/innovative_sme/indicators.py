"""The scored items of 63号 annex 1, one function each, in its order.

Every function takes the firms and the edition and gives the lowest and highest points that the
facts leave possible. Points and bands come from the edition.
"""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import quotient
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem
from eligibility.schemes.audited_figures import (
    LAST_TWO,
    LATEST,
    amount,
    blanks,
    debt,
    share_of_year,
)
from eligibility.schemes.banded_items import REVIEW, by_figure, by_first_truth, by_share
from eligibility.schemes.three_valued_logic import reaches, yes

#: the rights of each band, the best first
RIGHTS = ("related_class1_high_value", "related_class1_self", "related_class1", "related_class2")


def related_rights(firms: FirmTable, law: Edition) -> ScoredItem:
    """1 知识产权: the best kind of right of which there is one."""
    *bands, _none = law.items["related_rights"].bands
    truths = [
        reaches(name, band.at_least or 0.0, firms) for name, band in zip(RIGHTS, bands, strict=True)
    ]
    return by_first_truth(truths, [band.points[0] for band in bands])


def rd_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """2 研发费用占营业收入, of the latest year."""
    figure = share_of_year("rd_cost", "operating_revenue", LATEST, firms)
    return by_share(law.items["rd_share"], law, figure)


def main_revenue_growth(firms: FirmTable, law: Edition) -> ScoredItem:
    """3 主营业务收入增长率: the latest year over the one before."""
    before, after = (amount("main_revenue", year, firms) for year in LAST_TWO)
    empty = before == 0
    # nothing left is a fall by all, whatever it fell from
    growth = np.where((after == 0) & ~empty, -1.0, quotient(after, before) - 1)
    return by_figure(
        law.items["main_revenue_growth"],
        law,
        growth,
        blanks(firms, LAST_TWO, "main_revenue"),
        unknown=np.isnan(growth) & ~empty,
        review=empty & (law.reading("zero_denominator") == REVIEW),
    )


def debt_ratio(firms: FirmTable, law: Edition) -> ScoredItem:
    """4 资产负债率: liabilities over assets at year end, the less the better."""
    return by_share(law.items["debt_ratio"], law, debt(firms), less_is_better=True)


def product_field(firms: FirmTable, law: Edition) -> ScoredItem:
    """5 主导产品所属领域: of a strategic emerging industry, or of another field."""
    best, other = law.items["product_field"].bands
    return by_first_truth([yes("strategic_emerging", firms)], [best.points[0]], other.points[0])


def main_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """6 主营业务收入占营业收入, of the latest year."""
    figure = share_of_year("main_revenue", "operating_revenue", LATEST, firms)
    return by_share(law.items["main_share"], law, figure)
