"""What a firm can get now, and what next."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import eligibility
from eligibility.assessment.ladder import (
    begun_tracks,
    extras,
    joint_fields,
    ladder,
    ladder_record,
    own_fields,
    rungs,
    tracks,
)
from eligibility.domain.facts import FirmTable
from eligibility.i18n import ENGLISH
from eligibility.intake.table import IntakeOptions, from_records, read_table
from eligibility.reports.ladder_text import ladder_points
from eligibility.reports.template import write_template
from eligibility.schemes.registry import SCHEMES, scheme_ids
from eligibility.schemes.yaml_file import read_yaml
from tests.commands import SAMPLES, run
from tests.schemes.test_cases import BASES

FIELDS = joint_fields()
#: the rungs of the track of the form's own scheme
TRACK = next(iter(tracks().values()))
EASY, HARD = (scheme.id for scheme in TRACK)
TITLES = {code: title for scheme in rungs() for code, title in scheme.titles_by_code.items()}
BOTH: dict[str, Any] = {**BASES[EASY], **BASES[HARD]}


def firms(*given: dict[str, Any]) -> FirmTable:
    options = IntakeOptions(application_date=date(2026, 6, 15))
    batch = from_records(given, FIELDS, options, catalogue=TITLES)
    assert not [issue for issue in batch.issues if issue.fatal]
    return batch.table


def said(firm: dict[str, Any]) -> dict[str, Any]:
    return ladder_record(ladder(firms(firm)), 0)


def rung(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["rungs"] if one["scheme"] == name)


def test_the_easier_qualification_is_the_lower_rung() -> None:
    assert [EASY, HARD] == ["tech_sme", "hnte"]
    assert {rung.id for rungs_of_track in tracks().values() for rung in rungs_of_track} == {
        *scheme_ids()
    }


def test_a_firm_that_fits_both_can_get_both_and_has_nothing_next() -> None:
    found = said(BOTH)
    assert found["now"] == [EASY, HARD]
    assert found["next"] is None
    assert [rung(found, name)["gaps"] for name in (EASY, HARD)] == [[], []]


def test_a_firm_short_of_the_harder_one_has_it_next_with_what_is_short() -> None:
    found = said({**BOTH, "hitech_income_y3": 6_000_000})
    assert (found["now"], found["next"]) == ([EASY], HARD)
    (gap,) = rung(found, HARD)["gaps"]
    assert gap["finding"] == "hitech_income_share"
    assert gap["title"]["en"] == "Share of hi-tech income"
    assert gap["shortfall"] == pytest.approx((0.6 * 15_000_000 - 6_000_000) / 0.4)


def test_a_firm_short_of_both_aims_at_the_easier() -> None:
    found = said({**BOTH, "st_staff": 5})
    assert (found["now"], found["next"]) == ([], EASY)
    assert rung(found, EASY)["gaps"][0]["shortfall"] == 5
    assert rung(found, EASY)["gaps"][0]["unit"] == "person"


def test_a_firm_too_large_for_the_easier_one_aims_past_it() -> None:
    found = said({**BOTH, "total_assets_y3": 200_000_001, "major_violation": True})
    assert (found["now"], found["next"]) == ([], HARD)
    assert rung(found, EASY)["gaps"][0]["shortfall"] == 1
    assert said({**BOTH, "total_assets_y3": 200_000_001})["next"] is None


def test_a_firm_that_told_nothing_aims_at_the_easier_and_reads_the_first_blanks() -> None:
    found = said({"name": "示例公司"})
    assert (found["now"], found["next"]) == ([], EASY)
    for one in found["rungs"]:
        assert one["verdict"] == "undetermined"
        assert len(one["gaps"]) == 3
        assert one["more_gaps"] > 0
        assert all(gap["missing"] for gap in one["gaps"])


def test_what_is_unmet_stands_before_what_is_open() -> None:
    found = said(
        {**BOTH, "registered_on": None, "hitech_income_y3": 0, "technical_field_code": None}
    )
    statuses = [gap["status"] for gap in rung(found, HARD)["gaps"]]
    assert statuses == ["unmet", "undetermined", "undetermined"]
    assert rung(found, HARD)["more_gaps"] > 0


def test_each_row_has_its_own_ladder_and_editions() -> None:
    short = {**BOTH, "st_staff": 5, "application_date": date(2027, 3, 1)}
    found = ladder(firms({**BOTH, "name": "甲"}, {**short, "name": "乙"}))
    places = [found.schemes.index(one) for one in TRACK]
    assert found.verdicts[places].tolist() == [[1, -1], [1, -1]]
    assert found.aims.tolist() == [-1, 0]
    assert [ladder_record(found, row)["firm"]["name"] for row in (0, 1)] == ["甲", "乙"]


def test_every_rung_says_its_points_and_cites_each_condition_and_gap() -> None:
    found = said({**BOTH, "st_staff": 5})
    for one in found["rungs"]:
        assert one["score"]["low"] <= one["score"]["high"] <= one["score"]["total"]
        assert all(each["citation"]["article"] for each in (*one["findings"], *one["gaps"]))
    assert rung(found, EASY)["gaps"][0]["citation"]["document"] == "国科发政〔2017〕115号"


def test_the_harder_form_is_lengthened_by_what_only_the_easier_one_asks() -> None:
    easy, hard = TRACK
    law, day = hard.in_force(date(2026, 6, 15)), date(2026, 6, 15)
    own = {field.id for field in hard.fields_of(law)}
    found = {each.field.id: each.section for each in extras(hard, law, day, [hard.track])}
    assert found.keys() == {field.id for field in easy.fields} - own
    assert found["total_assets_y3"] == found["restricted_products"] == "main"
    assert found["costs_total_y3"] == "rd"
    assert found["rd_institution"] == "capability"
    assert extras(easy, easy.in_force(day), day, [easy.track]) == []


def test_before_the_easier_one_was_there_nothing_is_asked_for_it() -> None:
    easy, hard = TRACK
    day = date(2016, 6, 15)
    assert day < easy.covered_from
    assert extras(hard, hard.in_force(day), day) == []


def test_a_record_is_json() -> None:
    assert json.loads(json.dumps(said({**BOTH, "st_staff": 5})))["next"] == EASY


def test_the_joint_form_asks_for_each_fact_once_and_for_every_fact() -> None:
    ids = [field.id for field in FIELDS]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {field.id for scheme in rungs() for field in scheme.fields}


# --- the other track ------------------------------------------------------------------------------

TITLED: dict[str, Any] = BOTH | BASES["specialised_sme"] | {"tech_sme_title": None}


def test_a_track_of_which_nothing_is_entered_has_no_aim_and_says_so() -> None:
    found = said(BOTH)
    assert [track["begun"] for track in found["tracks"]] == [True, False]
    assert list(found["next_by_track"]) == [track["track"] for track in found["tracks"]]
    assert found["next_by_track"]["specialisation"] is None
    assert begun_tracks(BOTH) == {"technology"}
    assert begun_tracks({"main_revenue@2025"}) == {"technology", "specialisation"}


def test_a_title_of_one_track_begins_no_other() -> None:
    assert begun_tracks({"hightech_certificate_until", "tech_sme_title"}) == {"technology"}
    assert "innovative_title" in own_fields("specialisation")


def test_a_certificate_in_force_enters_the_other_track_directly() -> None:
    low = {"related_class1": 0, "related_class1_self": 0, "related_class2": 0, "rd_cost_y3": 0}
    firm = BOTH | BASES["innovative_sme"] | low
    assert "innovative_sme" not in said(firm)["now"]
    assert "innovative_sme" in said(firm | {"hightech_certificate": True})["now"]


def test_a_verdict_is_no_title() -> None:
    """A firm that could get a rung has not got it: the next one asks for the title."""
    found = said(TITLED)
    assert EASY in found["now"]
    assert found["holds"] == []
    gaps = [gap["finding"] for gap in rung(found, "specialised_sme")["gaps"]]
    assert "prior_title" in gaps
    assert rung(said(TITLED | {"tech_sme_title": True}), "specialised_sme")["gaps"] == []


def test_what_a_firm_has_is_behind_it_with_its_end_and_what_keeps_it() -> None:
    until = {"specialised_title": True, "specialised_title_until": date(2028, 9, 30)}
    found = said(TITLED | until)
    assert found["holds"] == ["specialised_sme"]
    assert found["next_by_track"]["specialisation"] == "little_giant"
    had = rung(found, "specialised_sme")
    assert (had["holds"], had["until"]) == (True, "2028-09-30")
    assert any("三年" in each["gist"]["zh"] for each in had["upkeep"])
    past = said(TITLED | until | {"specialised_title_until": date(2026, 6, 14)})
    assert (past["holds"], rung(past, "specialised_sme")["holds"]) == ([], False)


def test_a_debt_that_is_too_high_is_no_size_that_was_outgrown() -> None:
    debt = {"total_liabilities_y3": 19_000_000, "tech_sme_title": True, "innovative_title": True}
    found = said(TITLED | debt)
    assert found["next_by_track"]["specialisation"] == "specialised_sme"


def test_a_rung_is_left_out_on_a_day_that_none_of_its_editions_covers() -> None:
    found = said({**BOTH, "application_date": date(2020, 6, 15)})
    assert [one["scheme"] for one in found["rungs"]] == [EASY, HARD]
    mixed = ladder(firms({**BOTH, "application_date": date(2020, 6, 15)}, {**BOTH, "name": "乙"}))
    assert len(ladder_record(mixed, 0)["rungs"]) == len(TRACK)
    assert ladder_record(mixed, 1)["firm"]["name"] == "乙"
    assert len(ladder_record(mixed, 1)["rungs"]) == len(scheme_ids())


def test_what_is_known_from_one_source_says_so_in_the_text() -> None:
    text = ladder_points(said(TITLED), ENGLISH)
    assert "Title of the rung below (missing: " in text
    assert "; one source\n" in text
    assert "one source, not borne out" in ladder_points(
        said(TITLED | {"specialised_title": True}), ENGLISH
    )
    assert "The year's notice" not in ladder_points(said(BOTH), ENGLISH)


def test_the_sample_firms_stand_where_their_readme_says() -> None:
    rows = json.loads(run("ladder", SAMPLES / "two_tracks.csv", "--format", "json").stdout)
    assert [(one["now"][-1], one["next_by_track"]["specialisation"]) for one in rows] == [
        ("innovative_sme", "specialised_sme"),
        ("innovative_sme", "specialised_sme"),
        ("specialised_sme", "little_giant"),
        ("specialised_sme", "little_giant"),
        ("little_giant", None),
        ("innovative_sme", "specialised_sme"),
    ]
    assert [one["holds"] for one in rows][2] == ["tech_sme", "innovative_sme"]
    assert "平台评价得分" in run(
        "ladder", SAMPLES / "two_tracks.csv", "--firm", rows[5]["firm"]["uscc"], "--lang", "zh"
    ).stdout  # fmt: skip


def test_no_title_in_the_joint_form_answers_for_two_facts() -> None:
    names: dict[str, str] = {}
    for field in FIELDS:
        for name in {field.id, field.title.zh, field.title.en, *field.aliases}:
            assert names.setdefault(name.lower(), field.id) == field.id, name


@pytest.mark.parametrize("scheme", rungs(), ids=lambda scheme: scheme.id)
def test_the_template_of_every_scheme_is_read_by_the_joint_form(scheme, tmp_path) -> None:
    write_template(tmp_path / "firms.csv", scheme.fields)
    batch = read_table(
        tmp_path / "firms.csv", FIELDS, IntakeOptions(application_date=date(2026, 6, 15))
    )
    assert batch.headers.unknown == ()
    assert {column.field.id for column in batch.headers.columns} == {
        field.id for field in scheme.fields
    }


def test_the_base_firms_of_the_schemes_agree_on_what_both_ask_for() -> None:
    easy, hard = (
        read_yaml(SCHEMES / name / "cases" / "base.yaml")["firm"] for name in (EASY, HARD)
    )
    for name in ("sales_revenue_y3", "staff_total", "ip_class1_count", "ip_class2_count"):
        assert easy[name] == hard[name], name


def test_the_command_tells_every_firm_what_it_can_get_and_what_it_lacks_for_the_next(
    tmp_path: Path,
) -> None:
    source = tmp_path / "firms.csv"
    ready, short = {**BOTH, "name": "甲"}, {**BOTH, "name": "乙", "hitech_income_y3": 6_000_000}
    names = list({**ready, **short})
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows([ready, short])
    asked = ("ladder", source, "--as-of", "2026-06-15")
    found = json.loads(run(*asked, "--format", "json").stdout)
    assert [(one["now"], one["next"]) for one in found] == [([EASY, HARD], None), ([EASY], HARD)]
    first, second = run(*asked, "--lang", "en").stdout.split("\n\n")
    assert "Can be got now: Technology-based SME, High-tech enterprise" in first
    assert "To aim at next: none above" in first
    assert "To aim at next: High-tech enterprise" in second
    assert "x Share of hi-tech income (short of CNY 7,500,000)" in second
    only = run(*asked, "--firm", "乙", "--lang", "zh").stdout
    assert "目前可得：科技型中小企业\n" in only
    assert "还差 750 万元" in only
    assert "甲" not in only


def test_a_firm_that_the_file_does_not_hold_is_refused_by_the_command() -> None:
    done = run("ladder", SAMPLES / "candidates.csv", "--firm", "nobody", "--lang", "en", status=2)
    assert "no usable row of the firm nobody" in done.stderr


def test_python_gives_the_ladder_that_the_command_prints() -> None:
    firm = TITLED | {"name": "甲", "application_date": date(2026, 6, 15)}
    (one,) = eligibility.ladder(firm)
    assert one == json.loads(json.dumps(said(firm)))


def test_the_ladder_goes_into_a_table_of_one_row_a_firm(tmp_path: Path) -> None:
    made = tmp_path / "ladder.csv"
    run("ladder", SAMPLES / "two_tracks.csv", "-o", made, "--lang", "en")
    with made.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[3]["specialised_sme_until"] == "2028-09-30"
    assert rows[3]["little_giant_lacks"] == "Share of the main business, Class I rights"
    assert rows[5]["next"] == "hnte specialised_sme"


def test_titles_are_counted_beside_what_is_wanted_of_each_reading() -> None:
    asked = ("ladder", SAMPLES / "two_tracks.csv", "--titles", "--as-of", "2026-11-30")
    counts = {one["scheme"]: one for one in json.loads(run(*asked, "--format", "json").stdout)}
    assert (counts["specialised_sme"]["titles"], counts["specialised_sme"]["ready"]) == (2, 1)
    assert counts["hnte"]["stock"]["value"] == 380
    readings = counts["little_giant"]["targets"]
    assert [(each["stock"]["value"], each["titles"], each["unknown"]) for each in readings] == [
        (80, 0, 0),
        (80, 0, 6),
    ]
    assert "小巨人" in run(*asked, "--lang", "zh").stdout


def test_the_document_shows_what_the_command_prints() -> None:
    text = (SAMPLES.parent / "docs" / "ladder.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n\$ python -m eligibility (.+)\n([\s\S]+?)```", text)
    assert len(blocks) == 3
    for command, printed in blocks:
        words = command.replace("sample_data/", f"{SAMPLES}/").split()
        assert run(*words).stdout == printed, command


def test_a_rung_that_only_experts_leave_open_says_so_in_the_text() -> None:
    rated = ("ip_advancement_rating", "management_system", "management_talent")
    open_to_experts = {**BOTH, **dict.fromkeys(rated)}
    assert rung(said(open_to_experts), HARD)["verdict"] == "undetermined"
    assert "for the experts to judge" in ladder_points(said(open_to_experts), ENGLISH)
    assert "for the experts to judge" not in ladder_points(said(BOTH), ENGLISH)
