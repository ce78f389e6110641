"""Figures stand under their calendar years, whatever the day on which a page is opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

testing = pytest.importorskip("streamlit.testing.v1")

from eligibility.app import cache  # noqa: E402
from eligibility.app.register import figure_editor  # noqa: E402
from eligibility.app.self_assessment.draft import Draft, from_state  # noqa: E402
from eligibility.store import VISITOR, Repository, close_stores  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.app.self_assessment.form_pages import html, page, press  # noqa: E402
from tests.staff_pages import Staffed, button  # noqa: E402

NOVEMBER, JANUARY = date(2026, 11, 20), date(2027, 1, 12)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The store of the app, empty."""
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    empty_store.put(tmp_path)
    close_stores()
    yield Repository(cache.engine(), VISITOR)
    close_stores()


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    yield made
    made.engine.dispose()
    close_stores()


def set_clock(patch: pytest.MonkeyPatch, day: date) -> None:
    """Let the app believe that today is that day."""

    class Clock(date):
        @classmethod
        def today(cls) -> date:
            return day

    patch.setattr(cache, "date", Clock)
    patch.setattr(figure_editor, "date", Clock)


def entry(app: testing.AppTest, key: str) -> str:
    """What an input says."""
    value: str = app.text_input(key=f"entry:{key}").value
    return value


def test_a_draft_of_november_stands_in_january_as_it_was_typed(
    store: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOVEMBER)
    app = page("self_assessment/steps", Draft())
    typed = {f"sales_revenue@{year}": str(year) for year in (2023, 2024, 2025)}
    app.text_input(key="entry:registered_on").set_value("2015-01-01").run()
    for key, text in typed.items():
        app.text_input(key=f"entry:{key}").set_value(text).run()
        assert "the latest year is" not in html(app)
    press(app, "Next →")
    press(app, "Next →")
    app.text_input(key="entry:staff_total@2025").set_value("140").run()
    code = app.session_state["draft"].code
    stored = store.drafts.get(code)["state"]["facts"]
    assert stored == typed | {"staff_total@2025": "140", "registered_on": "2015-01-01"}

    set_clock(monkeypatch, JANUARY)
    app = page("self_assessment/steps", from_state(store, code))
    app.switch_page("eligibility/app/self_assessment/steps_page.py").run()
    said = html(app)
    assert "the latest year is 2026: its figures are blank until you enter them" in said
    assert "not asked for on this date: the figures of 2023." in said
    press(app, "← Back")
    press(app, "← Back")
    shown = {year: entry(app, f"sales_revenue@{year}") for year in (2024, 2025, 2026)}
    assert shown == {2024: "2024", 2025: "2025", 2026: ""}
    labels = [app.text_input(key=f"entry:sales_revenue@{year}").label for year in shown]
    assert labels == [f"Sales revenue, {year} (CNY 10,000)" for year in shown]
    # nothing that can be undecided was decided by figures of another year
    assert cache.assess_draft(app.session_state["draft"])[1].only.record["verdict"] == (
        "undetermined"
    )
    app.text_input(key="entry:sales_revenue@2026").set_value("2026").run()
    app.run()
    assert "the latest year is" not in html(app)
    kept = store.drafts.get(code)["state"]["facts"]
    assert kept == stored | {"sales_revenue@2026": "2026"}

    set_clock(monkeypatch, NOVEMBER)
    app = page("self_assessment/steps", from_state(store, code))
    assert {year: entry(app, f"sales_revenue@{year}") for year in (2023, 2024, 2025)} == {
        2023: "2023", 2024: "2024", 2025: "2025",
    }  # fmt: skip
    assert store.drafts.get(code)["state"]["facts"] == kept


def test_another_date_of_application_moves_no_figure_and_the_first_date_brings_all_back(
    store: Repository,
) -> None:
    facts = {"registered_on": "2015-01-01", "application_date": "2026-11-20"}
    figures = {f"net_assets@{year}": str(year) for year in (2023, 2024, 2025)}
    rows = [{"name": "A", "income": "500", "main": "yes"}]
    app = page("self_assessment/steps", Draft(facts=facts | figures, lists={"product@2025": rows}))
    app.text_input(key="entry:application_date").set_value("2027-01-12").run()
    assert entry(app, "net_assets@2025") == "2025"
    assert entry(app, "net_assets@2026") == ""
    assert "the latest year is 2026" in html(app)
    for _ in range(4):
        press(app, "Next →")
    draft = app.session_state["draft"]
    assert draft.lists["product@2026"] == []
    assert cache.assess_draft(draft)[0].counts == {}
    for _ in range(4):
        press(app, "← Back")
    app.text_input(key="entry:application_date").set_value("2026-11-20").run()
    app.run()
    assert "the latest year is" not in html(app)
    assert [entry(app, key) for key in figures] == ["2023", "2024", "2025"]
    kept = store.drafts.get(draft.code)["state"]
    assert kept["facts"] == facts | figures
    assert kept["ledgers"] == {"product@2025": rows}
    assert "product" in cache.assess_draft(draft)[0].counts


def test_the_current_assessment_is_that_of_the_latest_application(staffed: Staffed) -> None:
    firm = staffed.firm()
    repository = staffed.repository
    staffed.assess(firm, 2027, st_staff=1, staff_total=100, ip_class1_count=0)
    newest = repository.records.assessments(firm)[0]
    staffed.assess(firm, 2025, st_staff=30, staff_total=100)
    assert repository.records.assessments(firm)[0]["id"] == newest["id"]
    (row,) = repository.firms.page().rows
    assert (row["verdict"], row["score_low"]) == (newest["verdict"], newest["score_low"])
    assert row["assessed_at"] == newest["at"]
    said = html(staffed.open("firm", firm=str(firm), tab="beside"))
    assert said.index('scope="col">2026-05-10') < said.index('scope="col">2027-05-10')
    assert "▼ worse" in said
    assert "certain points -" in said


def test_assessments_chosen_the_other_way_round_are_compared_from_older_to_newer(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    staffed.assess(firm, 2027, st_staff=1, staff_total=100, ip_class1_count=0)
    app = staffed.open("firm", firm=str(firm), tab="beside")
    earlier, later = app.selectbox[-2:]
    first, second = earlier.value, later.value
    assert first != second
    earlier.set_value(second).run()
    app.selectbox[-1].set_value(first).run()
    said = html(app)
    assert said.index('scope="col">2026-05-10') < said.index('scope="col">2027-05-10')
    assert "▼ worse" in said


def test_the_year_after_begins_with_what_is_known_of_its_calendar_years(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, JANUARY)
    firm = staffed.firm()
    before = staffed.repository.records.figures(firm, 2026).value
    app = staffed.open("firm", firm=str(firm), tab="figures", year="2027")
    assert "other applications: the figures of 2024, 2025. Still blank: those of 2026." in html(app)
    button(app, "Save and assess").click().run()
    after = staffed.repository.records.figures(firm, 2027).value
    for stem in ("sales_revenue", "net_assets", "rd_expense"):
        assert after[f"{stem}_y1"] == before[f"{stem}_y2"]
        assert after[f"{stem}_y2"] == before[f"{stem}_y3"]
        assert f"{stem}_y3" not in after
    assert after["registered_on"] == before["registered_on"]
    assert not after.keys() & {"staff_total", "st_staff", "ip_class1_count"}
    assert staffed.repository.records.figures(firm, 2026).value == before
    history = staffed.open("firm", firm=str(firm), tab="history")
    assert "Sales revenue, 2025" in str(history.dataframe[-1].value["Detail"].tolist())
