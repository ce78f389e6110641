"""Sentences for what a settings file or an edited setting has wrong: where, what, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eligibility.domain.text import Message, msgid

Model = TypeVar("Model", bound=BaseModel)
#: what was expected, by the kind of error that pydantic names; of any other, its own text
_EXPECTED = {
    "missing": msgid("{place}: this is missing"),
    "extra_forbidden": msgid("{place}: there is no such entry"),
    "float_parsing": msgid("{place}: {value} is no number"),
    "float_type": msgid("{place}: {value} is no number"),
    "int_parsing": msgid("{place}: {value} is no whole number"),
    "int_type": msgid("{place}: {value} is no whole number"),
    "int_from_float": msgid("{place}: {value} is no whole number"),
    "finite_number": msgid("{place}: {value} is no number"),
    "greater_than_equal": msgid("{place}: {value} is below nothing"),
    "string_type": msgid("{place}: {value} is no text"),
    "date_type": msgid("{place}: {value} is no day; expected one such as 2027-05-10"),
    "date_parsing": msgid("{place}: {value} is no day; expected one such as 2027-05-10"),
    "date_from_datetime_parsing": msgid(
        "{place}: {value} is no day; expected one such as 2027-05-10"
    ),
}


def validation_sentence(error: ValidationError) -> Message:
    """The first thing that is wrong, and how many more there are."""
    errors = error.errors()
    first = _sentence(errors[0])
    if len(errors) == 1:
        return first
    return Message(msgid("{first} (and {count} more)"), {"first": first, "count": len(errors) - 1})


def _sentence(error: Mapping[str, Any]) -> Message:
    place = ".".join(str(step) for step in error["loc"])
    values = {"place": place, "value": error.get("input")}
    if text := _EXPECTED.get(error["type"]):
        return Message(text, values)
    if error["type"] == "value_error":
        # a sentence of a validator of this program
        why = Message(str(error["ctx"]["error"]))
        return Message(msgid("{place}: {why}"), {"place": place, "why": why}) if place else why
    return Message(msgid("{place}: {why}"), {"place": place, "why": error["msg"]})
