"""Tables that lie another way: fields down, years across, label and value, one row a firm and year."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.domain.errors import InputError
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, preview, read_table
from tests.firms import HNTE

ONE, TWO = "91150105XNBU6HUA33", "91150105XNRCN5XE87"


def read(text: str, **options: object) -> RowBatch:
    given = IntakeOptions(application_date=date(2026, 5, 10), **options)  # type: ignore[arg-type]
    return read_table(("firms.csv", text.strip().encode()), HNTE.fields, given)


def values(batch: RowBatch, *names: str) -> list[list[object]]:
    return [list(batch.table.columns[name]) for name in names]


def test_fields_down_and_firms_across_are_turned() -> None:
    batch = read(f"""
序号,项目,单位,甲,乙,备注
1,企业名称,,乙地一公司,乙地二公司,
2,统一社会信用代码：,,{ONE},{TWO},见执照
3,第三年销售收入,万元,1500,800,
4,职工总数,人,20,,
5,办公面积,平方米,300,200,
""")
    assert values(batch, "name", "sales_revenue_y3") == [
        ["乙地一公司", "乙地二公司"],
        [1.5e7, 8e6],
    ]
    assert batch.table.columns["staff_total"][0] == 20
    assert batch.read == 2
    assert [name for name in batch.headers.unknown if name.startswith("办公面积")]
    assert "turned" in str(batch.headers.remarks[0])


def test_a_message_about_a_turned_table_points_at_the_cell() -> None:
    batch = read(f"""
项目,甲,乙
企业名称,乙地一公司,乙地二公司
统一社会信用代码,{ONE},{TWO}
第三年销售收入（万元）,1500,约800
职工总数,20,30
""")
    assert batch.read == len(batch.table) + batch.rejects.num_rows == 2
    (issue,) = batch.issues
    assert issue.cell == "C4"
    assert "cell C4" in str(issue.sentence)


def test_names_of_firms_may_stand_above_the_columns() -> None:
    batch = read("""
指标,乙地一有限公司,乙地二有限公司
第三年销售收入（万元）,1500,800
第三年净资产（万元）,500,-3
职工总数,20,30
""")
    assert values(batch, "name", "net_assets_y3") == [["乙地一有限公司", "乙地二有限公司"], [5e6, -3e4]]  # fmt: skip


@pytest.mark.parametrize(
    "years", ["2023,2024,2025", "第一年,第二年,第三年", "2023年度,2024年度,2025年度"]
)
@pytest.mark.parametrize("who", ["企业名称：乙地一公司,,,", "企业名称,乙地一公司,,"])
def test_fields_down_and_years_across_are_one_firm(who: str, years: str) -> None:
    batch = read(f"""
{who}
单位：万元,,,
指标,{years}
一、销售收入,1000,1200,1500
二、净资产,500,600,750
其中：研发费用,80,96,120
职工总数,90,95,100
""")
    assert values(batch, "name", "sales_revenue_y1", "sales_revenue_y3", "rd_expense_y2") == [["乙地一公司"], [1e7], [1.5e7], [9.6e5]]  # fmt: skip
    assert values(batch, "staff_total") == [[100]]


def test_a_form_of_labels_and_values_is_one_firm() -> None:
    batch = read(f"""
高新技术企业基本情况表,,,
企业名称,乙地一公司,统一社会信用代码,{ONE}
成立日期,2018-03-01,职工总数,100
科技人员数：,20,第三年销售收入（万元）,1500
""")
    assert values(batch, "name", "uscc", "st_staff", "sales_revenue_y3") == [["乙地一公司"], [ONE], [20], [1.5e7]]  # fmt: skip
    assert batch.read == 1


@pytest.mark.parametrize("number", ["{}、", "{}. ", "（{}）", "({})"])
def test_numbers_of_questions_before_the_names_do_not_matter(number: str) -> None:
    labels = ("企业名称", "2025年销售收入（万元）", "职工总数", "其中：科技人员数")
    values = ("乙地一公司", "1500", "100", "20")
    lines = [f"{number.format(n)}{label},{value}" for n, (label, value) in enumerate(zip(labels, values, strict=True), 1)]  # fmt: skip
    batch = read("\n".join(lines))
    assert values_of_one(batch, "name", "sales_revenue_y3", "st_staff") == ["乙地一公司", 1.5e7, 20]


def values_of_one(batch: RowBatch, *names: str) -> list[object]:
    return [batch.table.columns[name][0] for name in names]


def test_a_span_of_three_years_in_a_form_is_no_figure_of_the_first() -> None:
    batch = read(
        "企业名称,乙地一公司\n近一年收入总额（万元）,1520\n近三年研发费用合计（万元）,296\n职工总数,100"
    )
    assert values_of_one(batch, "gross_income_y3", "staff_total") == [1.52e7, 100]
    assert "rd_expense_y1" not in batch.table.columns


def test_a_unit_above_the_names_of_the_figures_is_that_of_all() -> None:
    batch = read(
        "企业名称：乙地一公司,,,\n项目（万元）,T-3,T-2,T-1\n销售收入,100,110,120\n净资产,50,60,70\n研发费用,5,6,7"
    )
    assert values_of_one(batch, "sales_revenue_y1", "rd_expense_y3") == [1e6, 7e4]


def test_a_table_that_may_be_turned_but_names_no_firm_is_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match=r"transpose"):
        read("指标,甲,乙\n第三年销售收入（万元）,1,2\n第三年净资产（万元）,1,2\n职工总数,3,4")


LONG = f"""
企业名称,统一社会信用代码,年度,销售收入（万元）,研发费用（万元）,职工总数
乙地一公司,{ONE},2023,1000,80,90
乙地一公司,{ONE},2024,1200,96,95
乙地一公司,{ONE},2025,1500,120,100
乙地二公司,{TWO},2024,900,25,40
乙地二公司,{TWO},2025,950,30,42
合计,,,5550,351,
"""


def test_one_row_a_firm_and_year_is_laid_together() -> None:
    batch = read(LONG)
    assert values(batch, "name", "sales_revenue_y1", "rd_expense_y3", "staff_total")[0] == ["乙地一公司", "乙地二公司"]  # fmt: skip
    assert batch.table.columns["sales_revenue_y1"][0] == 1e7
    assert batch.table.columns["sales_revenue_y1"][1] != batch.table.columns["sales_revenue_y1"][1]
    assert values(batch, "rd_expense_y3", "staff_total") == [[1.2e6, 3e5], [100, 42]]
    # the total is no firm, and nothing is lost
    assert batch.read == len(batch.table) + batch.rejects.num_rows == 3
    assert batch.rows.tolist() == [2, 5]


@pytest.mark.parametrize("heading", ["合计", "三年合计", "增长率", "平均", "同比增长（%）"])
def test_what_is_worked_out_of_the_years_stands_beside_them_and_is_no_firm(heading: str) -> None:
    batch = read(f"""
企业名称,乙地一公司,,,
项目,2023年,2024年,2025年,{heading}
销售收入（万元）,1000,1200,1500,3700
职工总数,90,95,100,
科技人员数,18,19,20,
""")
    assert values_of_one(batch, "sales_revenue_y1", "staff_total", "st_staff") == [1e7, 100, 20]
    assert batch.read == 1


def test_a_column_of_nobody_beside_years_is_refused() -> None:
    with pytest.raises(InputError, match="not certain which firm"):
        read(
            "企业名称,乙地一公司,,\n项目,2024年,2025年,乙地二公司\n销售收入（万元）,1,2,3\n净资产（万元）,1,2,3\n职工总数,1,2,3"
        )


@pytest.mark.parametrize("figures", [1, 3])
@pytest.mark.parametrize(
    "head", ["企业名称,指标,数值", "企业名称,年度,指标,数值", "企业名称,项目,2024,2025"]
)
def test_one_row_a_firm_and_figure_is_refused_with_what_to_do(head: str, figures: int) -> None:
    width = head.count(",") - 1
    at = head.split(",").index("项目" if "项目" in head else "指标")
    lines = [
        f"乙地{firm}公司{',2025' * (at - 1)},{name}{',1' * (width - at + 1)}"
        for firm in "一二"
        for name in ("第三年销售收入（万元）", "职工总数", "科技人员数")[:figures]
    ]
    with pytest.raises(InputError, match="one row a firm and figure"):
        read("\n".join([head, *lines]))


def test_a_column_of_projects_makes_no_row_a_figure() -> None:
    batch = read(
        "企业名称,项目名称,职工总数\n乙地一公司,智能装备研发,20\n乙地二公司,销售收入管理系统,30"
    )
    assert batch.table.numbers("staff_total").tolist() == [20, 30]


@pytest.mark.parametrize(
    "again", ["企业名称,第三年销售收入（元）,职工总数", "企业名称,职工总数,第三年销售收入（万元）", "企业名称,第二年销售收入（万元）,职工总数"]
)  # fmt: skip
def test_a_second_header_with_other_columns_is_refused(again: str) -> None:
    head = "企业名称,第三年销售收入（万元）,职工总数\n乙地一公司,1500,100\n"
    with pytest.raises(InputError, match="row 3: a second header stands here"):
        read(f"{head}{again}\n乙地二公司,9500000,40\n")
    assert read(f"{head}企业名称,第三年销售收入,职工总数\n乙地二公司,950,40\n").read == 3
    # a name of a column alone makes no header
    assert read(f"{head}企业名称,1500,300\n乙地二公司,950,40\n").rejects.num_rows == 1


def test_an_example_in_the_first_rows_is_none_under_whatever_code() -> None:
    batch = read(
        f"企业名称,统一社会信用代码,职工总数\n示例企业（请删除）,{ONE},3\n示例软件（北京）有限公司,{TWO},4\n"
    )
    assert values(batch, "uscc") == [[TWO]]
    assert "an example" in str(batch.issues[0].sentence)
    assert (
        read(f"企业名称,统一社会信用代码,职工总数\nXX科技有限公司,{ONE},3\n").rejects.num_rows == 0
    )


def test_a_name_merged_over_its_years_holds_on() -> None:
    merged = LONG.replace(f"乙地一公司,{ONE},2024", ",,2024").replace(f"乙地一公司,{ONE},2025", ",,2025")  # fmt: skip
    assert values(read(merged), "sales_revenue_y3") == [[1.5e7, 9.5e6]]


def test_years_may_be_words_of_the_form() -> None:
    words = LONG.replace("2023", "第一年").replace("2024", "第二年").replace("2025", "第三年")
    assert values(read(words), "sales_revenue_y3", "rd_expense_y2") == [[1.5e7, 9.5e6], [9.6e5, 2.5e5]]  # fmt: skip


def test_a_year_that_stands_twice_is_rejected_and_not_added() -> None:
    batch = read(LONG.replace(f"乙地二公司,{TWO},2024", f"乙地二公司,{TWO},2025"))
    assert batch.read == len(batch.table) + batch.rejects.num_rows == 4
    assert any("once a year" in str(issue.sentence) for issue in batch.issues)


def test_one_calendar_year_in_several_spellings_is_one_year() -> None:
    lines = "企业名称,年度,销售收入（万元）\n" + "\n".join(
        f"{name},{year},{sales}"
        for name, years in (
            ("乙地一公司", ("2023", "2024年", "2025年度")),
            ("乙地二公司", ("2023年末", "2024.0", "FY2025")),
        )
        for year, sales in zip(years, (1000, 1200, 1500), strict=True)
    )
    batch = read(lines)
    sales = values(batch, *(f"sales_revenue_y{year}" for year in (1, 2, 3)))
    assert sales == [[1e7, 1e7], [1.2e7, 1.2e7], [1.5e7, 1.5e7]]
    again = read(f"{lines}\n乙地一公司,2025年12月31日,1600")
    assert any("once a year" in str(issue.sentence) for issue in again.issues)


def test_a_message_about_a_row_a_year_points_at_the_cell() -> None:
    batch = read(LONG.replace("96,95", "九十六,95"))
    (issue,) = [issue for issue in batch.issues if issue.row == 2]
    assert issue.cell == "E3"


def test_the_preview_shows_the_firms_and_says_how_they_were_laid() -> None:
    seen = preview(("firms.csv", LONG.strip().encode()), HNTE.fields, IntakeOptions(application_date=date(2026, 5, 10)))  # fmt: skip
    assert seen.rows.num_rows == 3
    assert seen.headers.remarks


def test_an_ordinary_table_with_a_column_of_years_is_left_as_it_is() -> None:
    batch = read(
        f"企业名称,统一社会信用代码,年度,第三年销售收入（万元）\n乙地一公司,{ONE},2025,1500\n"
    )
    assert batch.headers.unknown == ("年度",)
    assert not batch.headers.remarks


def test_the_header_may_stand_far_down() -> None:
    batch = read("说明,,\n" * 18 + f"企业名称,统一社会信用代码,职工总数\n乙地一公司,{ONE},3\n")
    assert values(batch, "staff_total") == [[3]]


def test_a_single_figure_makes_no_header() -> None:
    with pytest.raises(InputError, match="no column is recognised"):
        read("名册,职工总数\n甲,3\n")


@pytest.mark.parametrize("mark", "|,;\t")
def test_a_line_is_cut_at_its_delimiter(mark: str) -> None:
    text = f"企业名称,统一社会信用代码,职工总数\n乙地一公司,{ONE},3\n".replace(",", mark)
    assert values(read(text), "uscc", "staff_total") == [[ONE], [3]]


def test_a_bar_within_a_name_cuts_nothing() -> None:
    batch = read(f"企业名称|Name,统一社会信用代码,职工总数\n乙地|一公司,{ONE},3\n")
    assert values(batch, "name") == [["乙地|一公司"]]


def test_bars_within_quoted_cells_cut_nothing() -> None:
    # as the file of facts quotes the header of a list that it was read from
    source = '"清单.csv, B4 “知识产权编号 | 知识产权名称 | 类别 | 授权日期 | 授权号 | 获得方式”"'
    rows = [f"{name},3,{source}\n" for name in ("staff_total", "st_staff", "ip_class2_count")]
    batch = read(
        f"字段 field,数值 value,来源\nuscc,{ONE},申报表.pdf\nname,乙地一公司,申报表.pdf\n"
        + "".join(rows)
    )
    assert values(batch, "uscc", "st_staff") == [[ONE], [3]]


@pytest.mark.parametrize("mark", ["/", "，", "、", "；", " / ", "~"])
def test_a_whole_line_is_never_one_firm(mark: str) -> None:
    text = f"企业名称,统一社会信用代码,职工总数\n乙地一公司,{ONE},3\n".replace(",", mark)
    with pytest.raises(InputError):
        read(text)


def test_rejects_of_a_turned_table_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "firms.csv"
    file.write_text(LONG.strip(), encoding="utf-8")
    result = CliRunner().invoke(app, ["score", str(file), "-o", str(tmp_path / "out.csv"), "--as-of", "2026-05-10", "--lang", "en", "--with-input"])  # fmt: skip
    assert result.exit_code == 3, result.output
    assert "6 rows were laid together as 3 firms" in result.output
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").count("\n") == 3
