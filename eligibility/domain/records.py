"""What the records of all packages share: a text, a firm, a citation.

Records are plain data as JSON has it. A number is None where nothing can be said; its unit stands beside it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, WithJsonSchema, with_config
from typing_extensions import TypedDict

from eligibility.domain.law import Citation
from eligibility.domain.text import Wording

Number = float | None
#: a day as 2026-05-10
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
#: a record takes no name that its type does not have
closed = with_config(ConfigDict(extra="forbid"))


@closed
class Words(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


@closed
class FirmRecord(TypedDict):
    """Who a record is about."""

    uscc: str | None
    name: str | None


@closed
class CitationRecord(TypedDict):
    """Where a rule stands; ``confidence`` A is the official text, others are said where shown."""

    document: str
    article: str
    gist: Words
    confidence: Literal["A", "B", "C", "M"]


def words(wording: Wording) -> Words:
    """A text in both languages as plain data."""
    return {"zh": wording.zh, "en": wording.en}


def cite(citation: Citation) -> CitationRecord:
    """A citation as plain data."""
    return CitationRecord(
        document=citation.document,
        article=citation.article,
        gist=words(citation.gist),
        confidence=citation.confidence,
    )
