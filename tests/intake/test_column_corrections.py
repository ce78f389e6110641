"""What a person says of a column holds: which field it is, and in what unit."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, preview, read_table
from eligibility.schemes.registry import load_scheme
from tests.commands import run

FIELDS = load_scheme().fields
FILE = ("f.csv", "企业名称,本年研发开支（万元）,2025年销售收入（万元）\n甲公司,80,1000\n".encode())
DAY = date(2026, 5, 10)


def read(**options: object) -> RowBatch:
    return read_table(FILE, FIELDS, IntakeOptions(application_date=DAY, **options))  # type: ignore[arg-type]


def test_a_column_holds_the_field_that_is_said() -> None:
    found = preview(FILE, FIELDS, IntakeOptions(application_date=DAY))
    assert found.headers.unknown or found.headers.doubtful
    batch = read(columns=(("本年研发开支", "rd_expense_y3"),))
    assert batch.table.numbers("rd_expense_y3").tolist() == [800_000]


def test_amounts_are_in_the_unit_that_is_said_whatever_the_header_says() -> None:
    batch = read(units=(("sales_revenue", "CNY"),))
    assert batch.table.numbers("sales_revenue_y3").tolist() == [1000]
    batch = read(units=(("sales_revenue_y3", "千元"),))
    assert batch.table.numbers("sales_revenue_y3").tolist() == [1_000_000]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"columns": (("没有这一列", "rd_expense_y3"),)}, "there is no column 没有这一列"),
        ({"columns": (("本年研发开支", "rd_spending"),)}, "There is no field rd_spending"),
        ({"units": (("net_assets", "CNY"),)}, "no column holds amounts of net_assets"),
        ({"units": (("sales_revenue", "kg"),)}, "kg is no unit of money"),
    ],
)
def test_what_cannot_hold_is_refused_in_a_sentence(
    options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read(**options)


def test_the_command_line_takes_both(tmp_path: Path) -> None:
    file = tmp_path / FILE[0]
    file.write_bytes(FILE[1])
    ran = run(
        "assess", file, "--as-of", "2026-05-10", "--format", "json",
        "--column", "本年研发开支=rd_expense_y3", "--unit", "sales_revenue=千元",
    )  # fmt: skip
    (firm,) = json.loads(ran.stdout)
    (intensity,) = (each for each in firm["findings"] if each["id"] == "rd_intensity")
    assert intensity["status"] == "undetermined"
    assert "Column not read" not in ran.stderr
    ran = run("assess", file, "--unit", "sales_revenue", status=2)
    assert "expected NAME=VALUE" in ran.stderr
