"""The words that people have for a year, each in a header of sales."""

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.headers import HeaderMap, header_map
from tests.firms import HNTE

YEAR = 2026


def read(*heads: str) -> HeaderMap:
    return header_map([["企业名称", *heads]], list(HNTE.fields), "CNY", YEAR)


def fields(*heads: str) -> list[str]:
    return [column.field.id for column in read(*heads).columns[1:]]


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ("近三年营业收入-2025", 3), ("近三年-2023年营业收入", 1), ("23年销售收入", 1), ("25年度销售收入", 3),
        ("FY24 sales revenue", 2), ("上年度销售收入", 3), ("上一年销售收入", 3),
        ("去年销售收入", 3), ("前年销售收入", 2), ("T-1年销售收入", 3), ("T-3销售收入", 1), ("N-2年销售收入", 2),
        ("近一年销售收入", 3), ("最近一年销售收入", 3), ("2025年12月31日销售收入", 3), ("2025-12-31销售收入", 3),
        ("2024年末销售收入", 2), ("2025年度销售收入", 3), ("第三年（2025年）销售收入", 3), ("第一会计年度销售收入", 1),
        ("销售收入（2024年，万元）", 2), ("销售收入（万元、2024年）", 2), ("二〇二四年销售收入", 2),
        ("大前年销售收入", 1), ("申报前第三年销售收入", 1), ("2025年1-12月销售收入", 3), ("2025年实际销售收入", 3),
        ("销售收入（上年度）", 3), ("销售收入_2024", 2), ("2025财年销售收入", 3), ("25财年销售收入", 3), ("2024FY销售收入", 2),
        ("前一年度销售收入", 3), ("截至2025年12月末销售收入", 3), ("2025年年末销售收入", 3), ("2025 年 度销售收入", 3),
        ("2025年全年销售收入", 3), ("2025全年销售收入", 3), ("2024年累计销售收入", 2), ("公元2025年销售收入", 3),
        ("申报年度前一年销售收入", 3), ("'25 销售收入", 3), ("销售收入 ’24", 2), ("20251231销售收入", 3), ("2025年01-12月销售收入", 3),
        ("2025自然年销售收入", 3), ("2025年全年度销售收入", 3), ("2024年报销售收入", 2), ("2025年汇算清缴销售收入", 3), ("申报年-3销售收入", 1), ("往前一年销售收入", 3),
        ("第三个会计年度销售收入", 3), ("Year Two 销售收入", 2), ("T-1期销售收入", 3),
    ],
)  # fmt: skip
def test_a_year_is_read_in_the_words_people_have_for_it(head: str, place: int) -> None:
    assert fields(head) == [f"sales_revenue_y{place}"]


def test_near_years_mean_one_year_each_where_all_three_stand() -> None:
    assert fields("近三年销售收入", "近二年销售收入", "近一年销售收入") == [
        "sales_revenue_y1", "sales_revenue_y2", "sales_revenue_y3"
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["近", "最近", "前", "上", "往前", "申报前", "申请年度前"])
def test_words_that_may_mean_a_span_mean_one_year_each_where_all_three_stand(word: str) -> None:
    heads = [f"{word}{number}年销售收入" for number in "三二一"]
    assert fields(*heads) == ["sales_revenue_y1", "sales_revenue_y2", "sales_revenue_y3"]
    assert fields(heads[0]) == []


@pytest.mark.parametrize("years", [("上上年", "上年", "本年"), ("前年", "去年", "今年"), ("T-2", "T-1", "T"), ("前年度", "上年度", "本年度")])  # fmt: skip
def test_a_year_told_from_another_is_asked_about_beside_it(years: tuple[str, ...]) -> None:
    found = read(*(f"{year} 销售收入" for year in years))
    assert len(found.columns) == 1
    assert "beside 本年" in str(found.doubtful[0][1])
    # of another figure it says nothing
    assert fields(f"{years[1]}销售收入", f"{years[2]}净利润") == [
        f"sales_revenue_y{3 - (years[1] == '上上年')}"
    ]


def test_decembers_of_several_years_are_the_years_and_one_alone_may_be_a_month() -> None:
    heads = [f"{year}.12净资产" for year in (2023, 2024, 2025)]
    assert fields(*heads) == ["net_assets_y1", "net_assets_y2", "net_assets_y3"]
    for months in (
        ["2025年12月销售收入"],
        ["2025年11月销售收入", "2025年12月销售收入", "2024年12月销售收入"],
    ):
        found = read(*months)
        assert len(found.columns) == 1
        assert "one month" in str(found.doubtful[-1][1])


@pytest.mark.parametrize(
    "note", ["加计", "会计口径", "利润表", "资本化", "预算", "计划", "预计", "合并", "母公司", "含税", "1-6月", "上半年"]
)  # fmt: skip
def test_what_stands_in_brackets_may_make_it_another_figure(note: str) -> None:
    found = read(f"2025年研发费用（{note}）")
    assert len(found.columns) == 1
    assert "another figure" in str(found.doubtful[0][1])
    assert fields("2025年研发费用（不含税）", "2024年研发费用（八大类合计）") == [
        "rd_expense_y3",
        "rd_expense_y2",
    ]


def test_a_plan_below_the_name_of_a_figure_is_no_figure_of_the_accounts() -> None:
    lines = [["企业名称", "2025年研发费用", ""], ["", "预算", "实际"]]
    found = header_map(lines, list(HNTE.fields), "CNY", YEAR)
    assert "rd_expense_y3" not in [
        column.field.id for column in found.columns if column.position == 1
    ]


def test_the_staff_of_a_year_is_no_number_at_its_end() -> None:
    assert fields("2025年职工总数", "2025年末职工人数") == ["staff_total", "staff_year_end"]
    assert fields("2025年职工人数") == []
    assert fields("2024年职工总数") == []
    # assets are those of the end of their year, whether the head says so or not
    assert fields("2025年净资产", "净资产_2024年末") == ["net_assets_y3", "net_assets_y2"]


def test_a_span_of_three_years_is_no_year_beside_near_years_of_other_figures() -> None:
    heads = ("近一年收入总额", "近两年净资产增长额", "近三年研发费用合计", "近三年销售收入")
    found = read(*heads)
    assert [column.field.id for column in found.columns] == ["name", "gross_income_y3"]
    assert set(heads[1:]) <= {*found.unknown, *(head for head, _ in found.doubtful)}


@pytest.mark.parametrize(
    "head",
    [
        "近三年销售收入",
        "近两年销售收入",
        "销售收入",
        "3年销售收入",
        "2022年销售收入",
        "Y-1销售收入",
        "year -1销售收入",
        "前三年销售收入",
    ],
)
def test_a_span_or_a_year_outside_the_window_is_asked_about(head: str) -> None:
    found = read(head)
    assert len(found.columns) == 1
    assert found.unknown or found.doubtful


@pytest.mark.parametrize(
    "head",
    [
        "第一年（2025年）销售收入",
        "2023-2025年销售收入",
        "上年度（2023年）销售收入",
        "第一年第二年销售收入",
        "T-1（2024年）销售收入",
    ],
)
def test_two_years_in_one_header_are_refused(head: str) -> None:
    with pytest.raises(InputError, match="names two"):
        read(head).require("firms.csv")


def test_a_head_without_year_never_claims_a_figure_of_another_kind() -> None:
    found = read("研发费用", "研究开发费用")
    assert [column.field.id for column in found.columns] == ["name"]
    assert "a year is wanted" in str(found.doubtful[0][1])


@pytest.mark.parametrize(
    "head", ["科技人员占比（%）", "研发费用占销售收入比例", "高新收入比重", "R&D share"]
)
def test_a_share_is_told_that_amounts_are_wanted(head: str) -> None:
    ((header, why),) = read(head).doubtful
    assert header == head
    assert "a share" in str(why)


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("*职工总数", "staff_total"), ("职工总数①", "staff_total"), ("职工总数（必填）", "staff_total"),
        ("统一社会信用代码/组织机构代码", "uscc"), ("★职工总数", "staff_total"), ("职工总数²", "staff_total"),
        ("所属高新技术领域", "technical_field_code"),
    ],
)  # fmt: skip
def test_marks_of_a_head_do_not_matter(head: str, field: str) -> None:
    assert fields(head) == [field]


def test_a_stroke_between_figures_is_a_share_and_not_one_of_them() -> None:
    assert fields("研发人员/职工总数", "硕士人数/职工总数") == []


@pytest.mark.parametrize(
    "head", ["2025年预计销售收入", "2025年1-9月销售收入", "2026年预算销售收入"]
)
def test_a_forecast_or_part_of_a_year_is_no_figure_of_the_accounts(head: str) -> None:
    assert fields(head) == []
