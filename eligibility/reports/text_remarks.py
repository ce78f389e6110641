"""Remarks on the texts of an application, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eligibility.application_form.contents import FormContents
from eligibility.application_form.text_checks import TextRemark, length
from eligibility.domain.text import msgid
from eligibility.i18n import Language

#: what each kind of remark rests on
KINDS = {
    "form": msgid("the form asks it"),
    "consistency": msgid("two entries differ"),
    "wording": msgid("how it reads"),
}


def remark_lines(
    contents: FormContents, remarks: Sequence[TextRemark], language: Language
) -> list[str]:
    """A line for each box with what it holds, and under it what was seen."""
    lines: list[str] = []
    for text in contents.texts:
        whose = f"{text.thing} · " if text.thing else ""
        count = length(contents.text_with_numbers(text)[0])
        lines.append(f"{whose}{language.of(text.box.title)}  {count}/{text.box.limit}")
        lines += [
            f"  - {language.text(KINDS[each.kind])}: {each.message.say(language)}"
            for each in remarks
            if each.text.key == text.key
        ]
    return lines


def remark_records(
    contents: FormContents, remarks: Sequence[TextRemark], language: Language
) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "box": each.text.box.id,
            "thing": each.text.thing,
            "check": each.check,
            "kind": each.kind,
            "characters": length(contents.text_with_numbers(each.text)[0]),
            "limit": each.text.box.limit,
            "text": each.message.say(language),
        }
        for each in remarks
    ]
