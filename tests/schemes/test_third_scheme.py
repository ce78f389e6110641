"""A scheme is one folder: the ladder, the form and the plans take it as it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eligibility import assess, firms
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet
from eligibility.assessment.assess import assess_table
from eligibility.assessment.ladder import (
    extras,
    form,
    joint_fields,
    joint_fields_by_id,
    ladder,
    ladder_record,
    lower,
    rungs,
    schemes_beside,
)
from eligibility.assessment.record import records
from eligibility.domain.errors import InputError, LawError
from eligibility.domain.facts import FirmTable
from eligibility.i18n import ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.planning.cheapest_plan import plan
from eligibility.planning.firm_plan import firm_plan
from eligibility.reports.firm_paper import firm_paper
from eligibility.reports.ladder_text import ladder_points
from eligibility.reports.plan_text import plan_points
from eligibility.reports.word import write_word
from eligibility.schemes.registry import (
    DEFAULT_SCHEME,
    SCHEMES,
    load_scheme,
    read_yaml,
    scheme_ids,
    scheme_roots,
)
from tests.schemes.revision import THIRD
from tests.schemes.test_cases import BASES, judge_case

ROOT = Path(__file__).parents[2]
OWN = "niche_sme"
FOLDER = THIRD / OWN
CONTENT = read_yaml(FOLDER / "cases" / "base.yaml")
DAY = date(2026, 6, 15)

pytestmark = pytest.mark.usefixtures("three_schemes")


def firm(**facts: Any) -> FirmTable:
    return firms({**CONTENT["firm"], **facts}, scheme=OWN)


@pytest.mark.parametrize("case", CONTENT["cases"], ids=lambda case: case["name"])
def test_the_cases_of_the_scheme_hold(case: dict[str, Any]) -> None:
    judge_case(load_scheme(OWN), {**CONTENT["firm"], **case["firm"]}, case)


def test_a_scheme_is_there_while_its_folder_is() -> None:
    assert OWN in scheme_ids()
    with scheme_roots(SCHEMES):
        assert OWN not in scheme_ids()
        with pytest.raises(InputError, match="There is no scheme"):
            load_scheme(OWN)
    assert load_scheme(OWN).track == "niche"


def test_the_first_folder_that_holds_a_scheme_gives_it() -> None:
    assert load_scheme(DEFAULT_SCHEME).folder.parent == SCHEMES
    assert load_scheme(OWN).folder == FOLDER


def test_ranks_are_no_single_line() -> None:
    assert {scheme.id for scheme in rungs()} == {OWN, *scheme_ids()}
    assert lower(load_scheme(OWN)) == []
    assert OWN not in {scheme.id for scheme in lower(load_scheme(DEFAULT_SCHEME))}
    for scheme in rungs():
        assert [below.id for below in lower(scheme)] == list(scheme.after)


def test_each_track_has_its_own_aim() -> None:
    facts = {**BASES["tech_sme"], **BASES["hnte"], "hitech_income_y3": 6_000_000}
    given = [{**facts, "niche_years": 2, "niche_share": 0.8}, {**facts, **CONTENT["firm"]}]
    made = ladder(firms(given, as_of=DAY, fields=joint_fields()))
    ids = [rung.id for rung in made.schemes]
    assert {
        track: [ids[aim] if aim >= 0 else None for aim in aims]
        for track, aims in made.aims_by_track.items()
    } == {
        "niche": [OWN, None],
        "technology": ["hnte", "hnte"],
        "specialisation": [None, None],
    }
    short, fit = (ladder_record(made, row) for row in (0, 1))
    assert short["next_by_track"] == {
        "technology": "hnte", "specialisation": None, "niche": OWN,
    }  # fmt: skip
    assert fit["next_by_track"] == short["next_by_track"] | {"niche": None}
    assert fit["now"] == ["tech_sme", OWN]
    said = ladder_points(short, ENGLISH)
    assert "To aim at next: High-tech enterprise, Niche SME (invented)" in said


def test_a_scheme_cannot_come_after_itself_or_after_none(tmp_path: Path) -> None:
    for after in (OWN, "nothing"):
        folder = tmp_path / after / OWN
        folder.mkdir(parents=True)
        for path in FOLDER.glob("*.*"):
            (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "editions").symlink_to(FOLDER / "editions")
        with (folder / "scheme.yaml").open("a", encoding="utf-8") as file:
            file.write(f"after: [{after}]\n")
        with (
            scheme_roots(tmp_path / after, SCHEMES),
            pytest.raises(LawError, match=f"{OWN} comes after {after}"),
        ):
            rungs()


def test_the_form_asks_the_own_fields_of_any_scheme() -> None:
    scheme = load_scheme()
    law = scheme.in_force(DAY)
    assert OWN in {beside.id for beside in schemes_beside(scheme)}
    extra = {one.field.id: one for one in extras(scheme, law, DAY)}
    assert extra["niche_years"].rung.id == OWN
    assert {"niche_years", "niche_share"} <= {field.id for field in form(scheme, DAY)}
    assert {"niche_years", "niche_share"} <= joint_fields_by_id().keys()
    facts = {"application_date": "2026-06-15", "niche_years": "5", "niche_share": "0.8"}
    said = read_draft({"facts": facts}, scheme, DAY, schemes_beside(scheme))
    assert said.batch.table.numbers("niche_share").tolist() == [0.8]
    sheet = Sheet(scheme, Draft(facts=facts), said)
    assert "niche_years" in sheet.places


def test_a_scheme_without_remedies_is_planned_for_as_far_as_it_can_be(tmp_path: Path) -> None:
    scheme = load_scheme(OWN)
    assert not (FOLDER / "remedies.py").exists()
    on = date(2026, 3, 1)
    # nothing to do
    assert [made.moves for made in plan(firm(), scheme, on).plans] == [()]
    # something that the firm has to say
    assert plan(firm(niche_years=None), scheme, on).wanting == ("niche_years",)
    # something that is not held
    answer = plan(firm(niche_years=2, niche_share=0.2), scheme, on)
    assert answer.plans == ()
    assert {name: str(why) for name, why in answer.obstacles.items()} == {
        "niche_experience": "Experience in the niche: not met, and how it is reached is not held "
        "here; plan it by hand.",
        "niche_score": "Score of specialisation: not met, and how it is reached is not held "
        "here; plan it by hand.",
    }
    short = firm(niche_years=2)
    found = firm_plan(short, 0, scheme, on)
    assert [gap["finding"] for gap in found["gaps"]["findings"]] == ["niche_experience"]
    assert [gap["shortfall"] for gap in found["gaps"]["findings"]] == [1]
    assert "plan it by hand" in plan_points(found, scheme, ENGLISH)
    (record,) = records(assess_table(short, scheme))
    write_word(firm_paper(record, found, short, scheme, ENGLISH), tmp_path / "firm.docx")


def test_a_sample_file_without_its_fields_leaves_it_open() -> None:
    (record,) = assess({"name": "甲"}, scheme=OWN, as_of=DAY)
    assert record["verdict"] == "undetermined"
    assert np.all([finding["missing"] for finding in record["findings"]])


def test_the_recipe_of_a_scheme_names_exactly_the_files_it_took() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = contributing.split("## Adding a scheme\n")[1].split("\n## ")[0]
    required = section.split("1. ")[1].split("2. ")[0]
    named = set(re.findall(r"`<scheme>/([\w./<>]+)`", required))
    took = {
        re.sub(r"e\d{4}", "<edition>", str(path.relative_to(FOLDER)))
        for path in FOLDER.rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert named == took


def test_the_app_asks_and_judges_the_scheme_beside_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eligibility.store import close_stores
    from tests import empty_store
    from tests.app.self_assessment.form_pages import html, page

    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    empty_store.put(tmp_path)
    close_stores()
    facts = {"name": "甲", "application_date": "2026-06-15", "niche_years": "2"}
    said = html(page("self_assessment/steps", Draft(facts=facts, step="main")))
    assert "Years in the niche market" in said
    said = html(page("self_assessment/result", Draft(facts=facts)))
    assert "Niche SME (invented)" in said
    assert "Experience in the niche" in said
    close_stores()
