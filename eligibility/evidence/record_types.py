"""Types of the record of a chain of evidence, which the published schema is made of."""

from __future__ import annotations

from typing_extensions import TypedDict

from eligibility.domain.records import CitationRecord, Day, FirmRecord, Words, closed


@closed
class ThingRecord(TypedDict):
    """A right, activity, product or conversion, its rows in its list, and whether it counts."""

    code: str
    list: str
    name: str
    counts: bool
    rows: list[int]


@closed
class LinkRecord(TypedDict):
    """Two things that a list links, by their codes, and the lists that say so."""

    ends: list[str]
    stated_in: list[str]


@closed
class QuestionRecord(TypedDict):
    """What a list leaves blank, and of which things."""

    list: str
    column: str
    asks: Words
    codes: list[str]


@closed
class SightingRecord(TypedDict):
    """What a check saw: where, why it matters, how it is settled, and where the check comes from."""

    id: str
    title: Words
    where: list[str]
    says: Words
    why: Words
    settle: Words
    citation: CitationRecord | None
    source_day: Day | None


@closed
class SightingsByKind(TypedDict):
    """What was seen: against the law, between two statements of the firm, and by practice."""

    law: list[SightingRecord]
    consistency: list[SightingRecord]
    practice: list[SightingRecord]


@closed
class EvidenceRecord(TypedDict):
    """Chain of evidence of one firm, as ``evidence --format json`` prints it.

    ``loose`` are the codes of what is linked with nothing, ``main`` of what the main products rest on, ``off``
    the checks that were switched off.
    """

    firm: FirmRecord
    as_of: Day
    scheme: str
    edition: str
    things: list[ThingRecord]
    links: list[LinkRecord]
    loose: list[str]
    main: list[str]
    questions: list[QuestionRecord]
    checks: SightingsByKind
    off: list[str]
