"""Applications and their outcomes: recorded by hand, from a register, for training."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eligibility.app.widgets import downloads
from eligibility.readiness.training_data import read_past
from eligibility.register import outcome_file
from eligibility.schemes.registry import load_scheme
from tests.staff_pages import CODES, Staffed, button, html


def test_an_application_is_recorded_and_the_stage_follows(staffed: Staffed) -> None:
    firm = staffed.firm()
    app = staffed.open("applications")
    app.text_input(key="sought").input(CODES[0]).run()
    (said,) = [each.value for each in app.caption if "day it is issued" in each.value]
    assert said.startswith("A certificate is valid for 3 years")
    assert "国科发火〔2016〕32号 第九条" in said
    assert "from that day on it counts as expired here" in said
    (year,) = app.number_input
    year.set_value(2026).run()
    next(each for each in app.get("button_group") if each.label == "Certified").set_value("yes")
    button(app, "Save").click().run()
    assert "Recorded: 1 applications." in html(app)
    (row,) = staffed.repository.applications.outcomes()
    assert (row["certified"], row["assessment_id"] is not None) == (True, True)
    assert staffed.repository.firms.get(firm)["stage"] == "certified"
    assert "1 applications = 1 certified + 0 refused + 0 pending" in html(app)


def test_an_older_outcome_does_not_move_the_stage(staffed: Staffed) -> None:
    firm = staffed.firm()
    staffed.repository.applications.save_outcomes([(firm, 2026, {"certified": None}, 0)])
    staffed.repository.applications.save_outcomes([(firm, 2022, {"certified": False}, 0)])
    assert staffed.repository.firms.get(firm)["stage"] == "applied"


def read(staffed: Staffed, text: str) -> outcome_file.Register:
    """A register as the page reads it."""
    return outcome_file.read_register(
        "register.csv", text.encode(), staffed.repository, load_scheme()
    )


def test_a_register_is_matched_by_credit_code_and_every_row_is_accounted_for(
    staffed: Staffed,
) -> None:
    firm = staffed.firm()
    held = read(
        staffed,
        "统一社会信用代码,申报年度,认定结果,证书编号,发证日期\n"
        f"{CODES[0]},2026,是,GR1,2026-11-01\n{CODES[0]},2023,否,,\n{CODES[1]},2026,是,,\n"
        f"{CODES[0]},2020,也许,,\n",
    )
    assert (held.batch.read, len(held.rows), len(held.unmatched_rows)) == (4, 2, 1)
    staffed.repository.applications.save_outcomes(held.rows)
    rows = {row["applied_year"]: row for row in staffed.repository.applications.outcomes()}
    assert rows[2026]["certified_on"] == date(2026, 11, 1)
    assert rows[2026]["certificate_number"] == "GR1"
    again = read(staffed, f"uscc,applied_year,certified\n{CODES[0]},2026,no\n")
    staffed.repository.applications.save_outcomes(again.rows)
    (changed,) = [
        row for row in staffed.repository.applications.outcomes(firm) if row["applied_year"] == 2026
    ]
    assert (changed["certified"], changed["certificate_number"]) == (False, "GR1")
    with pytest.raises(Exception, match="changed this meanwhile"):
        staffed.repository.applications.save_outcomes(again.rows)


def test_a_register_finds_a_firm_by_its_one_name_or_former_name_and_tells_two_from_none(
    staffed: Staffed,
) -> None:
    repository = staffed.repository
    firm = repository.firms.add({"name": "霁翊珞科技有限公司", "uscc": CODES[0]})
    repository.firms.save(firm, {"name": "霁翊珞智能科技股份有限公司"}, 1)
    for code in CODES[1:3]:
        repository.firms.add({"name": "云泓科技有限公司", "uscc": code})
    codeless = repository.firms.add({"name": "昶科环境有限公司"})
    held = read(
        staffed,
        "企业名称,统一社会信用代码,申报年度,认定结果\n"
        "霁翊珞智能科技（股份）有限公司,,2026,是\n霁翊珞智能科技股份 有限公司,,2026,是\n"
        "霁翊珞科技有限公司,,2025,否\n云泓科技有限公司,,2026,是\n没有这家公司,,2026,是\n"
        f"昶科环境有限公司,{CODES[3]},2026,是\n霁翊珞科技有限公司,{CODES[3]},2024,是\n",
    )
    assert [(row[0], row[1]) for row in held.rows] == [(firm, 2026), (firm, 2025), (codeless, 2026)]
    assert [name for _row, name in held.ambiguous_rows] == ["云泓科技有限公司"]
    assert [name for _row, name in held.unmatched_rows] == [
        "霁翊珞智能科技（股份）有限公司", "没有这家公司", "霁翊珞科技有限公司",
    ]  # fmt: skip


def test_a_register_without_outcomes_is_refused(staffed: Staffed) -> None:
    with pytest.raises(Exception, match="has no column certified"):
        read(staffed, f"uscc,applied_year\n{CODES[0]},2026\n")


def test_what_is_downloaded_for_training_is_what_training_reads(
    staffed: Staffed, tmp_path: Path
) -> None:
    for place, certified in enumerate((True, False, True)):
        firm = staffed.firm(place, f"{place}公司")
        staffed.repository.applications.save_outcomes([(firm, 2026, {"certified": certified}, 0)])
    rows = staffed.repository.applications.past_applications()
    file = tmp_path / "past.csv"
    file.write_bytes(downloads.table_file(outcome_file.past_table(rows, load_scheme()), "csv"))
    past = read_past(file, load_scheme())
    assert past.labels.tolist() == [True, False, True]
    assert past.years.tolist() == [2026] * 3
    assert not past.batch.rejects.num_rows
    assert past.batch.table.numbers("sales_revenue_y3")[0] == rows[0]["sales_revenue_y3"]
