"""The commands do what their contract says, and refuse with one sentence and the right status."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from eligibility.schemes.registry import load_scheme
from tests.commands import ROOT, SAMPLES, run


def process(*words: Any, status: int = 0) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, with pipes in the place of a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "eligibility", *map(str, words)],
        capture_output=True, cwd=ROOT, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_fields_lists_every_field_in_every_form() -> None:
    fields = json.loads(run("fields", "--format", "json").stdout)
    assert [field["id"] for field in fields] == [field.id for field in load_scheme().fields]
    assert {
        "zh",
        "en",
        "unit",
        "kind",
        "minimum",
        "maximum",
        "required",
        "aliases",
        "source_zh",
    } <= set(fields[0])
    assert run("fields", "--format", "csv").stdout.count("\n") == len(fields) + 1
    assert "| `sales_revenue_y1` | 第一年销售收入 |" in run("fields", "--format", "md").stdout
    assert "第三年净资产" in run("fields", "--lang", "zh").stdout


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_template_is_empty_input_that_the_reader_takes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"template.{ending}"
    run("template", "-o", path)
    done = run("assess", path, "--format", "json", "--lang", "en")
    assert json.loads(done.stdout) == []
    assert "0 rows read = 0 scored + 0 rejected" in done.stderr


def test_a_filled_template_is_assessed(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    run("template", "-o", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    given = {
        "name": "示例软件有限公司",
        "sales_revenue_y3": "1,314.38",
        "staff_total": "100",
        "st_staff": "9",
    }
    values = {load_scheme().fields_by_id[name].title.en: value for name, value in given.items()}
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([values.get(title.split(" | ")[1], "") for title in header])
    (found,) = json.loads(run("assess", path, "--format", "json", "--as-of", "2026-05-10").stdout)
    assert found["firm"]["name"] == "示例软件有限公司"
    assert found["verdict"] == "ineligible"


def test_assess_prints_the_contract_for_each_firm() -> None:
    found = json.loads(process("assess", SAMPLES / "candidates.csv", "--format", "json").stdout)
    assert len(found) == 200
    first = found[0]
    assert {
        "firm",
        "as_of",
        "scheme",
        "edition",
        "verdict",
        "findings",
        "score",
        "warnings",
        "readiness",
        "gaps",
    } == set(first)
    assert {"uscc", "name"} == set(first["firm"])
    assert [finding["id"] for finding in first["findings"]] == (
        "registration_age core_ip technical_field st_staff_ratio rd_intensity domestic_rd_share "
        "hitech_income_share innovation_score no_major_violation"
    ).split()
    assert [item["id"] for item in first["score"]["items"]] == (
        "ip_advancement ip_core_support ip_count ip_acquisition ip_standards conversion "
        "management_system management_institution management_incentive management_talent "
        "growth_net_assets growth_sales"
    ).split()
    for finding in first["findings"]:
        assert {
            "observed",
            "required",
            "margin",
            "unit",
            "missing",
            "citation",
            "interpretation",
        } <= set(finding)
        assert {"document", "article"} <= set(finding["citation"])
    assert first["verdict"] == "eligible"
    assert {finding["status"] for finding in first["findings"]} == {"met"}


def test_a_rows_own_application_date_wins_over_as_of(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,registered_on,application_date\na,2020-01-01,\nb,2020-01-01,2025-06-01\n")
    found = json.loads(run("assess", path, "--format", "json", "--as-of", "2026-05-10").stdout)
    assert [firm["as_of"] for firm in found] == ["2026-05-10", "2025-06-01"]


def test_assess_as_text_names_article_figure_line_and_what_is_missing() -> None:
    text = run("assess", SAMPLES / "candidates.csv", "--lang", "zh").stdout
    assert "未满足 · 科技人员占比: 9.9% (不低于 10%) [国科发火〔2016〕32号 第十一条（四）]" in text
    assert "待补充" in text
    assert "换一种理解" in text


def test_score_accounts_for_every_row_and_keeps_the_rejected_ones(tmp_path: Path) -> None:
    done = process(
        "score",
        SAMPLES / "candidates_messy.csv",
        "-o",
        tmp_path / "out.csv",
        "--lang",
        "en",
        status=3,
    )
    assert "60 rows read = 38 scored + 22 rejected" in done.stderr
    scored, rejected = rows(tmp_path / "out.csv"), rows(tmp_path / "out.rejects.csv")
    expected = rows(SAMPLES / "candidates_messy_expected_rejects.csv")
    assert len(scored) == 38
    assert {row["row"] for row in rejected} == {row["row"] for row in expected}
    reasons = {row["row"]: row["reason"] for row in rejected}
    for trouble in expected:
        assert trouble["column"] in reasons[trouble["row"]], trouble
    assert {row["row"] for row in scored}.isdisjoint(reasons)


def test_the_same_firms_in_excel_give_the_same_results(tmp_path: Path) -> None:
    for ending in ("csv", "xlsx"):
        run(
            "score",
            SAMPLES / f"candidates_messy.{ending}",
            "-o",
            tmp_path / f"{ending}.csv",
            "--as-of",
            "2026-05-10",
            status=3,
        )
    assert rows(tmp_path / "csv.csv") == rows(tmp_path / "xlsx.csv")


def test_score_writes_csv_excel_and_parquet_alike(tmp_path: Path) -> None:
    for ending in ("csv", "xlsx", "parquet"):
        run("score", SAMPLES / "candidates.csv", "-o", tmp_path / f"out.{ending}", "--lang", "zh")
    text = rows(tmp_path / "out.csv")
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    sheet = CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    assert len(text) == len(table) == len(sheet) - 1 == 200
    assert sheet[0] == list(table[0])
    for line, record, cells in zip(text, table, sheet[1:], strict=True):
        assert line["uscc"] == record["uscc"] == cells[1]
        assert line["verdict"] == record["verdict"] == cells[8]
        assert float(line["score_low"]) == record["score_low"] == cells[9]
        assert line["gap_1"] == (record["gap_1"] or "") == cells[sheet[0].index("gap_1")]


def test_with_input_puts_the_input_beside_the_result(tmp_path: Path) -> None:
    run("score", SAMPLES / "candidates.csv", "-o", tmp_path / "out.csv", "--with-input")
    first, given = rows(tmp_path / "out.csv")[0], rows(SAMPLES / "candidates.csv")[0]
    assert first["sales_revenue_y3"] == given["sales_revenue_y3"]
    assert first["input_name"] == given["name"]


def test_no_cell_is_left_for_a_spreadsheet_to_run(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text('name,district,carrier,net_assets_y1\n"=1+1",+x,@y,-5\n=bad,,,oops\n')
    run("score", path, "-o", tmp_path / "out.csv", "--with-input", status=3)
    (scored,) = rows(tmp_path / "out.csv")
    assert (scored["name"], scored["district"], scored["carrier"]) == ("'=1+1", "'+x", "'@y")
    assert scored["net_assets_y1"] == "-5"
    assert rows(tmp_path / "out.rejects.csv")[0]["name"] == "'=bad"
    run("score", path, "-o", tmp_path / "out.xlsx", status=3)
    (cells,) = (
        CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()[1:]
    )
    assert cells[2] == "=1+1"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["assess", "nowhere.csv"], "nowhere.csv"),
        (["assess", SAMPLES / "candidates.csv", "--as-of", "2026-5"], "expected a date such as 2026-05-10"),
        (["score", SAMPLES / "candidates.csv", "-o", "/tmp/out.doc"], "must end in .csv, .xlsx, .parquet"),
        (["score", SAMPLES / "candidates.csv", "-o", "/nowhere/out.csv"], "folder does not exist"),
        (["fields", "--scheme", "moon"], "There is no scheme moon"),
    ],
)  # fmt: skip
def test_unusable_input_is_refused_with_one_sentence_and_status_2(
    words: list[Any], sentence: str
) -> None:
    # the first also in a process of its own, whose status is the shell's
    start = process if words == ["assess", "nowhere.csv"] else run
    done = start(*words, "--lang", "en", status=2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_column_that_is_not_read_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,职工总数人,2019年净资产（万元）\na,5,6\n", encoding="utf-8")
    for words in (["assess", path], ["score", path, "-o", tmp_path / "o.csv"]):
        said = run(*words, "--as-of", "2026-05-10", "--lang", "en").stderr
        assert "Columns not read: 职工总数人" in said
        assert "Column not read: 2019年净资产（万元）: 2019 is not one of the three years" in said


def test_the_input_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name\na\n")
    for words in (
        ["-o", path],
        ["-o", tmp_path / "o.csv", "--rejects", path],
        ["-o", tmp_path / "o.csv", "--rejects", tmp_path / "o.csv"],
    ):
        assert "named twice" in run("score", path, *words, "--lang", "en", status=2).stderr
    assert path.read_text() == "name\na\n"


def test_a_file_that_cannot_be_written_is_said_so_and_nothing_half_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for words in (["score", SAMPLES / "candidates.csv"], ["template"]):
        done = run(*words, "-o", tmp_path / "folder.csv", "--lang", "en", status=2)
        assert "folder.csv cannot be written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_header_is_not_run_either(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,=1+1|cmd\na,b\n")
    run("score", path, "-o", tmp_path / "out.csv", "--with-input")
    assert "'=1+1|cmd" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[0]


def test_a_row_whose_date_no_edition_covers_is_rejected_by_name(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,application_date\nold,2005-05-05\nnew,2026-05-05\n")
    done = run("score", path, "-o", tmp_path / "out.csv", "--lang", "en", status=3)
    assert "2 rows read = 1 scored + 1 rejected" in done.stderr
    assert "2008-01-01" in rows(tmp_path / "out.rejects.csv")[0]["reason"]


def test_past_and_present_applications_are_judged_by_the_law_of_their_day(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text(
        "name,application_date,staff_total,rd_staff\nnew,2026-05-05,100,5\nold,2014-05-05,100,5\n"
    )
    run("score", path, "-o", tmp_path / "out.csv")
    new, old = rows(tmp_path / "out.csv")
    assert (new["name"], new["edition"], new["rd_staff_ratio_status"]) == ("new", "e2016", "")
    assert (old["name"], old["edition"], old["rd_staff_ratio_status"]) == ("old", "e2008", "unmet")


def test_a_pipe_gets_no_progress_display() -> None:
    assert "\x1b" not in process("assess", SAMPLES / "candidates.csv").stderr
