"""``read``: papers in, facts with their source out, and a file that ``assess`` takes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eligibility import read_documents
from eligibility.cli import app
from eligibility.domain.papers import Certainty, PaperFact, PaperReading, PaperSource
from eligibility.i18n import ENGLISH
from eligibility.reports.paper_text import write_facts
from eligibility.schemes.registry import load_scheme
from tests.documents.small_forms import (
    BALANCE,
    CODE,
    balance_sheet,
    cover,
    income,
    printed,
    structure,
    workbook,
)

RUNNER = CliRunner()
RIGHTS = ("ip_class1_count", "ip_class2_count", "ip_software_count")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    papers = tmp_path / "papers"
    papers.mkdir()
    main = [["A100000"], ["企业所得税年度纳税申报主表"], *printed("A100000", "M25", {"1": 9, "2": 1, "3": 1})]  # fmt: skip
    (papers / "申报表.xlsx").write_bytes(workbook({"封面": cover(2024), "A101010": income()}))
    (papers / "主表.xlsx").write_bytes(workbook({"封面": cover(2024), "A100000": main}))
    (papers / "资产负债表.xlsx").write_bytes(workbook({"s": balance_sheet(2024, BALANCE)}))
    (papers / "研发.xlsx").write_bytes(workbook({"s": structure(2024, outsourced=8)}))
    return papers


def test_what_was_read_is_printed_with_its_place_and_what_is_contested_or_open(
    folder: Path,
) -> None:
    result = RUNNER.invoke(app, ["read", str(folder), "--as-of", "2025-06-01", "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "Net assets: 1,250,000  资产负债表.xlsx, s, line 30" in result.output
    assert "difference: 1,199,991.75" in result.output
    assert "at 80 % already?" in result.output
    assert "4 papers not read" not in result.output


def test_the_file_of_facts_leaves_open_ones_blank_and_assess_takes_it(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "facts.csv"
    command = ["read", str(folder), "--as-of", "2025-06-01", "-o", str(file), "--lang", "zh"]
    assert RUNNER.invoke(app, command).exit_code == 0
    rows = {line.split(",")[0]: line.split(",")[1] for line in file.read_text("utf-8-sig").splitlines()}  # fmt: skip
    assert rows["net_assets_y3"] == "1250000"
    assert rows["sales_revenue_y3"] == ""
    assert rows["rd_outsourced_domestic_y3"] == ""
    text = file.read_text("utf-8-sig").replace("sales_revenue_y3,,", "sales_revenue_y3,1200000.75,")
    file.write_text(text, "utf-8")
    command = ["assess", str(file), "--as-of", "2025-06-01", "--format", "json", "--lang", "en"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 0, result.output
    (record,) = json.loads(result.stdout)
    assert record["firm"]["uscc"] == CODE


def test_everything_that_was_read_stands_in_the_json(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    RUNNER.invoke(app, ["read", str(folder), "--as-of", "2025-06-01", "-o", str(file)])
    record = json.loads(file.read_text("utf-8"))
    assert {conflict["key"] for conflict in record["conflicts"]} == {"sales_revenue@2024"}
    fact = next(fact for fact in record["facts"] if fact["key"] == "total_assets@2024")
    assert fact["source"]["file"] == "资产负债表.xlsx"
    assert {form["form"] for form in record["forms"]} == {
        "A101010", "A100000", "balance_sheet", "rd_structure",
    }  # fmt: skip


def test_a_paper_that_is_not_read_is_named_and_gives_status_3(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("甲,乙\n1,2\n3,4\n", "utf-8")
    result = RUNNER.invoke(app, ["read", str(tmp_path / "x.csv"), "--lang", "en"])
    assert result.exit_code == 3
    assert "x.csv: no form that is known" in result.output
    assert RUNNER.invoke(app, ["read", str(tmp_path / "none.pdf")]).exit_code == 2
    assert RUNNER.invoke(app, ["read", str(tmp_path / "x.csv"), "-o", "x.txt"]).exit_code == 2


def test_papers_are_read_in_python(folder: Path) -> None:
    reading = read_documents(folder)
    assert reading.uscc == CODE
    assert "net_assets@2024" in reading.usable


def test_the_file_of_facts_is_taken_exactly_whatever_its_sources_say(tmp_path: Path) -> None:
    """A source cites heads of lists between bars, and fields with colons; an average has many digits."""
    list_source = PaperSource(
        "清单.csv", cell="B4", words="知识产权编号 | 知识产权名称 | 类别 | 授权日期"
    )
    other = PaperSource("人数.csv", words="职工总数: 12", text="12")
    facts = [
        PaperFact("uscc", None, CODE, PaperSource("a.xlsx"), Certainty.CERTAIN),
        *(PaperFact(field, None, 3.0, list_source, Certainty.OPEN) for field in RIGHTS),
        PaperFact("staff_total", 2024, 121.0, other, Certainty.CERTAIN),
        PaperFact("st_staff", 2024, 12.0999999999, other, Certainty.CERTAIN),
    ]
    file = tmp_path / "facts.csv"
    day = date(2025, 6, 1)
    write_facts(file, PaperReading(facts=tuple(facts)), load_scheme(), day, ENGLISH)
    command = ["assess", str(file), "--as-of", "2025-06-01", "--format", "json"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 0, result.output
    (record,) = json.loads(result.stdout)
    assert record["firm"]["uscc"] == CODE
    ratio = next(each for each in record["findings"] if each["id"] == "st_staff_ratio")
    # at two decimals it would be 10 %
    assert ratio["status"] == "unmet"
