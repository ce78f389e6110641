"""The program agrees with a second reading of the law in exact fractions, on and off every line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.i18n import ENGLISH
from eligibility.reports.firm_text import own_figure
from tests.assessment.test_properties import firms
from tests.firms import HNTE, base, table
from tests.schemes.reference import judge
from tests.schemes.reference_facts import (
    INTERNAL_COSTS,
    OTHER_COSTS,
    OUTSOURCED_DOMESTIC,
    OUTSOURCED_OVERSEAS,
)

COSTS = (*INTERNAL_COSTS, OTHER_COSTS, OUTSOURCED_DOMESTIC, OUTSOURCED_OVERSEAS)

NODES = {str(code): lowest for code, lowest in (HNTE.edition("e2016").catalogue or {}).items()}


def exact(firm: Mapping[str, Any]) -> dict[str, Any]:
    """The firm with its amounts as the decimals that were entered."""
    made = {
        name: Fraction(Decimal(str(value))) if isinstance(value, float) else value
        for name, value in firm.items()
    }
    if firm.get("technical_field_code") is not None:
        made["technical_field_code"] = str(firm["technical_field_code"])
    return made


def agree(*given_firms: dict[str, Any]) -> None:
    for firm, found in zip(given_firms, records(assess_table(table(*given_firms))), strict=True):
        expected = judge(exact(firm), NODES)
        assert found["verdict"] == expected["verdict"], firm
        assert {one["id"]: one["status"] for one in found["findings"]} == expected["findings"], firm
        for item in found["score"]["items"]:
            low, high = expected["items"][item["id"]]
            assert (item["low"], item["high"]) == (float(low), float(high)), (item["id"], firm)
        assert found["score"]["low"] == float(expected["score"]["low"]), firm


@given(st.lists(firms(), min_size=20, max_size=20))
@settings(max_examples=20)
def test_any_firm(given_firms: list[dict[str, Any]]) -> None:
    agree(*given_firms)


cents = st.integers(1, 10**11).map(lambda fen: Decimal(fen) / 100)
hair = st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("-0.01")])


@st.composite
def firms_at_a_line(draw: st.DrawFn) -> dict[str, Any]:
    """Amounts built in decimals to lie on a line, or a cent beside it."""
    firm = base()
    line = draw(st.sampled_from(["0.05", "0.04", "0.03"]))
    latest = draw(st.sampled_from([Decimal(50_000_000), Decimal(200_000_000)])) + draw(hair)
    sales = [draw(cents), draw(cents), latest]
    rd = [(amount * Decimal(line)).quantize(Decimal("0.01")) for amount in sales]
    rd[2] = (sum(sales) * Decimal(line)).quantize(Decimal("0.01")) - rd[0] - rd[1] + draw(hair)
    total = draw(cents)
    for place, year in enumerate(("y1", "y2", "y3")):
        firm[f"sales_revenue_{year}"] = float(sales[place])
        firm[f"rd_expense_{year}"] = float(rd[place])
        firm[f"rd_expense_domestic_{year}"] = float(
            (rd[place] * Decimal("0.6")).quantize(Decimal("0.01"))
        )
    firm["gross_income_y3"] = float(total)
    firm["non_taxable_income_y3"] = 0.0
    firm["hitech_income_y3"] = float(
        (total * Decimal("0.6")).quantize(Decimal("0.01")) + draw(hair)
    )
    rates = st.sampled_from(["0", "0.05", "0.15", "0.25", "0.35"]).map(Decimal)
    first, rate = draw(st.integers(1, 10**9)), draw(rates)
    second = first * (1 + rate)
    firm["net_assets_y1"] = float(first)
    firm["net_assets_y2"] = float(second)
    firm["net_assets_y3"] = float(second * (1 + rate) + draw(hair))
    return firm


@given(st.lists(firms_at_a_line(), min_size=20, max_size=20))
@settings(max_examples=20)
def test_any_firm_on_a_line_or_a_cent_beside_it(given_firms: list[dict[str, Any]]) -> None:
    agree(*given_firms)


categories = st.lists(st.integers(0, 10**6), min_size=9, max_size=9)


@given(st.lists(categories, min_size=3, max_size=3))
@settings(max_examples=60)
def test_other_costs_over_three_years_are_capped_as_in_exact_fractions(
    years: list[list[int]],
) -> None:
    law = HNTE.edition("e2016").with_reading("other_cost_period", "three_years")
    firm = base() | {
        f"{name}_y{year}": amount
        for year, amounts in enumerate(years, 1)
        for name, amount in zip(COSTS, amounts, strict=True)
    }
    found = HNTE.criterion("rd_intensity")(table(firm), law).terms["part"][0]
    internal = sum(sum(amounts[:6]) for amounts in years)
    other = min(Fraction(sum(amounts[6] for amounts in years)), Fraction(internal, 4))
    outsourced = Fraction(4, 5) * sum(amounts[7] + amounts[8] for amounts in years)
    assert found == pytest.approx(float(internal + other + outsourced), rel=1e-12)


def test_a_code_of_another_body_leaves_open_whether_an_enterprise_applies() -> None:
    codes = (*(f"{start}150105MA0N00001X" for start in (11, 12, 51, 91, 92, 93)), None)
    ages = (date(2026, 1, 10), date(2020, 1, 1), None)
    agree(*(base(uscc=code, registered_on=day) for code in codes for day in ages))


@given(st.dates(date(2022, 1, 1), date(2025, 12, 31)), st.tuples(*[st.integers(0, 30)] * 3))
@settings(max_examples=60)
def test_conversions_by_days_of_operation_are_averaged_as_in_exact_fractions(
    registered: date, items: tuple[int, int, int]
) -> None:
    law = HNTE.edition("e2016").with_reading("conversion_years", "days")
    firm = base() | {"registered_on": registered}
    firm |= {f"conversions_y{year}": number for year, number in enumerate(items, 1)}
    found = HNTE.indicator("conversion")(table(firm), law).observed[0]
    days = (date(2026, 1, 1) - max(registered, date(2023, 1, 1))).days
    put_to_use = sum(
        number
        for year, number in zip((2023, 2024, 2025), items, strict=True)
        if registered.year <= year
    )
    assert found == pytest.approx(float(put_to_use / (3 * Fraction(days, 1096))), rel=1e-12)


@pytest.mark.parametrize(
    ("basis", "low", "status"), [("counted", 118 / 182, 1), ("paid", 118 / 198, 0)]
)
def test_a_blank_category_leaves_the_domestic_share_between_its_ends_on_either_basis(
    basis: str, low: float, status: int
) -> None:
    law = HNTE.edition("e2016").with_reading("domestic_share_basis", basis)
    costs = dict.fromkeys((f"{name}_y{year}" for name in COSTS for year in (1, 2, 3)), 0)
    costs |= {"rd_personnel_y3": 118, f"{OUTSOURCED_OVERSEAS}_y3": 80}
    totals = {f"rd_expense{part}_y{year}": None for part in ("", "_domestic") for year in (1, 2, 3)}
    firm = base() | totals | costs | {"rd_design_y3": None}
    found = HNTE.criterion("domestic_rd_share")(table(firm), law)
    assert found.interval is not None
    assert (found.interval[0][0], found.status[0]) == (pytest.approx(low, rel=1e-12), status)


def test_a_figure_that_a_blank_leaves_open_is_shown_between_its_ends() -> None:
    def shown(name: str, **changes: Any) -> str:
        (found,) = records(assess_table(table({**base(), **changes})))
        (finding,) = [one for one in found["findings"] if one["id"] == name]
        return own_figure(finding, found["score"], ENGLISH)

    assert shown("hitech_income_share", non_taxable_income_y3=None) == "78.9% or more"
    assert shown("rd_intensity", sales_revenue_y3=None) == "13.5% or less"
    assert shown("hitech_income_share", hitech_income_y3=None) == "–"
