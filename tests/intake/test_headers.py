"""Header lines: which column is which field, and in which unit."""

from __future__ import annotations

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.headers import HeaderMap, header_map
from eligibility.schemes.registry import load_scheme

FIELDS = load_scheme("hnte").fields


def read(*lines: list[str], money_unit: str | None = None, year: int | None = 2026) -> HeaderMap:
    return header_map(lines, FIELDS, money_unit, year)


def fields(found: HeaderMap) -> list[str]:
    return [column.field.id for column in found.columns]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.id)
def test_every_field_is_known_by_its_id_its_titles_and_its_aliases(field) -> None:
    for name in (field.id, field.title.zh, field.title.en, *field.aliases):
        assert fields(read([name])) == [field.id], name


@pytest.mark.parametrize(
    "header",
    [
        "第一年销售收入（万元）", "销售收入第一年(万元)", "销售收入（万元）第1年", "销售收入_y1，单位：万元",
        "销售收入 Y1/万元", "第一年 销售收入 万元", "销售收入（单位：万元）第一年", "２０２３年销售收入（万元）",
        "销售收入(2023)(万元)", "销售收入(万元) 2023年度", "Sales revenue, year 1 (10k CNY)", "营业收入第一年【万元】",
        "sales_revenue_y1（万元）", "1st year sales (CNY 10k)", "第一年\n销售收入\n（万元）", "第一年销售收入(人民币万元)",
    ],
)  # fmt: skip
def test_a_year_and_a_unit_are_found_wherever_they_stand(header: str) -> None:
    (column,) = read([header]).columns
    assert (column.field.id, column.power, column.unit) == ("sales_revenue_y1", 4, "stated")


@pytest.mark.parametrize(
    ("word", "stem"),
    [("营收", "sales_revenue"), ("研发费", "rd_expense"), ("境内研发费", "rd_expense_domestic")],
)
def test_an_everyday_word_with_a_year_is_read_and_without_one_claims_no_other_figure(
    word: str, stem: str
) -> None:
    assert fields(read([f"2025年{word}（万元）"])) == [f"{stem}_y3"]
    without = read(["企业名称", f"{word}（万元）", "职工总数"])
    assert fields(without) == ["name", "staff_total"]
    assert without.yearless == (f"{word}（万元）",)
    assert fields(read([f"2025年加计扣除{word}（万元）"])) != [f"{stem}_y3"]


@pytest.mark.parametrize(
    ("unit", "power"),
    [
        ("（元）", 0),
        ("(CNY)", 0),
        ("（千元）", 3),
        ("（万元）", 4),
        ("（百万元）", 6),
        ("（亿元）", 8),
        ("(100m CNY)", 8),
    ],
)
def test_a_unit_is_a_power_of_ten(unit: str, power: int) -> None:
    (column,) = read([f"近一年收入总额{unit}"]).columns
    assert (column.field.id, column.power) == ("gross_income_y3", power)


def test_a_merged_heading_holds_for_the_columns_below_it() -> None:
    found = read(
        ["企业名称", "销售收入（万元）", "", "", "净资产（元）", "", "", "备注"],
        ["", "第一年", "第二年", "第三年", "2023年", "2024年", "2025年", ""],
        ["甲", "1", "2", "3", "4", "5", "6", ""],
    )
    assert fields(found) == [
        "name", *(f"sales_revenue_y{y}" for y in (1, 2, 3)), *(f"net_assets_y{y}" for y in (1, 2, 3))
    ]  # fmt: skip
    assert [column.power for column in found.columns] == [0, 4, 4, 4, 0, 0, 0]
    assert found.lines == 2
    assert found.unknown == ("备注",)
    assert found.calendar_years


def test_a_year_may_stand_above_its_figures() -> None:
    found = read(
        ["企业名称", "第一年", "", "第二年", ""],
        ["", "销售收入(元)", "净资产(元)", "销售收入(元)", "净资产(元)"],
    )
    assert fields(found) == [
        "name",
        "sales_revenue_y1",
        "net_assets_y1",
        "sales_revenue_y2",
        "net_assets_y2",
    ]


def test_a_row_of_data_is_no_second_header_line() -> None:
    found = read(["企业名称", "销售收入（万元）", "第一年净资产（万元）"], ["甲", "2023", "5"])
    assert found.lines == 1
    assert [header for header, _ in found.doubtful] == ["销售收入（万元）"]


def test_titles_may_stand_above_the_header_and_state_the_unit() -> None:
    found = read(
        ["2025年高企申报汇总表"], ["", "单位：万元"], ["企业名称", "第一年销售收入"], ["甲", "5"]
    )
    assert (fields(found), found.lines) == (["name", "sales_revenue_y1"], 3)
    assert found.columns[1].power == 4


def test_a_header_in_two_languages_is_one_header() -> None:
    found = read(["企业名称", "职工总数"], ["name", "staff_total"], ["甲", "5"])
    assert (fields(found), found.lines) == (["name", "staff_total"], 2)
    one_line = read(
        ["企业名称 / Name of the firm", "第一年净资产\nNet assets, year 1\nnet_assets_y1"]
    )
    assert fields(one_line) == ["name", "net_assets_y1"]
    one_line.require("f")


def test_notes_below_the_header_are_no_data() -> None:
    found = read(
        ["企业名称", "职工总数"],
        ["# 与营业执照一致", "人"],
        ["# As on the licence", ""],
        ["甲", "5"],
    )
    assert (fields(found), found.lines) == (["name", "staff_total"], 3)


def test_a_field_id_is_cny_by_contract() -> None:
    (column,) = read(["sales_revenue_y1"], money_unit="10k CNY").columns
    assert (column.power, column.unit) == (0, "field id")


def test_a_unit_is_declared_or_asked_for_and_never_guessed() -> None:
    (declared,) = read(["第一年销售收入"], money_unit="10k CNY").columns
    assert (declared.power, declared.unit) == (4, "declared")
    assert read(["第一年销售收入"], money_unit="100m CNY").columns[0].power == 8
    asked = read(["第一年销售收入", "第二年净资产", "职工总数"])
    assert [column.header for column in asked.unitless] == ["第一年销售收入", "第二年净资产"]
    with pytest.raises(InputError, match=r"第一年销售收入, 第二年净资产.*--money-unit"):
        asked.require("f.csv")


def test_a_field_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="企业名称, 公司名称"):
        read(["企业名称", "公司名称", "职工总数"]).require("f.csv")


def test_a_file_without_header_is_refused() -> None:
    with pytest.raises(InputError, match="no column is recognised"):
        read(["甲公司", "91110000600037341L", "5"]).require("f.csv")


def test_a_figure_without_its_year_is_doubtful() -> None:
    ((header, why),) = read(["企业名称", "销售收入（万元）"]).doubtful
    assert header == "销售收入（万元）"
    assert "第一年" in str(why)


@pytest.mark.parametrize("header", ["2019年销售收入（万元）", "2019年收入总额（万元）"])
def test_a_calendar_year_outside_the_three_is_doubtful(header: str) -> None:
    found = read(["企业名称", header])
    assert fields(found) == ["name"]
    assert "2019" in str(found.doubtful[0][1])
    assert fields(read([header], year=2020)) in (["sales_revenue_y3"], ["gross_income_y3"])


def test_every_column_has_a_name_of_its_own() -> None:
    assert read(["企业名称", "备注", "备注", "", "row"]).headers == (
        "企业名称",
        "备注",
        "备注 (2)",
        "(4)",
        "row (2)",
    )
