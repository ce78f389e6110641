"""Bilingual texts: wordings, and messages that are translated where they are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

S = TypeVar("S", bound=str)


class Speaks(Protocol):
    """Protocol of a language: translates a msgid, and picks its own side of a Wording."""

    def text(self, msgid: str) -> str: ...
    def of(self, wording: Wording) -> str: ...


class FrozenModel(BaseModel):
    """Base of validated, immutable records (pydantic)."""

    # a command uses few of them: each is made ready when it is first used
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Wording(FrozenModel):
    """Bilingual text: Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


def msgid(text: S) -> S:
    """Mark a text for translation (gettext) where it is shown; returns it as it is."""
    return text


@dataclass(frozen=True)
class Message:
    """Translatable message: an English msgid with {places}, and the values that go into them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)

    def say(self, language: Speaks) -> str:
        """Render the message in a language."""
        values = {k: _in_language(v, language) for k, v in self.values.items()}
        return language.text(self.text).format(**values)


def _in_language(value: object, language: Speaks) -> object:
    if isinstance(value, Wording):
        return language.of(value)
    if isinstance(value, Message):
        return value.say(language)
    return value


def json_text(content: object) -> str:
    """Plain data as the text that every command and the web API give, to the byte."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
