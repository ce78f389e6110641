"""An institution's own assumptions: over the files, validated as they are, with their history."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eligibility.city.settings import load_city
from eligibility.domain.errors import Conflict, InputError, NotAllowed
from eligibility.i18n import CHINESE
from eligibility.planning.lead_times import lead_times
from eligibility.register.assumptions import (
    Assumption,
    batch_change,
    figure_change,
    list_assumptions,
    load_settings,
    save_changes,
    weight_change,
)
from eligibility.register.practice_checks import list_practice_checks, practice_change
from eligibility.schemes.registry import load_scheme
from eligibility.store import Repository, Role, System
from eligibility.store.assumptions import CITY, AssumptionChange, target_change
from tests import empty_store
from tests.firms import table


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    from eligibility.store import open_store

    empty_store.put(tmp_path)
    return open_store(f"sqlite:///{tmp_path}/eligibility.sqlite")


@pytest.fixture
def repository(engine: Engine) -> Repository:
    return Repository(engine, System(Role.MANAGER))


def find(repository: Repository, *path: str) -> Assumption:
    rows = list_assumptions(repository.assumptions.changes())
    return next(row for row in rows if row.path == path)


def test_without_a_change_the_files_hold(repository: Repository) -> None:
    settings = load_settings(repository)
    assert settings.city == load_city()
    assert settings.schemes["hnte"] is load_scheme()
    assert settings.times == lead_times()
    assert (settings.revision, settings.problems) == (0, [])


def test_a_change_of_a_figure_holds_for_the_institution_with_its_source(
    repository: Repository,
) -> None:
    days = find(repository, "support", "adviser_days")
    change = figure_change(days.document, days.path, days.figure, 120, "2027年工作计划")
    revision = save_changes(repository, [change], 0)
    held = load_settings(repository).city.support.adviser_days
    assert (held.value, held.unit) == (120, "day")
    assert held.source.document == "2027年工作计划"
    row = find(repository, "support", "adviser_days")
    assert (row.value, row.default) == (120, 60)
    # and back to the file
    save_changes(repository, [AssumptionChange(CITY, days.path, is_default=True)], revision)
    assert load_settings(repository).city == load_city()
    # what was assumed meanwhile stands in the history
    assert [row["value"] and row["value"]["value"] for row in repository.assumptions.history()] == [
        None, 120,
    ]  # fmt: skip


def test_a_batch_of_the_institution_holds_for_plans_and_deadlines(repository: Repository) -> None:
    save_changes(
        repository,
        [
            batch_change("hnte", 2027, 1, "2027-04-20", "通知"),
            batch_change("hnte", 2027, 4, "2027-11-05", ""),
        ],
        0,
    )
    settings = load_settings(repository)
    scheme = settings.schemes["hnte"]
    dues = [
        each.due for each in scheme.overlay(settings.city.region).batches_from(date(2027, 1, 1))
    ]
    assert dues[0] == date(2027, 4, 20)
    assert dues[-1] == date(2027, 11, 5)
    # lead times take a scheme's batches
    assert date(2027, 4, 20) in settings.times.for_scheme(scheme).deadlines(date(2027, 1, 1))
    # the shipped ones are as they were
    assert date(2027, 5, 10) in lead_times().for_scheme(load_scheme()).deadlines(date(2027, 1, 1))


def test_a_firm_weighs_what_was_set_for_its_credit_code_with_a_reason(
    repository: Repository,
) -> None:
    firms = table({"uscc": "91150105XNBU6HUA33"}, {})
    change = weight_change("firms", "91150105XNBU6HUA33", 3, "带动性强", "")
    save_changes(repository, [change], 0)
    assert load_settings(repository).city.weights(firms).tolist() == [3, 1]
    (row,) = repository.assumptions.history()
    assert row["value"]["note"]["zh"] == "带动性强"
    with pytest.raises(InputError, match="reason"):
        weight_change("firms", "91150105XNBU6HUA33", 3, "", "")


@pytest.mark.parametrize(
    ("path", "value", "sentence", "chinese"),
    [
        (("support", "actions", "rights", "closes"), 1.5, "lies outside 0 to 1", "0 到 1"),
        (("support", "actions", "rights", "days"), 0, "more than no days", "大于 0"),
        (("support", "actions", "rights", "cost"), -1, "below nothing", "小于 0"),
    ],
)
def test_what_the_file_refuses_is_refused_in_a_sentence_and_nothing_is_stored(
    repository: Repository, path: tuple[str, ...], value: float, sentence: str, chinese: str
) -> None:
    row = find(repository, *path)
    with pytest.raises(InputError, match=sentence) as refusal:
        save_changes(repository, [figure_change(CITY, path, row.figure, value, "")], 0)
    assert chinese in refusal.value.message.say(CHINESE)
    assert repository.assumptions.revision() == 0
    with pytest.raises(InputError, match="order of their years"):
        save_changes(repository, [batch_change("hnte", 2027, 1, "2027-12-20", "")], 0)


def test_a_target_of_the_overview_and_of_the_assumptions_are_one(repository: Repository) -> None:
    repository.administration.set_target(2027, 60, 0)
    assert load_settings(repository).city.target(2027).certified.value == 60
    # the goal for the stock goes on
    assert load_settings(repository).city.target(2027).stock == load_city().target(2027).stock
    save_changes(repository, [target_change(2027, 70)], repository.assumptions.revision())
    (row,) = repository.administration.targets()
    assert (row["number"], row["version"]) == (70, 2)


def test_who_was_second_is_told_and_who_does_not_lead_is_refused(
    repository: Repository, engine: Engine
) -> None:
    save_changes(repository, [target_change(2027, 60)], 0)
    with pytest.raises(Conflict):
        save_changes(repository, [target_change(2027, 61)], 0)
    adviser = Repository(engine, System(Role.ADVISER))
    with pytest.raises(NotAllowed):
        save_changes(adviser, [target_change(2027, 61)], 1)


def test_a_change_that_no_longer_fits_is_told_and_left_out(repository: Repository) -> None:
    gone = AssumptionChange(CITY, ("support", "actions", "gone", "days"), {"value": 1})
    broken = AssumptionChange("actions", ("day_rates", "adviser"), {"value": "x", "source": "y"})
    # as an older version of the files would have let them be stored
    repository.assumptions.save([gone, broken], 0)
    settings = load_settings(repository)
    assert settings.city == load_city()
    assert [str(problem) for problem in settings.problems] == [
        "There is no support · actions · gone in the settings any more.",
        "day_rates.adviser.value: x is no number",
    ]
    # it is no reason against another change, but cannot be made again
    save_changes(repository, [target_change(2027, 61)], 2)
    again = AssumptionChange(CITY, ("support", "actions", "lost", "days"), {"value": 1})
    with pytest.raises(InputError, match="lost"):
        save_changes(repository, [again], 3)


def test_a_practice_check_that_is_not_used_here_is_off_with_who_says_so_and_others_are_not(
    repository: Repository,
) -> None:
    settings = load_settings(repository)
    known = list_practice_checks(settings)
    assert all(check.is_used for check in known)
    used = [check.id for check in known if check.id != "after_sales_post"]
    save_changes(repository, [practice_change(settings, used, "本市评审惯例")], 0)
    settings = load_settings(repository)
    assert settings.city.checks_off == ("after_sales_post",)
    assert [check.id for check in list_practice_checks(settings) if check.is_used] == used
    (line,) = repository.assumptions.history()
    assert (line["value"], line["source"]) == (["after_sales_post"], "本市评审惯例")
    with pytest.raises(InputError, match="conversion_twice is no check of practice"):
        practice_change(settings, ["conversion_twice"], "")


def test_a_check_of_law_or_consistency_is_never_among_what_can_be_switched_off(
    repository: Repository,
) -> None:
    known = {check.id for check in list_practice_checks(load_settings(repository))}
    rules = load_scheme().evidence
    assert rules is not None
    assert known.isdisjoint(check.id for check in rules.checks if check.kind != "practice")
    assert known >= {check.id for check in rules.checks if check.kind == "practice"}
