"""Every command that reads a file of firms takes the same options for it, and refuses them in one way."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eligibility.cli import app

RUNNER = CliRunner()
READERS = ("assess", "score", "portfolio", "plan", "ladder", "certificates", "report", "stress")
OPTIONS = (
    "--as-of",
    "--money-unit",
    "--encoding",
    "--sheet",
    "--blank-bad-cells",
    "--column",
    "--unit",
)
HEAD = "统一社会信用代码,企业名称,研发费用合计（万元）\n"


@pytest.mark.parametrize("command", READERS)
def test_a_command_that_reads_firms_takes_every_option_of_the_file(command: str) -> None:
    shown = RUNNER.invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
    assert [option for option in OPTIONS if option not in shown] == []


@pytest.mark.parametrize("command", ["assess", "stress", "ladder"])
def test_a_column_that_is_named_on_the_command_line_is_read_by_every_command(
    command: str, tmp_path: Path
) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(HEAD + "91150105XNBU6HUA33,甲公司,100\n", encoding="utf-8")
    arguments = [command, str(file), "--as-of", "2026-05-10", "--lang", "en"]
    without = RUNNER.invoke(app, arguments)
    assert "研发费用合计" in without.stderr
    named = RUNNER.invoke(app, [*arguments, "--column", "研发费用合计（万元）=rd_expense_y3"])
    assert named.exit_code == 0
    assert "研发费用合计" not in named.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["assess", "FILE", "--as-of", "May"], "--as-of May: expected a date"),
        (["stress", "FILE", "--unit", "rd_expense"], "--unit rd_expense: expected NAME=VALUE"),
        (["plan", "FILE", "--firm", "甲公司", "--by", "May"], "--by May: expected a date"),
        (["plan", "FILE", "--firm", "乙公司"], "no usable row of the firm 乙公司"),
        (["desk", "--on", "May"], "--on May: expected a date"),
        (["report", "--store", "--year", "2026", "-o", "a.pdf", "--as-of", "May"], "--as-of May"),
    ],
)
def test_an_option_that_cannot_be_read_is_named_with_its_value(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELIGIBILITY_DATABASE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    file = tmp_path / "firms.csv"
    file.write_text(HEAD + "91150105XNBU6HUA33,甲公司,100\n", encoding="utf-8")
    given = [str(file) if each == "FILE" else each for each in arguments]
    refusal = RUNNER.invoke(app, [*given, "--lang", "en"])
    assert refusal.exit_code == 2
    assert says in refusal.stderr
