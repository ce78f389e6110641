"""Blanks are worked out for rows alike together; each comes out as it does alone."""

# Private names: how often a thing is worked out is what keeps a million rows fast, and no result tells.

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.comparisons import ShareRange
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import UNDETERMINED, UNMET
from eligibility.schemes.hnte import blanks
from eligibility.schemes.hnte.criteria import domestic_rd_share, hitech_income_share, rd_intensity
from eligibility.schemes.hnte.indicators import growth_sales
from tests.firms import HNTE, base, table


def none(*stems: str, years: str = "123") -> dict[str, Any]:
    return {f"{stem}_y{year}": None for stem in stems for year in years}


NOTHING = none("hitech_income", "gross_income", "non_taxable_income", "total_income", years="3")
SERIES = ("conversions", "sales_revenue", "net_assets")
#: by which years are blank, of which figure, and how long the firm has been there
FIRMS = [
    base(),
    base(**none(*SERIES)),
    base(registered_on=date(2024, 6, 1), **none(*SERIES)),
    base(registered_on=date(2025, 2, 1), **none(*SERIES)),
    base(registered_on=None, **none(*SERIES)),
    base(registered_on=None, application_date=date(2025, 5, 10), **none(*SERIES)),
    base(registered_on=None, **none("conversions", years="1")),
    base(registered_on=None),
    base(conversions_y1=10, conversions_y2=10, **none("conversions", years="3")),
    base(registered_on=date(2024, 6, 1), **none("conversions", years="1")),
    base(**none("sales_revenue", years="1"), **none("net_assets", years="3")),
    base(**none("sales_revenue", years="3")),
    base(**none("net_assets", years="12")),
    base(net_assets_y2=0, **none("net_assets", years="1")),
    base(sales_revenue_y2=40_000_000, **none("sales_revenue", years="3")),
    base(registered_on=date(2025, 2, 1), **none("sales_revenue", years="12")),
    base(net_assets_y3=0, **none("net_assets", years="12")),
    base(net_assets_y3=10**9, **none("net_assets", years="12")),
    base(sales_revenue_y3=0, **none("sales_revenue", years="12")),
    base(conversions_y3=0, **none("conversions", years="12")),
    base(conversions_y3=40, **none("conversions", years="12")),
    base(registered_on=date(2024, 8, 1), **none(*SERIES)),
    base(registered_on=date(2016, 8, 1), **none(*SERIES)),
]


def test_what_is_open_in_a_row_does_not_depend_on_the_rows_beside_it() -> None:
    together = records(assess_table(table(*FIRMS)))
    for firm, found in zip(FIRMS, together, strict=True):
        (alone,) = records(assess_table(table(firm)))
        assert found == alone


def test_a_blank_is_missed_where_the_most_points_alone_depend_on_it() -> None:
    law = HNTE.edition("e2016").with_reading("growth_second_year_zero", "review")
    firms = table(base(sales_revenue_y1=0, sales_revenue_y2=None, sales_revenue_y3=0))
    item = growth_sales(firms, law)
    # nothing, which a person has to look at, or anything, of which nothing is left
    assert (item.low[0], item.high[0]) == (0, 10)
    assert list(item.missing) == ["sales_revenue_y2"]


def test_what_firms_that_give_nothing_share_cannot_be_written_to() -> None:
    # of which nothing was worked out yet
    law = HNTE.edition("e2016").model_copy()
    finding = hitech_income_share(table(base(**NOTHING)), law)
    assert hitech_income_share(table(base(**NOTHING, name="another")), law) is finding
    parts = [*vars(finding).values()]
    parts += [one for part in parts if isinstance(part, dict) for one in part.values()]
    parts += [one for part in parts if isinstance(part, tuple) for one in part]
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    assert len(arrays) > 8
    assert not any(each.flags.writeable for each in arrays)


def test_a_fill_is_tried_only_where_a_figure_is_blank_and_applies() -> None:
    (young,) = records(assess_table(table(FIRMS[9])))
    (item,) = [each for each in young["score"]["items"] if each["id"] == "conversion"]
    # the blank year ended before the firm was registered
    assert (item["low"], item["high"], item["missing"]) == (25, 30, [])


def test_how_many_rows_are_worked_out_at_once_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = records(assess_table(table(*FIRMS)))
    monkeypatch.setattr(blanks, "CELLS", 4)
    assert records(assess_table(table(*FIRMS))) == together


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ({"registered_on": date(2023, 1, 1)}, {"registered_on": date(2015, 6, 1)}, True),
        ({"registered_on": date(2023, 1, 2)}, {"registered_on": date(2015, 6, 1)}, False),
        ({"registered_on": None}, {"registered_on": None}, True),
        ({"registered_on": None}, {"registered_on": date(2015, 6, 1)}, False),
        ({"registered_on": None}, {"registered_on": None, "application_date": date(2025, 5, 10)}, False),
    ],
)  # fmt: skip
def test_firms_that_give_nothing_share_a_finding_where_their_time_in_operation_is_the_same(
    one: dict[str, Any], other: dict[str, Any], shared: bool
) -> None:
    law = HNTE.edition("e2016").model_copy()
    first, second = (
        hitech_income_share(table(base(**NOTHING) | each), law) for each in (one, other)
    )
    assert (first is second) is shared


def test_the_least_sales_that_are_any_give_a_share() -> None:
    firm = base(sales_revenue_y1=0, sales_revenue_y2=0, sales_revenue_y3=1, rd_expense_y1=None)
    found = rd_intensity(table(firm), HNTE.edition("e2016"))
    assert found.interval is not None
    assert found.interval[0][0] > 1


def test_of_research_at_home_that_is_nothing_no_share_may_be_formed() -> None:
    law = HNTE.edition("e2016")
    spent = none("rd_expense") | dict.fromkeys(none("rd_expense_domestic"), 0)
    firm = table(base(**spent))
    assert domestic_rd_share(firm, law).status[0] == UNMET
    review = law.with_reading("zero_denominator", "review")
    assert domestic_rd_share(firm, review).status[0] == UNDETERMINED


def test_research_at_home_alone_is_all_of_it_however_little() -> None:
    spent = none("rd_expense") | dict.fromkeys(none("rd_expense_domestic"), 1)
    found = domestic_rd_share(table(base(**spent)), HNTE.edition("e2016"))
    assert found.interval is not None
    assert [end[0] for end in found.interval] == [0, 1]


def test_only_rows_without_a_registration_are_worked_out_for_several() -> None:
    rows: list[int] = []

    def form(firms: FirmTable, registered: FirmTable) -> ShareRange:
        rows.append(registered.rows)
        whole = np.ones(firms.rows)
        return blanks.part_within(whole, whole, whole, whole, 0.5)

    firms = table(base(), base(registered_on=None), base())
    assert blanks.range_over_registrations(firms, form).low.tolist() == [1, 1, 1]
    # registered this year or in operation for one, two or three of the years
    assert rows == [2, 1, 1, 1, 1]


def test_only_blanks_that_apply_are_filled_and_some_fills_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shapes(*firms: dict[str, Any]) -> list[int]:
        series = table(*firms).series("conversions")
        return blanks._figures_of_fills(
            series, blanks.ENDS, None, lambda filled: filled.values.shape[1]
        )

    assert shapes(base()) == [1]
    assert shapes(FIRMS[9]) == [1]
    assert shapes(FIRMS[8]) == [3]
    assert shapes(FIRMS[1]) == [27]
    monkeypatch.setattr(blanks, "CELLS", 20)
    assert shapes(FIRMS[1], FIRMS[1]) == [18, 18, 18]


def test_rows_are_apart_by_their_blanks_and_by_a_blank_registration() -> None:
    firms = [base(), base(registered_on=None), base(**none("conversions", years="1")), base()]
    groups = blanks._by_blanks(table(*firms), "conversions")
    assert sorted(group.places.tolist() for group in groups) == [[0, 3], [1], [2]]
    assert len(blanks._by_blanks(table(*firms[1:3]), "conversions")) == 2
    (alone,) = blanks._by_blanks(table(base()), "conversions")
    assert (alone.places.tolist(), alone.like) == ([0], slice(None))
