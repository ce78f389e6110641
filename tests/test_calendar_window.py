"""Figures belong to calendar years: no date of application moves one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.assessment.ladder import joint_fields
from eligibility.domain.calendar_window import (
    by_calendar_year,
    calendar_key,
    calendar_years,
    cut_window,
    latest_year_ids,
    split_calendar_key,
)
from eligibility.domain.facts import years_of
from eligibility.intake.draft_reader import read_draft
from eligibility.schemes.registry import load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml

FIELDS = joint_fields()
LATEST = latest_year_ids(FIELDS)
DAY = date(2026, 11, 20)
facts_of_a_form = st.dictionaries(
    st.sampled_from([field.id for field in FIELDS if field.id != "application_date"]),
    st.integers(0, 10**9).map(str),
)
days = st.integers(-3000, 3000).map(lambda shift: DAY + timedelta(days=shift))


@given(facts_of_a_form, st.integers(1990, 2100))
def test_what_is_stored_by_calendar_year_is_cut_again_as_it_was(
    facts: dict[str, str], year: int
) -> None:
    stored = by_calendar_year(facts, year, LATEST)
    assert len(stored) == len(facts)
    assert cut_window(stored, year, LATEST) == facts
    assert calendar_years(stored) <= {*years_of(year)}


@given(facts_of_a_form, days)
def test_another_date_shows_each_figure_in_its_own_year_or_not_at_all(
    facts: dict[str, str], day: date
) -> None:
    stored = by_calendar_year(facts, DAY.year, LATEST)
    again = by_calendar_year(cut_window(stored, day.year, LATEST), day.year, LATEST)
    assert again.items() <= stored.items()
    years = years_of(day.year)
    for stem, year in filter(None, map(split_calendar_key, stored.keys() - again.keys())):
        assert year not in years or (stem in LATEST and year != years[-1])


@given(facts_of_a_form, days)
def test_reading_a_draft_on_any_day_changes_nothing_that_is_stored(
    facts: dict[str, str], day: date
) -> None:
    stored = by_calendar_year(facts, DAY.year, LATEST)
    draft = {"facts": dict(stored), "ledgers": {"product@2025": [{"income": "5"}]}}
    reading = read_draft(draft, load_scheme(), max(day, date(2018, 1, 1)))
    assert draft["facts"] == stored
    assert (reading.key("sales_revenue_y3") in stored) == (
        f"sales_revenue@{reading.application_date.year - 1}" in stored
    )
    assert ("product" in reading.counts) == (reading.application_date.year == 2026)


def test_the_year_of_every_field_is_said() -> None:
    for scheme in map(load_scheme, scheme_ids()):
        for entry in read_yaml(scheme.folder / "fields.yaml")["fields"]:
            dated = "year" in entry or entry.get("per_year", False)
            assert ("of" in entry) != dated, entry["id"]
            other = {field.id: field for field in FIELDS}.get(entry["id"])
            if other is not None and not dated:
                assert other.of == entry["of"], entry["id"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("rd_expense_y1", "rd_expense@2023"),
        ("hitech_income_y3", "hitech_income@2025"),
        ("staff_total", "staff_total@2025"),
        ("st_staff", "st_staff@2025"),
        ("staff_year_end", "staff_year_end@2025"),
        ("ip_class1_count", "ip_class1_count"),
        ("ip_advancement_rating", "ip_advancement_rating"),
        ("major_violation", "major_violation"),
        ("registered_on", "registered_on"),
    ],
)
def test_a_fact_is_kept_under_its_calendar_year_or_as_of_the_application(
    name: str, key: str
) -> None:
    assert calendar_key(name, 2026, LATEST) == key


def test_no_two_facts_share_a_key() -> None:
    keys = [calendar_key(field.id, 2026, LATEST) for field in FIELDS]
    assert len({*keys}) == len(keys)
