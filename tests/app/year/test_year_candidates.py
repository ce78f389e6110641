"""Which firms count in a year: by figures, stage, application and record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from eligibility.app import cache
from eligibility.register import register_year, year_candidates
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository, Stage
from tests.app.year.year_pages import YEAR, copies, year_page
from tests.staff_pages import CODES, Staffed, button, fill, html
from tests.store.two_carriers import enter_old_stage


def test_the_register_counts_who_can_be_certified_this_year_and_nobody_else(
    staffed: Staffed,
) -> None:
    stands = fill(staffed.repository, YEAR)
    held = year_candidates.year_candidates(staffed.repository, YEAR, load_scheme())
    wanted = [
        *stands["surveyed"],
        *stands["nurtured"],
        *stands["ready"],
        *stands["applied"],
        *stands["ending"],
    ]
    assert sorted(held.firms) == sorted(wanted)
    assert [
        firm for firm, filed in zip(held.firms, held.has_applied, strict=True) if filed
    ] == sorted(stands["applied"])
    assert held.already == len(stands["certified"]) == 5
    assert held.stages[Stage.CERTIFIED] == len(stands["ending"]) == 6
    assert held.target_after is None
    staffed.repository.administration.set_target(YEAR + 1, 83, 0)
    every = year_candidates.year_candidates(staffed.repository, YEAR, load_scheme())
    assert every.target_after == 83


def test_a_firm_without_figures_or_with_impossible_ones_is_named_and_not_counted(
    staffed: Staffed,
) -> None:
    repository = staffed.repository
    sound = staffed.firm(0, "好公司")
    blank = repository.firms.add({"name": "空公司", "uscc": CODES[1]})
    wrong = repository.firms.add({"name": "错公司", "uscc": CODES[2]})
    facts = repository.records.figures(sound, 2026).value
    repository.records.save_figures(wrong, 2026, {**facts, "staff_total": 5, "st_staff": 50}, 0)
    repository.firms.set_stage([sound, blank, wrong], Stage.READY)
    held = year_candidates.year_candidates(repository, 2026, load_scheme())
    assert held.firms == (sound,)
    assert held.blank == {blank: "空公司"}
    assert held.unread == {wrong: "错公司"}
    said = "".join(each.label for each in staffed.open("overview").expander)
    assert "Not counted, as no figures are held: 1" in said
    assert "Not counted, as their figures contradict themselves: 1" in said


def test_a_firm_is_judged_by_its_latest_figures_and_it_is_said_where_they_are_older(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    staffed.repository.firms.set_stage([firm], Stage.READY)
    later = year_candidates.year_candidates(staffed.repository, 2027, load_scheme())
    assert (later.firms, later.earlier) == ((firm,), 1)
    assert not year_candidates.year_candidates(staffed.repository, 2025, load_scheme()).firms


def test_an_application_that_is_not_decided_counts_in_its_own_year_only(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.repository.applications.save_outcomes([(firm, 2026, {"certified": None}, 0)])
    now, then = (
        year_candidates.year_candidates(staffed.repository, year, load_scheme())
        for year in (2026, 2027)
    )
    assert (now.firms, now.has_applied.tolist(), now.waiting) == ((firm,), [True], 0)
    assert (then.firms, then.waiting) == ((), 1)


def test_a_firm_that_has_applied_for_the_next_year_does_not_count_in_this_one(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    staffed.repository.applications.save_outcomes([(firm, YEAR + 1, {"certified": None}, 0)])
    now, then = (
        year_candidates.year_candidates(staffed.repository, year, load_scheme())
        for year in (YEAR, YEAR + 1)
    )
    assert (now.firms, now.later) == ((), 1)
    assert (then.firms, then.has_applied.tolist(), then.later) == ((firm,), [True], 0)
    assert "not counted, as they apply in a later year: 1" in html(year_page(staffed))


def test_a_firm_that_two_carriers_hold_counts_once(staffed: Staffed) -> None:
    repository, scheme = staffed.repository, load_scheme()

    def held(year: int = YEAR) -> year_candidates.YearCandidates:
        return year_candidates.year_candidates(repository, year, scheme)

    park, hub = (repository.administration.add_carrier(name) for name in ("园区", "孵化器"))
    first, second = (staffed.firm(0, "甲公司", carrier_id=each) for each in (park, hub))
    repository.firms.set_stage([first, second], Stage.READY)
    assert (held().firms, held().doubles) == ((first,), 1)
    assert "left out, as another carrier holds the same firm: 1" in html(staffed.open("overview"))
    # each adviser sees the own copy alone
    mine = Repository(staffed.engine, staffed.adviser(hub))
    assert year_candidates.year_candidates(mine, YEAR, scheme).firms == (second,)
    # where one copy has applied, the firm has
    repository.applications.save_outcomes([(second, YEAR, {"certified": None}, 0)])
    assert (held().firms, held().has_applied.tolist(), held().doubles) == ((first,), [True], 1)
    assert (held(YEAR + 1).firms, held(YEAR + 1).waiting) == ((), 1)
    # where one copy is certified, the firm is, and both copies are one certificate
    row = repository.applications.outcomes(second)[0]
    repository.applications.save_outcomes([(second, YEAR, {"certified": True}, row["version"])])
    assert (held().firms, held().doubles, held().already) == ((), 1, 1)
    assert held(YEAR + 1).firms == ()
    repository.applications.save_outcomes([(first, YEAR, {"certified": True}, 0)])
    assert held().already == 1
    assert register_year.stock(held(), scheme).valid.tolist() == [1, 1]


def test_a_copy_at_the_stage_certified_without_a_record_says_that_the_firm_is(
    staffed: Staffed,
) -> None:
    repository, (first, second) = staffed.repository, copies(staffed)
    repository.firms.set_stage([first], Stage.READY)
    enter_old_stage(staffed.engine, [second], Stage.CERTIFIED)
    held = year_candidates.year_candidates(repository, YEAR, load_scheme())
    assert (held.firms, held.doubles) == ((), 1)


def test_a_copy_left_at_the_stage_certified_does_not_hide_the_application_of_another(
    staffed: Staffed,
) -> None:
    repository, (first, second) = staffed.repository, copies(staffed)
    ended = {"certified": True, "certified_on": date(YEAR - 5, 11, 1)}
    repository.applications.save_outcomes(
        [(first, YEAR - 5, ended, 0), (second, YEAR, {"certified": None}, 0)]
    )
    held = year_candidates.year_candidates(repository, YEAR, load_scheme())
    assert (held.has_applied.tolist(), held.doubles) == ([True], 1)


@pytest.mark.parametrize("refused", [0, 1])
def test_a_firm_refused_in_any_copy_is_not_discounted_as_if_it_might_still_be_certified(
    staffed: Staffed, refused: int
) -> None:
    repository = staffed.repository
    park, hub = (repository.administration.add_carrier(name) for name in ("园区", "孵化器"))
    copies = [staffed.firm(0, "甲公司", carrier_id=each) for each in (park, hub)]
    repository.firms.set_stage(copies, Stage.READY)
    repository.applications.save_outcomes([(copies[refused], YEAR, {"certified": False}, 0)])
    then = year_candidates.year_candidates(repository, YEAR + 1, load_scheme())
    assert then.again.tolist() == [False]


def test_next_years_firms_count_for_what_this_year_leaves_unless_it_has_closed(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, scheme, city = staffed.repository, load_scheme(), cache.city()
    ready, refused = (staffed.firm(place, name) for place, name in enumerate("甲乙"))
    repository.applications.save_outcomes([(refused, YEAR, {"certified": False}, 0)])
    repository.firms.set_stage([ready, refused], Stage.READY)
    held = year_candidates.year_candidates(repository, YEAR + 1, scheme)
    assert held.again.tolist() == [True, False]
    assert not year_candidates.year_candidates(repository, YEAR, scheme).again.any()
    standing = register_year.assess_state(held.table, scheme)
    alone = replace(held, again=np.zeros(2, dtype=np.bool_))
    whole = register_year.pool_chances(None, standing, city, alone, scheme).now
    seen = register_year.pool_chances(None, standing, city, held, scheme)
    assert seen.now == pytest.approx(whole * [1 - whole[:, 0].mean(), 1])
    made = cache.year_of(held, 1, 20.0, by_model=False)
    assert made.chances.now[0] == pytest.approx(seen.now[0])
    monkeypatch.setattr(
        register_year, "closed_batch", lambda _, year, *__: "closed" if year == YEAR else None
    )
    after = register_year.pool_chances(None, standing, city, held, scheme)
    assert after.now == pytest.approx(whole)


def test_applied_by_its_stage_alone_a_firm_counts_in_the_year_in_which_that_was_set(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    enter_old_stage(staffed.engine, [firm], Stage.APPLIED)
    now, then = (
        year_candidates.year_candidates(staffed.repository, year, load_scheme())
        for year in (YEAR, YEAR + 1)
    )
    assert (now.firms, now.has_applied.tolist(), now.waiting) == ((firm,), [True], 0)
    assert (then.firms, then.waiting) == ((), 1)
    for held in (now, then):
        assert held.unrecorded_applications == (
            year_candidates.UnrecordedApplication(firm, "甲公司", YEAR),
        )
    # of an application that is refused the stage says nothing any more
    staffed.repository.applications.save_outcomes([(firm, YEAR, {"certified": False}, 0)])
    enter_old_stage(staffed.engine, [firm], Stage.APPLIED)
    then = year_candidates.year_candidates(staffed.repository, YEAR + 1, load_scheme())
    assert (then.firms, then.has_applied.tolist()) == ((firm,), [True])


def test_an_application_that_the_stage_alone_says_is_told_and_recorded_from_the_page(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    enter_old_stage(staffed.engine, [firm], Stage.APPLIED)
    assert "without an application on record: 1" in html(staffed.open("overview"))
    app = year_page(staffed)
    assert f"not recorded: 1; held to be of {YEAR}" in "".join(e.label for e in app.expander)
    button(app, f"Record 1 applications of {YEAR}").click().run()
    assert not app.exception
    assert "Recorded: 1 applications." in html(app)
    assert "without an application on record" not in html(app)
    (held,) = staffed.repository.applications.outcomes(firm)
    assert (held["applied_year"], held["certified"]) == (YEAR, None)


def test_once_the_last_batch_has_closed_only_applications_filed_count(
    filled: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = load_scheme().overlay(cache.city().region).batches[-1]
    assert batch.source == "assumed"
    last = batch.model_copy(update={"year": YEAR, "due": date(YEAR, 9, 10)})
    monkeypatch.setattr(
        register_year, "closed_batch", lambda city, year, *_: last if year == YEAR else None
    )
    said = html(filled.open("overview"))
    assert f"The last batch of {YEAR} closed on {YEAR}-09-10 (assumed, please check)" in said
    assert "Counted: 25 firms of the register" in said
    assert "More ready firms" not in said
    # whom to visit is then a matter of the next year
    assert f"more certified expected in {YEAR + 1}" in said


def test_a_batch_that_is_open_or_unknown_closes_no_year() -> None:
    overlay = load_scheme().overlay(cache.city().region)
    days = [batch.due for batch in overlay.batches if batch.year == 2026]
    last = max(days)
    assert overlay.last_batch(2026, last) is None
    closed = overlay.last_batch(2026, date.fromordinal(last.toordinal() + 1))
    assert closed is not None
    assert closed.due == last
    assert overlay.last_batch(1999, date(2030, 1, 1)) is None
