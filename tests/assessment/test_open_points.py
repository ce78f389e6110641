"""A finding is open because a fact is missing, or because experts' points decide."""

from __future__ import annotations

from eligibility.assessment.assess import assess_table
from eligibility.assessment.open_points import verdict_states
from eligibility.assessment.record import record
from eligibility.domain.open_points import (
    EXPERTS,
    finding_state,
    missing_facts,
    verdict_state,
)
from tests.firms import HNTE, base, table

RATED = ("ip_advancement_rating", "management_system", "management_talent")


def told(**changes: object) -> dict[str, object]:
    (assessment,) = assess_table(table(base(**changes)), HNTE)
    return record(assessment, 0)


def test_own_ratings_alone_leave_it_to_the_experts_and_a_missing_fact_does_not() -> None:
    said = told(**dict.fromkeys(RATED))
    assert said["verdict"] == "undetermined"
    assert verdict_state(said, HNTE.fields_by_id) == EXPERTS
    said = told(**dict.fromkeys((*RATED, "staff_total")))
    assert verdict_state(said, HNTE.fields_by_id) == "undetermined"
    (staff,) = [each for each in said["findings"] if each["id"] == "st_staff_ratio"]  # type: ignore[attr-defined]
    assert finding_state(staff, HNTE.fields_by_id) == "undetermined"
    assert missing_facts(staff, HNTE.fields_by_id) == ["staff_total"]


def test_what_is_decided_keeps_its_word() -> None:
    assert verdict_state(told(major_violation=1), HNTE.fields_by_id) == "ineligible"


def test_the_states_of_a_table_are_those_of_its_firms_one_by_one() -> None:
    firms = [base(), base(**dict.fromkeys(RATED)), base(major_violation=1), base(staff_total=None)]
    firms.append(base(**dict.fromkeys((*RATED, "staff_total"))))
    (assessment,) = assess_table(table(*firms), HNTE)
    states = verdict_states(assessment)
    fields = HNTE.fields_by_id
    assert states == [verdict_state(record(assessment, row), fields) for row in range(len(firms))]
    assert {EXPERTS, "undetermined", "ineligible"} <= set(states)
