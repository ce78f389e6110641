"""A firm asked for alone is judged as in a file, though firms that give no figure share what is judged."""

from __future__ import annotations

from datetime import date

import pytest

from eligibility.api import assess
from eligibility.schemes.registry import load_scheme

#: what tells firms apart that give no figure: registered long ago, in one of the three years, never
#: said, and when they apply
REGISTERED = ("2010-01-01", "2023-01-01", "2023-01-02", "2024-02-29", "2025-12-31", None)
APPLIED = ("2026-03-01", "2029-11-30")
SOME = ({}, {"sales_revenue_y3": 1e6}, {"rd_other_y2": 1.0}, {"total_income_y3": 5e6})


@pytest.mark.parametrize("figures", SOME, ids=lambda figures: "".join(figures) or "none")
def test_a_firm_alone_has_the_record_that_it_has_among_others(figures: dict[str, float]) -> None:
    firms = [
        {"application_date": applied, **({"registered_on": day} if day else {}), **figures}
        for applied in APPLIED
        for day in REGISTERED
        if day is None or day < applied
    ]
    together = assess(firms)
    # twice, and backwards, so that a firm finds what another has left
    for order in (range(len(firms)), reversed(range(len(firms)))):
        for place in order:
            assert assess(firms[place]) == [together[place]]


def test_what_is_derived_of_an_edition_is_not_that_of_the_edition_read_another_way() -> None:
    law = load_scheme().in_force(date(2026, 5, 10))
    name, reading, _ = law.other_readings[0]
    assert law.memoize("derived", lambda: "as taken") == "as taken"
    other = law.with_reading(name, reading)
    assert other.memoize("derived", lambda: "otherwise") == "otherwise"
    assert law.memoize("derived", lambda: "anew") == "as taken"
    assert (name, reading) not in {each[:2] for each in other.other_readings}
