"""Every sentence the program shows has its Chinese, with the same places to fill."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from eligibility.domain.text import Message, Wording
from eligibility.i18n import CHINESE, ENGLISH, LOCALE, language

ROOT = Path(__file__).parents[1]
KEYWORDS = dict.fromkeys(
    ["_", "text", "say", "msgid", "Message", "InputError", "FileInUse", "DateNotCovered", "NotFound", "NotAllowed", "SignedOut", "Conflict", "StoreUnavailable", "ModelRefused", "LawError", "CellTrouble", "WrongCode"]
)  # fmt: skip
FOLDER = LOCALE / "zh_CN" / "LC_MESSAGES"


@cache
def sentences() -> set[str]:
    found = extract_from_dir(
        str(ROOT / "eligibility"), keywords=KEYWORDS, method_map=[("**.py", "python")]
    )
    door = extract_from_file("python", ROOT / "streamlit_app.py", keywords=KEYWORDS)
    texts = [text for _, _, text, _, _ in found] + [text for _, text, _, _ in door]
    return {text for text in texts if isinstance(text, str)}


@cache
def translations() -> dict[str, str]:
    with (FOLDER / "eligibility.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


def test_every_sentence_has_its_chinese() -> None:
    held = translations()
    assert {sentence for sentence in sentences() if not held.get(sentence)} == set()


def test_no_translation_is_left_over() -> None:
    assert set(translations()) - sentences() == set()


def test_a_translation_fills_the_same_places() -> None:
    for english, chinese in translations().items():
        if "{wan} 万元" in chinese:
            chinese = chinese.replace("{wan}", "{amount}")
        places = re.findall(r"{(\w+)", english)
        assert sorted(re.findall(r"{(\w+)", chinese)) == sorted(places), english


def test_the_compiled_catalogue_is_that_of_the_sentences() -> None:
    with (FOLDER / "eligibility.mo").open("rb") as file:
        assert {
            message.id: message.string for message in read_mo(file) if message.id
        } == translations()


def test_the_browsers_or_systems_tag_decides_the_language() -> None:
    assert language("zh-CN") == language("zh_CN.UTF-8") == CHINESE
    assert language("en") == language("mn-CN") == language(None) == ENGLISH


def test_a_message_speaks_its_values_in_the_same_language() -> None:
    inner = Message(
        "not more than {whole}, which is {amount}", {"whole": Wording(zh="甲", en="A"), "amount": 3}
    )
    assert inner.say(CHINESE) == "不大于“甲”（3）"
    assert str(inner) == "not more than A, which is 3"


def test_one_chinese_word_stands_for_a_carrier_and_one_for_an_adviser() -> None:
    root = LOCALE.parents[1]
    papers = [*root.glob("docs/*.md"), *root.glob("README*.md"), *LOCALE.rglob("*.po")]
    assert len(papers) > 3
    for path in papers:
        said = path.read_text(encoding="utf-8")
        for unusual in ("服务载体", "辅导员", "辅导人员"):
            assert unusual not in said, path.name
