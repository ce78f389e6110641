"""The pages of staff show nobody what is not theirs, and say what to do next."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from eligibility.store import VISITOR
from tests.staff_pages import ROOT, Staffed, html

PAGES = ("overview", "desk", "firms", "firm", "import", "applications")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_staff_is_closed_to_everybody_else(staffed: Staffed, page: str) -> None:
    firm = staffed.firm(name="秘密公司")
    staffed.principal = VISITOR
    # by its own script: the navigation does not lead there at all
    app = AppTest.from_file(
        str(ROOT / "eligibility/app/register" / f"{page}_page.py"), default_timeout=60
    )
    app.session_state["lang"] = "en"
    app.query_params["firm"] = str(firm)
    app.run()
    assert not app.exception
    assert "This page is for staff" in html(app)
    assert "秘密公司" not in html(app)
    assert not app.dataframe
    assert not app.title


@pytest.mark.parametrize("page", ["overview", "firms", "import", "applications"])
def test_an_empty_store_says_what_to_do_next(staffed: Staffed, page: str) -> None:
    app = staffed.open(page)
    said = " ".join(each.value for each in (*app.info, *app.caption))
    assert "mport a" in said or "Choose a file" in said


def test_an_adviser_finds_no_trace_of_another_carriers_firm(staffed: Staffed) -> None:
    own, other = (
        staffed.repository.administration.add_carrier(name) for name in ("自己的园", "别人的园")
    )
    mine = staffed.firm(0, "自己公司", carrier_id=own)
    theirs = staffed.firm(1, "别人公司", carrier_id=other)
    staffed.repository.casework.add_task(theirs, {"title": "别人任务", "due_on": date.today()})
    staffed.repository.applications.save_outcomes([(theirs, 2026, {"certified": True}, 0)])
    staffed.principal = staffed.adviser(own)
    for tab in (
        "assessment",
        "beside",
        "history",
        "tasks",
        "notes",
        "documents",
        "figures",
        "plan",
    ):
        app = staffed.open("firm", firm=str(theirs), tab=tab)
        assert "That is not here." in html(app)
        assert "别人" not in html(app)
    assert "自己公司" in html(staffed.open("firm", firm=str(mine)))
    for page in ("overview", "firms", "applications"):
        app = staffed.open(page, carrier=str(other), text="别人")
        assert "别人公司" not in str([table.value.values for table in app.dataframe])
        assert "别人" not in html(app)
