"""The scored items of 195号 三、（七）, one function each, in the guideline's order.

Every function takes the firms and the edition and gives the lowest and highest points that the
facts and ratings leave possible. Points and bands come from the edition.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from eligibility.comparisons import at_least, band_indexes, band_line, band_points
from eligibility.domain.arrays import Bools, Floats, only_somewhere
from eligibility.domain.facts import RATINGS, FirmTable, YearSeries
from eligibility.domain.law import Band, Edition, Item
from eligibility.domain.results import ScoredItem

from .blanks import ENDS, alike_where_blank, points_over_fills, select
from .derived_figures import usable_rights, years_in_operation

T = TypeVar("T")
#: figures that are not amounts but differences of them
MAY_BE_NEGATIVE = ("net_assets",)

# --- 1. intellectual property -------------------------------------------------------------------


def ip_advancement(firms: FirmTable, law: Edition) -> ScoredItem:
    """（1）技术的先进程度: the rating's band, or the full range."""
    return _rate("ip_advancement", "ip_advancement_rating", firms, law)


def ip_core_support(firms: FirmTable, law: Edition) -> ScoredItem:
    """（2）核心支持作用: the rating's band, or the full range."""
    return _rate("ip_core_support", "ip_core_support_rating", firms, law)


def ip_count(firms: FirmTable, law: Edition) -> ScoredItem:
    """（3）知识产权数量: band A by Class I rights, the lower bands by usable Class II rights."""
    item = law.items["ip_count"]
    rights = usable_rights(firms, law)
    best, others = item.bands[0], item.bands[1:]

    def points(class1: Floats, class2: Floats) -> tuple[Floats, Floats]:
        low, high = band_points(others, band_indexes(others, law, class2))
        first = at_least(class1, best.at_least or 0.0)
        return np.where(first, best.points[0], low), np.where(first, best.points[1], high)

    low, _ = points(rights.class1[0], rights.class2[0])
    _, high = points(rights.class1[1], rights.class2[1])
    fewest, most = rights.total
    observed = np.where(fewest == most, fewest, np.nan)
    certain = at_least(rights.class1[0], best.at_least or 0.0)
    missing = {name: blank & ~certain for name, blank in rights.missing.items()}
    return ScoredItem(low, high, observed, only_somewhere(missing))


def ip_acquisition(firms: FirmTable, law: Edition) -> ScoredItem:
    """（4）获得方式: own research, or only transfer, gift and merger."""
    item = law.items["ip_acquisition"]
    own = firms.numbers("ip_self_developed")
    blank = np.isnan(own)
    own_low, own_high = item.points("A")
    other_low, other_high = item.points("B")
    low = np.where(own == 1, own_low, np.minimum(own_low, other_low))
    high = np.where(own == 0, other_high, np.maximum(own_high, other_high))
    return _with_rights(ScoredItem(low, high, own, {"ip_self_developed": blank}), firms, law)


def ip_standards(firms: FirmTable, law: Edition) -> ScoredItem:
    """（5）参与编制标准: a bonus; the ceiling of the group holds with it."""
    item = law.items["ip_standards"]
    took_part = firms.numbers("standards_participation")
    yes_low, yes_high = item.points("A")
    no_low, no_high = item.points("B")
    low = np.where(took_part == 1, yes_low, no_low)
    high = np.where(took_part == 0, no_high, yes_high)
    missing = {"standards_participation": np.isnan(took_part)}
    return ScoredItem(low, high, took_part, only_somewhere(missing))


def core_rights(firms: FirmTable, law: Edition) -> ScoredItem:
    """362号, 2008: an invention patent, or a number of rights of any class."""
    item = law.items["core_rights"]
    rights = usable_rights(firms, law)
    best = item.bands[0]

    def index(class1: Floats, total: Floats) -> tuple[Floats, Floats]:
        low, high = band_points(item.bands, band_indexes(item.bands, law, total))
        first = at_least(class1, law.value("class1_for_best_band"))
        return np.where(first, best.points[0], low), np.where(first, best.points[1], high)

    fewest, most = rights.total
    low, _ = index(rights.class1[0], fewest)
    _, high = index(rights.class1[1], most)
    return ScoredItem(
        low, high, np.where(fewest == most, fewest, np.nan), only_somewhere(rights.missing)
    )


# --- 2. results put to use ----------------------------------------------------------------------


@alike_where_blank("conversions_")
def conversion(firms: FirmTable, law: Edition) -> ScoredItem:
    """科技成果转化: by the annual average; between none and one item a year the text is silent."""
    item = law.items["conversion"]
    reading = law.reading("conversion_years")

    def average(table: FirmTable, series: YearSeries) -> Floats:
        years = series.applies.sum(axis=0).astype(np.float64)
        none = years == 0
        if reading == "three":
            years[:] = series.applies.shape[0]
        elif reading == "days":
            # the rows of the table may stand in the series several times
            years = np.tile(years_in_operation(table), len(years) // table.rows)
        return np.where(none, 0.0, series.total / np.where(none, 1.0, years))

    def points(table: FirmTable, series: YearSeries) -> tuple[Floats, Floats]:
        return _conversion_points(item, law, average(table, series))

    figure = average(firms, firms.series("conversions"))
    return _over_blanks(firms, "conversions", (0.0, np.inf), figure, lambda series: series, points)


def _conversion_points(item: Item, law: Edition, average: Floats) -> tuple[Floats, Floats]:
    low, high = band_points(item.bands, band_indexes(item.bands, law, average))
    none, weak = item.bands[-1], item.bands[-2]
    silent = (average > 0) & ~at_least(average, weak.at_least or 0.0)
    reading = law.reading("conversion_below_one")
    if reading != "none":
        high = np.where(silent, weak.points[1], high)
        low = np.where(silent, weak.points[0] if reading == "weak" else none.points[0], low)
    return low, high


# --- 3. R&D management --------------------------------------------------------------------------


def management_system(firms: FirmTable, law: Edition) -> ScoredItem:
    """（1）管理制度、核算体系、辅助账: the points given, or the full range."""
    return _self_rating("management_system", firms, law)


def management_institution(firms: FirmTable, law: Edition) -> ScoredItem:
    """（2）研发机构、产学研: the points given, or the full range."""
    return _self_rating("management_institution", firms, law)


def management_incentive(firms: FirmTable, law: Edition) -> ScoredItem:
    """（3）转化激励、创业平台: the points given, or the full range."""
    return _self_rating("management_incentive", firms, law)


def management_talent(firms: FirmTable, law: Edition) -> ScoredItem:
    """（4）人才制度: the points given, or the full range."""
    return _self_rating("management_talent", firms, law)


def management_checks(firms: FirmTable, law: Edition) -> ScoredItem:
    """362号, 2008: by the number of the five checks passed."""
    item = law.items["management_checks"]
    passed = firms.numbers("management_checks")
    blank = np.isnan(passed)
    low, high = band_points(item.bands, band_indexes(item.bands, law, np.where(blank, 0.0, passed)))
    return ScoredItem(
        np.where(blank, 0.0, low),
        np.where(blank, item.max, high),
        passed,
        only_somewhere({"management_checks": blank}),
    )


# --- 4. growth ----------------------------------------------------------------------------------


@alike_where_blank("net_assets_")
def growth_net_assets(firms: FirmTable, law: Edition) -> ScoredItem:
    """（1）净资产增长率; negative net assets by the edition's reading."""
    none_for_negative = law.reading("negative_net_assets") == "no_points"
    return _growth("growth_net_assets", "net_assets", firms, law, none_for_negative)


@alike_where_blank("sales_revenue_")
def growth_sales(firms: FirmTable, law: Edition) -> ScoredItem:
    """（2）销售收入增长率."""
    return _growth("growth_sales", "sales_revenue", firms, law)


@alike_where_blank("total_assets_")
def growth_total_assets(firms: FirmTable, law: Edition) -> ScoredItem:
    """362号, 2008: 总资产增长率."""
    return _growth("growth_total_assets", "total_assets", firms, law)


def _growth(
    name: str, stem: str, firms: FirmTable, law: Edition, none_for_negative: bool = False
) -> ScoredItem:
    """Mean of the yearly ratios less one, and the cases in which the text or a reading decides."""
    item = law.items[name]

    def points(_: FirmTable, growth: _Growth) -> tuple[Floats, Floats]:
        return _growth_points(item, law, growth, none_for_negative)

    ends = (*ENDS, *(-end for end in ENDS[1:])) if stem in MAY_BE_NEGATIVE else ENDS
    grown = firms.memoize(("figures", stem), lambda: _growth_rate(firms.series(stem)))
    return _over_blanks(firms, stem, ends, grown.rate, _growth_rate, points)


def _growth_points(
    item: Item, law: Edition, growth: _Growth, none_for_negative: bool
) -> tuple[Floats, Floats]:
    zero = (
        growth.negative.copy() if none_for_negative else np.zeros(len(growth.rate), dtype=np.bool_)
    )
    left_open = np.zeros(len(zero), dtype=np.bool_)
    for question, case in growth.cases.items():
        reading = law.reading(question)
        if reading == "no_points":
            zero |= case
        elif reading == "review":
            left_open |= case
    low, high = (side.copy() for side in growth.band_points(item, law))
    low[zero | left_open] = 0.0
    high[left_open] = item.max
    high[zero] = 0.0
    return low, high


@dataclass(frozen=True)
class _Growth:
    """A growth rate, NaN where no ratio can be formed, and the rows that an interpretation decides."""

    rate: Floats
    negative: Bools
    cases: Mapping[str, Bools]
    _points: dict[Hashable, tuple[Floats, Floats]] = field(default_factory=dict)

    def band_points(self, item: Item, law: Edition) -> tuple[Floats, Floats]:
        """Lowest and highest points of the rates, formed once for all readings that leave the bands."""
        key = tuple((band.points, band.at_most, band_line(band, law)) for band in item.bands)
        if key not in self._points:
            indexes = band_indexes(item.bands, law, self.rate)
            self._points[key] = band_points(item.bands, indexes)
        return self._points[key]


def _growth_rate(series: YearSeries) -> _Growth:
    first, second, third = series.values
    runs_first, runs_second, _ = series.applies
    with np.errstate(divide="ignore", invalid="ignore"):
        last = third / second
        both = np.mean([second / first, last], axis=0)
    first_zero = runs_first & (first == 0)
    second_zero = runs_second & (second == 0)
    rate = np.where(runs_first & ~first_zero, both, last) - 1
    return _Growth(
        rate=np.where(~runs_second | second_zero, np.nan, rate),
        negative=np.logical_or.reduce(series.applies & (series.values < 0)),
        cases={
            "growth_first_year_zero": first_zero & ~second_zero,
            "growth_second_year_zero": second_zero,
            "growth_two_years": runs_second & ~runs_first & ~second_zero,
            "growth_one_year": ~runs_second,
        },
    )


# --- shared -------------------------------------------------------------------------------------


def _rate(name: str, rating_field: str, firms: FirmTable, law: Edition) -> ScoredItem:
    item = law.items[name]
    rating = firms.numbers(rating_field)
    blank = np.isnan(rating)
    index = np.where(blank, 0, rating).astype(np.intp)
    low, high = band_points([_band(item, grade) for grade in RATINGS], index)
    scored = ScoredItem(
        np.where(blank, 0.0, low),
        np.where(blank, item.max, high),
        np.full(firms.rows, np.nan),
        {rating_field: blank},
    )
    return _with_rights(scored, firms, law)


def _band(item: Item, grade: str) -> Band:
    return next(band for band in item.bands if band.grade == grade)


def _self_rating(name: str, firms: FirmTable, law: Edition) -> ScoredItem:
    points = firms.numbers(name)
    blank = np.isnan(points)
    return ScoredItem(
        np.where(blank, 0.0, points),
        np.where(blank, law.items[name].max, points),
        points,
        only_somewhere({name: blank}),
    )


def _with_rights(item: ScoredItem, firms: FirmTable, law: Edition) -> ScoredItem:
    """Items that judge the rights give nothing where there are none (档E 无)."""
    rights = usable_rights(firms, law)
    fewest, most = rights.total
    needed = law.value("rights_needed")
    has, may_have = at_least(fewest, needed), at_least(most, needed)
    missing = {name: blank & ~has for name, blank in rights.missing.items()}
    missing |= {name: blank & may_have for name, blank in item.missing.items()}
    return ScoredItem(
        np.where(has, item.low, 0.0),
        np.where(may_have, item.high, 0.0),
        item.observed,
        only_somewhere(missing),
    )


def _over_blanks(
    firms: FirmTable,
    stem: str,
    ends: Sequence[float],
    figure: Floats,
    figures: Callable[[YearSeries], T],
    points: Callable[[FirmTable, T], tuple[Floats, Floats]],
) -> ScoredItem:
    """Points of a series; where it has blanks, those of every fill of them by ``ends``.

    ``figures`` and ``points`` as in :func:`points_over_fills`. A blank that leaves the points as
    they are is not missing.
    """
    series = firms.series(stem)
    low, high = points(firms, firms.memoize(("figures", stem), lambda: figures(series)))
    blank = ~series.is_complete
    unfixed = np.zeros(firms.rows, dtype=np.bool_)
    if blank.any():
        rows = select(firms, blank, stem)
        low[blank], high[blank], fixed = points_over_fills(rows, stem, ends, figures, points)
        unfixed[blank] = ~fixed
    return ScoredItem(
        low,
        high,
        np.where(blank, np.nan, figure),
        only_somewhere({name: rows & unfixed for name, rows in series.missing.items()}),
    )
