"""Units of money: in a line of their own, in thousands, and against each other."""

import pytest
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.intake.headers import HeaderMap, header_map
from tests.firms import HNTE

HEADS = ["企业名称", "第一年销售收入", "职工总数", "第三年净资产"]
FIRM = ["乙地云帆测试有限公司", "1000", "12", "-3.5"]


def read(*lines: list[str]) -> HeaderMap:
    return header_map(lines, list(HNTE.fields), None, 2026)


def powers(headers: HeaderMap) -> list[int | None]:
    return [column.power for column in headers.columns if column.field.kind == "money"]


@pytest.mark.parametrize(
    "units",
    [
        ["", "万元", "人", "万元"], ["/", "（万元）", "（人）", "万元"], ["单位", "10k CNY", "人", "10k CNY"],
        ["-", "单位：万元", "人", "单位：万元"], ["计量单位：", " 万 元 ".replace(" ", ""), "", "人民币万元"],
    ],
)  # fmt: skip
def test_units_in_a_line_of_their_own_belong_to_the_header(units: list[str]) -> None:
    below, above = read(HEADS, units, FIRM), read(units, HEADS, FIRM)
    assert powers(below) == powers(above) == [4, 4]
    assert below.lines == above.lines == 2
    assert below.columns[0].field.id == "name"


@pytest.mark.parametrize("unit", ["单位：万元", "（金额单位：人民币万元）", "单位：人、万元"])
def test_the_unit_beside_the_title_of_a_sheet_is_that_of_all(unit: str) -> None:
    headers = read(["企业基本情况统计表", "", "", unit], HEADS, FIRM)
    assert powers(headers) == [4, 4]
    assert (headers.lines, headers.columns[0].field.id) == (2, "name")


def test_a_row_of_figures_is_no_line_of_units() -> None:
    headers = read(["企业名称", "第一年销售收入（元）"], ["万元", "1000"])
    assert headers.lines == 1
    assert powers(headers) == [0]


def test_a_line_of_units_that_speaks_against_a_header_is_refused() -> None:
    headers = read(["企业名称", "第一年销售收入（元）"], ["", "万元"], ["乙地有限公司", "1000"])
    with pytest.raises(InputError, match="one unit"):
        headers.require("firms.csv")


@pytest.mark.parametrize(
    "unit",
    ["RMB'000", "RMB’000", "RMB 000".replace(" ", "'"), "千元", "人民币千元", "CNY thousand", "thousand RMB", "K CNY", "单位：千元"],
)  # fmt: skip
def test_thousands_are_read_in_the_words_people_have_for_them(unit: str) -> None:
    assert powers(read(["企业名称", f"第一年销售收入（{unit}）"])) == [3]


@pytest.mark.parametrize("unit", ["万美元", "千港元", "亿日元"])
def test_another_currency_is_no_unit_of_money(unit: str) -> None:
    assert powers(read(["企业名称", f"第一年销售收入（单位：{unit}）"])) == [None]


@pytest.mark.parametrize("unit", ["1k CNY", "千元"])
def test_thousands_can_be_declared_on_the_command_line(unit: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "firms.csv"
    file.write_text("企业名称,第三年销售收入,第三年净资产\n乙地有限公司,1000,5\n", encoding="utf-8")
    command = ["score", str(file), "-o", str(tmp_path / "out.csv"), "--with-input", "--as-of", "2026-05-10"]  # fmt: skip
    result = CliRunner().invoke(app, [*command, "--money-unit", unit])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(app, [*command, "--money-unit", "hours"]).exit_code == 2


@pytest.mark.parametrize(
    "line",
    ["单位：人、万元", "金额单位：万元", "单位：项，人；万元", "单位：户/万元", "单位：RMB 10,000"],
)
def test_a_line_above_that_names_the_unit_of_money_beside_others_states_it_for_all(
    line: str,
) -> None:
    assert powers(read([line, "", "", ""], HEADS, FIRM)) == [4, 4]


def test_a_line_above_that_names_no_unit_of_money_states_none() -> None:
    assert powers(read(["单位：人", "", "", ""], HEADS, FIRM)) == [None, None]


@pytest.mark.parametrize("line", ["单位：元、万元", "金额单位：万元/元", "单位：人、元，万元"])
def test_of_two_units_of_money_above_a_table_none_is_that_of_all(line: str) -> None:
    assert powers(read([line, "", "", ""], HEADS, FIRM)) == [None, None]


@pytest.mark.parametrize("unit", ["RMB 10,000", "10,000 yuan", "ten thousand yuan"])
def test_ten_thousands_are_read_in_figures_and_words(unit: str) -> None:
    assert powers(read(["企业名称", f"第一年销售收入（{unit}）"])) == [4]
