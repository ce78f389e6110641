"""The pages of the desk and of assumptions, as staff sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from eligibility.app import cache  # noqa: E402
from eligibility.register.assumptions import batch_change, save_changes  # noqa: E402
from eligibility.register.practice_checks import (  # noqa: E402
    list_practice_checks,
    practice_change,
)
from eligibility.store import Role, System, close_stores  # noqa: E402
from eligibility.store.assumptions import AssumptionChange, target_change  # noqa: E402
from tests.staff_pages import ROOT, Staffed, button, html  # noqa: E402


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    yield made
    made.engine.dispose()
    close_stores()


def test_an_adviser_ticks_a_task_off_and_sees_whom_one_call_settles(staffed: Staffed) -> None:
    carrier = staffed.repository.administration.add_carrier("甲园")
    adviser = staffed.adviser(carrier)
    (person,) = (row["id"] for row in staffed.repository.administration.advisers())
    firm = staffed.firm(0, "甲公司", carrier_id=carrier, adviser_id=person)
    staffed.firm(1, "乙公司", carrier_id=carrier)
    staffed.assess(firm, 2027, name="甲公司", st_staff=None)
    yesterday = date.today() - timedelta(1)
    task = staffed.repository.casework.add_task(firm, {"title": "催名册", "due_on": yesterday})
    staffed.principal = adviser
    app = staffed.open("desk")
    assert "催名册" in html(app)
    calls = next(each.value for each in app.dataframe if "Ask for" in each.value)
    assert calls["Firm"].tolist() == ["甲公司"]
    assert "2026" in calls["Ask for"][0]
    # what nobody looks after is named on the desk
    assert any("乙公司" in str(each.value.to_dict()) for each in app.dataframe)
    app.checkbox[0].check().run()
    assert not app.exception
    assert [
        row["done"] for row in staffed.repository.casework.tasks(firm) if row["id"] == task
    ] == [True]
    assert "催名册</b>" not in html(app)


def test_tasks_of_a_template_are_added_for_the_firms_of_a_stage(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.repository.firms.set_stage([firm], "ready")
    app = staffed.open("desk")
    made = next(each for each in app.button if each.label.startswith("Add "))
    assert made.label.endswith("to each of 1 firms")
    made.click().run()
    assert not app.exception
    assert staffed.repository.casework.tasks(firm)


def test_a_visit_is_written_down_on_the_page_of_a_firm(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("firm", firm=str(firm), tab="tasks", sections=[f"visit:{firm}"])
    app.text_area[0].input("名册未建")
    next(each for each in app.text_input if each.label == "Next step").input("补名册")
    button(app, "Save the visit").click().run()
    assert not app.exception
    (visit,) = staffed.repository.visits.of_firm(firm)
    assert (visit["findings"], visit["next_step"]) == ("名册未建", "补名册")
    assert "名册未建" in html(app)


def test_assumptions_are_for_who_leads(staffed: Staffed) -> None:
    carrier = staffed.repository.administration.add_carrier("甲园")
    script = str(ROOT / "eligibility/app/year/assumptions_page.py")
    for principal, may in (
        (staffed.adviser(carrier), False), (System(Role.MANAGER), True),
    ):  # fmt: skip
        staffed.principal = principal
        app = testing.AppTest.from_file(script, default_timeout=60)
        app.session_state["lang"] = "en"
        app.run()
        assert not app.exception
        assert bool(app.title) is may
        assert ("Your role does not allow this" in html(app)) is not may


def test_what_the_institution_sets_holds_on_every_page_at_once(staffed: Staffed) -> None:
    assert cache.city().support.adviser_days.value == 60
    days = {"value": 90, "unit": "day", "source": "assumed"}
    save_changes(
        staffed.repository,
        [
            AssumptionChange("city", ("support", "adviser_days"), days),
            batch_change("hnte", date.today().year + 1, 1, f"{date.today().year + 1}-04-20", ""),
            target_change(date.today().year, 33),
        ],
        0,
    )
    assert cache.city().support.adviser_days.value == 90
    batches = cache.scheme().overlay(cache.city().region).batches_from(date.today())
    assert date(date.today().year + 1, 4, 20) in [each.due for each in batches]
    app = staffed.open("overview")
    assert "<dd>33</dd>" in html(app)


def test_a_target_is_added_on_the_page_and_stands_in_the_history(staffed: Staffed) -> None:
    app = testing.AppTest.from_file(
        str(ROOT / "eligibility/app/year/assumptions_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.run()
    next(each for each in app.number_input if each.label == "Firms").set_value(66)
    app.text_input[0].input("2027年工作计划")
    button(app, "Save").click().run()
    assert not app.exception
    year = date.today().year + 1
    (row,) = staffed.repository.assumptions.history()
    assert (row["path"], row["source"]) == (("targets", str(year), "certified"), "2027年工作计划")
    assert cache.city().target(year).certified.value == 66
    history = app.dataframe[-1].value
    assert history["Who says so"].tolist() == ["2027年工作计划"]


def test_a_course_is_recorded_with_the_firms_that_came(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("desk")
    area = next(each for each in app.text_area if "Firms that came" in each.label)
    area.set_value("甲公司\n不在库公司")
    course = next(each for each in app.selectbox if each.label == "Course")
    course.set_value(course.options[0])
    button(app, "Record the course").click().run()
    assert not app.exception
    assert "不在库公司" in html(app)
    (row,) = staffed.repository.courses.attendance(date.today().year)
    assert (row["firm_id"], row["course"], row["held_on"]) == (
        firm, course.options[0], date.today(),
    )  # fmt: skip


def test_practice_checks_stand_with_their_source_and_one_switched_off_is_in_the_history(
    staffed: Staffed,
) -> None:
    settings = cache.settings()
    used = [each.id for each in list_practice_checks(settings) if each.id != "production_head_post"]
    save_changes(staffed.repository, [practice_change(settings, used, "本市惯例")], 0)
    app = testing.AppTest.from_file(
        str(ROOT / "eligibility/app/year/assumptions_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.session_state["assumption-group"] = "checks"
    app.run()
    assert not app.exception
    shown, history = (each.value for each in app.dataframe)
    assert sum(~shown["used"]) == 1
    assert shown["source"].str.contains(r"\([ABCM]\) · \d{4}-\d\d-\d\d").all()
    assert history["Holds"].tolist() == ["1 switched off"]
    assert history["What"].tolist() == ["What reviewers look at"]
    button(app, "Save the changes").click().run()
    assert not app.exception
    assert len(staffed.repository.assumptions.history()) == 1
