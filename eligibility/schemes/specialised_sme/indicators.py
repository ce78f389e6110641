"""The scored items of 63号 annex 2 and the platform's score of 2号, one function each.

Every function takes the firms and the edition and gives the lowest and highest points that the
facts leave possible. Points and bands come from the edition.
"""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import quotient
from eligibility.domain.facts import RATINGS, FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem
from eligibility.schemes import audited_figures
from eligibility.schemes.audited_figures import (
    LATEST,
    amount,
    blanks,
    debt,
    evaluation_points,
    mean_growth,
    share_of_year,
)
from eligibility.schemes.banded_items import (
    REVIEW,
    by_figure,
    by_first_truth,
    by_input,
    by_share,
    points_of,
)
from eligibility.schemes.three_valued_logic import item_between, reaches, yes

from .derived_figures import REVIEW_FIELD

#: the rights of each band, the best first
RIGHTS = ("related_class1_high_value", "related_class1_self", "related_class1", "related_class2")
#: each of which gives points for quality
QUALITY = ("quality_award", "system_certified", "own_brand", "standards_drafted")


def main_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """1 主营业务收入占营业收入, of the latest year."""
    figure = share_of_year("main_revenue", "operating_revenue", LATEST, firms)
    return by_share(law.items["main_share"], law, figure)


def main_growth_mean(firms: FirmTable, law: Edition) -> ScoredItem:
    """2 近2年主营业务收入平均增长率."""
    growth, empty, missing = mean_growth("main_revenue", law, firms)
    return by_figure(
        law.items["main_growth_mean"],
        law,
        growth,
        missing,
        unknown=np.isnan(growth) & ~empty,
        review=empty & (law.reading("zero_denominator") == REVIEW),
    )


def segment_years(firms: FirmTable, law: Edition) -> ScoredItem:
    """3 从事特定细分市场年限."""
    years = audited_figures.segment_years(firms, law)
    return by_figure(law.items["segment_years"], law, years, {"segment_since": np.isnan(years)})


def product_field(firms: FirmTable, law: Edition) -> ScoredItem:
    """4 主导产品所属领域: the better fact that holds."""
    best, second, _none = law.items["product_field"].bands
    truths = [yes("fills_gap", firms), yes("base_or_chain", firms)]
    return by_first_truth(truths, [best.points[0], second.points[0]])


def digital_level(firms: FirmTable, law: Edition) -> ScoredItem:
    """5 数字化水平, by the platform's own test."""
    level = firms.numbers("digital_level")
    return by_figure(law.items["digital_level"], law, level, {"digital_level": np.isnan(level)})


def quality(firms: FirmTable, law: Edition) -> ScoredItem:
    """6 质量管理水平: by how many of four facts hold."""
    item, truths = law.items["quality"], [yes(name, firms) for name in QUALITY]
    sure = np.sum([truth.certain for truth in truths], axis=0).astype(np.float64)
    perhaps = np.sum([truth.possible for truth in truths], axis=0).astype(np.float64)
    missing = {name: blank for truth in truths for name, blank in truth.missing.items()}
    low, high = points_of(item, law, sure), points_of(item, law, perhaps)
    return item_between(low, high, np.where(sure == perhaps, sure, np.nan), missing)


def profit_margin(firms: FirmTable, law: Edition) -> ScoredItem:
    """7 上年度净利润率; a loss gives no points whatever the revenue is."""
    item = law.items["profit_margin"]
    profit, revenue = firms.numbers("net_profit_y3"), amount("operating_revenue", LATEST, firms)
    empty = revenue == 0
    margin = np.where((profit <= 0) & np.isnan(revenue), 0.0, quotient(profit, revenue))
    return by_figure(
        item,
        law,
        margin,
        {"net_profit_y3": np.isnan(profit), **blanks(firms, [LATEST], "operating_revenue")},
        unknown=np.isnan(margin) & ~empty,
        review=empty & (law.reading("zero_denominator") == REVIEW),
    )


def debt_ratio(firms: FirmTable, law: Edition) -> ScoredItem:
    """8 资产负债率: liabilities over assets at year end, the less the better."""
    return by_share(law.items["debt_ratio"], law, debt(firms), less_is_better=True)


def local_features(firms: FirmTable, law: Edition) -> ScoredItem:
    """9 地方特色指标: the province's points, whose measures are not held."""
    return by_input("local_features", law.items["local_features"], firms)


def related_rights(firms: FirmTable, law: Edition) -> ScoredItem:
    """10 知识产权: the best kind of right of which there is one."""
    *bands, _none = law.items["related_rights"].bands
    truths = [
        reaches(name, band.at_least or 0.0, firms) for name, band in zip(RIGHTS, bands, strict=True)
    ]
    return by_first_truth(truths, [band.points[0] for band in bands])


def rd_cost_amount(firms: FirmTable, law: Edition) -> ScoredItem:
    """11 研发费用投入, by amount."""
    cost = amount("rd_cost", LATEST, firms)
    return by_figure(law.items["rd_cost_amount"], law, cost, blanks(firms, [LATEST], "rd_cost"))


def rd_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """11 研发费用投入, by its share of operating revenue."""
    figure = share_of_year("rd_cost", "operating_revenue", LATEST, firms)
    return by_share(law.items["rd_share"], law, figure)


def rd_staff_share(firms: FirmTable, law: Edition) -> ScoredItem:
    """12 研发人员占比, as entered."""
    figure = firms.numbers("rd_staff_share")
    return by_figure(law.items["rd_staff_share"], law, figure, {"rd_staff_share": np.isnan(figure)})


def institution_level(firms: FirmTable, law: Edition) -> ScoredItem:
    """13 研发机构级别, by its letter."""
    item, level = law.items["institution_level"], firms.numbers("institution_level")
    by_grade = np.array([item.points(grade)[0] for grade in RATINGS])
    blank = np.isnan(level)
    points = by_grade[np.where(blank, 0, level).astype(np.intp)]
    low, high = np.where(blank, by_grade.min(), points), np.where(blank, item.max, points)
    return item_between(low, high, np.full(firms.rows, np.nan), {"institution_level": blank})


def platform_score(firms: FirmTable, law: Edition) -> ScoredItem:
    """2号（六）: the score that the platform gave."""
    return evaluation_points(REVIEW_FIELD, law, firms)
