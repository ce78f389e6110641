"""The scored items of 115号 第七条, one function each, in the article's order.

Every function takes the firms and the edition and gives the lowest and highest points that the
facts leave possible. Points and bands come from the edition.
"""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import at_least, band_indexes, band_points, quotient
from eligibility.domain.arrays import Floats, only_somewhere
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem

from .derived_figures import count, count_bounds, rd_costs


def st_staff_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """1 科技人员: S&T staff over staff."""
    part, whole = count(firms, "st_staff"), count(firms, "staff_total")
    return _share("st_staff_share", "st_staff", "staff_total", part, whole, law)


def rd_over_sales(firms: FirmTable, law: Edition) -> ScoredItem:
    """2（1）研发费用占销售收入, of the latest year."""
    costs, sales = rd_costs(firms, law), firms.numbers("sales_revenue_y3")
    return _share("rd_over_sales", "rd_super_deduction_y3", "sales_revenue_y3", costs, sales, law)


def rd_over_costs(firms: FirmTable, law: Edition) -> ScoredItem:
    """2（2）研发费用占成本费用支出, of the latest year."""
    rd, costs = rd_costs(firms, law), firms.numbers("costs_total_y3")
    return _share("rd_over_costs", "rd_super_deduction_y3", "costs_total_y3", rd, costs, law)


def rights(firms: FirmTable, law: Edition) -> ScoredItem:
    """3 科技成果: band A by Class I rights, the lower bands by Class II rights."""
    item = law.items["rights"]
    best, others = item.bands[0], item.bands[1:]
    names = ("ip_class1_count", "ip_class2_count")

    def points(class1: Floats, class2: Floats) -> Floats:
        by_class2, _ = band_points(others, band_indexes(others, law, class2))
        return np.where(at_least(class1, best.at_least or 0.0), best.points[0], by_class2)

    ends = [count_bounds(firms, name) for name in names]
    low, high = (points(*end) for end in zip(*ends, strict=True))
    missing = {name: np.isnan(count(firms, name)) & (low < high) for name in names}
    observed = count(firms, names[0]) + count(firms, names[1])
    return ScoredItem(low, high, observed, only_somewhere(missing))


def _share(
    name: str, part_field: str, whole_field: str, part: Floats, whole: Floats, law: Edition
) -> ScoredItem:
    """An item by a share; the full range where it is unknown, a zero base by the reading.

    Nothing gives no points over whatever the blank whole is, nor does any part of a whole of zero.
    """
    item = law.items[name]
    share = quotient(part, whole)
    low, high = band_points(item.bands, band_indexes(item.bands, law, share))
    review = law.reading("zero_denominator") == "review"
    unknown = np.isnan(part) | np.isnan(whole)
    if not review:
        unknown &= ~((part == 0) | (whole == 0))
    left_open = unknown | ((whole == 0) & review)
    missing = {part_field: np.isnan(part) & unknown, whole_field: np.isnan(whole) & unknown}
    return ScoredItem(
        np.where(np.isnan(share), 0.0, low),
        np.where(left_open, item.max, np.where(np.isnan(share), 0.0, high)),
        share,
        only_somewhere(missing),
    )
