"""The file of a reconciliation is read as people write it; what cannot be read is refused by its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from eligibility.domain.errors import InputError
from eligibility.evidence.bridge_file import read_amounts
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.reports.reconciliation_template import write_reconciliation_template
from eligibility.schemes.registry import load_scheme

RULES = load_scheme().reconciliation
assert RULES is not None


def read(*texts: str) -> dict[tuple[str, str, int], Decimal]:
    assert RULES is not None
    return read_amounts([(f"{n}.csv", text.encode()) for n, text in enumerate(texts)], RULES)


HEAD = "项目,类别,单位,2024年度,2025,备注\n"


def test_titles_ids_units_and_signs_are_read() -> None:
    assert read(
        "呼和浩特某公司,,,,,\n"
        + HEAD
        + '会计口径研发支出,人员人工费用,元,"1,234.50",（空）,x\n'.replace("（空）", "")
        + "R&D in the books,direct,10k CNY,12.345678,-,\n"
        + "tax_depreciation,,万元,(0.5),-1,\n"
        + "职工总数,,人,85.5,90,\n"
        + "不征税收入形成的研发支出,设计费用,元,0,7,\n"
    ) == {
        ("books", "personnel", 2024): Decimal("1234.50"),
        ("books", "direct", 2024): Decimal("123456.78"),
        ("tax_depreciation", "all", 2024): Decimal("-5000.00"),
        ("tax_depreciation", "all", 2025): Decimal("-10000.00"),
        ("staff_total", "all", 2024): Decimal("85.50"),
        ("staff_total", "all", 2025): Decimal("90.00"),
        ("untaxed_grants", "design", 2024): Decimal("0.00"),
        ("untaxed_grants", "design", 2025): Decimal("7.00"),
    }


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("研发,人员人工费用,元,1,2,", "row 2, column item: '研发'"),
        ("books,,元,1,2,", "row 2, column category: ''"),
        ("books,差旅费,元,1,2,", "expected one of 人员人工费用, 直接投入费用"),
        ("statement,人员人工费用,元,1,2,", "expected one of 合计"),
        ("building_rent,设计费用,元,1,2,", "expected one of 直接投入费用, 合计"),
        ("untaxed_grants,,元,1,2,", "row 2, column category"),
        ("books,personnel,,1,2,", "row 2, column unit: '', expected a unit of money"),
        ("staff_total,,元,1,2,", "row 2, column unit: '元', expected persons"),
        ("books,personnel,元,1.234,2,", "row 2, column 2024: '1.234', expected an amount of two"),
        ("books,personnel,元,-1,2,", "row 2, column 2024: '-1', expected a number of 0 or more"),
        ("books,personnel,元,约5,2,", "row 2, column 2024: '约5', expected an amount of money"),
    ],
)
def test_what_cannot_be_read_is_refused_by_row_and_column(row: str, words: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(HEAD + row + "\n")
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "has no column item"),
        ("项目,类别,2025\nbooks,,1\n", "needs a column unit"),
        ("项目,类别,单位\nbooks,,元\n", "one for each fiscal year"),
        ("项目,类别,单位,金额\nbooks,,元,1\n", "'金额', expected a fiscal year"),
    ],
)
def test_a_table_of_another_kind_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(text)
    assert words in str(refusal.value)


def test_an_amount_may_stand_twice_and_only_as_the_same() -> None:
    one, other = "books,direct,元,5,,\n", "会计口径研发支出,直接投入费用,万元,0.0006,,\n"
    assert read(HEAD + one, HEAD + one) == {("books", "direct", 2024): Decimal(5)}
    with pytest.raises(InputError, match=r"1\.csv, row 2, column 2024: 6\.00, but 0\.csv, row 2"):
        read(HEAD + one, HEAD + other)


@pytest.mark.parametrize("language", [CHINESE, ENGLISH], ids=lambda language: language.id)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_is_read_back_and_is_empty(
    tmp_path: Path, language: Language, ending: str
) -> None:
    assert RULES is not None
    path = tmp_path / f"empty.{ending}"
    write_reconciliation_template(path, RULES, (2023, 2024, 2025), language)
    assert read_amounts([path], RULES) == {}
    with pytest.raises(InputError, match="must end in"):
        write_reconciliation_template(tmp_path / "empty.txt", RULES, (2025,), language)


def test_a_workbook_with_years_as_numbers_is_read(tmp_path: Path) -> None:
    assert RULES is not None
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [["item", "category", "unit", 2024, 2025], ["books", "other", "元", 1234.56, 0.1]]
        ):
            sheet.write_row(row, 0, cells)
    assert read_amounts([path], RULES) == {
        ("books", "other", 2024): Decimal("1234.56"),
        ("books", "other", 2025): Decimal("0.10"),
    }
