"""The overview holds the year against its target."""

from __future__ import annotations

from datetime import date, timedelta

from tests.staff_pages import Staffed, html


def test_the_overview_holds_the_year_against_its_target(staffed: Staffed) -> None:
    firms = [staffed.firm(place, f"{place}公司", district="赛罕区") for place in range(4)]
    staffed.repository.administration.set_target(date.today().year, 50, 0)
    staffed.repository.applications.save_outcomes(
        [(firms[0], date.today().year, {"certified": True}, 0)]
    )
    staffed.repository.applications.save_outcomes(
        [(firms[1], date.today().year, {"certified": None}, 0)]
    )
    staffed.repository.casework.add_task(
        firms[2], {"title": "补材料", "due_on": date.today() - timedelta(1)}
    )
    app = staffed.open("overview")
    said = html(app)
    assert "1 certified and 1 pending, of a target of 50" in said
    assert "assess: 4" in said
    tables = [table.value for table in app.dataframe]
    assert list(tables[1]["In all"]) == [4]
    assert "△ overdue" in tables[0]["Due"][0]
    assert tables[0]["What"][0] == "task · 补材料"


def test_the_firms_worth_a_visit_lack_facts_before_they_lack_conditions(staffed: Staffed) -> None:
    short, blank, _fine = (staffed.firm(place, name) for place, name in enumerate("短缺好"))
    staffed.assess(short, 2026, st_staff=1)
    staffed.assess(blank, 2026, staff_total=None)
    names = [row["name"] for row in staffed.repository.overview.worth_a_visit()]
    assert names == ["缺", "短"]
