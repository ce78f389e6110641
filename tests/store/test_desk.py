"""The desk as the store answers it: whose tasks, which firms lack little, what a visit leaves behind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import Conflict, InputError, NotFound
from eligibility.store import Repository, Role, System
from tests.store.two_carriers import enter_old_stage, record, world

DAY = date(2026, 12, 1)


def finding(status: str, *missing: str, margin: float | None = None, line: object = 0.1) -> object:
    return {"status": status, "missing": list(missing), "margin": margin, "required": line}


def assess(
    repository: Repository, name: str, verdict: str, *findings: object, **more: object
) -> int:
    firm = repository.firms.add({"name": name, **more})
    judged = record(verdict, findings=list(findings), gaps=[{"finding": "rd_intensity"}])
    repository.records.add_assessment(firm, {"name": name}, judged)
    return firm


@pytest.fixture
def repository(engine: Engine) -> Repository:
    return Repository(engine, System(Role.LOCAL))


def test_firms_that_one_or_two_facts_leave_open_come_with_the_facts(repository: Repository) -> None:
    two = assess(
        repository,
        "两项",
        "undetermined",
        finding("undetermined", "staff_total", "st_staff"),
        finding("met", "uscc"),
    )
    one = assess(repository, "一项", "undetermined", finding("undetermined", "staff_total"))
    # what the experts will say is no fact that a call settles
    assess(repository, "专家", "undetermined", finding("undetermined", "ip_advancement_rating"))
    assess(
        repository,
        "三项",
        "undetermined",
        finding("undetermined", "staff_total", "st_staff", "gross_income_y3"),
    )
    assess(repository, "不符合", "ineligible", finding("unmet", "staff_total", margin=-1))
    found = repository.desk.nearly_determined()
    assert [(row["firm_id"], row["open_facts"]) for row in found.rows] == [
        (one, "staff_total"), (two, "staff_total,st_staff"),
    ]  # fmt: skip
    assert found.count == 2
    assert found.rows[0]["as_of"] == date(2026, 5, 10)


def test_small_gaps_are_ordered_by_the_condition_that_is_furthest_from_its_line(
    repository: Repository,
) -> None:
    far = assess(
        repository,
        "远",
        "ineligible",
        finding("unmet", margin=-0.001),
        finding("unmet", margin=-0.05),
    )
    near = assess(repository, "近", "ineligible", finding("unmet", margin=-0.02))
    # of a condition without a measure nobody can say how far it is
    assess(repository, "否", "ineligible", finding("unmet", margin=None, line=False))
    rows = repository.desk.nearly_eligible().rows
    assert [row["firm_id"] for row in rows] == [near, far]
    assert [row["unmet_distance"] for row in rows] == pytest.approx([0.2, 0.5])


def test_a_task_without_an_assignee_is_that_of_the_firms_adviser(engine: Engine) -> None:
    w = world(engine)
    other = w.chief.casework.add_task(
        w.firm, {"title": "经理", "due_on": DAY, "assignee_id": w.account_ids["manager"]}
    )
    for person, mine in ((w.adviser, w.task), (w.account_ids["manager"], other)):
        ids = {row["id"] for row in w.chief.desk.tasks(DAY, person).rows}
        assert ids & {w.task, other} == {mine}
    assert {w.task, other} <= {row["id"] for row in w.chief.desk.tasks(DAY).rows}
    assert w.chief.desk.tasks(date(2026, 11, 30)).count == 0
    page = w.chief.desk.tasks(DAY, limit=1)
    assert (len(page.rows), page.count) == (1, 2)
    later = w.chief.desk.tasks(date(2026, 12, 31), first=date(2026, 12, 2))
    assert not {w.task, other} & {row["id"] for row in later.rows}


def test_a_visit_is_planned_until_somebody_writes_down_what_was_found(engine: Engine) -> None:
    w = world(engine)
    adviser = w.as_("adviser")
    planned = adviser.visits.add(w.firm, {"visited_on": DAY})
    assert planned in {row["id"] for row in adviser.desk.visits(DAY, w.adviser)}
    adviser.visits.save(
        planned, {"findings": "研发人员名册未建", "next_step": "补名册"}, 1, next_due=date(2026, 12, 8)
    )  # fmt: skip
    assert planned not in {row["id"] for row in adviser.desk.visits(DAY, w.adviser)}
    (visit,) = [row for row in adviser.visits.of_firm(w.firm) if row["id"] == planned]
    assert (visit["visitor"], visit["findings"]) == (f"{'甲秘密'} adviser", "研发人员名册未建")
    # the next step with a day is on the desk as a task
    assert "补名册" in {
        row["title"] for row in adviser.desk.tasks(date(2026, 12, 8), w.adviser).rows
    }
    with pytest.raises(Conflict):
        adviser.visits.save(planned, {"findings": "又"}, 1)
    with pytest.raises(InputError, match="next step"):
        adviser.visits.add(w.firm, {"visited_on": DAY}, next_due=DAY)


def test_tasks_of_many_firms_are_added_once_and_all_or_none(engine: Engine) -> None:
    w = world(engine)
    steps = [("自评", date(2027, 2, 9)), ("审计", date(2027, 3, 31))]
    assert w.chief.casework.add_tasks([w.firm, w.other_firm], steps) == 4
    assert w.chief.casework.add_tasks([w.firm, w.other_firm], [*steps, ("上报", DAY)]) == 2
    with pytest.raises(NotFound):
        w.as_("adviser").casework.add_tasks([w.firm, w.other_firm], [("别", DAY)])
    assert "别" not in {row["title"] for row in w.chief.casework.tasks(w.firm)}
    # one adviser's carrier is not the other firm's
    with pytest.raises(NotFound):
        w.chief.casework.add_tasks([w.firm, w.other_firm], [("别", DAY)], w.adviser)


def test_the_team_is_counted_by_adviser_and_nobodys_firms_stand_there_too(engine: Engine) -> None:
    w = world(engine)
    before = datetime(2020, 1, 1, tzinfo=UTC)
    enter_old_stage(engine, [w.firm], "ready")
    w.as_("adviser").visits.add(w.firm, {"visited_on": DAY, "findings": "可申报"})
    by_id = {row["adviser_id"]: row for row in w.chief.desk.team(before, date(2027, 1, 1))}
    mine = by_id[w.adviser]
    assert (mine["firms"], mine["visits"], mine["forward"]) == (1, 1, 1)
    assert mine["overdue"] == w.chief.desk.tasks(date(2026, 12, 31), w.adviser).count
    nobody = w.chief.desk.without_adviser()
    assert by_id[None]["firms"] == nobody.count > 0
    assert w.other_firm in {row["firm_id"] for row in nobody.rows}
    # each adviser sees those of the own carrier, managers all
    of_carrier = w.as_("adviser").desk.without_adviser()
    assert w.other_firm not in {row["firm_id"] for row in of_carrier.rows}
