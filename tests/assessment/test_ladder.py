"""What a firm can get now, and what next."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eligibility.assessment.ladder import extras, joint_fields, ladder, ladder_record, rungs
from eligibility.domain.facts import FirmTable
from eligibility.intake.table import IntakeOptions, from_records, read_table
from eligibility.reports.template import write_template
from eligibility.schemes.registry import SCHEMES, read_yaml, scheme_ids
from tests.cli.test_commands import SAMPLES, run
from tests.schemes.test_cases import BASES

FIELDS = joint_fields()
EASY, HARD = (scheme.id for scheme in rungs())
TITLES = {code: title for scheme in rungs() for code, title in scheme.titles_by_code.items()}
BOTH: dict[str, Any] = {**BASES[EASY], **BASES[HARD]}


def firms(*given: dict[str, Any]) -> FirmTable:
    options = IntakeOptions(application_date=date(2026, 6, 15))
    batch = from_records(given, FIELDS, options, catalogue=TITLES)
    assert not [issue for issue in batch.issues if issue.fatal]
    return batch.table


def said(firm: dict[str, Any]) -> dict[str, Any]:
    return ladder_record(ladder(firms(firm)), 0)


def test_the_easier_qualification_is_the_lower_rung() -> None:
    assert [EASY, HARD] == ["tech_sme", "hnte"]
    assert sorted([EASY, HARD]) == scheme_ids()


def test_a_firm_that_fits_both_can_get_both_and_has_nothing_next() -> None:
    found = said(BOTH)
    assert found["now"] == [EASY, HARD]
    assert found["next"] is None
    assert [rung["gaps"] for rung in found["rungs"]] == [[], []]


def test_a_firm_short_of_the_harder_one_has_it_next_with_what_is_short() -> None:
    found = said({**BOTH, "hitech_income_y3": 6_000_000})
    assert (found["now"], found["next"]) == ([EASY], HARD)
    (gap,) = found["rungs"][1]["gaps"]
    assert gap["finding"] == "hitech_income_share"
    assert gap["title"]["en"] == "Share of hi-tech income"
    assert gap["shortfall"] == pytest.approx((0.6 * 15_000_000 - 6_000_000) / 0.4)


def test_a_firm_short_of_both_aims_at_the_easier() -> None:
    found = said({**BOTH, "st_staff": 5})
    assert (found["now"], found["next"]) == ([], EASY)
    assert found["rungs"][0]["gaps"][0]["shortfall"] == 5
    assert found["rungs"][0]["gaps"][0]["unit"] == "person"


def test_a_firm_too_large_for_the_easier_one_aims_past_it() -> None:
    found = said({**BOTH, "total_assets_y3": 200_000_001, "major_violation": True})
    assert (found["now"], found["next"]) == ([], HARD)
    assert found["rungs"][0]["gaps"][0]["shortfall"] == 1
    assert said({**BOTH, "total_assets_y3": 200_000_001})["next"] is None


def test_a_firm_that_told_nothing_aims_at_the_easier_and_reads_the_first_blanks() -> None:
    found = said({"name": "示例公司"})
    assert (found["now"], found["next"]) == ([], EASY)
    for rung in found["rungs"]:
        assert rung["verdict"] == "undetermined"
        assert len(rung["gaps"]) == 3
        assert rung["more_gaps"] > 0
        assert all(gap["missing"] for gap in rung["gaps"])


def test_what_is_unmet_stands_before_what_is_open() -> None:
    found = said(
        {**BOTH, "registered_on": None, "hitech_income_y3": 0, "technical_field_code": None}
    )
    statuses = [gap["status"] for gap in found["rungs"][1]["gaps"]]
    assert statuses == ["unmet", "undetermined", "undetermined"]
    assert found["rungs"][1]["more_gaps"] > 0


def test_each_row_has_its_own_ladder_and_editions() -> None:
    short = {**BOTH, "st_staff": 5, "application_date": date(2027, 3, 1)}
    found = ladder(firms({**BOTH, "name": "甲"}, {**short, "name": "乙"}))
    assert found.verdicts.tolist() == [[1, -1], [1, -1]]
    assert found.aims.tolist() == [-1, 0]
    assert [ladder_record(found, row)["firm"]["name"] for row in (0, 1)] == ["甲", "乙"]


def test_every_rung_says_its_points_and_cites_each_condition_and_gap() -> None:
    found = said({**BOTH, "st_staff": 5})
    for rung in found["rungs"]:
        assert rung["score"]["low"] <= rung["score"]["high"] <= rung["score"]["total"]
        assert all(each["citation"]["article"] for each in (*rung["findings"], *rung["gaps"]))
    assert found["rungs"][0]["gaps"][0]["citation"]["document"] == "国科发政〔2017〕115号"


def test_the_harder_form_is_lengthened_by_what_only_the_easier_one_asks() -> None:
    easy, hard = rungs()
    law, day = hard.in_force(date(2026, 6, 15)), date(2026, 6, 15)
    own = {field.id for field in hard.fields_of(law)}
    found = {each.field.id: each.section for each in extras(hard, law, day)}
    assert found.keys() == {field.id for field in easy.fields} - own
    assert found["total_assets_y3"] == found["restricted_products"] == "main"
    assert found["costs_total_y3"] == "rd"
    assert found["rd_institution"] == "capability"
    assert extras(easy, easy.in_force(day), day) == []


def test_before_the_easier_one_was_there_nothing_is_asked_for_it() -> None:
    easy, hard = rungs()
    day = date(2016, 6, 15)
    assert day < easy.covered_from
    assert extras(hard, hard.in_force(day), day) == []


def test_a_record_is_json() -> None:
    assert json.loads(json.dumps(said({**BOTH, "st_staff": 5})))["next"] == EASY


def test_the_joint_form_asks_for_each_fact_once_and_for_every_fact() -> None:
    ids = [field.id for field in FIELDS]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {field.id for scheme in rungs() for field in scheme.fields}


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
