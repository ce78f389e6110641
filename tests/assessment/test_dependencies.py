"""The figures that each condition of one firm rests on."""

from __future__ import annotations

from datetime import date

from eligibility.assessment.dependencies import condition_fields
from eligibility.domain.facts import FirmTable
from eligibility.intake.draft_reader import read_draft
from eligibility.schemes.registry import load_scheme

TODAY = date(2026, 6, 1)


def table(**facts: str) -> FirmTable:
    state = {"facts": {"application_date": "2026-06-01", **facts}}
    return read_draft(state, load_scheme(), TODAY).batch.table


def test_a_condition_rests_on_the_figures_that_make_its_own_and_on_no_other() -> None:
    found = condition_fields(
        table(**{"staff_total@2025": "100", "st_staff@2025": "9", "major_violation": "no"}),
        load_scheme(),
    )
    assert found["st_staff_ratio"] == ("staff_total", "st_staff")
    assert found["no_major_violation"] == ("major_violation",)
    assert found["rd_intensity"] == ()


def test_a_total_that_stands_beside_its_parts_is_named_only_if_it_decides() -> None:
    alone = {"total_income@2025": "900", "hitech_income@2025": "700"}
    parts = {"gross_income@2025": "900", "non_taxable_income@2025": "0"}
    scheme = load_scheme()
    assert condition_fields(table(**alone), scheme)["hitech_income_share"] == (
        "total_income_y3", "hitech_income_y3",
    )  # fmt: skip
    assert condition_fields(table(**alone, **parts), scheme)["hitech_income_share"] == (
        "gross_income_y3", "non_taxable_income_y3", "hitech_income_y3",
    )  # fmt: skip


def test_a_yes_is_a_figure_of_its_own_though_nothing_else_is_given() -> None:
    assert condition_fields(table(major_violation="yes"), load_scheme())["no_major_violation"] == (
        "major_violation",
    )
    assert set(condition_fields(table(), load_scheme()).values()) == {()}
