"""What a cell shows is what is read, in every kind of workbook."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from eligibility.intake.number_formats import can_alter, display_text
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, read_table
from tests.firms import HNTE

OPTIONS = IntakeOptions(application_date=date(2026, 5, 10))


def read(content: bytes, name: str = "firms.xlsx") -> RowBatch:
    return read_table((name, content), HNTE.fields, OPTIONS)


def workbook(*cells: tuple[str, object, str]) -> bytes:
    """A workbook of one firm; each cell with its head and its number format."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, ["企业名称", *(head for head, _, _ in cells)])
        sheet.write(1, 0, "乙地一公司")
        for place, (_, value, code) in enumerate(cells, 1):
            sheet.write(1, place, value, book.add_format({"num_format": code}))
    return file.getvalue()


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12345678, "0!.0000", "1234.5678"), (12345678, r"0\.0000", "1234.5678"), (12345678, '0"."0000', "1234.5678"),
        (12345678, '0!.0,"万"', "1234.5678万"), (15e6, "0.00,,", "15"), (1500, "0,", "1.5"), (1500, "#,##0,", "1.5"),
        (0.2, "0%", "20%"), (0.125, "0.0%", "12.5%"), (-15, '0"万";-0"万"', "-15万"), (15e6, '[>=10000]0!.0,"万";0', "1500万"),
        (500, '[>=10000]0!.0,"万";0', None), (15, '0.00"元"', "15元"), (20, '0"人"', None), (1500, "#,##0.00", None),
        (1500, "General", None), (-5, "#,##0.00_);(#,##0.00)", None), (15, "[Red]0.00", None), (15, "¥#,##0.00", None),
        (0.1 + 0.2, "0%", "30%"), (15, "0.00E+00", None),
        (15, 'General"万"', "15万"), (1500, '0.0,"K"', "1.5K"), (1500, '0.0"M"', "1500M"), (20, '0"%"', "20%"), (20, "0!%", "20%"),
        (15, "[$$-409]#,##0.00", "15$"), (15, "[$USD] #,##0", "15USD"), (15, "$#,##0", "15$"), (15, '"RMB "0.00', None), (15, "[$¥-804]#,##0", None),
    ],
)  # fmt: skip
def test_a_format_shows_the_number_it_makes(value: float, code: str, text: str | None) -> None:
    assert display_text(value, code) == text
    assert can_alter(code) or text is None


@pytest.mark.parametrize("code", ["0!.0000", r"0\.0000", '0!.0,"万"', '0!.0,"万元"'])
def test_yuan_shown_as_ten_thousands_are_read_as_shown(code: str) -> None:
    batch = read(workbook(("第三年销售收入（万元）", 15_000_000, code)))
    assert batch.table.columns["sales_revenue_y3"].tolist() == [1.5e7]


@pytest.mark.parametrize("typed", [b"", b' t="n"'])
def test_a_share_is_refused_where_a_number_is_wanted_whoever_wrote_the_cell(typed: bytes) -> None:
    import zipfile

    content, again = BytesIO(workbook(("科技人员数", 0.2, "0%"))), BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(again, "w") as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                part = part.replace(b'<c r="B2" s="1"', b'<c r="B2" s="1"' + typed)
            new.writestr(entry, part)
    (issue,) = read(again.getvalue()).issues
    assert issue.value == "20%"


@pytest.mark.parametrize("code", ['0.0,"K"', "[$$-409]#,##0.00", '0"美元"', '0"%"', '0"!".0,"万"'])
def test_an_amount_shown_in_another_unit_is_refused(code: str) -> None:
    (issue,) = read(workbook(("第三年销售收入（万元）", 15_000, code))).issues
    assert issue.column == "第三年销售收入（万元）"


def test_a_formula_without_a_result_is_said_and_no_blank() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "职工总数", "科技人员数"])
        sheet.write_row(1, 0, ["乙地一公司", 100])
        sheet.write_formula(1, 2, "=B2*0.2", None, "")
    content = file.getvalue()
    (issue,) = read(content).issues
    assert (issue.value, issue.column) == ("=B2*0.2", "科技人员数")
    assert "never worked out" in str(issue.sentence)


def test_a_firm_whose_name_is_a_formula_without_a_result_is_said_and_none_of_that_name() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "职工总数", "科技人员数"])
        sheet.write_row(1, 0, ["乙地一公司", 100, 20])
        sheet.write_formula(2, 0, '=A2&"分"', None, "")
        sheet.write_row(2, 1, [90, 10])
        sheet.write_formula(3, 0, "=A9", None, "#REF!")
        sheet.write_row(3, 1, [90, 10])
        # a text that begins so is a name
        sheet.write_string(4, 0, "=1+1")
    batch = read(file.getvalue())
    assert batch.table.texts("name").tolist() == ["乙地一公司", "=1+1"]
    formula, error = batch.issues
    assert (formula.row, formula.column, formula.value) == (3, "企业名称", '=A2&"分"')
    assert "never worked out" in str(formula.sentence)
    assert (error.row, error.fatal) == (4, True)


def test_an_old_workbook_shows_what_its_formats_show() -> None:
    path = Path(__file__).parents[1] / "data" / "number_formats.xls"
    batch = read_table(path, HNTE.fields, OPTIONS)
    assert batch.read == 2
    # 20 % of staff is no number of persons
    (issue,) = batch.issues
    assert (issue.row, issue.value) == (2, "20%")
    assert batch.table.columns["net_assets_y3"].tolist() == [-32500.0]
    assert batch.table.columns["sales_revenue_y3"].tolist() == [15_005_000.0]
    assert str(batch.table.columns["registered_on"][0]) == "2019-01-02"
    assert batch.rejects.column(1).to_pylist() == ["1500"]
    assert batch.rejects.column(2).to_pylist() == ["500万"]
