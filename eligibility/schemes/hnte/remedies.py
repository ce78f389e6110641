"""The rules turned round: what a firm can move, and how far until a line is reached.

One function for each condition and each scored item, named as in criteria.py and indicators.py,
and each the inverse of its namesake: conditions give the needs that must all be filled, items the
steps to better grades. ``levers`` tells what a firm can move. Every line, band and mark comes
from the edition; nothing is found by trying.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from eligibility.comparisons import band_line, is_one_of, scale_values, slack
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import RATINGS, FirmTable
from eligibility.domain.law import Band, Edition
from eligibility.domain.results import Need, ScoreInterval, Step

from .derived_figures import (
    RdCosts,
    counted_rd,
    other_cut,
    other_per_base,
    paid_rd,
    total_income,
    usable_rights,
)
from .levers import RATED, RIGHTS, after_grant, levers

__all__ = ["after_grant", "levers"]

# --- conditions ---------------------------------------------------------------------------------


def registration_age(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（一）: days until the firm is old enough."""
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    days = np.where(np.isnat(registered), np.nan, (applied - registered).astype(np.float64))
    beyond = law.reading("days_counted") != "inclusive"
    return (Need(law.value("registration_days") - days, {"days": 1.0}, beyond),)


def core_ip(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（二）: usable rights, and that they support the main products."""
    return (*_rights(firms, law), Need(_not_yet("ip_core_support", firms), {"core_support": 1.0}))


def technical_field(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（三）: no amount helps a product outside the catalogue."""
    codes = firms.numbers("technical_field_code")
    lowest, listed = is_one_of(codes, law.lowest_codes), is_one_of(codes, law.listed_codes)
    unknown = np.isnan(codes) | (listed & ~lowest) | (law.catalogue is None)
    return (Need(np.where(unknown, np.nan, np.where(lowest, 0.0, 1.0)), {}),)


def st_staff_ratio(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（四）: S&T staff among the present staff, or more people."""
    return _staff_share("st_staff", firms, law)


def college_staff_ratio(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """172号 第十条（三）, 2008: S&T staff with a college degree."""
    return _staff_share("college_st_staff", firms, law)


def rd_staff_ratio(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """172号 第十条（三）, 2008: R&D staff."""
    return _staff_share("rd_staff", firms, law)


def rd_intensity(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（五）: R&D of the latest year, at the line of its tier."""
    rd, sales = counted_rd(firms, law).total, firms.series("sales_revenue")
    latest = np.where(sales.applies[-1], sales.values[-1], np.nan)
    line, empty = scale_values(law.scales["rd_intensity"], latest), sales.total == 0
    short = _short(line, sales.total, rd.total)
    return _rd_needs(short, 1.0, rd.applies[-1] & ~empty, empty, firms, law)


def domestic_rd_share(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（五）: R&D at home in the latest year, which adds to all R&D too."""
    as_paid = law.reading("domestic_share_basis") == "paid"
    rd: RdCosts = (paid_rd if as_paid else counted_rd)(firms, law)
    line = law.value("domestic_rd_share")
    short = _short(line, rd.total.total, rd.domestic.total)
    empty = rd.total.total == 0
    spending = rd.total.applies[-1]
    if as_paid:
        return (Need(short, {"rd_at_home": np.where(spending, 1 - line, 0.0)}, empty),)
    return _rd_needs(short, 1 - line, spending, empty, firms, law)


def hitech_income_share(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（六）: income shown to be hi-tech, or more of it."""
    line, (whole, _) = law.value("hitech_income_share"), total_income(firms)
    short = _short(line, whole, firms.numbers("hitech_income_y3"))
    gains = {"hitech_income_shown": 1.0, "hitech_income_new": 1 - line}
    return (Need(short, gains, whole == 0),)


def innovation_score(score: ScoreInterval, law: Edition) -> tuple[Need, ...]:
    """第十一条（七）: points that are certain; ``points`` stands for the score itself."""
    mark, reading = law.score.pass_mark, law.reading("pass_mark")
    if reading == "whole_points":
        return (Need(np.floor(mark) + 1 - score.low, {"points": 1.0}),)
    return (Need(mark - score.low, {"points": 1.0}, reading != "at_least"),)


def no_major_violation(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    """第十一条（八）: nothing mends a violation but the days that pass, and its day is not asked."""
    return (Need(firms.numbers("major_violation"), {}),)


def _staff_share(staff: str, firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    line, whole = law.value(f"{staff}_share"), firms.numbers("staff_total")
    gains = {f"{staff}_converted": 1.0, f"{staff}_hired": 1 - line}
    return (Need(_short(line, whole, firms.numbers(staff)), gains, whole == 0),)


def _short(line: Floats | float, whole: Floats, part: Floats) -> Floats:
    """What a part lacks of its line; where there is no base any share is still to be formed."""
    return np.where((whole == 0) & ~np.isnan(part), 0.0, (line - slack(line)) * whole - part)


def _rd_needs(
    short: Floats, share: float, spending: Bools, empty: Bools, firms: FirmTable, law: Edition
) -> tuple[Need, ...]:
    """R&D counts once itself, and what it frees of other costs until none is cut off any more."""
    cut = other_cut(firms, law)[-1]
    with_freed = 1 + np.where(cut > 0, other_per_base(law), 0.0)
    return (
        Need(short, {"rd_at_home": np.where(spending, share * with_freed, 0.0)}, empty),
        Need(short - share * cut, {"rd_at_home": np.where(spending, share, 0.0)}, empty),
    )


def _rights(firms: FirmTable, law: Edition) -> tuple[Need, ...]:
    fewest, most = usable_rights(firms, law).total
    short = np.where(fewest == most, law.value("rights_needed") - fewest, np.nan)
    return (Need(short, RIGHTS),)


def _not_yet(field: str, firms: FirmTable) -> Floats:
    """One where a fact is not known to hold, none where it does."""
    return np.where(firms.numbers(field) == 1, 0.0, 1.0)


# --- scored items -------------------------------------------------------------------------------


def ip_advancement(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（1）技术的先进程度: the papers for a better rating."""
    return _rating_steps("ip_advancement", "advancement_rating", firms, law)


def ip_core_support(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（2）核心支持作用: the papers for a better rating."""
    return _rating_steps("ip_core_support", "core_support_rating", firms, law)


def ip_count(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（3）知识产权数量: Class I rights for the best band, usable Class II rights for the others."""
    rights = usable_rights(firms, law)

    def known_rows(counts: tuple[Floats, Floats]) -> Floats:
        return np.where(counts[0] == counts[1], counts[0], np.nan)

    best, *others = law.items["ip_count"].bands
    steps = _count_steps(others, known_rows(rights.class2), {"class2_rights": 1.0}, law)
    line, strict = band_line(best, law)
    need = Need(line - known_rows(rights.class1), {"class1_rights": 1.0}, strict)
    return (*steps, Step(best.grade, best.points, (need,)))


def ip_acquisition(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（4）获得方式: rights of own research."""
    points, bought = (law.items["ip_acquisition"].points(grade) for grade in ("A", "B"))
    # where it is blank, the points that are certain are the lower of the two
    certain = np.isnan(firms.numbers("ip_self_developed")) & (points[0] <= bought[0])
    short = np.where(certain, 0.0, _not_yet("ip_self_developed", firms))
    own = Need(short, {"own_research": 1.0})
    return (Step("A", points, (own, *_rights(firms, law))),)


def ip_standards(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（5）参与编制标准: the bonus."""
    took_part = Need(_not_yet("standards_participation", firms), {"standards": 1.0})
    return (Step("A", law.items["ip_standards"].points("A"), (took_part,)),)


def core_rights(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """362号, 2008: an invention patent, or a number of rights of any class."""
    item, rights = law.items["core_rights"], usable_rights(firms, law)
    fewest, most = rights.total
    # a Class I right gives the best band at once, so the others are reached by Class II alone
    counted = np.where(fewest == most, fewest, np.nan)
    steps = _count_steps(item.bands, counted, {"class2_rights": 1.0}, law)
    first = law.value("class1_for_best_band") - rights.class1[0]
    best = item.bands[0]
    return (*steps, Step(best.grade, best.points, (Need(first, {"class1_rights": 1.0}),)))


def conversion(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """科技成果转化: results more in the latest year, for the average of the years."""
    series = firms.series("conversions")
    years = series.applies.sum(axis=0)
    if law.reading("conversion_years") == "three":
        years = np.full(firms.rows, series.applies.shape[0])
    # a firm that has not closed a year has none in which a result could count
    total = np.where(series.applies[-1], series.total, np.nan)
    return _count_steps(law.items["conversion"].bands, total, {"conversions": 1.0}, law, years)


def management_system(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（1）管理制度、核算体系、辅助账: point by point."""
    return _self_rating_steps("management_system", firms, law)


def management_institution(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（2）研发机构、产学研: point by point."""
    return _self_rating_steps("management_institution", firms, law)


def management_incentive(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（3）转化激励、创业平台: point by point."""
    return _self_rating_steps("management_incentive", firms, law)


def management_talent(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（4）人才制度: point by point."""
    return _self_rating_steps("management_talent", firms, law)


def management_checks(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """362号, 2008: more of the checks passed."""
    passed = np.nan_to_num(firms.numbers("management_checks"))
    bands = law.items["management_checks"].bands
    return _count_steps(bands, passed, {"management_checks": 1.0}, law)


def growth_net_assets(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（1）净资产增长率: what the latest year's net assets would have to be."""
    none_for_negative = law.reading("negative_net_assets") == "no_points"
    return _growth("growth_net_assets", "net_assets", firms, law, none_for_negative)


def growth_sales(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """（2）销售收入增长率: what the latest year's sales would have to be."""
    return _growth("growth_sales", "sales_revenue", firms, law)


def growth_total_assets(firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    """362号, 2008: what the latest year's total assets would have to be."""
    return _growth("growth_total_assets", "total_assets", firms, law)


def _growth(
    name: str, stem: str, firms: FirmTable, law: Edition, none_for_negative: bool = False
) -> tuple[Step, ...]:
    """½(y2/y1 + y3/y2) − 1 ≥ g solved for y3: y2·(2(1 + g) − y2/y1); over two years y2·(1 + g)."""
    series = firms.series(stem)
    first, second, third = series.values
    runs_first, runs_second, runs_third = series.applies
    last_alone = ~runs_first | (first == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        earlier = np.where(last_alone, 0.0, second / first)
    ratios = np.where(last_alone, 1, 2)
    open_way = series.is_complete & runs_third & runs_second & (second > 0)
    for case, rows in (
        ("growth_first_year_zero", runs_first & (first == 0)),
        ("growth_two_years", ~runs_first),
    ):
        if law.reading(case) != "last_two_years":
            open_way &= ~rows
    if none_for_negative:
        open_way &= ~(runs_first & (first < 0))
    steps = []
    for band in reversed(law.items[name].bands[:-1]):
        line, strict = band_line(band, law)
        on_line = line if strict else line - slack(line)
        with np.errstate(invalid="ignore"):
            target = second * (ratios * (1 + on_line) - earlier)
        if none_for_negative:
            # below nothing there are no points, whatever the ratios say
            at_zero = target < 0
            target = np.maximum(target, 0.0)
            strict = strict & ~at_zero
        short = np.where(open_way, target - third, np.nan)
        steps.append(Step(band.grade, band.points, (Need(short, {_LEVERS[stem]: 1.0}, strict),)))
    return tuple(steps)


_LEVERS = {"net_assets": "net_assets", "sales_revenue": "sales", "total_assets": "total_assets"}


def _count_steps(
    bands: Sequence[Band],
    present: Floats,
    gains: Mapping[str, Floats | float],
    law: Edition,
    years: Floats | NDArray[np.int_] | float = 1.0,
) -> tuple[Step, ...]:
    """One step for each band above none, upwards: the line a year, times the years, less the count."""
    result = []
    for band in reversed(bands[:-1]):
        line, strict = band_line(band, law)
        result.append(Step(band.grade, band.points, (Need(line * years - present, gains, strict),)))
    return tuple(result)


def _rating_steps(name: str, lever: str, firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    item, worst = law.items[name], len(RATINGS) - 1
    rating = firms.numbers(RATED[lever])
    grade = np.where(np.isnan(rating), worst, rating)
    rights = _rights(firms, law)
    return tuple(
        Step(
            RATINGS[place],
            item.points(RATINGS[place]),
            (Need(grade - place, {lever: 1.0}), *rights),
        )
        for place in reversed(range(worst))
    )


def _self_rating_steps(name: str, firms: FirmTable, law: Edition) -> tuple[Step, ...]:
    points = np.nan_to_num(firms.numbers(name))
    return tuple(
        Step("", (float(rating), float(rating)), (Need(rating - points, {name: 1.0}),))
        for rating in range(1, int(law.items[name].max) + 1)
    )
