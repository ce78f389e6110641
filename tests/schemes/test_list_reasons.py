"""What is said of every row of a list, to the word, and what it leaves of the counts."""

from __future__ import annotations

import numpy as np
import pytest

from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.intake.lists import count_list
from tests.intake.test_list_rows import LAW, RIGHT, SCHEME, said

OLD_DESIGN = {"class": "外观设计", "granted_on": "2016-09-01", "number": "ZL201630000001"}
COSTS = SCHEME.lists["activity"].amounts
ACTIVITY = {"name": "甲", "year": "2025"} | dict.fromkeys(COSTS, "10")


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"class": "发明申请"}, UNMET, "an application, which is no right yet"),
        ({"class": "注册商标"}, UNMET, "no right that the rules count, as a trade mark is none"),
        ({"granted_on": "2026-05-21"}, UNMET, "granted after the date of application"),
        ({"status": "失效"}, UNMET, "no longer in force"),
        ({"status": "申请中"}, UNMET, "not granted yet"),
        ({"owner": "other"}, UNMET, "not owned by the firm"),
        ({"acquired": "独占许可"}, UNMET, "a licence is no right of the firm"),
        ({"number": "ZL200510000001"}, UNMET, "its term has run out, counted from the year in its number or of its grant"),
        ({"number": "ZL200610000001"}, UNDETERMINED, "its term runs out in the year of application; see whether it still runs on that day"),
        (OLD_DESIGN, UNDETERMINED, "its term runs out in the year of application; see whether it still runs on that day"),
        ({"owner": "共有"}, UNDETERMINED, "owned jointly: one owner alone may use it, and that this is the firm is not said"),
        ({"granted_on": ""}, UNDETERMINED, "the date of grant is missing"),
        ({"status": ""}, UNDETERMINED, "whether it is in force is missing"),
        ({"owner": ""}, UNDETERMINED, "the owner is missing"),
        ({"class": ""}, UNDETERMINED, "the class is missing"),
        ({"number": "CN112345678A"}, UNDETERMINED, "its number is of an application made public; enter the number of the grant"),
        ({"number": "2020224325275"}, UNDETERMINED, "its number is of another kind of right than its class; see which is right"),
        ({"class": "软件著作权", "used": "是"}, UNMET, "Class II and used in a granted certification: it counts once"),
        ({"class": "软件著作权", "used": ""}, UNDETERMINED, "whether it was used before is missing"),
        ({"acquired": ""}, MET, "it counts; how it was acquired is missing"),
        ({"class": "实用新型", "number": "2020224325276"}, MET, "it counts; the last character of its number should be {check}, see whether it is mistyped"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_right(change: dict[str, str], status: int, reason: str) -> None:
    found = said("ip", RIGHT | change)
    (told,) = found.reasons
    assert found.status.tolist() == [status]
    assert told is not None
    assert told.text == reason
    # what does not count for certain adds nothing, what is open leaves its count blank
    counts = (found.fields["ip_class1_count"], found.fields["ip_class2_count"])
    if status == UNMET and "used" not in change:
        assert counts == (0, 0)
    if status == UNDETERMINED and "used" not in change:
        assert None in counts


def test_repeats_are_said_by_number_and_by_name() -> None:
    numbered = said("ip", *[RIGHT | {"number": "ZL202110000001"}] * 2)
    assert numbered.reasons[1] is not None
    assert numbered.reasons[1].text == "the same number counts once; row {row} has it"
    named = said("ip", RIGHT, RIGHT)
    assert named.reasons[1] is not None
    assert (
        named.reasons[1].text
        == "it counts; row {row} has the same name, see whether it is the same right"
    )


def test_a_design_lasts_as_long_as_the_law_of_its_year_of_filing_says() -> None:
    def status(number: str) -> int:
        design = RIGHT | {"class": "外观设计", "granted_on": "2016-09-01", "number": number}
        return int(said("ip", design).status[0])

    assert [status(f"ZL{year}30000001") for year in (2015, 2016, 2017, 2021)] == [UNMET, UNDETERMINED, MET, MET]  # fmt: skip
    # of one filed in the year of the change either term may hold
    later = np.datetime64("2033-05-20")
    of_change = RIGHT | {
        "class": "外观设计",
        "granted_on": "2021-09-01",
        "number": "ZL202130000001",
    }
    after = of_change | {"granted_on": "2022-09-01", "number": "ZL202230000001"}
    found = count_list(SCHEME.lists["ip"], [of_change, after], LAW, later)
    assert found is not None
    assert found.status.tolist() == [UNDETERMINED, MET]


def test_a_grant_without_a_year_is_known_to_have_ended_by_the_longer_term_alone() -> None:
    design = RIGHT | {"class": "外观设计", "number": "CN301234567S"}
    assert said("ip", design | {"granted_on": "2010-09-01"}).status.tolist() == [UNMET]
    assert said("ip", design | {"granted_on": "2013-09-01"}).status.tolist() == [MET]


@pytest.mark.parametrize(
    ("row", "status", "reason", "counts"),
    [
        ({"result": "甲", "year": "2022"}, UNMET, "not one of the years {first} to {last}", [1, 0, 0]),
        ({"result": "甲"}, UNDETERMINED, "the year is missing", [None, None, None]),
        ({"year": "2024", "proof": "合同"}, UNDETERMINED, "the result is not named", [1, None, 0]),
        ({"result": "平台", "year": "2024"}, UNMET, "the same result counts once; row {row} has it", [1, 0, 0]),
    ],
)  # fmt: skip
def test_what_is_said_of_a_result_put_to_use(row: dict[str, str], status: int, reason: str, counts: list[float | None]) -> None:  # fmt: skip
    found = said("conversion", {"result": "平台", "year": "2023"}, row)
    assert found.status.tolist() == [MET, status]
    assert found.reasons[1] is not None
    assert found.reasons[1].text == reason
    assert list(found.fields.values()) == counts
    assert list(found.fields) == ["conversions_y1", "conversions_y2", "conversions_y3"]


@pytest.mark.parametrize(
    ("change", "status", "reason", "total"),
    [
        ({"kind": "社会科学"}, UNMET, "no R&D activity (195号 三、（六）1); its cost is left out", 1e5),
        ({"year": "2021"}, UNMET, "not one of the years {first} to {last}", 1e5),
        ({"year": ""}, UNDETERMINED, "the year is missing", None),
        ({"rd_trial": ""}, UNDETERMINED, "an amount is missing; enter 0 where there was none", 2e5),
        ({"rd_direct": "-4"}, MET, "an amount below 0 is taken as it is, as costs that were written back (冲减)", 6e4),
        ({"name": "甲"}, UNDETERMINED, "row {row} says the same; delete one of them, or give them different names", None),
    ],
)  # fmt: skip
def test_what_is_said_of_an_activity(change: dict[str, str], status: int, reason: str, total: float | None) -> None:  # fmt: skip
    found = said("activity", ACTIVITY, ACTIVITY | {"name": "乙"} | change)
    assert found.status.tolist() == [MET, status]
    assert found.reasons[0] is None
    assert found.reasons[1] is not None
    assert found.reasons[1].text == reason
    assert found.fields["rd_direct_y3"] == total


def test_an_activity_that_some_row_says_is_no_research_is_left_out_in_every_year() -> None:
    told = ACTIVITY | {"name": "乙", "kind": "常规升级"}
    found = said("activity", ACTIVITY, told, ACTIVITY | {"name": "乙", "year": "2024"})
    assert found.status.tolist() == [MET, UNMET, UNMET]
    assert found.fields["rd_personnel_y3"] == 1e5
    assert found.fields["rd_personnel_y2"] == 0
    # without a year it leaves no other open
    undated = said("activity", ACTIVITY, told | {"year": ""})
    assert undated.fields["rd_personnel_y3"] == 1e5


def test_what_is_said_of_a_product_and_what_two_of_one_name_are() -> None:
    product = {"name": "甲", "income": "4", "main": "是", "kind": "产品"}
    blank = said("product", product, {"name": "乙", "main": "否"})
    assert blank.reasons[1] is not None
    assert blank.reasons[1].text == "the income is missing"
    assert blank.fields["hitech_income_y3"] is None
    other = said("product", product, product | {"income": "5"})
    assert other.fields["hitech_income_y3"] == 9e4
    assert other.status.tolist() == [MET, MET]
    again = said("product", product, product)
    assert list(again.fields) == ["hitech_income_y3"]
    assert again.fields["hitech_income_y3"] is None
    # rows without a name are no repeats of each other
    unnamed = {name: text for name, text in product.items() if name != "name"}
    assert said("product", product, unnamed | {"income": "3"}, unnamed | {"income": "3"}).status.tolist() == [MET] * 3  # fmt: skip


def test_only_rights_that_can_be_used_say_whether_some_are_of_own_research() -> None:
    def answer(*changes: dict[str, str]) -> object:
        return said("ip", *(RIGHT | change for change in changes)).fields["ip_self_developed"]

    bought, software = {"acquired": "受让"}, {"class": "软件著作权", "name": "乙"}
    assert answer(bought, software) == "yes"
    assert answer(bought, software | {"used": "是"}) == "no"
    assert answer(bought, software | {"used": ""}) is None
    assert answer(bought, {"class": "注册商标", "name": "乙"}) == "no"
    assert answer(bought, {"status": "", "name": "乙"}) is None
    # whether it can be used or not, it was bought
    assert answer(bought, bought | {"status": "", "name": "乙"}) == "no"
    assert answer(bought | {"status": "失效"}) is None


def test_a_right_said_to_be_of_class_two_alone_counts_there() -> None:
    assert said("ip", RIGHT | {"class": "Ⅱ类"}).fields["ip_class2_count"] == 1


def test_each_result_is_compared_with_those_of_its_name_within_the_years() -> None:
    rows = ({"result": "平台", "year": "2022"}, {"result": "平台", "year": "2024"})
    assert list(said("conversion", *rows).fields.values()) == [0, 1, 0]
    others = ({"result": "平台", "year": "2023"}, {"result": "系统", "year": "2024"})
    assert list(said("conversion", *others).fields.values()) == [1, 1, 0]


def test_a_repeated_activity_leaves_its_own_year_open_and_no_other() -> None:
    fields = said("activity", ACTIVITY, ACTIVITY, ACTIVITY | {"year": "2024"}).fields
    assert (fields["rd_direct_y3"], fields["rd_direct_y2"]) == (None, 1e5)
    assert "rd_direct_y1" not in fields
    nothing = said("activity", ACTIVITY | {"rd_other": "0"})
    assert nothing.reasons == (None,)
    same_cost = said("activity", ACTIVITY, ACTIVITY | {"name": "乙"})
    assert same_cost.fields["rd_direct_y3"] == 2e5


def test_two_products_of_one_income_are_two_and_rows_of_the_form_count_nothing() -> None:
    rows = [{"name": name, "income": "4", "main": "是", "kind": "产品"} for name in "甲乙"]
    assert said("product", *rows).fields["hitech_income_y3"] == 8e4
    form = said("activity_form", {"name": "甲"}, {"name": "乙"})
    assert (form.fields, form.status.tolist()) == ({}, [MET, MET])


@pytest.mark.parametrize(
    ("group", "number", "status"),
    [
        ("Ⅱ类", "2020224325275", MET), ("Ⅱ类", "2019SR0854684", MET), ("Ⅱ类", "ZL202110000001", UNDETERMINED),
        ("实用新型", "2020224325275", MET), ("实用新型", "2019SR0854684", UNDETERMINED),
        ("软件著作权", "2019SR0854684", MET), ("软件著作权", "2020224325275", UNDETERMINED),
        ("发明专利", "ZL202110000001", MET), ("发明专利", "2019SR0854684", UNDETERMINED),
    ],
)  # fmt: skip
def test_a_number_of_another_kind_than_the_class_is_asked_about(group: str, number: str, status: int) -> None:  # fmt: skip
    assert said("ip", RIGHT | {"class": group, "number": number}).status.tolist() == [status]


def test_a_grant_of_just_the_term_ago_may_still_run() -> None:
    model = RIGHT | {"class": "实用新型", "number": "CN204123456U"}
    assert said("ip", model | {"granted_on": "2016-01-05"}).status.tolist() == [MET]
    assert said("ip", model | {"granted_on": "2015-12-30"}).status.tolist() == [UNMET]


@pytest.mark.parametrize(("used", "spent"), [("否", 0), ("是", None), ("", None)])
def test_a_right_without_its_class_may_be_one_that_is_used(used: str, spent: int | None) -> None:
    found = said("ip", RIGHT | {"class": "", "used": used})
    assert found.fields["ip_class2_used_count"] == spent
