"""The ten first questions: each condition stands, does not, or says what to look up."""

from __future__ import annotations

from datetime import date

import pytest

from eligibility.assessment.precheck import EXPERTS_DECIDE, FAILS, LOOK_UP, STANDS, precheck
from eligibility.intake.draft_reader import read_share
from tests.firms import HNTE, table

ANSWERS = {
    "registered_on": date(2019, 3, 12),
    "application_date": date(2026, 5, 10),
    "ip_class1_count": 0,
    "ip_class2_count": 7,
    "ip_class2_used_count": 0,
    "ip_core_support": 1,
    "technical_field_code": 10101,
    "staff_total": 64,
    "st_staff": 6,
    "sales_revenue_y3": 27_900_000,
    "major_violation": 0,
}


def states(shares: dict[str, float | None]) -> dict[str, str]:
    return {each.finding["id"]: each.state for each in precheck(table(ANSWERS), HNTE, shares)}


def test_every_condition_has_its_answer_and_a_blank_is_to_be_looked_up() -> None:
    said = states({})
    assert len(said) == 9
    assert said["registration_age"] == said["core_ip"] == said["no_major_violation"] == STANDS
    assert said["st_staff_ratio"] == FAILS
    assert said["rd_intensity"] == said["hitech_income_share"] == LOOK_UP
    assert said["innovation_score"] == EXPERTS_DECIDE
    (rd,) = [
        each for each in precheck(table(ANSWERS), HNTE, {}) if each.finding["id"] == "rd_intensity"
    ]
    assert rd.missing


@pytest.mark.parametrize(("share", "state"), [(0.05, STANDS), (0.0499, FAILS), (None, LOOK_UP)])
def test_a_share_is_measured_against_the_line_of_the_firms_own_bracket(
    share: float | None, state: str
) -> None:
    assert states({"rd_intensity": share})["rd_intensity"] == state


def test_a_share_is_read_in_percent_and_is_never_more_than_all() -> None:
    assert read_share("5.2") == read_share("5.2%") == 0.052
    assert [read_share(text) for text in ("", "many", "101", "-1", "nan")] == [None] * 5


def test_a_choice_is_judged_by_the_least_that_it_says_until_figures_are_entered() -> None:
    options = HNTE.guide.choices["core_ip"].options
    without = {key: value for key, value in ANSWERS.items() if not key.startswith("ip_class")}

    def state(facts: dict[str, object], name: str) -> tuple[str, bool, tuple[str, ...]]:
        said = precheck(table(facts), HNTE, {}, {"core_ip": options[name]})
        (answer,) = (each for each in said if each.finding["id"] == "core_ip")
        return answer.state, answer.option is not None, answer.missing

    states_by_choice = {name: state(without, name)[0] for name in options}
    assert states_by_choice == {"class1": STANDS, "class2": STANDS, "used": FAILS, "none": FAILS}
    assert state(without | {"ip_core_support": None}, "class2") == (
        LOOK_UP, True, ("ip_core_support",),
    )  # fmt: skip
    assert state(ANSWERS, "none") == (STANDS, False, ())


def test_there_are_ten_questions_each_a_field_or_a_condition_of_the_law() -> None:
    known = set(HNTE.in_force(date(2026, 5, 10)).conditions_by_id)
    questions = set(HNTE.guide.first_questions)
    assert len(HNTE.guide.first_questions) == len(questions) == 10
    assert questions <= set(HNTE.fields_by_id) | known
    assert set(HNTE.guide.choices) <= questions & known
    for choice in HNTE.guide.choices.values():
        for option in choice.options.values():
            assert set(option.facts) <= set(HNTE.fields_by_id)
    assert {name for ids in HNTE.guide.section_conditions.values() for name in ids} == known
