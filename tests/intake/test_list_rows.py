"""Rows of a list that are no entry of it, or one that stands there twice; words of the trade."""

from datetime import date

import numpy as np
import pytest

from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.lists import count_list, main_share
from eligibility.schemes.lists import Count
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme()
LAW = SCHEME.edition("e2016")
DAY = np.datetime64("2026-05-20")
FIRM = "乙地云帆（测试）有限公司"
RIGHT = {"name": "甲", "class": "发明专利", "granted_on": "2024-01-15", "status": "有效", "owner": "本企业", "acquired": "自主研发", "used": "否"}  # fmt: skip
PRODUCTS = [{"name": "软件", "income": "400", "main": "是"}, {"name": "设备", "income": "275", "main": "否"}]  # fmt: skip


def said(ledger: str, *rows: dict[str, str], firm: str | None = FIRM) -> Count:
    found = count_list(SCHEME.lists[ledger], rows, LAW, DAY, firm)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "total",
    [
        {"name": "合计", "income": "675"}, {"name": "合 计：", "income": "675"}, {"name": "小计", "income": "675"},
        {"name": "总计（万元）", "income": "675", "main": "/"}, {"income": "675"}, {"income": "675.00", "main": "-"},
        {"name": "Total", "income": "675"}, {"name": "2", "code": "合计", "income": "675"},
    ],
)  # fmt: skip
def test_a_total_is_left_out_of_products_and_said(total: dict[str, str]) -> None:
    found = said("product", *PRODUCTS, total)
    assert found.fields["hitech_income_y3"] == 6.75e6
    assert found.status.tolist() == [MET, MET, UNMET]
    assert str(found.reasons[2]) == "left out: it looks like a total"
    assert main_share(SCHEME.lists["product"], [*PRODUCTS, total]) == pytest.approx(400 / 675)


def test_subtotals_and_a_total_of_activities_are_left_out() -> None:
    costs = SCHEME.lists["activity"].amounts
    rows = [{"name": f"RD0{n}", "year": "2025"} | dict.fromkeys(costs, str(n)) for n in (1, 2)]
    total = {"name": "合计", "year": "2025"} | dict.fromkeys(costs, "3")
    assert said("activity", *rows, total).fields["rd_personnel_y3"] == 3e4
    unnamed = {"year": "2025"} | dict.fromkeys(costs, "3")
    assert said("activity", *rows, unnamed).fields["rd_personnel_y3"] == 3e4


def test_subtotals_of_years_and_groups_are_left_out_whether_named_or_not() -> None:
    costs = SCHEME.lists["activity"].amounts

    def row(amount: str, **cells: str) -> dict[str, str]:
        return cells | dict.fromkeys(costs, amount)

    rows = [
        row("1", name="RD01", year="2024"), row("1", name="2024年小计", year="2024"), row("1", name="RD01", year="2025"),
        row("2", name="RD02", year="2025"), row("3", year="2025"), row("3", name="2025年合计"), row("4", name="三年合计"),
    ]  # fmt: skip
    found = said("activity", *rows)
    assert (found.fields["rd_direct_y2"], found.fields["rd_direct_y3"]) == (1e4, 3e4)
    assert found.status.tolist() == [MET, UNMET, MET, MET, UNMET, UNMET, UNMET]


def test_a_part_of_the_row_above_is_asked_about_and_not_added() -> None:
    found = said("product", *PRODUCTS, {"name": "其中：软件甲型", "income": "300", "main": "是"})
    assert found.fields["hitech_income_y3"] is None
    assert "a part (其中) of the row above" in str(found.reasons[2])
    # under the numbers of the products, where no name stands
    found = said("product", *PRODUCTS, {"code": "其中：出口", "income": "75"})
    assert "a part (其中) of the row above" in str(found.reasons[2])


@pytest.mark.parametrize(
    "year",
    ["2025", "2025年", "2025年度", "25年", "25", "2025-06-01", "2025年6月", "2025.06", "２０２５"],
)
def test_the_year_of_a_row_may_be_that_of_a_day(year: str) -> None:
    found = said("conversion", {"result": "甲", "year": year})
    assert found.fields["conversions_y3"] == 1


@pytest.mark.parametrize("year", ["第三年", "2025至2026年", "1年半"])
def test_any_other_word_for_a_year_is_asked_about(year: str) -> None:
    assert said("conversion", {"result": "甲", "year": year}).fields["conversions_y3"] is None


@pytest.mark.parametrize(
    "word", ["独占许可", "五年以上全球独占许可", "普通许可", "独占许可（5年以上）", "某种许可方式"]
)
def test_a_licence_in_any_words_is_no_right_or_is_asked_about(word: str) -> None:
    assert said("ip", RIGHT | {"acquired": word}).fields["ip_class1_count"] in (0, None)


@pytest.mark.parametrize(
    "change",
    [{"class": "发明（申请中）"}, {"class": "发明专利（已失效）"}, {"status": "有效（已过期）"}, {"acquired": "自主研发（受让）"}],
)  # fmt: skip
def test_what_brackets_take_back_is_asked_about(change: dict[str, str]) -> None:
    assert said("ip", RIGHT | change).fields["ip_class1_count"] is None


@pytest.mark.parametrize("change", [{"class": "实用新型（已缴费）"}, {"status": "有效（质押）"}])
def test_what_brackets_add_does_not_matter(change: dict[str, str]) -> None:
    found = said("ip", RIGHT | change)
    assert {found.fields["ip_class1_count"], found.fields["ip_class2_count"]} == {0, 1}


def test_a_total_turns_no_unmet_condition_met() -> None:
    draft = {
        "facts": {"application_date": "2026-05-20", "total_income_y3": "1500"},
        "ledgers": {"product": [*PRODUCTS, {"name": "合计", "income": "675"}]},
    }
    batch = read_draft(draft, SCHEME, date(2026, 5, 20)).batch
    assert batch.table.columns["hitech_income_y3"][0] == 6.75e6


@pytest.mark.parametrize(
    "row", [{"name": "注：金额为不含税"}, {"name": "填表人：张某", "income": "2026年3月"}, {"name": "以下空白"}]
)  # fmt: skip
def test_notes_and_signatures_leave_no_count_open(row: dict[str, str]) -> None:
    assert said("product", *PRODUCTS, row).fields["hitech_income_y3"] == 6.75e6


def test_a_list_of_totals_alone_says_nothing() -> None:
    assert count_list(SCHEME.lists["product"], [{"name": "合计", "income": "5"}], LAW, DAY) is None


def test_an_odd_name_is_an_entry_all_the_same() -> None:
    rows = [{"name": "1", "income": "4", "main": "是"}, {"name": "-", "income": "5", "main": "否"}]
    assert said("product", *rows).fields["hitech_income_y3"] == 9e4


def test_the_same_product_twice_leaves_the_income_open() -> None:
    found = said("product", *PRODUCTS, PRODUCTS[0])
    assert found.fields["hitech_income_y3"] is None
    assert found.status.tolist() == [MET, MET, UNDETERMINED]
    assert "row 1" in str(found.reasons[2])


@pytest.mark.parametrize("number", ["ZL202110123456.7", "CN 2021 1012 3456.7", "2021101234567", "zl2021101234567", "专利号：ZL202110123456.7", "ZL 2021 1 0123456.7（授权）"])  # fmt: skip
def test_the_same_number_counts_once(number: str) -> None:
    found = said("ip", RIGHT | {"number": "ZL 202110123456.7"}, RIGHT | {"name": "乙", "number": number})  # fmt: skip
    assert found.fields["ip_class1_count"] == 1
    assert found.status.tolist() == [MET, UNMET]
    assert str(found.reasons[1]) == "the same number counts once; row 1 has it"


def test_an_application_does_not_stand_in_for_the_right_that_came_of_it() -> None:
    published = RIGHT | {"number": "CN202110123456.7", "class": "发明公布"}
    granted = RIGHT | {"number": "CN202110123456.7", "class": "发明授权"}
    for rows in ([published, granted], [granted, published]):
        assert said("ip", *rows).fields["ip_class1_count"] == 1


def test_the_same_name_without_a_number_counts_and_is_remarked() -> None:
    found = said("ip", RIGHT, RIGHT | {"name": "甲 "}, RIGHT | {"name": "乙"})
    assert found.fields["ip_class1_count"] == 3
    assert found.status.tolist() == [MET, MET, MET]
    assert "row 1 has the same name" in str(found.reasons[1])
    assert found.reasons[2] is None


def test_two_numbers_under_one_name_are_two_rights() -> None:
    found = said("ip", RIGHT | {"number": "1"}, RIGHT | {"number": "2"})
    assert found.reasons == (None, None)


def test_rows_are_numbered_with_those_left_out() -> None:
    found = said("ip", {"name": "合计"}, RIGHT | {"number": "1"}, RIGHT | {"number": "1"})
    assert "row 2" in str(found.reasons[2])


@pytest.mark.parametrize("name", ["乙地云帆(测试)有限公司", "乙地云帆（测试） 有限公司", "本公司"])
def test_the_firms_own_name_is_the_firm(name: str) -> None:
    assert said("ip", RIGHT | {"owner": name}).fields["ip_class1_count"] == 1


@pytest.mark.parametrize(
    ("owner", "why"),
    [(f"{FIRM}; 乙地大学", "of several owners"), (f"乙地大学；{FIRM}", "of several owners"), ("乙地旧名有限公司", "former name")],
)  # fmt: skip
def test_another_or_a_joint_owner_leaves_the_count_open(owner: str, why: str) -> None:
    found = said("ip", RIGHT | {"owner": owner})
    assert found.fields["ip_class1_count"] is None
    assert why in str(found.reasons[0])


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("发明专利（非国防专利）", (1, 0)), ("发明专利（国防专利）", (1, 0)), ("发明授权", (1, 0)), ("授权发明", (1, 0)),
        ("集成电路布图设计专有权", (1, 0)), ("植物新品种", (1, 0)), ("外观专利", (0, 1)), ("外观设计专利", (0, 1)),
        ("计算机软件著作权登记", (0, 1)), ("实用新型（已缴费）", (0, 1)), ("发明公布", (0, 0)), ("发明申请", (0, 0)),
        ("注册商标", (0, 0)),
    ],
)  # fmt: skip
def test_the_words_for_kinds_of_rights_are_read(text: str, fields: tuple[int, int]) -> None:
    found = said("ip", RIGHT | {"class": text})
    assert (found.fields["ip_class1_count"], found.fields["ip_class2_count"]) == fields


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("专利权维持", 1), ("授权", 1), ("等年费滞纳金", 1), ("专利权的转移", 1), ("部分无效".replace("部分", "专利权的部分"), 1),
        ("未缴年费专利权终止，等恢复", 0), ("专利权的终止（未缴年费专利权终止）", 0), ("专利权有效期届满", 0), ("驳回", 0),
        ("等待实审提案", 0), ("实质审查的生效", 0), ("公布", 0),
    ],
)  # fmt: skip
def test_the_status_words_of_the_patent_office_are_read(text: str, counts: int) -> None:
    assert said("ip", RIGHT | {"status": text}).fields["ip_class1_count"] == counts


@pytest.mark.parametrize(
    ("text", "answer"),
    [("原始取得", "yes"), ("自行研发", "yes"), ("继受取得", "no"), ("收购", "no")],
)
def test_the_words_for_ways_to_acquire_are_read(text: str, answer: str) -> None:
    assert said("ip", RIGHT | {"acquired": text}).fields["ip_self_developed"] == answer
