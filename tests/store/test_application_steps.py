"""The life of an application: steps in their order, what they decide, and the stage that follows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import InputError
from eligibility.store import LOCAL, ApplicationStep, Repository, Stage
from eligibility.store.application_steps import checked_steps
from tests.store.two_carriers import enter_old_stage, facts, record


class Clock:
    """A moment that is set."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, year: int, month: int, day: int = 1) -> None:
        self.at = datetime(year, month, day, tzinfo=UTC)


def step(name: str, month: int, day: int = 1, *reasons: str) -> dict[str, Any]:
    return {"step": name, "day": date(2026, month, day), "reasons": list(reasons)}


def stage(local: Repository, firm: int) -> str:
    return str(local.firms.get(firm)["stage"])


def version(local: Repository, firm: int) -> int:
    (row,) = local.applications.outcomes(firm)
    return int(row["version"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def local(engine: Engine, clock: Clock) -> Repository:
    return Repository(engine, LOCAL, clock)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([step("publicity", 6), step("submission", 7)], "does not follow"),
        ([step("submission", 7), step("formal_check", 6)], "does not follow"),
        ([step("refusal", 7, 1, "score"), step("publicity", 8)], "does not follow"),
        ([step("announcement", 7), step("refusal", 8, 1, "reports")], "does not follow"),
        ([step("refusal", 7)], "needs a reason"),
        ([step("submission", 7, 1, "score")], "has no reasons"),
        ([step("blessing", 7)], "no step blessing"),
        ([{"step": "submission"}], "has no day"),
    ],
)  # fmt: skip
def test_steps_that_do_not_follow_one_another_are_refused(
    steps: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        checked_steps(steps)


def test_the_steps_of_an_application_decide_it_and_the_stage_follows(
    local: Repository, clock: Clock
) -> None:
    firm = local.firms.add({"name": "甲"})
    steps = [step("submission", 6)]
    local.applications.save_steps(firm, 2026, steps, 0)
    assert stage(local, firm) == Stage.APPLIED
    for name, month in (("formal_check", 7), ("expert_review", 8), ("publicity", 10)):
        steps = [*steps, step(name, month)]
        local.applications.save_steps(firm, 2026, steps, version(local, firm))
        assert stage(local, firm) == Stage.APPLIED
    clock.move(2026, 11, 20)
    steps = [*steps, step("announcement", 11, 20)]
    local.applications.save_steps(firm, 2026, steps, version(local, firm))
    assert stage(local, firm) == Stage.CERTIFIED
    (row,) = local.applications.outcomes(firm)
    assert (row["certified"], row["certified_on"]) == (True, date(2026, 11, 20))
    assert [each["step"] for each in row["steps"]] == list(ApplicationStep)[:5]
    with pytest.raises(InputError, match="decides it otherwise"):
        local.applications.save_outcome(firm, 2026, {"certified": False}, row["version"])
    # the day on which it ends is not past yet, then it is
    clock.move(2029, 11, 19)
    assert stage(local, firm) == Stage.CERTIFIED
    clock.move(2029, 11, 20)
    assert stage(local, firm) == Stage.LAPSED
    assert local.firms.get(firm)["stage_since"] == datetime(2029, 11, 20, tzinfo=UTC)


def test_a_return_leaves_an_application_open_and_a_refusal_ends_it_with_its_reasons(
    local: Repository,
) -> None:
    firm = local.firms.add({"name": "甲"})
    steps = [step("submission", 6), step("return", 7, 1, "papers"), step("submission", 7, 9)]
    local.applications.save_steps(firm, 2026, steps, 0)
    assert stage(local, firm) == Stage.APPLIED
    refusal = {**step("refusal", 9, 1, "rd_evidence", "staff"), "remark": "费用归集"}
    local.applications.save_steps(firm, 2026, [*steps, refusal], 1)
    (row,) = local.applications.outcomes(firm)
    assert (row["certified"], row["rejection_reason"]) == (False, "费用归集")
    assert row["steps"][-1]["reasons"] == ["rd_evidence", "staff"]
    assert stage(local, firm) == Stage.NURTURED
    # corrected: it was no refusal
    local.applications.save_steps(firm, 2026, steps, 2)
    assert (stage(local, firm), version(local, firm)) == (Stage.APPLIED, 3)


def test_a_cancelled_certificate_ends_on_its_day(local: Repository, clock: Clock) -> None:
    firm = local.firms.add({"name": "甲"})
    steps = [step("announcement", 3)]
    local.applications.save_steps(firm, 2026, steps, 0)
    clock.move(2026, 9, 2)
    cancellation = {"cancelled_on": date(2026, 9, 1), "ground": "fraud"}
    local.certificates.save_cancellation(firm, 2026, cancellation, 0)
    assert stage(local, firm) == Stage.LAPSED
    assert local.firms.get(firm)["certificate_ends"] == date(2026, 9, 1)


def test_a_refused_renewal_leaves_the_certificate_that_is_still_valid(local: Repository) -> None:
    firm = local.firms.add({"name": "甲"})
    local.applications.save_outcome(
        firm, 2023, {"certified": True, "certified_on": date(2023, 11, 1)}, 0
    )
    local.applications.save_outcome(firm, 2026, {"certified": None}, 0)
    assert stage(local, firm) == Stage.APPLIED
    local.applications.save_outcome(firm, 2026, {"certified": False}, 1)
    assert stage(local, firm) == Stage.CERTIFIED


def test_nobody_sets_by_hand_what_the_records_say(local: Repository, engine: Engine) -> None:
    firm, other = (local.firms.add({"name": name}) for name in "甲乙")
    for late in (Stage.APPLIED, Stage.CERTIFIED, Stage.LAPSED):
        with pytest.raises(InputError, match="not set by hand"):
            local.firms.set_stage([firm], late)
    local.applications.save_outcome(firm, 2026, {"certified": None}, 0)
    with pytest.raises(InputError, match="1 of these firms have an application"):
        local.firms.set_stage([firm, other], Stage.READY)
    assert stage(local, other) == Stage.SURVEYED
    # what an earlier version left without a record may be put right
    enter_old_stage(engine, [other], Stage.CERTIFIED)
    local.firms.set_stage([other], Stage.READY)
    assert stage(local, other) == Stage.READY


def test_a_verdict_proposes_the_stage_until_a_person_sets_it(local: Repository) -> None:
    verdicts = ("eligible", "undetermined", "ineligible")
    rows = [(facts(None, f"{verdict}公司"), record(verdict)) for verdict in verdicts]
    local.imports.confirm(local.imports.stage("f", rows))
    firms = {row["verdict"]: row for row in local.firms.page().rows}
    assert [firms[verdict]["stage"] for verdict in verdicts] == [
        Stage.READY, Stage.NURTURED, Stage.SURVEYED
    ]  # fmt: skip
    eligible, ineligible = firms["eligible"]["id"], firms["ineligible"]["id"]
    local.records.add_assessment(eligible, {}, record("ineligible"))
    assert stage(local, eligible) == Stage.SURVEYED
    local.firms.set_stage([ineligible], Stage.NURTURED)
    local.records.add_assessment(ineligible, {}, record("eligible"))
    assert stage(local, ineligible) == Stage.NURTURED
