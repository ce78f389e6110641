"""Signs of figures out of all scale: a part above its whole, an amount in another unit than its neighbours.

Most of them are yuan written under 万元, or the other way round. Nothing is changed for them: both
figures are named, so that a person can see which one is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import Warning
from eligibility.domain.text import Wording

#: a part may pass its whole by this, relative and in CNY: books are rounded
SLACK, ROUNDING = 1e-6, 1.0
#: no firm's own figure moves so far from one year to the next
YEAR_TO_YEAR = 300.0
#: R&D above this many times sales, or below this part of them, is in another unit
RD_TO_SALES, RD_PART_OF_SALES = 100.0, 1e-5
#: how far income may lie above sales, and net assets; how small a part hi-tech income may be
INCOME_TO_SALES, ASSETS_TO_SALES, SALES_TO_HITECH = 300.0, 1000.0, 1000.0

#: sales a head, in CNY: no firm sells so much or, once it sells, so little with its staff
SALES_A_HEAD, SALES_A_HEAD_LOW = 1e8, 100.0

#: between yuan and 10k CNY
UNIT_STEP = 10_000.0

_YEARS = ("y1", "y2", "y3")
_TITLES = {
    "sales_revenue": ("销售收入", "sales revenue"),
    "rd_expense": ("研发费用", "R&D costs"),
    "net_assets": ("净资产", "net assets"),
    "gross_income": ("收入总额", "gross income"),
    "total_income": ("总收入", "total income"),
    "hitech_income": ("高新技术产品（服务）收入", "hi-tech income"),
}
_RD_PARTS = (
    "rd_personnel", "rd_direct", "rd_depreciation", "rd_amortization", "rd_design", "rd_trial",
    "rd_other", "rd_outsourced_domestic", "rd_outsourced_overseas",
)  # fmt: skip


@dataclass(frozen=True)
class _Pair:
    """Two figures of which the first should be no more than ``factor`` times the second."""

    larger: str
    smaller: str
    factor: float


_WHOLES = (
    _Pair("sales_revenue_y3", "gross_income_y3", 1),
    _Pair("sales_revenue_y3", "total_income_y3", 1),
    _Pair("hitech_income_y3", "sales_revenue_y3", 1),
    *(_Pair(f"rd_expense_{year}", f"sales_revenue_{year}", 1) for year in _YEARS),
)
_SCALES = (
    *(_Pair(f"rd_expense_{year}", f"sales_revenue_{year}", RD_TO_SALES) for year in _YEARS),
    *(_Pair(f"sales_revenue_{year}", f"rd_expense_{year}", 1 / RD_PART_OF_SALES) for year in _YEARS),
    *(_Pair(f"net_assets_{year}", f"sales_revenue_{year}", ASSETS_TO_SALES) for year in _YEARS),
    *(
        _Pair(f"{stem}_{one}", f"{stem}_{other}", YEAR_TO_YEAR)
        for stem in ("sales_revenue", "rd_expense", "net_assets")
        for one, other in (("y1", "y2"), ("y2", "y1"), ("y2", "y3"), ("y3", "y2"))
    ),
    _Pair("gross_income_y3", "sales_revenue_y3", INCOME_TO_SALES),
    _Pair("total_income_y3", "sales_revenue_y3", INCOME_TO_SALES),
    _Pair("sales_revenue_y3", "hitech_income_y3", SALES_TO_HITECH),
    _Pair("sales_revenue_y3", "staff_total", SALES_A_HEAD),
    _Pair("staff_total", "sales_revenue_y3", 1 / SALES_A_HEAD_LOW),
)  # fmt: skip


def scale_signs(firms: FirmTable) -> list[Warning]:
    """The firms whose figures do not fit with each other, one sign a kind and firm.

    Parameters
    ----------
    firms : FirmTable
        n firms, amounts in CNY.

    Returns
    -------
    list of Warning
        ``out_of_scale``, then ``part_above_whole`` of the firms that are not out of scale.
    """
    figures = _figures(firms)
    out_of_scale = _any(firms, figures, _SCALES)
    above = _any(firms, figures, _WHOLES) & ~out_of_scale
    return [
        Warning(
            "out_of_scale",
            out_of_scale,
            Wording(
                zh="有金额与企业其他数字相差过于悬殊，请核对单位（是否把元填在了万元栏，或相反）",
                en="An amount is out of all scale with the firm's other figures; see whether yuan stand "
                "under 10k CNY, or the other way round",
            ),
            detail=partial(_scale_detail, figures, firms),
            fields=partial(_pair_fields, figures, _SCALES),
            corrections=partial(_unit_corrections, figures),
        ),
        Warning(
            "part_above_whole",
            above,
            Wording(
                zh="有一项金额大于它所属的总额，请核对两个数字",
                en="A part is above its whole; see which of the two figures is right",
            ),
            detail=partial(_whole_detail, figures, firms),
            fields=partial(_pair_fields, figures, _WHOLES),
        ),
    ]


def part_above_whole(firms: FirmTable, part: str, whole: str) -> list[Warning]:
    """The sign of a part of the latest year that is above its whole: two stems of fields.

    Returns
    -------
    list of Warning
        The one sign ``part_above_whole``.
    """
    smaller, larger = firms.numbers(f"{part}_y3"), firms.numbers(f"{whole}_y3")
    return [
        Warning(
            "part_above_whole",
            smaller > larger * (1 + SLACK) + ROUNDING,
            Wording(
                zh="有一项金额大于它所属的总额，请核对两个数字",
                en="A part is above its whole; see which of the two figures is right",
            ),
        )
    ]


def _figures(firms: FirmTable) -> dict[str, Floats]:
    """The amounts that are compared, of those that the table has."""
    figures = {
        name: np.abs(firms.numbers(name)) if name.startswith("net_assets") else firms.numbers(name)
        for pair in (*_WHOLES, *_SCALES)
        for name in (pair.larger, pair.smaller)
        if name in firms.columns
    }
    for year in _YEARS:
        parts = [f"{stem}_{year}" for stem in _RD_PARTS if f"{stem}_{year}" in firms.columns]
        if parts:
            counted = np.sum([firms.numbers(name) for name in parts], axis=0)
            stated = figures.get(f"rd_expense_{year}", counted)
            figures[f"rd_expense_{year}"] = np.where(np.isnan(stated), counted, stated)
    return figures


def _any(firms: FirmTable, figures: dict[str, Floats], pairs: tuple[_Pair, ...]) -> Bools:
    rows = np.zeros(firms.rows, dtype=np.bool_)
    with np.errstate(invalid="ignore", over="ignore"):
        for pair in pairs:
            if pair.larger in figures and pair.smaller in figures:
                rows |= _apart(figures[pair.larger], figures[pair.smaller], pair)
    return rows


def _apart(larger: Floats, smaller: Floats, pair: _Pair) -> Bools:
    apart: Bools
    if pair.factor == 1:
        apart = larger > smaller * (1 + SLACK) + ROUNDING
        # R&D before the first sale is what a young firm does
        return apart & (smaller > 0) if pair.larger.startswith("rd_") else apart
    apart = (larger > smaller * pair.factor) & (smaller > 0)
    return apart


def _first(figures: dict[str, Floats], pairs: tuple[_Pair, ...], row: int) -> _Pair:
    """The pair that stands out most in a firm."""
    apart = [
        (float(figures[pair.larger][row]) / max(float(figures[pair.smaller][row]) * pair.factor, 1e-9), pair)
        for pair in pairs
        if pair.larger in figures
        and pair.smaller in figures
        and _apart(figures[pair.larger][[row]], figures[pair.smaller][[row]], pair)[0]
    ]  # fmt: skip
    return max(apart, key=lambda entry: entry[0])[1]


def _scale_detail(figures: dict[str, Floats], firms: FirmTable, row: int) -> Wording:
    pair = _first(figures, _SCALES, row)
    if "staff_total" in (pair.larger, pair.smaller):
        return _head_detail(figures, firms, row)
    one, other = (_title(name, firms, row) for name in (pair.larger, pair.smaller))
    larger, smaller = figures[pair.larger][row], figures[pair.smaller][row]
    factor = f"{larger / smaller:,.0f}"
    return Wording(
        zh=f"{one.zh}为{_wan(larger)}万元，是{other.zh}（{_wan(smaller)}万元）的{factor}倍，"
        "请核对单位（是否把元填在了万元栏，或相反）",
        en=f"{one.en} of CNY {larger:,.0f} are {factor} times {other.en} of "
        f"CNY {smaller:,.0f}; see whether yuan stand under 10k CNY, or the other way round",
    )


def _head_detail(figures: dict[str, Floats], firms: FirmTable, row: int) -> Wording:
    """Sales beside the persons who make them."""
    sales, staff = figures["sales_revenue_y3"][row], figures["staff_total"][row]
    title = _title("sales_revenue_y3", firms, row)
    return Wording(
        zh=f"{title.zh}为{_wan(sales)}万元，职工{staff:,.15g}人，人均{_wan(round(sales / staff, 2))}万元，"
        "请核对单位（是否把元填在了万元栏，或相反）",
        en=f"{title.en} of CNY {sales:,.0f} with a staff of {staff:,.15g} are CNY {sales / staff:,.0f} a head; "
        "see whether yuan stand under 10k CNY, or the other way round",
    )


def _whole_detail(figures: dict[str, Floats], firms: FirmTable, row: int) -> Wording:
    pair = _first(figures, _WHOLES, row)
    one, other = (_title(name, firms, row) for name in (pair.larger, pair.smaller))
    larger, smaller = figures[pair.larger][row], figures[pair.smaller][row]
    return Wording(
        zh=f"{one.zh}（{_wan(larger)}万元）大于{other.zh}（{_wan(smaller)}万元），请核对两个数字",
        en=f"{one.en} of CNY {larger:,.0f} are above {other.en} of "
        f"CNY {smaller:,.0f}; see which of the two is right",
    )


def _title(name: str, firms: FirmTable, row: int) -> Wording:
    """A figure with the calendar year that it is of."""
    stem, _, year = name.rpartition("_")
    zh, en = _TITLES[stem]
    calendar_year = int(firms.application_years[row]) - len(_YEARS) + _YEARS.index(year)
    return Wording(zh=f"{calendar_year}年{zh}", en=f"{en}, {calendar_year},")


def _pair_fields(figures: dict[str, Floats], pairs: tuple[_Pair, ...], row: int) -> tuple[str, ...]:
    pair = _first(figures, pairs, row)
    return tuple(name for name in (pair.larger, pair.smaller) if name != "staff_total")


def _unit_corrections(figures: dict[str, Floats], row: int) -> list[dict[str, float]]:
    """The larger figure divided by what lies between yuan and 10k CNY, or the smaller one multiplied.

    Years of the same figure that stand in the same unit go along.
    """
    pair = _first(figures, _SCALES, row)
    return [
        {
            name: factor
            for name in figures
            if name.rpartition("_")[0] == figure.rpartition("_")[0]
            and figures[figure][row] / YEAR_TO_YEAR
            < figures[name][row]
            < figures[figure][row] * YEAR_TO_YEAR
        }
        for figure, factor in ((pair.larger, 1 / UNIT_STEP), (pair.smaller, UNIT_STEP))
        if figure != "staff_total"
    ]


def _wan(amount: float) -> str:
    return f"{amount / 10_000:,.15g}"
