"""The words on a firm's pages: none of the machine room."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path

import pytest

import eligibility.app
from eligibility.app.self_assessment.example import example
from eligibility.schemes.registry import load_scheme
from tests.app.self_assessment.form_pages import html, page

#: what a firm has no use for: commands, files and ids of the program, words of models, places that a served app is not
MACHINE_ROOM = (
    "pip install", ".yaml", ".py", "Brier", "AUC", "None", "nan", "undetermined", "ineligible",
    "已失去", "保存在本机", "相近程度 0",
)  # fmt: skip
#: tables as Streamlit draws them, which call a blank None where nothing else is said
TABLES = ("dataframe", "data_editor")
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


def test_no_table_says_none_of_a_blank() -> None:
    calls = [
        (file.name, call)
        for file in Path(eligibility.app.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in TABLES
    ]
    assert len(calls) > 20
    blanks = [
        (name, call.lineno)
        for name, call in calls
        if "placeholder" not in {each.arg for each in call.keywords}
    ]
    assert blanks == []
