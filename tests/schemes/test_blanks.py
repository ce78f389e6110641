"""Blanks are worked out for rows alike together; each comes out as it does alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.schemes.hnte import blanks
from eligibility.schemes.hnte.criteria import hitech_income_share
from eligibility.schemes.hnte.indicators import growth_sales
from tests.firms import HNTE, base, table


def none(*stems: str, years: str = "123") -> dict[str, Any]:
    return {f"{stem}_y{year}": None for stem in stems for year in years}


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
    law = HNTE.edition("e2016")
    nothing = none("hitech_income", "gross_income", "non_taxable_income", "total_income", years="3")
    finding = hitech_income_share(table(base(**nothing)), law)
    assert hitech_income_share(table(base(**nothing, name="another")), law) is finding
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
