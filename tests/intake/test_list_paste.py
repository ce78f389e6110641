"""A pasted table is matched by its titles, never by where its columns stand."""

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake.list_paste import parse_paste
from eligibility.intake.lists import entries, without_titles
from eligibility.schemes.registry import load_scheme

LISTS = load_scheme().lists
EXPORT = """专利检索结果
序号\t申请号\t申请日\t公开（公告）号\t授权公告日\t发明名称\t专利类型\t申请（专利权）人\t法律状态\t代理机构
1\tCN2021\t2021-02-01\tCN11B\t2023-05-09\t一种装置\t发明授权\t乙地一公司\t专利权维持\t某所
2\tCN2022\t2022-03-01\tCN21U\t2022-09-13\t一种支架\t实用新型\t乙地一公司; 乙地大学\t授权\t某所
"""


@pytest.mark.parametrize("text", [EXPORT, EXPORT.replace("\t", ",")])
def test_an_export_of_patents_is_matched_by_its_titles(text: str) -> None:
    paste = parse_paste(LISTS["ip"], text)
    assert paste.rows[0] == {
        "number": "CN2021", "granted_on": "2023-05-09", "name": "一种装置", "class": "发明授权",
        "owner": "乙地一公司", "status": "专利权维持",
    }  # fmt: skip
    assert len(paste.rows) == 2
    assert paste.unmatched_titles == ("申请日", "公开（公告）号", "代理机构")
    assert paste.titles["owner"] == "申请（专利权）人"


def test_a_table_of_products_is_matched_whatever_its_order() -> None:
    paste = parse_paste(
        LISTS["product"],
        "是否主要产品（服务）\t上年度销售收入（万元）\t产品（服务）名称\n是\t400\t软件\n",
    )
    assert paste.rows == [{"main": "是", "income": "400", "name": "软件"}]


@pytest.mark.parametrize("text", ["一种装置\t发明\t2023-05-09", "名称\n甲", "a,b\nc,d"])
def test_a_table_without_titles_is_refused_with_what_they_are(text: str) -> None:
    with pytest.raises(InputError, match="header row, such as: 名称"):
        parse_paste(LISTS["ip"], text)


def test_rows_pasted_into_the_table_with_their_titles_are_read_by_them() -> None:
    rows = [
        {"name": "类别", "number": "知识产权名称", "class": "法律状态", "granted_on": "序号"},
        {"name": "发明", "number": "一种装置", "class": "授权", "granted_on": "1"},
    ]
    kept, left_out = without_titles(LISTS["ip"], rows)
    assert (kept, left_out) == ([{"class": "发明", "name": "一种装置", "status": "授权"}], 1)


def test_rows_without_titles_stay_where_they_stand() -> None:
    rows = [{"name": "一种装置", "class": "发明"}]
    assert without_titles(LISTS["ip"], rows) == (rows, 0)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    (row,) = parse_paste(LISTS["ip"], f"名称\t申请号{end}一种装置\tCN1{end}").rows
    assert row == {"name": "一种装置", "number": "CN1"}


def test_a_cell_beyond_all_measure_is_refused_with_its_row() -> None:
    with pytest.raises(InputError, match="Row 2 of what was pasted has a cell that is too long"):
        parse_paste(LISTS["ip"], '名称\t申请号\n"' + "x" * 200_000 + '"\tCN1')


def test_a_total_named_in_a_column_that_the_list_lacks_is_known_as_a_total() -> None:
    text = "序号\t名称\t类别\n1\t甲软件\t软著\n合计\t6项\n（二）\t乙软件\t软著"
    rows = parse_paste(LISTS["ip"], text).rows
    assert [row["name"] for row in rows] == ["甲软件", "合计6项", "乙软件"]
    assert [kind is not None for kind in entries(LISTS["ip"], rows)] == [False, True, False]


def amounts(text: str, latest_year: int | None = 2025) -> list[str | None]:
    return [row.get("income") for row in parse_paste(LISTS["product"], text, latest_year).rows]


@pytest.mark.parametrize(
    ("text", "income"),
    [
        ("产品名称\t上年度销售收入（元）\n甲\t4,000,000\n", "4,000,000元"),
        ("产品名称\t销售收入(千元)\n甲\t4000\n", "4000千元"),
        ("产品名称\t收入\n\t元\n甲\t4000000\n", "4000000元"),
        ("单位：元\n产品名称\t收入\n甲\t4000000\n", "4000000元"),
        ("产品名称\t收入\n/\t万元\n甲\t400\n", "400"),
        ("单位：元\n产品名称\t收入（万元）\n甲\t400\n", "400"),
        ("产品名称\t收入（元）\n甲\t400万\n", "400万"),
        ("产品名称;收入（元）\n甲;4000000\n", "4000000元"),
        ("产品名称|收入（元）\n---|---\n甲|4000000\n", "4000000元"),
    ],
)
def test_an_amount_is_read_in_the_unit_of_its_title_its_line_or_its_table(
    text: str, income: str
) -> None:
    assert amounts(text) == [income]


def test_a_unit_that_is_not_known_is_refused_and_not_taken_for_the_lists_own() -> None:
    with pytest.raises(InputError, match="its unit is not known"):
        parse_paste(LISTS["product"], "产品名称\t收入（美元）\n甲\t400\n")


def test_titles_pasted_into_the_table_give_their_unit_as_well() -> None:
    rows = [{"name": "产品名称", "income": "收入（元）"}, {"name": "甲", "income": "4000000"}]
    assert without_titles(LISTS["product"], rows) == ([{"name": "甲", "income": "4000000元"}], 1)


@pytest.mark.parametrize(
    "title", ["2024年销售收入", "24年销售收入", "第一年收入", "预计收入", "收入（预算）", "收入占比", "2026年1-3月收入"]
)  # fmt: skip
def test_the_income_of_another_year_a_plan_or_a_share_is_not_that_of_the_list(title: str) -> None:
    paste = parse_paste(LISTS["product"], f"产品名称\t是否主要产品\t{title}\n甲\t是\t400\n", 2025)
    assert paste.unmatched_titles == (title,)


def test_of_several_years_the_latest_is_taken_and_an_exact_title_before_a_near_one() -> None:
    assert amounts("产品名称\t2024年收入\t2025年收入\n甲\t3\t4\n") == ["4"]
    assert amounts("产品名称\t第一年收入\t第二年收入\t第三年收入\n甲\t2\t3\t4\n") == ["4"]
    assert amounts("产品名称\t产品收入\t收入\n甲\t3\t4\n") == ["4"]
    # without the year of the application nobody can say which is the latest
    with pytest.raises(InputError):
        amounts("产品名称\t2024年收入\t2025年收入\n甲\t3\t4\n", None)
