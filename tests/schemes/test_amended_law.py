"""A revision of the law is one edition more: everything works with it, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pytest

from eligibility import assess
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet
from eligibility.assessment.assess import assess_table
from eligibility.assessment.edition_diff import ChangeKind, compare_editions
from eligibility.assessment.record import records
from eligibility.batch.local import score_file
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.i18n import ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.table import IntakeOptions
from eligibility.planning.cheapest_plan import plan
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.projection import project
from eligibility.readiness.conjunction import ConjunctionClassifier
from eligibility.readiness.training import train
from eligibility.readiness.training_data import TrainingData, read_past
from eligibility.reports.application import draft
from eligibility.reports.firm_paper import firm_paper
from eligibility.reports.firm_workbook import firm_workbook
from eligibility.reports.word import write_word
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml
from tests.app.test_pages import html, opened
from tests.commands import SAMPLES
from tests.firms import base, table
from tests.schemes.revision import ADDED, AMENDED, amended_files
from tests.schemes.test_cases import BASES, judge_case

ROOT = Path(__file__).parents[2]
CASES = read_yaml(AMENDED / "hnte" / "cases" / "e2027.yaml")["cases"]
DAY = date(2027, 5, 10)
PAST = SAMPLES / "past_applications.csv"
NEW = {"application_date": DAY, "work_safety_standard": True}


class Reading(FirmTable):
    """A table that remembers which of its columns were read."""

    def __init__(self, columns: Any, rows: int) -> None:
        super().__init__(columns, rows)
        self.read: set[str] = set()

    def numbers(self, field_id: str) -> Any:
        self.read.add(field_id)
        return super().numbers(field_id)

    def dates(self, field_id: str) -> Any:
        self.read.add(field_id)
        return super().dates(field_id)

    def texts(self, field_id: str) -> Any:
        self.read.add(field_id)
        return super().texts(field_id)

    def blank(self, field_id: str) -> Any:
        self.read.add(field_id)
        return super().blank(field_id)

    def formed(self, key: Hashable, form: Any) -> Any:
        return form() if key != "blank" else super().memoize(key, form)


def read_by(scheme: Scheme, law: Edition) -> set[str]:
    """Every column that the conditions and items of an edition look at."""
    firms = Reading({"application_date": np.array([law.in_force_from], dtype="M8[D]")}, 1)
    (found,) = assess_table(firms, scheme)
    assert found.law.id == law.id
    return firms.read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_cases_of_the_new_edition_hold(revised: Scheme, case: dict[str, Any]) -> None:
    judge_case(revised, {**BASES["hnte"], **case["firm"]}, case)


def test_the_form_asks_all_that_it_asked_and_the_new_field(revised: Scheme) -> None:
    before, after = (
        [field.id for field in revised.fields_of(revised.edition(name))]
        for name in ("e2016", "e2027")
    )
    assert set(after) == {*before, "work_safety_standard"}
    facts = {"name": "甲", "registered_on": "2015-01-01", "application_date": "2027-05-10"}
    said = read_draft({"facts": facts}, revised, date(2026, 6, 15))
    sheet = Sheet(revised, Draft(), said)
    beside = {field.id for field in revised.fields if field.form_only}
    steps = [field.id for fields in sheet.steps.values() for field in fields]
    assert sorted(steps) == sorted(set(after) - beside)
    # the new field stands last in its file, and in its step with all that was there
    main = [field.id for field in sheet.steps["main"]]
    assert (main[0], main[-1]) == ("uscc", "work_safety_standard")


def test_the_steps_of_the_app_show_the_new_question(
    revised: Scheme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eligibility.store import close_stores
    from tests import empty_store
    from tests.app.self_assessment.form_pages import page

    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    empty_store.put(tmp_path)
    close_stores()
    facts = {"name": "甲", "registered_on": "2015-01-01", "application_date": "2027-05-10"}
    said = html(page("self_assessment/steps", Draft(facts=facts, step="main")))
    assert "Work safety standard reached" in said
    assert "Major safety or quality accident" in said
    assert "Decided 1 / 10" in said
    assert "Work safety standard" in html(page("self_assessment/result", Draft(facts=facts)))
    close_stores()


@pytest.mark.parametrize("scheme_id", scheme_ids())
def test_what_is_asked_holds_all_that_is_read(revised: Scheme, scheme_id: str) -> None:
    scheme = load_scheme(scheme_id)
    for law in scheme.editions:
        asked = {field.id for field in scheme.fields_of(law)}
        assert read_by(scheme, law) <= asked, law.id
    assert "work_safety_standard" in read_by(revised, revised.edition("e2027"))


def test_the_help_of_a_field_tells_the_numbers_of_its_edition(revised: Scheme) -> None:
    for law in revised.editions:
        for field in revised.fields_of(law):
            assert "{" not in field.help.en


def test_one_firm_is_assessed_by_the_edition_of_its_day(revised: Scheme) -> None:
    found = {
        day: assess({**base(), "technical_field_code": "10101", "application_date": day})[0]
        for day in ("2026-12-31", "2027-01-01")
    }
    assert [one["edition"] for one in found.values()] == ["e2016", "e2027"]
    assert [one["verdict"] for one in found.values()] == ["eligible", "undetermined"]


def test_a_file_across_the_change_is_scored_row_by_row(revised: Scheme, tmp_path: Path) -> None:
    lines = [
        "name,registered_on,application_date,staff_total,st_staff,work_safety_standard",
        "甲,2015-03-01,2026-12-31,100,11,",
        "乙,2015-03-01,2027-01-01,100,11,yes",
    ]
    source, target = tmp_path / "firms.csv", tmp_path / "scored.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    score_file(source, target, revised, ENGLISH, options=IntakeOptions(application_date=DAY))
    scored = pyarrow.csv.read_csv(target)
    assert scored["edition"].to_pylist() == ["e2016", "e2027"]
    assert scored["st_staff_ratio_status"].to_pylist() == ["met", "unmet"]
    assert scored["work_safety_status"].to_pylist() == ["", "met"]


def test_a_plan_reaches_the_line_of_the_edition_on_the_day_planned_for(revised: Scheme) -> None:
    # 11 of 100: enough under the measures of 2016, one short under those of 2027
    firm = table(base(st_staff=11, work_safety_standard=True), scheme=revised)
    now, then = (project(firm, day, revised) for day in (date(2026, 9, 10), date(2027, 9, 10)))
    on = date(2026, 3, 1)
    assert plan(now, revised, on).plans[0].moves == ()
    answer = plan(then, revised, on)
    assert answer.plans
    assert "st_staff_ratio" in {name for move in answer.plans[0].moves for name in move.meets}
    short = project(
        table(base(work_safety_standard=False), scheme=revised), date(2027, 9, 10), revised
    )
    assert plan(short, revised, on).obstacles.keys() == {"work_safety"}


def read_applications(path: Path, revised: Scheme) -> TrainingData:
    return read_past(path, revised, law=revised.edition("e2027"))


def test_training_keeps_every_application_of_all_editions(revised: Scheme) -> None:
    past = read_applications(PAST, revised)
    assert (len(past.labels), past.elsewhere, past.edition) == (600, 600, "e2027")
    known = dict(zip(past.layout.names, past.features.T, strict=True))
    assert np.isnan(known["work_safety"]).all()
    assert np.isfinite(known["st_staff_ratio"]).mean() > 0.9


def test_a_model_of_the_new_edition_is_learned_and_says_from_what(
    revised: Scheme, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = tmp_path / "past.csv"
    some.write_bytes(b"".join(PAST.read_bytes().splitlines(keepends=True)[:61]))
    # one candidate is enough: that all of them are compared is shown elsewhere
    monkeypatch.setattr(
        "eligibility.readiness.training.candidates",
        lambda layout, _seed: {"conjunction": ConjunctionClassifier(layout)},
    )
    model = train(read_applications(some, revised), "hnte").model
    assert "60 of them under other rules, by the conditions they share" in str(
        model.training.sentence
    )
    (found,) = assess_table(table(base(**NEW), scheme=revised), revised)
    readiness = model.readiness(found)
    assert readiness is not None
    assert 0 < readiness.probability[0] < 1
    assert "work_safety" in readiness.factors
    assert readiness.outside["work_safety"][0]


def test_the_comparison_names_what_the_revision_changed_and_nothing_else(revised: Scheme) -> None:
    diffs = compare_editions(revised.edition("e2016"), revised.edition("e2027"))
    changed = {
        (diff.kind, diff.id): (diff.change, [".".join(change.path) for change in diff.changes])
        for diff in diffs
        if diff.change is not ChangeKind.SAME
    }
    assert changed == {
        ("condition", "st_staff_ratio"): (ChangeKind.WORDS, ["citation", "rule"]),
        ("condition", "work_safety"): (ChangeKind.NEW, []),
        ("parameter", "st_staff_share"): (ChangeKind.NUMBERS, ["value", "citation"]),
        ("item", "conversion"): (ChangeKind.NUMBERS, ["citation", "bands.A.at_least"]),
    }


def test_the_page_of_the_rules_shows_the_edition_in_force_and_the_one_to_come(
    revised: Scheme,
) -> None:
    app = opened("reference/rules", "en")
    (choice,) = (each for each in app.segmented_control if each.label == "Edition")
    in_force = revised.in_force(date.today()).id
    assert choice.value == in_force
    choice.set_value("beside").run()
    assert not app.exception
    if in_force == "e2016":
        assert "<mark>12%</mark>" in html(app)
        assert "＋ new 1" in html(app)


def test_papers_are_written_by_the_new_edition(revised: Scheme, tmp_path: Path) -> None:
    firm = table(base(**NEW, name="甲", st_staff=11), scheme=revised)
    (record,) = records(assess_table(firm, revised))
    assert record["edition"] == "e2027"
    briefed = firm_plan(firm, 0, revised, date(2027, 3, 1))
    write_word(firm_paper(record, briefed, firm, revised, ENGLISH), tmp_path / "firm.docx")
    firm_workbook(tmp_path / "firm.xlsx", record, firm, revised, ENGLISH)
    assert (tmp_path / "firm.docx").stat().st_size > 10_000
    assert (tmp_path / "firm.xlsx").stat().st_size > 5_000


def test_the_official_form_and_the_catalogue_are_those_of_the_edition(revised: Scheme) -> None:
    old, now, new = revised.editions
    assert revised.application_form(new) == revised.application_form(now) != ()
    # the form of 2008 is not held, nor its catalogue
    assert (revised.application_form(old), old.catalogue) == ((), None)
    firm = table(base(application_date=date(2015, 5, 10)), scheme=revised)
    (record,) = records(assess_table(firm, revised))
    assert draft(record, firm, revised) == ()


def test_the_recipe_of_an_edition_names_exactly_the_files_it_took() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = contributing.split("## Adding an edition\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`(?:eligibility/schemes/)?<scheme>/([\w./<>]+)`", section))
    took = {
        str(path.relative_to(AMENDED / "hnte")).removesuffix(ADDED).replace("e2027", "<edition>")
        for path in amended_files()
    }
    assert named == took
