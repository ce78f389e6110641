"""Workbooks with firms on several sheets: none is passed over in silence."""

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from eligibility.domain.errors import InputError
from eligibility.intake.table import IntakeOptions, preview, read_table
from tests.firms import HNTE

HEADS = ["企业名称", "职工总数", "第三年销售收入（万元）"]


def workbook(**sheets: list[list[object]]) -> tuple[str, bytes]:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return "firms.xlsx", file.getvalue()


def options(sheet: str | None = None) -> IntakeOptions:
    return IntakeOptions(application_date=date(2026, 5, 10), sheet=sheet)


THREE = workbook(
    封面=[["汇总表"]], 新城区=[HEADS, ["乙地一公司", 3, 10]],
    玉泉区=[["名单"], [HEADS[0], HEADS[2], HEADS[1]], ["乙地二公司", 20, "三"], ["乙地一公司", 5, 5]],
)  # fmt: skip


def test_other_sheets_with_firms_are_said() -> None:
    batch = read_table(THREE, HNTE.fields, options())
    assert batch.read == 1
    (remark,) = batch.headers.remarks
    assert "玉泉区" in str(remark)
    assert "封面" not in str(remark)


def test_all_sheets_with_firms_are_read_as_one() -> None:
    batch = read_table(THREE, HNTE.fields, options("all"))
    assert batch.read == len(batch.table) + batch.rejects.num_rows == 3
    assert batch.table.columns["name"].tolist() == ["乙地一公司"]
    wrong, again = batch.issues
    # the cell is named with its sheet, whatever the order of columns there
    assert (wrong.sheet, wrong.row, wrong.value) == ("玉泉区", 3, "三")
    assert (again.sheet, again.row) == ("玉泉区", 4)
    assert not batch.headers.remarks


def test_sheets_in_other_units_are_not_read_as_one() -> None:
    file = workbook(
        一=[HEADS, ["乙地一公司", 3, 10]],
        二=[[*HEADS[:2], "第三年销售收入（元）"], ["乙地二公司", 3, 10]],
    )
    with pytest.raises(InputError, match="other columns"):
        read_table(file, HNTE.fields, options("all"))


def test_a_chosen_sheet_is_read_without_a_word_and_all_can_be_previewed() -> None:
    assert not read_table(THREE, HNTE.fields, options("玉泉区")).headers.remarks
    seen = preview(THREE, HNTE.fields, options("all"))
    assert (seen.sheet, seen.rows.num_rows) == ("", 1)


def test_all_sheets_of_one_are_that_one() -> None:
    file = workbook(一=[HEADS, ["乙地一公司", 3, 10]])
    assert read_table(file, HNTE.fields, options("all")).read == 1
