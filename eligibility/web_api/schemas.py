"""Requests and answers as pydantic models: what is checked on the way in and published as schema.

Answers are the records themselves, whose types are those of the packages that make them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from eligibility.schemes.registry import DEFAULT_SCHEME

#: firms of one request; a file of any size goes to /score
MOST_FIRMS = 1000
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _iso_day(value: object) -> object:
    # left to itself pydantic takes 0 for the first day of 1970
    if isinstance(value, str) and _DAY.fullmatch(value):
        return value
    raise PydanticCustomError("day", "expected a date such as 2026-05-10")


Day = Annotated[date, BeforeValidator(_iso_day)]
Value = str | bool | int | float | None
FirmFacts = Annotated[
    dict[str, Value],
    Field(
        description="Field id → value, as /api/v1/fields lists them; money in CNY, dates as "
        "2026-05-10. What is left out or null is missing, not zero."
    ),
]


class Strict(BaseModel):
    """A model that takes no name it does not know."""

    model_config = ConfigDict(extra="forbid")


class AssessRequest(Strict):
    """Firms to be assessed."""

    firms: Annotated[list[FirmFacts], Field(min_length=1, max_length=MOST_FIRMS)]
    as_of: Annotated[
        Day | None, Field(description="Date of application of firms that state none; else today.")
    ] = None
    scheme: str = DEFAULT_SCHEME


class LadderRequest(Strict):
    """Firms whose qualifications are asked for, over all schemes."""

    firms: Annotated[list[FirmFacts], Field(min_length=1, max_length=MOST_FIRMS)]
    as_of: Annotated[
        Day | None, Field(description="Date of application of firms that state none; else today.")
    ] = None


class PlanQuestion(Strict):
    """One firm to be planned for."""

    firm: FirmFacts
    as_of: Annotated[Day | None, Field(description="The day from which something can be done.")] = (
        None
    )
    by: Annotated[Day | None, Field(description="The day to be ready by.")] = None
    score_at_least: Annotated[
        float | None, Field(description="Certain points to reach, instead of those that pass.")
    ] = None
    scheme: str = DEFAULT_SCHEME


class FieldQuestion(Strict):
    """A product, described in a sentence, whose technical field is looked for."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    count: Annotated[int, Field(ge=1, le=50)] = 5
    scheme: str = DEFAULT_SCHEME


class Counts(Strict):
    """What became of the rows of a file: ``read`` is ``scored`` + ``rejected``."""

    read: int
    scored: int
    rejected: int
    verdicts: dict[str, int]
    columns_not_read: list[str]
    issues: list[str]


class Place(Strict):
    """An error of a request, and where it is."""

    detail: str
    place: str | None = None
    firm: int | None = None
    field: str | None = None


class Problem(Strict):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Place] | None = None
