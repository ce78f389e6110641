"""Figures that several rules share: how each is formed, and that what is kept of one serves no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from eligibility.domain.facts import FirmTable
from eligibility.schemes.hnte.derived_figures import (
    CATEGORIES,
    counted_rd,
    fill_rd,
    incomplete_categories,
    other_cut,
    outsourced_ratio,
    paid_rd,
    usable_rights,
    years_in_operation,
)
from tests.firms import HNTE, base, table

LAW = HNTE.edition("e2016")
TOGETHER = LAW.with_reading("other_cost_period", "three_years")
NO_TOTALS = {f"rd_expense{of}_y{year}": None for of in ("", "_domestic") for year in (1, 2, 3)}


def spent(**costs: Any) -> dict[str, Any]:
    """A firm whose R&D is given by category, nothing but these; three amounts are of the three years."""
    amounts: dict[str, Any] = {}
    for name in CATEGORIES:
        years = costs.pop(name, 0)
        years = years if isinstance(years, tuple) else (years,) * 3
        amounts |= {f"rd_{name}_y{year}": cost for year, cost in enumerate(years, 1)}
    return base(**NO_TOTALS) | amounts | costs


def counted(*firms: dict[str, Any], law: Any = LAW) -> list[list[float]]:
    """All R&D as counted, a list of years a firm."""
    return counted_rd(table(*firms), law).total.values.T.tolist()


def test_rights_are_those_of_the_edition_that_asks() -> None:
    firms = table(base(ip_class1_count=0, ip_class2_count=3, ip_class2_used_count=1))
    assert [end.tolist() for end in usable_rights(firms, LAW).class2] == [[2], [2]]
    assert [end.tolist() for end in usable_rights(firms, HNTE.edition("e2008")).class2] == [
        [3],
        [3],
    ]
    assert [end.tolist() for end in usable_rights(firms, LAW).class2] == [[2], [2]]


def test_costs_are_those_of_the_numbers_of_the_edition_that_asks() -> None:
    # the rules of 2008 allow a tenth of other costs, those of 2016 a fifth
    firms = table(spent(personnel=90, other=50))
    old = HNTE.edition("e2008")
    assert counted_rd(firms, LAW).total.values[0, 0] == 112.5
    assert counted_rd(firms, old).total.values[0, 0] == 100
    assert counted_rd(firms, LAW).total.values[0, 0] == 112.5


def test_how_many_rights_are_spent_is_missed_only_where_one_could_be() -> None:
    firms = table(*(base(ip_class2_count=n, ip_class2_used_count=None) for n in (0, 1, 2, None)))
    missing = usable_rights(firms, LAW).missing["ip_class2_used_count"]
    assert missing.tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("registered", "days"),
    [("2010-05-01", 1096), ("2023-01-01", 1096), ("2025-12-31", 1), ("2026-01-01", 0), ("2026-02-01", 0)],
)  # fmt: skip
def test_time_in_operation_is_days_to_the_end_of_the_latest_year(
    registered: str, days: int
) -> None:
    firms = table(base(registered_on=date.fromisoformat(registered)), base(registered_on=None))
    assert years_in_operation(firms)[0] == 3 * days / 1096
    assert np.isnan(years_in_operation(firms)[1])


def test_other_costs_are_cut_at_a_quarter_of_the_rest() -> None:
    firm = spent(personnel=60, direct=40, other=(100, 25, 26), outsourced_overseas=50)
    assert counted(firm) == [[165, 165, 165]]
    assert other_cut(table(firm), LAW).T.tolist() == [[75, 0, 1]]
    # of a total that takes in what was outsourced, a quarter is more
    of_all = LAW.with_reading("other_cost_base", "all_rd")
    assert counted(firm, law=of_all) == [[175, 165, 166]]
    assert counted(firm | spent(personnel=100, other=100, outsourced_domestic=50), law=of_all) == [
        [175] * 3
    ]
    # where a category is blank, or totals stand, nothing is known to be cut
    open_firm = firm | {"rd_outsourced_domestic_y1": None}
    assert other_cut(table(open_firm, base()), LAW).T.tolist() == [[0, 0, 1], [0, 0, 0]]
    assert other_cut(table(base()), LAW).tolist() == [[0]] * 3


def test_over_three_years_what_one_leaves_the_others_may_use() -> None:
    firms = (
        spent(personnel=100, other=(0, 45, 55)),  # 75 allowed, 50 of them in their own years
        spent(personnel=(100, 100, 0), other=(0, 50, 0)),
        spent(personnel=100, other=(0, 45, 55), registered_on=date(2024, 3, 1)),  # two years
        spent(personnel=100, other=25),
    )
    assert counted(*firms) == [[100, 125, 125], [100, 125, 0], [100, 125, 125], [125] * 3]
    assert counted(*firms, law=TOGETHER) == [
        [100, 135, 140], [100, 150, 0], [100, 125, 125], [125] * 3,
    ]  # fmt: skip


def test_a_year_with_a_blank_neither_gives_room_nor_takes_it() -> None:
    firm = spent(personnel=(100, None, 100), other=(0, 10, 60))
    values = counted_rd(table(firm), TOGETHER).total.values
    assert values[[0, 2], 0].tolist() == [100, 150]


def test_blanks_filled_over_other_years_are_other_costs() -> None:
    firms = table(spent(personnel=100, other=(0, 50, 50)))
    each = [np.array([[year >= first] for year in range(3)]) for first in (0, 2, 0)]
    totals = [fill_rd(firms, TOGETHER, 0.0, 0.0, years).total[:, 0].tolist() for years in each]
    assert totals == [[100, 137.5, 137.5], [100, 125, 125], [100, 137.5, 137.5]]
    paid = fill_rd(firms, TOGETHER, 0.0, 0.0, each[0], as_paid=True).total[:, 0].tolist()
    assert paid == [100, 150, 150]


def _open(**known: Any) -> FirmTable:
    return table(base(**NO_TOTALS) | {"rd_personnel_y1": None} | known)


def test_a_year_begun_by_category_is_filled_by_category_unless_its_total_stands() -> None:
    years = np.ones((3, 1), dtype=np.bool_)
    begun = {f"rd_{name}_y3": 7 for name in ("personnel", "direct", "design")}
    firms = _open(**begun, rd_expense_y2=90, rd_personnel_y2=50)
    assert fill_rd(firms, LAW, 0.0, 0.0, years).total[:, 0].tolist() == [0, 90, 21]
    assert fill_rd(firms, LAW, 10.0, 0.0, years).total[1, 0] == 90
    # one whose categories are all there is formed by them, whatever is blank in a firm beside it
    whole = table(spent(personnel=50, direct=20, rd_expense_y2=90), base())
    both = np.ones((3, 2), dtype=np.bool_)
    assert fill_rd(whole, LAW, 0.0, 0.0, both).total[:, 0].tolist() == [70, 70, 70]


def test_a_year_that_cannot_be_formed_wants_its_blank_categories_or_its_total() -> None:
    firm = spent(rd_expense_domestic_y1=33) | {"rd_outsourced_overseas_y1": None}
    firm |= {f"rd_{name}_y3": None for name in CATEGORIES}
    rd = counted_rd(table(firm), LAW)
    assert sorted(rd.total.missing) == ["rd_expense_y3", "rd_outsourced_overseas_y1"]
    # abroad is open, and so is what all of it comes to: the domestic part is the one that is stated
    assert rd.domestic.values[0, 0] == 33


def test_a_total_that_stands_beside_some_categories_is_at_least_what_they_come_to() -> None:
    costs = spent(
        personnel=50, other=40, outsourced_domestic=10, outsourced_overseas=20, rd_expense_y1=90
    )
    some, abroad = costs | {"rd_trial_y1": None}, costs | {"rd_outsourced_overseas_y1": None}
    untold = costs | {"rd_trial_y1": None, "rd_expense_y1": None}
    none = costs | {f"rd_{name}_y1": None for name in CATEGORIES}
    least = incomplete_categories(table(costs, some, abroad, untold, none), LAW)
    assert least is not None
    # other costs may be cut to nothing, and four fifths of what was outsourced count
    np.testing.assert_equal(least[0], [np.nan, 74, 58, np.nan, np.nan])
    assert np.isnan(least[1:]).all()
    assert incomplete_categories(table(costs, none), LAW) is None
    assert incomplete_categories(table(base()), LAW) is None


def test_costs_as_paid_are_whole_at_home_and_abroad() -> None:
    firm = spent(personnel=50, other=40, outsourced_domestic=10, outsourced_overseas=20)
    paid = paid_rd(table(firm), LAW)
    assert paid.domestic.values.tolist() == [[100]] * 3
    assert paid.total.values.tolist() == [[120]] * 3
    assert paid_rd(table(base(rd_expense_y1=7)), LAW).total.values[0].tolist() == [7]


def test_the_outsourced_share_is_of_all_that_was_paid_in_the_years_of_operation() -> None:
    firm = spent(personnel=50, other=10, outsourced_domestic=(900, 30, 30), outsourced_overseas=10)
    young = firm | {"registered_on": date(2024, 3, 1)}
    assert outsourced_ratio(table(young, firm)).tolist() == [80 / 200, 990 / 1170]
    assert np.isnan(outsourced_ratio(table(base()))).all()
