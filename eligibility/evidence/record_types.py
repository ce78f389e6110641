"""Types of the records of evidence, which the published schemas are made of: chain, reconciliation, staff."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from eligibility.domain.records import CitationRecord, Day, FirmRecord, Number, Words, closed

# --- the chain of evidence --------------------------------------------------------------------------


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


# --- the reconciliation of the books ----------------------------------------------------------------


@closed
class BasisRecord(TypedDict):
    """A basis on which a figure stands, and where the law has it from."""

    id: str
    title: Words
    source: Words


@closed
class EffectRecord(TypedDict):
    """What a difference adds to a step, or takes from it."""

    difference: str
    amount: float


BridgeStepRecord = TypedDict(
    "BridgeStepRecord",
    {
        "basis": str,
        "category": str,
        "year": int,
        "by": Literal["differences", "limit", "sum"],
        "from": str,
        "start": Number,
        "effects": list[EffectRecord],
        "expected": Number,
        "stated": Number,
        "rest": Number,
        "rounding": Number,
        "missing": list[str],
        "could_be": list[str],
    },
)
# written as a call, as "from" is a word of Python
closed(BridgeStepRecord)


@closed
class DifferenceRecord(TypedDict):
    """A named difference, its effects by basis and category, and its amounts by year."""

    id: str
    title: Words
    citation: CitationRecord
    effects: dict[str, dict[str, int]]
    amounts: dict[int, Number]


@closed
class LimitRecord(TypedDict):
    """A number of the law that a limit uses."""

    basis: str
    category: str
    parameter: str
    value: float
    unit: str
    citation: CitationRecord


@closed
class BridgeRecord(TypedDict):
    """One figure over its bases; ``titles`` are those of all differences, stated or not."""

    id: str
    title: Words
    unit: str
    categories: dict[str, Words]
    bases: list[BasisRecord]
    steps: list[BridgeStepRecord]
    differences: list[DifferenceRecord]
    titles: dict[str, Words]
    limits: list[LimitRecord]


@closed
class BridgeSignRecord(TypedDict):
    """What reviewers ask about, and the fiscal years in which it shows."""

    id: str
    says: Words
    years: list[int]
    citation: CitationRecord


@closed
class ReconciliationRecord(TypedDict):
    """Reconciliation of one firm's books, as ``reconcile --format json`` prints it."""

    edition: str
    years: list[int]
    explained: bool
    bridges: list[BridgeRecord]
    signs: list[BridgeSignRecord]


# --- staff counted from lists -----------------------------------------------------------------------


@closed
class TroubleRecord(TypedDict):
    """Why a row of a list is not used."""

    row: int
    column: str | None
    says: Words


@closed
class ListRecord(TypedDict):
    """How far a list of people was used."""

    list: str
    file: str
    rows: int
    rows_used: int
    rows_not_used: int
    troubles: list[TroubleRecord]
    other_sheets: int


@closed
class HeadRecord(TypedDict):
    """Average of months and heads at year end: those that are sure, and with the open ones."""

    average: float
    average_with_open: float
    year_end: int
    year_end_with_open: int


@closed
class MonthRecord(TypedDict):
    """Heads at the start and end of a month."""

    month: int
    staff_start: int
    staff_end: int
    st_staff_start: int
    st_staff_end: int


@closed
class PersonRecord(TypedDict):
    """A person by the rows of the roster, and whether it counts."""

    rows: list[int]
    days: int
    staff: str
    staff_reason: Words | None
    st_staff: str
    st_staff_reason: Words | None


@closed
class ParameterRecord(TypedDict):
    """A number of the law."""

    value: float
    unit: str
    citation: CitationRecord
    checked_on: Day


@closed
class MismatchRecord(TypedDict):
    """Two lists that do not agree about people, by their rows."""

    kind: str
    rows: list[int]
    list: str | None
    other_rows: list[int]
    months: list[int]
    says: Words


@closed
class PostSignRecord(TypedDict):
    """What reviewers ask about a post, and the rows that show it."""

    id: str
    says: Words
    rows: list[int]
    citation: CitationRecord
    source_date: Day


@closed
class ReadingRecord(TypedDict):
    """Another reading of the law, and the heads that it gives."""

    interpretation: str
    reading: str
    says: Words
    staff: HeadRecord
    st_staff: HeadRecord | None


@closed
class CellsRecord(TypedDict):
    """Staff and S&T staff of a row of the form."""

    staff: Number
    st_staff: Number


@closed
class StaffTablesRecord(TypedDict):
    """Staff tables of the official form, in persons."""

    overall: dict[str, CellsRecord]
    degree: dict[str, Number]
    title: dict[str, Number]
    age: dict[str, Number]
    unknown: dict[str, float]
    posts: dict[str, CellsRecord]


@closed
class BothTables(TypedDict):
    """The staff tables on either basis."""

    average: StaffTablesRecord
    year_end: StaffTablesRecord


@closed
class StaffFactRecord(TypedDict):
    """A fact that the lists give, how certain it is, and which files it is from."""

    key: str
    value: float | str | bool | None
    certainty: str
    files: list[str]
    note: Words | None


@closed
class StaffRecord(TypedDict):
    """Staff of one year counted from lists, as ``staff --json`` prints it; no person is in it."""

    scheme: str
    edition: str
    year: int
    lists: list[ListRecord]
    staff: HeadRecord
    st_staff: HeadRecord | None
    months_of_operation: int
    is_whole_year: bool
    months: list[MonthRecord]
    people: list[PersonRecord]
    citations: dict[str, CitationRecord]
    parameters: dict[str, ParameterRecord]
    mismatches: list[MismatchRecord]
    signs: list[PostSignRecord]
    readings: list[ReadingRecord]
    tables: BothTables
    facts: list[StaffFactRecord]
