"""The agenda of the desk: what is when, whose deadlines, the templates, the calendar, the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from eligibility.city.settings import load_city
from eligibility.i18n import CHINESE
from eligibility.register.desk import AHEAD, agenda
from eligibility.register.desk_text import agenda_calendar, agenda_record, agenda_text
from eligibility.register.task_templates import add_template_tasks, task_templates
from eligibility.schemes.registry import load_scheme
from eligibility.store import FirmFilter, Repository, Role, Stage, System, close_stores
from eligibility.store.assumptions import target_change
from tests.commands import run
from tests.published_schemas import check_record
from tests.staff_pages import Staffed
from tests.store.two_carriers import enter_old_stage

TODAY = date(2026, 11, 30)


class Team(NamedTuple):
    """A store in which an adviser has two firms, and nobody a third."""

    repository: Repository
    adviser: int
    firms: tuple[int, int, int]
    file: Path


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    staffed = Staffed(tmp_path, monkeypatch)
    repository = staffed.repository
    carrier = repository.administration.add_carrier("甲园")
    staffed.adviser(carrier)
    (adviser,) = (row["id"] for row in repository.administration.advisers())
    own = staffed.firm(0, "甲公司", carrier_id=carrier, adviser_id=adviser)
    certified = staffed.firm(1, "乙公司", carrier_id=carrier, adviser_id=adviser)
    unseen = staffed.firm(2, "丙公司")
    # one fact is left blank
    staffed.assess(own, 2027, name="甲公司", st_staff=None)
    values = {"certified": True, "certified_on": date(2024, 2, 20)}
    repository.applications.save_outcome(certified, 2023, values, 0)
    for days, title in ((-3, "催名册"), (0, "打电话"), (5, "看账"), (40, "复核")):
        repository.casework.add_task(own, {"title": title, "due_on": TODAY + timedelta(days=days)})
    repository.visits.add(own, {"visited_on": TODAY, "visitor_id": adviser})
    repository.visits.add(own, {"visited_on": TODAY - timedelta(1), "visitor_id": adviser})
    yield Team(repository, adviser, (own, certified, unseen), tmp_path / "eligibility.sqlite")
    staffed.engine.dispose()
    close_stores()


def test_the_agenda_of_an_adviser_has_what_is_due_when_and_nothing_of_others(team: Team) -> None:
    own, certified, unseen = team.firms
    team.repository.casework.add_task(unseen, {"title": "别人", "due_on": TODAY})
    day = agenda(team.repository, team.adviser, TODAY, load_city(), load_scheme())
    groups = (day.overdue, day.due_today, day.due_week, day.due_later)
    assert [[row["title"] for row in page.rows] for page in groups] == [
        ["催名册"], ["打电话"], ["看账"], ["复核"],
    ]  # fmt: skip
    assert [row["visited_on"] for row in day.planned_visits] == [TODAY]
    assert [row["visited_on"] for row in day.visits_without_findings] == [TODAY - timedelta(1)]
    assert [(row["firm_id"], row["facts"]) for row in day.calls.rows] == [(own, ["st_staff@2026"])]
    # of a certified firm what its certificate asks for in the days ahead
    dues = {(str(each.deadline.task), each.firms) for each in day.deadlines}
    assert ("The certificate ends", ((certified, "乙公司"),)) in dues
    assert all(TODAY <= each.deadline.day <= TODAY + timedelta(AHEAD) for each in day.deadlines)
    # nobody's firm is on every desk
    assert [row["firm_id"] for row in day.without_adviser.rows] == [unseen]
    everybody = agenda(team.repository, None, TODAY, load_city(), load_scheme())
    assert "别人" in {row["title"] for row in everybody.due_today.rows}
    assert {row["adviser"]: row["firms"] for row in everybody.team} == {"顾问": 2, None: 1}


def test_what_a_firm_sent_is_on_the_desk_of_its_adviser_and_not_of_another(team: Team) -> None:
    own, _certified, unseen = team.firms
    program = Repository(team.repository.engine, System(Role.LOCAL))
    for firm in (own, unseen):
        token, _id = program.links.add_question_link(firm, 2026, ["st_staff@2025"], 30, "甲园")
        program.links.answer(token, {"st_staff@2025": "12"})
    manager = program.administration
    other = Repository(
        team.repository.engine, System(Role.ADMINISTRATOR)
    ).administration.add_account("other", None, Role.MANAGER, name="经理")
    assert manager.advisers()
    scheme, city = load_scheme(), load_city()
    mine = agenda(team.repository, team.adviser, TODAY, city, scheme).inbox
    # and of the firm that nobody looks after, both learn
    assert {row["firm_id"] for row in mine} == {own, unseen}
    others = agenda(team.repository, other, TODAY, city, scheme).inbox
    assert {row["firm_id"] for row in others} == {unseen}


def test_the_calendar_of_a_batch_becomes_the_tasks_of_many_firms(team: Team) -> None:
    templates = {each.id: each for each in task_templates(load_city(), load_scheme(), TODAY)}
    assert list(templates) == [
        "batch-2027-1", "batch-2027-2", "batch-2027-3", "annual-report", "first_visit",
        "missing_facts",
    ]  # fmt: skip
    batch = templates["batch-2027-1"]
    added = add_template_tasks(team.repository, batch, team.firms[:2], CHINESE)
    assert added == 2 * len(batch.steps)
    assert add_template_tasks(team.repository, batch, team.firms[:2], CHINESE) == 0
    days = {row["due_on"] for row in team.repository.casework.tasks(team.firms[1])}
    assert date(2027, 5, 10) in days
    # work whose day has passed is due today, for the batch is open still
    late = task_templates(load_city(), load_scheme(), date(2027, 5, 1))[0]
    assert min(step.day for step in late.steps) == date(2027, 5, 1)


def test_one_calendar_file_has_every_day_of_the_agenda_once(team: Team) -> None:
    day = agenda(team.repository, team.adviser, TODAY, load_city(), load_scheme())
    lines = agenda_calendar(day, CHINESE).decode().splitlines()
    count = (
        4
        + len(day.planned_visits)
        + len(day.batch)
        + sum(len(each.firms) for each in day.deadlines)
    )
    assert lines.count("BEGIN:VEVENT") == count
    identities = [line for line in lines if line.startswith("UID:")]
    assert len(set(identities)) == count
    assert "SUMMARY:甲公司: 催名册" in lines


def test_the_agenda_as_data_and_as_text_say_the_same(team: Team) -> None:
    day = agenda(team.repository, None, TODAY, load_city(), load_scheme())
    record = json.loads(json.dumps(agenda_record(day)))
    check_record("agenda", record)
    assert record["one_call_settles"]["firms"][0]["facts"] == ["st_staff@2026"]
    text = agenda_text(day, load_scheme(), CHINESE)
    assert "甲公司: 2026年科技人员数" in text or "科技人员数" in text
    assert f"逾期: {record['tasks']['overdue']['count']}" in text
    assert f"无顾问的企业: {record['without_adviser']['count']}" in text


def test_the_command_gives_the_desk_of_a_login_with_the_institutions_settings(
    team: Team, tmp_path: Path
) -> None:
    Repository(team.repository.engine, System(Role.MANAGER)).assumptions.save(
        [target_change(2027, 60)], 0
    )

    desk = ("desk", "--store", team.file)
    (login,) = (f"adviser {row['carrier_id']}" for row in team.repository.administration.advisers())
    made = run(
        *desk, "--person", login, "--on", TODAY.isoformat(), "--format", "json",
        "--calendar", str(tmp_path / "desk.ics"),
    )  # fmt: skip
    record = json.loads(made.stdout)
    assert [row["title"] for row in record["tasks"]["today"]["tasks"]] == ["打电话"]
    assert (tmp_path / "desk.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    refused = run(*desk, "--person", "nobody", "--lang", "en", status=2)
    assert refused.stderr.strip() == "There is no active account nobody."


def test_firms_of_every_stage_count_on_the_desk(team: Team) -> None:
    own = team.firms[0]
    enter_old_stage(team.repository.firms.engine, [own], Stage.LAPSED)
    day = agenda(team.repository, team.adviser, TODAY, load_city(), load_scheme())
    assert [row["firm_id"] for row in day.calls.rows] == [own]
    assert sum(day.stages.values()) == len(
        team.repository.firms.page(FirmFilter(adviser_id=team.adviser)).rows
    )
