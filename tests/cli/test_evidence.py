"""``evidence``: lists from JSON or papers, the firm's own file beside them, text, JSON and picture."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from eligibility.api import evidence
from eligibility.cli import app
from tests.documents.small_forms import workbook
from tests.evidence.chain_firms import DAY, FACTS, lists

RUNNER = CliRunner()
AS_OF = ("--as-of", DAY.isoformat())


def test_lists_in_json_are_examined_as_python_does(tmp_path: Path) -> None:
    rows = lists()
    rows["ip"][0]["granted_on"] = "2022-05-01"
    file, picture = tmp_path / "lists.json", tmp_path / "chain.svg"
    file.write_text(json.dumps({"facts": FACTS, "lists": rows}), encoding="utf-8")
    command = ["evidence", str(file), *AS_OF, "--format", "json", "--picture", str(picture)]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record == json.loads(json.dumps(evidence(rows, FACTS, as_of=DAY)))
    assert [each["id"] for each in record["checks"]["consistency"]] == ["right_before_activity"]
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_lists_of_a_workbook_are_held_against_the_firms_own_file(tmp_path: Path) -> None:
    rights = [
        ["知识产权清单"],
        ["知识产权名称", "类别", "授权日期", "授权号", "获得方式", "来源研发活动", "支持产品"],
        ["一种清洗方法", "发明专利", "2022-05-01", "2021100000012", "自主研发", "RD01", "PS09"],
    ]
    activities = [
        ["研发活动清单（万元）"],
        ["研发活动名称", "年度", "人员人工费用", "开始日期", "活动性质"],
        ["清洗技术研究", "2025", "120", "2023-01-10", "研发"],
    ]
    file, firms = tmp_path / "清单.xlsx", tmp_path / "firms.csv"
    file.write_bytes(workbook({"知识产权": rights, "研发活动": activities}))
    firms.write_text("name,rd_personnel_y3\n甲有限公司,1300000\n", encoding="utf-8")
    command = ["evidence", str(file), "--with", str(firms), *AS_OF, "--lang", "en"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "IP01 一种清洗方法 → RD01" in result.stdout
    assert "was granted on 2022-05-01" in result.stdout
    assert "names “PS09”" in result.stdout
    assert "the list adds up to CNY 120.00 × 10k, and CNY 130.00 × 10k is stated" in result.stdout


def test_what_holds_no_list_or_names_no_check_of_practice_is_refused(tmp_path: Path) -> None:
    empty, file = tmp_path / "empty.json", tmp_path / "lists.json"
    empty.write_text("{}", encoding="utf-8")
    file.write_text(json.dumps({"lists": lists()}), encoding="utf-8")
    result = RUNNER.invoke(app, ["evidence", str(empty), *AS_OF, "--lang", "en"])
    assert result.exit_code == 2
    assert "holds no list" in result.stderr
    empty.write_text("[", encoding="utf-8")
    result = RUNNER.invoke(app, ["evidence", str(empty), *AS_OF, "--lang", "en"])
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    command = ["evidence", str(file), *AS_OF, "--without", "conversion_twice", "--lang", "en"]
    result = RUNNER.invoke(app, command)
    assert result.exit_code == 2
    assert "no check of practice" in result.stderr
