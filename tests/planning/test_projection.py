"""The window moves by whole years; what is not known stays unknown; assumptions are named."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.planning.lead_times import lead_times, months_after
from eligibility.planning.projection import (
    Assumptions,
    Filing,
    project,
    projection,
)
from tests.assessment.test_properties import firms
from tests.firms import HNTE, base, table

ON = date(2026, 9, 1)


def test_the_window_moves_a_year_and_the_oldest_drops_out() -> None:
    firm = project(table(base()), date(2027, 7, 10), HNTE)
    sales = [firm.numbers(f"sales_revenue_y{year}")[0] for year in (1, 2, 3)]
    assert sales == [12_000_000, 15_000_000, 15_000_000]
    assert firm.dates("application_date")[0] == np.datetime64("2027-07-10")
    assert firm.numbers("staff_total")[0] == 100
    firm = project(table(base()), date(2028, 7, 10), HNTE)
    assert {firm.numbers(f"sales_revenue_y{year}")[0] for year in (1, 2, 3)} == {15_000_000}


def test_growth_and_planned_figures_fill_the_new_years() -> None:
    assumed = Assumptions(
        growth={"sales_revenue": 0.1, "hitech_income": 0.1},
        planned_figures={"conversions": {2026: 7}, "st_staff": {2027: 30}},
    )
    firm = project(table(base()), date(2028, 5, 10), HNTE, assumed)
    assert firm.numbers("sales_revenue_y3")[0] == pytest.approx(15_000_000 * 1.21)
    assert firm.numbers("hitech_income_y3")[0] == pytest.approx(12_000_000 * 1.21)
    assert [firm.numbers(f"conversions_y{year}")[0] for year in (1, 2, 3)] == [5, 7, 7]
    assert firm.numbers("st_staff")[0] == 30


def test_a_planned_figure_may_fill_a_column_that_was_not_there() -> None:
    given_firm = {name: value for name, value in base().items() if name != "hitech_income_y3"}
    assumed = Assumptions(planned_figures={"hitech_income": {2026: 9e6}})
    firm = project(table(given_firm), date(2027, 5, 10), HNTE, assumed)
    assert firm.numbers("hitech_income_y3")[0] == 9e6


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        (Assumptions(growth={"profit": 0.1}), "no figure profit"),
        (Assumptions(growth={"conversions": 0.1}), "cannot grow at a rate"),
        (Assumptions(filings=(Filing("trade_mark", ON),)), "no kind of right trade_mark"),
    ],
)
def test_what_cannot_be_assumed_is_refused(assumed: Assumptions, said: str) -> None:
    with pytest.raises(InputError, match=said):
        project(table(base()), date(2027, 5, 10), HNTE, assumed)


def test_class_two_rights_used_in_a_grant_are_gone() -> None:
    granted = Assumptions(certificate_granted=True)
    firm = project(table(base(ip_class1_count=0)), date(2028, 5, 10), HNTE, granted)
    assert firm.numbers("ip_class2_used_count")[0] == 6
    looked = projection(table(base(ip_class1_count=0)), HNTE, ON, granted)
    assert (looked.verdicts == -1).all()
    assert np.isnat(looked.possible[0])


def test_a_right_filed_counts_once_its_months_have_passed() -> None:
    months = lead_times().kind("utility_model").months.value
    filed = months_after(date(2027, 5, 10), -months)
    in_time = Assumptions(filings=(Filing("utility_model", filed, 2),))
    late = Assumptions(filings=(Filing("utility_model", date(2026, 12, 31), 2),))
    day = date(2027, 5, 10)
    for assumed, count in ((in_time, 8), (late, 6)):
        firm = project(table(base()), day, HNTE, assumed)
        assert firm.numbers("ip_class2_count")[0] == count


def test_a_young_firm_becomes_old_enough_between_two_batches() -> None:
    looked = projection(table(base(registered_on=date(2026, 6, 1))), HNTE, ON)
    assert looked.verdicts[0, 0] == -1
    assert looked.possible[0] == np.datetime64("2027-07-10")


def test_the_first_deadline_is_the_first_at_which_it_holds() -> None:
    looked = projection(table(base(), base(st_staff=5)), HNTE, ON)
    assert looked.certain[0] == looked.possible[0] == np.datetime64("2026-09-10")
    assert np.isnat(looked.certain[1])
    assert np.isnat(looked.possible[1])


def test_figures_of_a_later_year_are_not_taken_back() -> None:
    looked = projection(table(base(application_date=date(2028, 5, 10))), HNTE, ON)
    assert looked.open[:, 0].tolist() == [day.year >= 2028 for day in looked.deadlines]
    assert looked.certain[0] == np.datetime64("2028-05-10")


@given(st.lists(firms(), min_size=2, max_size=5))
@settings(max_examples=15)
def test_a_row_is_projected_as_if_it_stood_alone(given_firms: list[dict[str, Any]]) -> None:
    day = date(2029, 5, 10)
    together = project(table(*given_firms), day, HNTE)
    for row, firm in enumerate(given_firms):
        alone = project(table(firm), day, HNTE)
        for name in alone.columns:
            np.testing.assert_array_equal(together.columns[name][row], alone.columns[name][0])


@given(firms())
@settings(max_examples=30)
def test_a_blank_stays_blank(firm: dict[str, Any]) -> None:
    year = firm["application_date"].year
    moved = project(table(firm), date(year + 1, 12, 31), HNTE)
    for stem in ("sales_revenue", "net_assets", "conversions"):
        for now, then in (("y2", "y1"), ("y3", "y2"), ("y3", "y3")):
            blank = np.isnan(moved.numbers(f"{stem}_{then}")[0])
            assert blank == (firm.get(f"{stem}_{now}") is None)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 5, 10), -18, date(2025, 11, 10)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 5, 10), 0, date(2027, 5, 10)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_deadlines_reach_this_year_and_two_more() -> None:
    days = lead_times().deadlines(date(2026, 5, 11))
    assert [day.year for day in days] == [2026, 2026, 2027, 2027, 2027, 2028, 2028, 2028]


def test_the_deadlines_are_the_batches_of_the_regions_overlay_and_then_like_its_latest_year() -> (
    None
):
    times = lead_times()
    overlay = HNTE.overlay(times.region)
    for year in {batch.year for batch in overlay.batches}:
        known = [batch.due for batch in overlay.batches if batch.year == year]
        days = times.deadlines(date(year, 1, 1))
        assert [day for day in days if day.year == year] == known
    latest = max(batch.year for batch in overlay.batches)
    later = [day for day in times.deadlines(date(latest, 1, 1)) if day.year == latest + 1]
    assert later == [
        batch.due.replace(year=latest + 1) for batch in overlay.batches if batch.year == latest
    ]
