"""The words on a firm's pages: none of the machine room."""

from __future__ import annotations

import re
from datetime import date

import pytest

from eligibility.app.self_assessment.example import example
from eligibility.schemes.registry import load_scheme
from tests.app.self_assessment.form_pages import html, page

#: what a firm has no use for: commands, files and ids of the program, words of models, places that a served app is not
MACHINE_ROOM = (
    "pip install", ".yaml", ".py", "Brier", "AUC", "None", "nan", "undetermined", "ineligible",
    "已失去", "保存在本机", "相近程度 0",
)  # fmt: skip
PAGES = ("start", "precheck", "result", "official_form")
#: what is drawn and not read
UNREAD = re.compile(r"<(style|script).*?</\1>|<[^>]+>", re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_a_firm_meets_no_word_of_the_machine_room_in_chinese(name: str) -> None:
    app = page(f"self_assessment/{name}", example(load_scheme(), date.today()), language="zh")
    parts = [html(app), *(each.value for each in (*app.markdown, *app.caption, *app.title))]
    parts += [each.label for each in (*app.button, *app.text_input, *app.checkbox)]
    said = UNREAD.sub(" ", "\n".join(map(str, parts)))
    assert len(said) > 100
    assert [word for word in MACHINE_ROOM if word in said] == []
