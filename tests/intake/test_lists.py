"""Lists give counts: which rows count, why others do not, and what a blank leaves open."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.lists import count_list, entries, main_share, without_titles
from eligibility.intake.non_firm_rows import RowKind
from eligibility.schemes.lists import Count
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme()
LAW = SCHEME.edition("e2016")
LISTS = SCHEME.lists
DAY = np.datetime64("2026-05-20")
RIGHT = {
    "name": "甲", "class": "Ⅰ类", "granted_on": "2024-01-15", "status": "有效", "owner": "本企业",
    "acquired": "自主研发", "used": "否",
}  # fmt: skip
SOFTWARE = RIGHT | {"class": "软件著作权"}
ACTIVITY = {"name": "RD01", "year": "2025"} | dict.fromkeys(LISTS["activity"].amounts, "10")


def said(ledger: str, *rows: dict[str, str]) -> Count:
    """What a list of some rows says."""
    found = count_list(LISTS[ledger], rows, LAW, DAY)
    assert found is not None
    return found


def test_a_list_without_rows_says_nothing() -> None:
    assert count_list(LISTS["ip"], [], LAW, DAY) is None
    assert count_list(LISTS["ip"], [{"name": " ", "class": None}], LAW, DAY) is None


def test_rights_are_counted_by_class() -> None:
    assert said("ip", RIGHT, SOFTWARE, SOFTWARE).fields == {
        "ip_class1_count": 1, "ip_class2_count": 2, "ip_class2_used_count": 0,
        "ip_software_count": 2, "ip_first_granted_on": "2024-01-15", "ip_self_developed": "yes",
    }  # fmt: skip


def test_a_trade_mark_and_a_licence_do_not_count_and_joint_ownership_is_asked_about() -> None:
    mark, licence = RIGHT | {"class": "商标"}, RIGHT | {"acquired": "独占许可"}
    licensee, joint = RIGHT | {"owner": "被许可人"}, RIGHT | {"owner": "共有"}
    found = said("ip", RIGHT, mark, licence, licensee)
    assert found.fields["ip_class1_count"] == 1
    assert found.status.tolist() == [MET, UNMET, UNMET, UNMET]
    found = said("ip", RIGHT, joint)
    assert found.fields["ip_class1_count"] is None
    assert found.status.tolist() == [MET, UNDETERMINED]


def test_a_list_says_how_many_are_software_and_when_the_first_was_granted() -> None:
    later, earlier = SOFTWARE | {"granted_on": "2025-01-02"}, RIGHT | {"granted_on": "2023-05-06"}
    fields = said("ip", later, earlier).fields
    assert (fields["ip_software_count"], fields["ip_first_granted_on"]) == (1, "2023-05-06")
    # of a right said to be of Class II alone it is not known whether it is software
    assert said("ip", later, RIGHT | {"class": "Ⅱ类"}).fields["ip_software_count"] is None
    # one that may count and may be earlier leaves the first day open
    doubtful = said("ip", later, earlier | {"status": ""}).fields
    assert doubtful["ip_first_granted_on"] is None
    assert said("ip", RIGHT | {"class": "商标"}).fields["ip_first_granted_on"] is None


def test_a_right_granted_on_the_day_of_application_counts_and_a_day_later_does_not() -> None:
    found = said("ip", RIGHT | {"granted_on": "2026-05-20"}, RIGHT | {"granted_on": "2026-05-21"})
    assert found.status.tolist() == [MET, UNMET]
    assert found.fields["ip_class1_count"] == 1
    assert str(found.reasons[1]) == "granted after the date of application"


def test_a_right_lapsed_pending_or_of_another_does_not_count_and_says_so() -> None:
    found = said("ip", *(RIGHT | change for change in (
        {"status": "失效"}, {"status": "申请中"}, {"owner": "other"}
    )))  # fmt: skip
    assert [str(reason) for reason in found.reasons] == [
        "no longer in force", "not granted yet", "not owned by the firm",
    ]  # fmt: skip
    assert found.fields["ip_class1_count"] == 0


def test_a_class_two_right_used_before_is_spent_and_a_class_one_right_is_not() -> None:
    found = said("ip", RIGHT | {"used": "是"}, SOFTWARE | {"used": "是"}, SOFTWARE)
    assert found.status.tolist() == [MET, UNMET, MET]
    assert found.fields["ip_class2_count"] == 2
    assert found.fields["ip_class2_used_count"] == 1


def test_a_blank_of_a_right_leaves_only_what_it_could_change() -> None:
    undated = said(
        "ip", RIGHT, {name: text for name, text in SOFTWARE.items() if name != "granted_on"}
    )
    assert undated.fields["ip_class1_count"] == 1
    assert undated.fields["ip_class2_count"] is None
    assert undated.status.tolist() == [MET, UNDETERMINED]
    lapsed = said("ip", RIGHT, {"name": "乙", "status": "失效"})
    assert lapsed.fields["ip_class1_count"] == 1


def test_a_text_that_is_not_understood_is_a_blank_with_that_reason() -> None:
    found = said("ip", RIGHT | {"class": "专有技术"})
    assert found.fields["ip_class1_count"] is None
    assert str(found.reasons[0]).startswith("专有技术 is not understood; expected: ")


def test_rights_only_bought_are_not_self_developed() -> None:
    bought = RIGHT | {"acquired": "受让"}
    assert said("ip", bought).fields["ip_self_developed"] == "no"
    assert said("ip", bought, RIGHT | {"acquired": ""}).fields["ip_self_developed"] is None


def test_one_result_counts_once_in_its_first_year() -> None:
    found = said(
        "conversion",
        {"result": "平台 A", "year": "2025"},
        {"result": "平台 a ", "year": "2024年"},
        {"result": "平台 B", "year": "2022"},
    )
    assert list(found.fields.values()) == [0, 1, 0]
    assert [str(reason) for reason in found.reasons] == [
        "the same result counts once; row 2 has it", "None", "not one of the years 2023 to 2025",
    ]  # fmt: skip


def test_a_result_without_year_leaves_every_year_open() -> None:
    found = said("conversion", {"result": "甲", "year": "2024"}, {"result": "乙"})
    assert set(found.fields.values()) == {None}


def test_costs_add_up_by_year_and_category_in_cny() -> None:
    found = said("activity", ACTIVITY, ACTIVITY | {"rd_direct": "2.5", "rd_other": "5元"})
    assert found.fields["rd_direct_y3"] == 125_000
    assert found.fields["rd_other_y3"] == 100_005
    assert "rd_direct_y2" not in found.fields


def test_a_blank_amount_is_never_zero() -> None:
    blank = {name: text for name, text in ACTIVITY.items() if name != "rd_trial"}
    found = said("activity", ACTIVITY, blank)
    assert found.fields["rd_trial_y3"] is None
    assert found.fields["rd_direct_y3"] == 200_000


def test_the_share_of_main_products_is_told_only_when_all_is_known() -> None:
    rows = [
        {"name": "A", "income": "60", "main": "是"},
        {"name": "B", "income": "40", "main": "否"},
    ]
    assert main_share(LISTS["product"], rows) == 0.6
    assert said("product", *rows).fields["hitech_income_y3"] == 1_000_000
    assert main_share(LISTS["product"], [*rows, {"name": "C", "income": "1"}]) is None


rights = st.fixed_dictionaries(
    {},
    optional={
        "class": st.sampled_from(["I", "II", "?"]),
        "granted_on": st.sampled_from(["2024-01-15", "2027-01-01", "x"]),
        "status": st.sampled_from(["有效", "失效"]),
        "owner": st.sampled_from(["本企业", "other"]),
        "used": st.sampled_from(["yes", "no"]),
        "acquired": st.sampled_from(["own", "gift"]),
    },
)


@given(st.lists(rights, min_size=1, max_size=6), st.data())
def test_filling_in_a_blank_never_changes_a_count_that_was_known(rows: list[dict[str, str]], data: st.DataObject) -> None:  # fmt: skip
    rows = [{"name": "甲"} | row for row in rows]
    before = said("ip", *rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    full = {name: text for name, text in RIGHT.items()} | rows[place]
    after = said("ip", *rows[:place], full, *rows[place + 1 :])
    for name, value in before.fields.items():
        if value is not None and rows[place].get("class") != "?":
            assert after.fields[name] == value


@given(st.permutations([RIGHT, SOFTWARE, SOFTWARE | {"used": "是"}, {"name": "乙"}]))
def test_the_order_of_rows_changes_no_count(rows: list[dict[str, str]]) -> None:
    assert said("ip", *rows).fields == said("ip", *reversed(rows)).fields


@pytest.mark.parametrize(
    ("ledger", "titles"),
    [
        ("ip", ["知识产权名称", "类别", "授权日期", "法律状态", "权属人", "获得方式"]),
        ("ip", ["序号", "专利名称", "类型"]),
        ("ip", ["序号", "名称", "类别", "发证日", "目前情况", "权利人", "取得", "用过没有"]),
        ("activity", ["研发活动名称", "年度", "人员人工费用（万元）", "直接投入（单位：万元）"]),
        ("conversion", ["Result put to use", "Year"]),
        ("product", ["产品名称", "销售收入(万元)", "是否主要产品"]),
    ],
)
def test_a_header_pasted_along_with_a_list_is_left_out(ledger: str, titles: list[str]) -> None:
    columns = [column.id for column in LISTS[ledger].columns]
    header = dict(zip(columns, titles, strict=False))
    entry = {columns[0]: "甲"}
    assert without_titles(LISTS[ledger], [header, entry]) == ([entry], 1)


def test_a_total_named_among_the_numbers_of_rows_is_no_right() -> None:
    columns = [column.id for column in LISTS["ip"].columns]
    table = [["序号", "名称", "类别"], ["1", "一种装置", "实用新型"], ["合计", "1件"]]
    rows = [dict(zip(columns, cells, strict=False)) for cells in table]
    (right, total), _left_out = without_titles(LISTS["ip"], rows)
    assert right == {"name": "一种装置", "class": "实用新型"}
    assert entries(LISTS["ip"], [right, total]) == [None, RowKind.TOTAL]


@pytest.mark.parametrize(
    ("ledger", "row"),
    [
        ("ip", {"name": "名称"}),
        ("ip", {"name": "一种状态检测方法", "class": "类别"}),
        ("ip", {"name": "专利名称", "class": "发明专利"}),
        ("activity", {"name": "设计", "year": "2025"}),
        ("activity", {"name": "年度", "rd_design": "12"}),
        ("conversion", {"result": "成果", "year": "2024"}),
        ("product", {"name": "名称", "income": "收入", "main": "是"}),
    ],
)
def test_a_row_with_any_cell_that_is_no_title_is_kept(ledger: str, row: dict[str, str]) -> None:
    assert without_titles(LISTS[ledger], [row]) == ([row], 0)


def test_a_list_with_rows_overrides_what_is_typed_even_where_it_is_open() -> None:
    facts = {"ip_class1_count": "9", "staff_total": "140", "sales_revenue_y3": "1,234.5"}
    sure = read_draft({"facts": facts, "ledgers": {"ip": [RIGHT]}}, SCHEME, date(2026, 5, 20))
    assert sure.batch.table.numbers("ip_class1_count").tolist() == [1]
    assert sure.batch.table.numbers("sales_revenue_y3").tolist() == [12_345_000]
    unsure = read_draft(
        {"facts": facts, "ledgers": {"ip": [{"name": "乙"}]}}, SCHEME, date(2026, 5, 20)
    )
    assert np.isnan(unsure.batch.table.numbers("ip_class1_count")).all()


def test_an_amount_has_the_unit_it_states_and_else_ten_thousand() -> None:
    for text, cny in (("1e2", 1e6), ("12元", 12), ("(3)", -3e4), ("0.5亿元", 5e7)):
        draft = {"facts": {"net_assets_y3": text}}
        assert (
            read_draft(draft, SCHEME, date(2026, 5, 20)).batch.table.numbers("net_assets_y3") == cny
        )


def test_costs_written_back_are_counted_with_a_remark_and_income_is_never_below_nothing() -> None:
    found = said("activity", ACTIVITY, ACTIVITY | {"name": "RD02", "rd_direct": "-4"})
    assert found.fields["rd_direct_y3"] == 60_000
    assert found.status.tolist() == [MET, MET]
    assert found.reasons[0] is None
    assert "written back" in str(found.reasons[1] and found.reasons[1].text)
    product = said("product", {"name": "甲", "income": "-4"})
    assert product.fields["hitech_income_y3"] is None


def test_a_list_of_products_also_gives_its_main_products_and_kinds_of_income() -> None:
    rows = (
        {"name": "甲", "income": "30", "main": "是", "kind": "产品"},
        {"name": "乙", "income": "20", "main": "否", "kind": "技术服务"},
    )
    fields = said("product", *rows).fields
    assert (fields["hitech_income_y3"], fields["main_products_income_y3"]) == (500_000, 300_000)
    assert fields["hitech_products_income_y3"] == 300_000
    assert fields["technical_service_income_y3"] == 200_000
    assert fields["commissioned_rd_income_y3"] == 0
    # one row that does not say leaves what is typed
    open_kinds = said("product", rows[0], {"name": "乙", "income": "20"}).fields
    assert list(open_kinds) == ["hitech_income_y3"]
