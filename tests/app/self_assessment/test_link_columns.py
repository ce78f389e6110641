"""Links between the lists of the form: picked from what is listed, kept as text, typed ones stay."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.self_assessment.link_columns import table_of_rows
from eligibility.app.self_assessment.lists import columns
from eligibility.intake.draft_reader import read_draft
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme()
LISTS = {
    "ip": [{"name": "一种方法", "class": "发明专利", "code": "IP03"}, {"name": "乙软件"}],
    "product@2025": [{"name": "数据平台", "income": "100"}],
}


def sheet(lists: dict[str, list[dict[str, str]]]) -> Sheet:
    draft = Draft(facts={"application_date": "2026-06-15"}, lists=lists)
    return Sheet(SCHEME, draft, read_draft(draft.state, SCHEME, date(2026, 6, 15)))


def offered(kind: str, column: str, shown: Sheet) -> dict[str, str]:
    config = columns(kind, shown)[column]["type_config"]
    assert config["accept_new_options"]
    return {option["value"]: option["label"] for option in config["options"]}


def test_the_numbers_that_others_have_in_the_form_are_offered_with_their_names() -> None:
    shown = sheet(LISTS)
    assert offered("conversion", "products", shown) == {"PS01": "PS01 数据平台"}
    # a right keeps the number that it states, the next one takes the first that is free
    assert offered("conversion", "source", shown) == {
        "IP03": "IP03 一种方法",
        "IP01": "IP01 乙软件",
    }
    assert offered("ip", "activities", shown) == {}


def test_numbers_picked_are_kept_as_the_text_that_the_chain_reads() -> None:
    draft = Draft()
    draft.put("ip", [{"name": "一种方法", "products": "PS01"}, {"name": "乙", "products": "PS02"}])
    picked = {
        "edited_rows": {0: {"products": ["PS01", "PS02"]}, 1: {"products": []}},
        "added_rows": [{"name": "丙", "activities": ["RD01-RD03"]}],
    }
    for _turn in range(2):
        draft.edit("ip", picked)
        assert draft.lists["ip"] == [
            {"name": "一种方法", "products": "PS01、PS02"},
            {"name": "乙"},
            {"name": "丙", "activities": "RD01-RD03"},
        ]


def test_what_was_typed_in_one_text_is_shown_as_its_parts() -> None:
    rows = [
        {"name": "甲", "products": "PS01, PS02；PS04"},
        {"name": "乙", "products": "PS01-PS03"},
        {},
    ]
    table = table_of_rows(SCHEME.lists["ip"], rows, ["name", "products"])
    assert table["products"].to_pylist() == [["PS01", "PS02", "PS04"], ["PS01-PS03"], None]
    assert table["name"].to_pylist() == ["甲", "乙", None]
