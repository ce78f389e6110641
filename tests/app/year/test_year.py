"""The year of the firms that staff looks after: on the overview and its page, never stale."""

# Private names: how often a year is worked out is counted where it is, and made slow there.

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import update

from eligibility.app import cache, session
from eligibility.app.firm import plan_results
from eligibility.app.register import firm_deadlines, overview_forecast
from eligibility.app.stale_cache import StaleCache
from eligibility.app.widgets import number_format as fmt
from eligibility.register import register_year, year_candidates
from eligibility.schemes.registry import load_scheme
from eligibility.store import CarrierKind, FirmFilter, Repository, Stage
from eligibility.store.change_counter import count_change
from eligibility.store.schema import figures
from tests.app.year.year_pages import YEAR, expected, year_page
from tests.staff_pages import CODES, Staffed, html


def test_the_overview_says_what_is_expected_how_likely_and_what_it_rests_on(
    filled: Staffed,
) -> None:
    app = filled.open("overview")
    said = html(app)
    held = year_candidates.year_candidates(filled.repository, YEAR, load_scheme())
    made = expected(held, 40)
    seen, chosen = made.portfolio.without, made.portfolio.selection
    assert f"{seen.mean:.1f}".removesuffix(".0") + f" certified expected in {YEAR}" in said
    assert f"with a chance of {seen.reaches_target:.1%} of at least 40." in said
    low, high = seen.interval(0.8)
    assert f"{low}–{high}" in said
    assert (
        f"{len(chosen.options)} firms, with {chosen.days:g} adviser-days, would make it "
        f"{chosen.forecast.reaches_target:.1%}." in said
    )
    assert chosen.forecast.reaches_target > seen.reaches_target
    assert "demonstration model, learned from 600 invented applications" in said
    assert "Counted: 190 firms of the register" in said
    assert "More ready firms for 90%" in said
    visits = next(table.value for table in app.dataframe if "What to do" in table.value)
    assert len(visits) == len(chosen.options)
    names = {held.table.texts("name")[made.options.firm[option]] for option in chosen.options}
    assert set(visits["Firm"]) == names


def test_support_never_goes_to_a_firm_whose_application_is_in(staffed: Staffed) -> None:
    firms = [staffed.firm(place, name) for place, name in enumerate("甲乙")]
    for place, firm in enumerate(firms):
        staffed.assess(firm, YEAR, uscc=CODES[place], name="甲乙"[place], st_staff=5)
    staffed.repository.firms.set_stage([firms[0]], Stage.READY)
    staffed.repository.applications.save_outcomes([(firms[1], YEAR, {"certified": None}, 0)])
    held = year_candidates.year_candidates(staffed.repository, YEAR, load_scheme())
    made = expected(held, 1)
    assert plan_results.firm_ids(held, made) == [str(firms[0])]


def test_a_change_in_the_store_is_seen_at_the_next_look_and_no_other_costs_the_year_again(
    filled: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[int] = []
    outlooks: StaleCache[plan_results.Outlook] = StaleCache(patience=60, rest=0)
    monkeypatch.setattr(cache, "_outlooks", lambda: outlooks)
    # what is remembered goes by content, and another test had the same firms
    cache._of_all().clear()
    made_before = cache.city_year
    monkeypatch.setattr(
        cache, "city_year", lambda *a, **k: worked.append(1) or made_before(*a, **k)
    )
    filled.open("overview")
    assert len(worked) == 1
    filled.open("overview")
    assert len(worked) == 1
    surveyed = filled.repository.firms.page(sort="stage", descending=False, limit=400).rows
    first = next(row["id"] for row in surveyed if row["stage"] == "ready")
    filled.repository.casework.add_note(first, "按时")
    filled.open("overview")
    assert len(worked) == 1
    filled.repository.applications.save_outcome(first, YEAR, {"certified": False}, 0)
    assert "Counted: 189 firms of the register" in html(filled.open("overview"))
    assert len(worked) == 2
    row = filled.repository.administration.targets()
    version = next(each["version"] for each in row if each["year"] == YEAR)
    filled.repository.administration.set_target(YEAR, 40, version)
    assert "of at least 40." in html(filled.open("overview"))


def test_an_adviser_sees_the_year_of_the_carriers_own_firms(staffed: Staffed) -> None:
    own, other = (
        staffed.repository.administration.add_carrier(name) for name in ("自己的园", "别人的园")
    )
    mine = staffed.firm(0, "自己公司", carrier_id=own)
    theirs = staffed.firm(1, "别人公司", carrier_id=other)
    staffed.repository.firms.set_stage([mine, theirs], Stage.READY)
    assert "Counted: 2 firms of the register" in html(staffed.open("overview"))
    staffed.principal = staffed.adviser(own)
    for app in (staffed.open("overview"), year_page(staffed)):
        assert "Counted: 1 firms of the register" in html(app)
        assert "别人公司" not in str([table.value.values for table in app.dataframe])
    # the city's target is no yardstick for them
    said = html(app)
    assert "target is 50; this carrier" in said
    assert "Chance of at least" not in said
    assert "Short of 380" not in said
    assert [slider.label for slider in app.slider] == ["Adviser-days for support"]
    held = year_candidates.year_candidates(
        Repository(staffed.engine, staffed.principal), YEAR, load_scheme()
    )
    assert held.carrier == "自己的园"


def test_without_a_firm_to_support_the_overview_names_the_nearest_ones(staffed: Staffed) -> None:
    short = staffed.firm(name="短公司")
    staffed.assess(short, 2026, st_staff=1)
    # decided, it is no candidate of the year
    staffed.repository.applications.save_outcome(short, YEAR, {"certified": False}, 0)
    app = staffed.open("overview")
    assert "No firm with figures can be certified in the year" in app.info[0].value
    assert "Assessed, not yet eligible and not yet applied" in str([c.value for c in app.caption])


def test_the_year_of_the_register_is_chosen_by_default_and_the_file_is_a_click_away(
    filled: Staffed,
) -> None:
    app = year_page(filled)
    said = html(app)
    assert "Counted: 190 firms of the register" in said
    assert "Chance of at least 40" in said
    assert app.slider(key="target:40").value == 40
    assert not [each for each in app.number_input if each.key == "already"]
    app.segmented_control(key="firms-of").set_value("file").run()
    assert not app.exception
    assert "200 invented firms" in html(app)
    assert app.number_input(key="already").value == 0


def test_the_page_of_the_year_shows_certificates_that_end_and_the_stock(filled: Staffed) -> None:
    said = html(year_page(filled))
    table = said[said.index("Certificates of the year") :]
    cells = [part.split("</td>")[0].split(">")[-1] for part in table.split("<td")[1:6]]
    # certified in the year, ending in it, valid at its end, short of the city's 380
    assert cells == [str(YEAR), "5", "6", "9", "371"]
    app = year_page(filled)
    assert "Certificates without a day" in str([each.value for each in app.caption])
    (carrier, *_) = filled.repository.administration.carriers()
    kind = {"kind": CarrierKind.INCUBATOR}
    filled.repository.administration.save_carrier(carrier["id"], kind, carrier["version"])
    app = year_page(filled)
    choices = next(each for each in app.get("button_group") if each.key == session.SHARES_BY)
    choices.set_value("kind").run()
    assert "incubator" in html(app)


def test_three_scenarios_stand_side_by_side_and_the_middle_one_is_the_headline(
    filled: Staffed,
) -> None:
    made = expected(year_candidates.year_candidates(filled.repository, YEAR, load_scheme()), 40)
    filed, likely, supported = made.scenarios
    assert filed.applications == 25
    assert filed.applications < likely.applications <= supported.applications
    assert filed.forecast.mean < likely.forecast.mean < supported.forecast.mean
    assert likely.forecast is made.portfolio.without
    for app in (filled.open("overview"), year_page(filled)):
        said = html(app)
        for each in made.scenarios:
            assert f">{fmt.number(each.forecast.mean, 1)}<" in said
        assert "not calibrated on your outcomes" in said


def test_no_figure_stands_for_a_year_whose_firms_nobody_has_touched_for_twelve_months(
    filled: Staffed,
) -> None:
    long_ago = datetime(YEAR - 1, date.today().month, 1, tzinfo=UTC) - timedelta(days=1)
    with filled.engine.begin() as connection:
        connection.execute(update(figures).values(changed_at=long_ago))
        count_change(connection)
    for app in (filled.open("overview"), year_page(filled)):
        assert "No figures were imported or edited since" in html(app)
        assert "Expected certified" not in html(app)


def test_a_search_for_the_target_says_whether_it_is_proven_or_what_no_choice_exceeds(
    filled: Staffed,
) -> None:
    app = year_page(filled)
    app.segmented_control(key="aim").set_value("target").run(timeout=180)
    assert not app.exception
    said = str([each.value for each in app.caption])
    assert "Proven: no other choice" in said or "no choice reaches more than" in said


def test_a_firm_to_support_opens_its_dossier(
    filled: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[str]] = []
    monkeypatch.setattr(
        overview_forecast.support,
        "worth_a_visit",
        lambda _chosen, keys: drawn.append(keys) or keys[0],
    )
    app = filled.open("overview")
    assert filled.repository.firms.get(int(drawn[0][0]))["name"] in html(app)
    assert "is not here" not in html(app)


def test_another_person_of_the_same_sight_shares_the_work_and_nobody_else(
    filled: Staffed,
) -> None:
    whole = cache.register_candidates(filled.repository, YEAR)
    assert (
        cache.register_candidates(Repository(filled.engine, filled.repository.principal), YEAR)
        is whole
    )
    stray = filled.adviser(filled.repository.administration.add_carrier("空园"))
    assert cache.register_candidates(Repository(filled.engine, stray), YEAR).firms == ()


def test_after_new_year_the_year_is_no_longer_one_that_another_comes_before(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed.repository.firms.set_stage([staffed.firm()], Stage.READY)
    before = cache.register_candidates(staffed.repository, YEAR + 1)
    alone = replace(before, again=np.zeros_like(before.again))
    whole = register_year.pool_chances(
        None, register_year.assess_state(before.table, cache.scheme()), cache.city(), alone,
        cache.scheme(),
    )  # fmt: skip
    seen = cache.year_of(before, 1, 20.0, by_model=False).chances.now
    assert (seen < whole.now).all()

    class NewYear(date):
        @classmethod
        def today(cls) -> date:
            return date(YEAR + 1, 1, 1)

    for module in (cache, year_candidates):
        monkeypatch.setattr(module, "date", NewYear)
    after = cache.register_candidates(staffed.repository, YEAR + 1)
    assert cache.year_of(after, 1, 20.0, by_model=False).chances.now == pytest.approx(whole.now)


def test_a_day_of_expiry_corrected_changes_the_chances_of_the_year_that_rest_on_it(
    staffed: Staffed,
) -> None:
    repository, firm = staffed.repository, staffed.firm()
    held = {"certified": True, "certified_on": date(YEAR - 3, 3, 1)}
    corrected = held | {"expires_on": date(YEAR + 1, 3, 1)}
    seen = []
    for version, values in enumerate((held, corrected)):
        repository.applications.save_outcome(firm, YEAR - 3, values, version)
        pool = cache.register_candidates(repository, YEAR + 1)
        seen.append(cache.year_of(pool, 1, 20.0, by_model=False).chances.now.sum())
    # valid through this year it is not certified anew in it, and all of its chance is next year's
    assert seen[1] > seen[0]


def test_another_target_or_more_days_judge_no_firm_again(filled: Staffed) -> None:
    held = cache.register_candidates(filled.repository, YEAR)
    first, other = (
        cache.year_of(held, target, days, by_model=True) for target, days in ((5, 20.0), (9, 40.0))
    )
    assert other.chances is first.chances
    assert (first.goal, other.goal) == (5, 9)
    assert cache.year_of(held, 5, 20.0, by_model=False).chances is not first.chances


def test_a_firms_deadlines_are_seen_and_taken_away(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    monkeypatch.setattr(
        firm_deadlines.st, "download_button", lambda *_label, data, **_how: files.append(data())
    )
    firm = staffed.firm(name="甲公司")
    said = html(staffed.open("firm", firm=str(firm), tab="tasks"))
    assert "closes" in said
    assert "assumed: check" in said
    staffed.repository.applications.save_outcome(
        firm, YEAR - 1, {"certified": True, "certified_on": date(YEAR - 1, 11, 9)}, 0
    )
    said = html(staffed.open("firm", firm=str(firm), tab="tasks"))
    assert f"{YEAR + 1}-05-31" in said
    assert "Renewal" in said or "The certificate ends" in said
    assert "closes<" not in said
    assert files[-1].startswith(b"BEGIN:VCALENDAR")
    assert f"DTSTART;VALUE=DATE:{YEAR + 1}0531".encode() in files[-1]
    assert "甲公司".encode() in files[-1].replace(b"\r\n ", b"")


def test_deadlines_of_a_certificate_go_by_the_day_of_expiry_that_was_entered() -> None:
    outcome = {
        "firm_id": 1, "certified": True, "applied_year": YEAR - 1,
        "certified_on": date(YEAR - 1, 11, 9), "expires_on": date(YEAR + 1, 8, 1),
    }  # fmt: skip
    due = plan_results.deadlines([outcome], cache.city(), cache.scheme(), date(YEAR, 1, 1))
    assert due[-1].day == date(YEAR + 1, 8, 1)


def test_the_plot_on_the_overview_holds_the_target(filled: Staffed) -> None:
    told = []
    for chart in filled.open("overview").get("vega_lite_chart"):
        spec = json.loads(chart.proto.spec)
        if "chance of at least 40" in spec.get("description", ""):
            held = {data.name: data.data.data for data in chart.proto.datasets}
            told = [
                str(pa.ipc.open_stream(held[layer["data"]["name"]]).read_all().to_pylist())
                for layer in spec["layer"]
            ]
    assert "target reached" in told[0]
    assert "target 40" in told[1]


def test_while_a_year_is_worked_out_again_the_overview_shows_it_as_last_worked_out(
    filled: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = html(filled.open("overview"))
    assert "As of" not in before
    work, go_on = cache._outlook, Event()

    def slow(*asked: Any) -> plan_results.Outlook:
        assert go_on.wait(60)
        return work(*asked)

    monkeypatch.setattr(cache, "_outlook", slow)
    ready = filled.repository.firms.page(FirmFilter(stage="ready"), limit=1).rows
    filled.repository.firms.set_stage([ready[0]["id"]], Stage.SURVEYED)
    held = next(row for row in filled.repository.administration.targets() if row["year"] == YEAR)
    filled.repository.administration.set_target(YEAR, 3, held["version"])
    # what was worked out just now would rest for some seconds
    monkeypatch.setattr("eligibility.app.stale_cache.monotonic", lambda: 1e12)
    app = filled.open("overview")
    assert "As of" in html(app)
    assert "being worked out again" in html(app)
    go_on.set()
    until = time.monotonic() + 60
    while "As of" in html(app.run()):
        assert time.monotonic() < until
    assert "at least 3" in html(app)
