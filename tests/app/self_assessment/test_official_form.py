"""The page of the official form: cells counted, boxes checked, stale once a list changed."""

from __future__ import annotations

from streamlit.testing import v1 as testing

from eligibility.app.self_assessment.draft import Draft
from eligibility.store import Repository
from tests.app.self_assessment.form_pages import FACTS, html, page, press

NAMES = ("数据平台", "采集终端")
PAGE = "self_assessment/official_form"


def draft(**facts: str) -> Draft:
    rows = [{"name": name, "year": "2025", "rd_personnel": "20"} for name in NAMES]
    return Draft(facts={**FACTS, **facts}, lists={"activity": rows})


def part(app: testing.AppTest, name: str) -> testing.AppTest:
    """The page with a part of the form chosen."""
    app.button_group(key="official-part").set_value(name).run()
    assert not app.exception
    return app


def test_an_entry_of_the_form_fills_a_cell_and_is_kept(store: Repository) -> None:
    app = page(PAGE, draft())
    (before,) = [each.proto.text for each in app.get("progress")]
    app.text_input(key="entry:registered_capital").set_value("1000").run()
    (after,) = [each.proto.text for each in app.get("progress")]
    assert int(after.split()[0]) == int(before.split()[0]) + 1
    held = app.session_state["draft"]
    assert store.drafts.get(held.key)["state"]["facts"]["registered_capital"] == "1000"


def test_a_text_is_stale_once_its_list_changed_until_somebody_looked() -> None:
    app = part(page(PAGE, draft()), "activities")
    app.text_area(key="text:activity_form.aim:数据平台").set_value("国内领先的清洗流程").run()
    held = app.session_state["draft"]
    assert held.lists["activity_form"] == [{"name": "数据平台", "aim": "国内领先的清洗流程"}]
    assert "without a number" in html(app)
    assert "changed since" not in html(app)
    held.lists["activity"][0]["rd_personnel"] = "21"
    app.run()
    assert "changed since" in html(app)
    press(app, "I have looked: it still holds")
    assert "changed since" not in html(app)


def test_the_six_steps_ask_nothing_of_the_form() -> None:
    app = page("self_assessment/steps", draft(registered_capital="1000"))
    assert not [each for each in app.text_input if each.key == "entry:registered_capital"]
    # and it is no blank of theirs
    assert "Decided" in html(app)
