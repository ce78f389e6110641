"""The languages of the program: Chinese and English, through gettext.

English sentences in the code are the msgids; ``locale/zh_CN`` holds their translations. Texts of
the law are Wordings and carry both languages themselves.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from eligibility.domain.errors import InputError
from eligibility.domain.records import Words
from eligibility.domain.text import Message, Wording

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "eligibility"
#: language id -> name of its gettext catalogue
LanguageId = Literal["zh", "en"]
LANGUAGES: dict[LanguageId, str] = {"zh": "zh_CN", "en": "en"}


@dataclass(frozen=True)
class Language:
    """One language that a person reads."""

    id: LanguageId

    @property
    def tag(self) -> str:
        """As browsers call it."""
        return "zh-CN" if self.id == "zh" else self.id

    def text(self, msgid: str) -> str:
        """The translation of an English msgid; the msgid itself where there is none."""
        return _catalogue(self.id).gettext(msgid) if msgid else ""

    def of(self, wording: Wording) -> str:
        """The side of a Wording in this language."""
        return wording.zh if self.id == "zh" else wording.en


ENGLISH = Language("en")
CHINESE = Language("zh")


def both_languages(message: Message) -> Words:
    """A sentence in both languages as plain data."""
    return {"zh": message.say(CHINESE), "en": message.say(ENGLISH)}


def language(tag: str | None) -> Language:
    """The language for a tag such as ``zh-CN``, ``zh_CN.UTF-8`` or ``en``; English for any other."""
    return CHINESE if (tag or "").lower().startswith("zh") else ENGLISH


def language_named(name: str) -> Language:
    """The language of an id that a person typed.

    Raises
    ------
    InputError
        If it is neither zh nor en.
    """
    for known in LANGUAGES:
        if name == known:
            return Language(known)
    raise InputError("There is no language {name}; choose zh or en.", name=name)


@cache
def _catalogue(language_id: LanguageId) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, [LANGUAGES[language_id]], fallback=True)
