"""Checks of the texts of an application: each speaks on a planted text, and is silent beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eligibility.application_form.contents import FormContents
from eligibility.application_form.text_checks import length, text_remarks
from tests.firms import HNTE, base, table

AIM = "针对车间数据格式不一、清洗耗时长的问题，自主研究分布式清洗流程，由研发部六人承担，目标是单批处理时间缩短到10分钟以内。"
OTHER = (
    "研制低功耗采集终端的电源管理电路，由硬件组承担，目标是待机电流低于20微安并通过高低温循环试验。"
)
LISTS: Mapping[str, list[dict[str, str]]] = {
    "activity": [
        {"name": name, "year": year, **dict.fromkeys(HNTE.lists["activity"].amounts, "0"), "rd_personnel": amount}
        for name, year, amount in (("数据平台", "2024", "12.5"), ("数据平台", "2025", "20"), ("采集终端", "2025", "7"))
    ],
    "activity_form": [
        {"name": "数据平台", "source": "自有技术", "budget": "40", "aim": AIM, "technology": "技术甲", "results": "成果甲"},
        {"name": "采集终端", "source": "自有技术", "budget": "10", "aim": OTHER, "technology": "技术乙", "results": "成果乙"},
    ],
    "product": [{"name": "平台", "income": "1,980", "main": "是"}],
    "product_form": [{"name": "平台", "technology": "指标甲", "advantage": "优势甲", "support": "支持甲"}],
    "ip": [{"name": "一种方法", "class": "发明专利", "number": "ZL202210123456.7", "granted_on": "2024-01-15"}],
}  # fmt: skip
STATEMENTS = {
    "ip_statement": "知识产权用于平台产品。",
    "conversion_statement": "成果均用于产品。",
    "management_statement": "有研发管理制度。",
    "staff_statement": "人员稳定。",
}


def contents(
    box: str = "",
    text: str = "",
    *,
    facts: Mapping[str, Any] | None = None,
    fingerprints: Mapping[str, str] | None = None,
    lists: Mapping[str, list[dict[str, str]]] | None = None,
) -> FormContents:
    """The consistent application, with one text replaced: a field, or a column of the first thing."""
    held = {name: [dict(row) for row in rows] for name, rows in (lists or LISTS).items()}
    entered = {**STATEMENTS, **(facts or {})}
    if "." in box:
        name, column = box.split(".")
        held[name][0][column] = text
    elif box:
        entered[box] = text
    firm = table(base(name="甲软件有限公司") | entered)
    return FormContents(HNTE, HNTE.edition("e2016"), firm, held, fingerprints or {})


def checks(made: FormContents) -> list[tuple[str, str, str]]:
    return [(each.text.box.id, each.text.thing, each.check) for each in text_remarks(made)]


def test_a_consistent_application_raises_no_remark() -> None:
    assert checks(contents()) == []


@pytest.mark.parametrize(
    ("check", "box", "text", "beside"),
    [
        ("blank", "ip_statement", " ", "0"),
        ("length", "ip_statement", "字" * 401, "字" * 400),
        ("superlative", "product_form.advantage", "性能国内领先。", "吞吐量比同类产品高30%，国内领先。"),
        ("superlative", "product_form.advantage", "It is unique.", "It is uniquely numbered."),
        ("superlative", "ip_statement", "行业第一。另有3件专利。", "按2025年出货量1.2万台居行业第一。"),
        ("superlative", "activity_form.results", "2024年做到国内领先，形成IP01。", "2024年延迟降至3毫秒，国内领先，形成IP01。"),
        ("figure", "staff_statement", "现有科技人员21人。", "现有科技人员20人。"),
        ("figure", "activity_form.aim", AIM + "总预算50万元。", AIM + "总预算40万元。"),
        ("figure", "product_form.advantage", "销售收入2000万元。", "销售收入1,980万元。"),
        ("placeholder", "staff_statement", "现有{人数}。", "现有{科技人员数}人。"),
        ("year", "activity_form.results", "2019年完成样机。", "2024年完成样机。"),
        ("year", "conversion_statement", "2020年转化。", "2023年转化。"),
        ("name", "activity_form.results", "形成IP07。", "形成IP01。"),
        ("name", "product_form.support", "ZL201910000000.1支持。", "ZL202210123456.7支持。"),
        ("name", "ip_statement", "乙科技有限公司的知识产权。", "甲软件有限公司的知识产权。"),
    ],
)  # fmt: skip
def test_each_check_finds_its_break_and_no_other_speaks(
    check: str, box: str, text: str, beside: str
) -> None:
    assert [found for _, _, found in checks(contents(box, text))] == [check]
    assert checks(contents(box, beside)) == []


def test_two_activities_told_in_almost_the_same_words_are_named() -> None:
    copied = OTHER.replace("20微安", "30微安")
    (remark,) = text_remarks(contents("activity_form.aim", copied))
    assert (remark.check, remark.text.thing) == ("alike", "采集终端")
    assert remark.message.values["other"] == "数据平台"


def test_a_text_is_stale_once_its_list_changed_and_only_that_text() -> None:
    seen = contents()
    fingerprints = {text.key: seen.fingerprint(text) for text in seen.texts}
    assert checks(contents(fingerprints=fingerprints)) == []
    changed = {name: [dict(row) for row in rows] for name, rows in LISTS.items()}
    changed["activity"][2]["rd_personnel"] = "8"
    stale = checks(contents(fingerprints=fingerprints, lists=changed))
    assert {(thing, check) for _, thing, check in stale} == {("采集终端", "stale")}
    assert len(stale) == 3
    people = checks(contents(fingerprints=fingerprints, facts={"st_staff": 21.0}))
    assert [(box, check) for box, _, check in people] == [("staff_statement", "stale")]
    # other words for the same box are no change of what it speaks of
    assert checks(contents("activity_form.aim", AIM + "。", fingerprints=fingerprints)) == []


def test_a_text_takes_its_numbers_from_the_tables() -> None:
    made = contents("staff_statement", "科技人员{科技人员数}人，占{职工总数}人的一部分。")
    text = next(each for each in made.texts if each.box.id == "staff_statement")
    assert made.text_with_numbers(text) == ("科技人员20人，占100人的一部分。", [])
    spent = contents("activity_form.results", "共支出{活动支出}万元。")
    text = next(each for each in spent.texts if each.box.id == "activity_form.results")
    assert spent.text_with_numbers(text)[0] == "共支出32.50万元。"


def test_spaces_and_line_breaks_are_no_characters_of_the_form() -> None:
    assert length("一 二\n三") == 3


def test_an_activity_that_is_only_in_one_list_has_its_boxes() -> None:
    lists = {**LISTS, "activity_form": []}
    made = contents(lists=lists)
    assert [text.thing for text in made.texts if text.box.id == "activity_form.aim"] == [
        "数据平台",
        "采集终端",
    ]
