"""Types of the records of a year and of papers read, which their published schemas are made of.

Money is in CNY, chances run from 0 to 1, and a day stands as 2026-05-10.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from typing_extensions import TypedDict

from eligibility.domain.records import CitationRecord, Day, FirmRecord, Words, closed
from eligibility.domain.results import Verdict

#: what a number that is not of the law rests on: a citation, or an assumption
SourceRecord = CitationRecord | Literal["assumed"]
#: the same of a target, which the register or whoever asks may set as well
TargetSource = SourceRecord | Literal["register", "asked for"]

# --- titles by qualification ------------------------------------------------------------------------


@closed
class TitleFigure(TypedDict):
    """How many titles are wanted, and by which source."""

    value: float
    unit: str
    source: SourceRecord


@closed
class TitleTarget(TypedDict):
    """A target of the city beside what it counts; ``says`` is the reading by which it counts."""

    year: int
    counts: str
    says: Words
    stock: TitleFigure | None
    each_year: TitleFigure | None
    titles: int
    unknown: int


@closed
class TitleRecord(TypedDict):
    """Titles of one qualification, as ``ladder --titles --format json`` prints them.

    ``unknown`` firms do not say; ``ready`` can get it now; ``ends`` counts titles by the year of their last day.
    """

    scheme: str
    title: Words
    titles: int
    unknown: int
    ready: int
    ending: int
    ends: dict[str, int]
    targets: list[TitleTarget]
    stock: TitleFigure | None


# --- the year ---------------------------------------------------------------------------------------


@closed
class FigureRecord(TypedDict):
    """A number that is not of the law, with what it rests on."""

    value: float
    unit: str
    source: SourceRecord
    note: Words | None


@closed
class ForecastRecord(TypedDict):
    """Number of certifications: expected, with 80 %, and the chance of the target."""

    already: int
    expected: float
    interval_80: list[int]
    reaches_target: float


@closed
class NextForecast(ForecastRecord):
    """Forecast of the year after, with its target."""

    year: int
    target: int


@closed
class ScenarioRecord(ForecastRecord):
    """Forecast of one scenario, and how many apply in it."""

    scenario: Literal["filed", "likely", "supported"]
    title: Words
    applications: float


@closed
class MoreNeeded(TypedDict):
    """How many more ready firms make the target as likely as the city wants it."""

    firms: int
    chance_of_each: float
    for_probability: float


@closed
class YearForecast(ForecastRecord):
    """Forecast of the year, what it lacks, and how far years differ in log-odds."""

    more_needed: MoreNeeded
    year_shock: FigureRecord


@closed
class TargetRecord(TypedDict):
    """Certifications and stock aimed at, and who set them."""

    certified: int
    source: TargetSource
    stock: int | None
    stock_source: SourceRecord | None


@closed
class FunnelPart(TypedDict):
    """Firms of one verdict, and how many of them are expected to be certified."""

    verdict: Verdict
    firms: int
    expected: float


@closed
class ShareRecord(TypedDict):
    """Some of the firms by verdict, and how many of them are expected to be certified."""

    firms: int
    eligible: int
    undetermined: int
    ineligible: int
    expected: float


@closed
class DistrictShare(ShareRecord):
    """The firms of a district; None where none is stated."""

    district: str | None


@closed
class IndustryShare(ShareRecord):
    """The firms of an industry; None where none is stated."""

    industry: str | None


@closed
class CarrierShare(ShareRecord):
    """The firms of a carrier; None where none is stated."""

    carrier: str | None


@closed
class PlacedFirm(FirmRecord):
    """A firm, its district and industry."""

    district: str | None
    industry: str | None


@closed
class SupportChoice(PlacedFirm):
    """A firm to support: actions, their days and cost, what they change, what they displace."""

    actions: list[Words]
    days: float
    cost: float
    before: float
    after: float
    gain: float
    gain_per_day: float
    instead: list[PlacedFirm]
    lost_without: float


@closed
class SelectionRecord(TypedDict):
    """Firms chosen by some rule: their days, cost and gain, and the forecast with their support."""

    days: float
    cost: float
    gain: float
    weighted_gain: float
    forecast: ForecastRecord


@closed
class ComparedSelections(TypedDict):
    """What rules of thumb would choose."""

    highest_score_first: SelectionRecord
    highest_chance_first: SelectionRecord


@closed
class SupportRecord(SelectionRecord):
    """The firms chosen for support, whether no better choice exists, and the rules of thumb."""

    adviser_days: float
    aim: Literal["expected", "target"]
    proven: bool
    at_most: float
    choices: list[SupportChoice]
    compared_with: ComparedSelections
    assumed: bool


@closed
class SharedGapRecord(TypedDict):
    """A condition or scored item, and how many firms lack it; ``alone``: lack nothing else."""

    id: str
    title: Words
    scored_item: bool
    unmet: int
    undetermined: int
    alone: int


@closed
class CourseRecord(TypedDict):
    """A course: firms it concerns, those it could free of all that is unmet, what it brings."""

    id: str
    title: Words
    days: float
    seats: float
    concerned: int
    could_move: int
    expected: float


@closed
class TrainingRecord(TypedDict):
    """What firms lack, and the courses for it."""

    gaps: list[SharedGapRecord]
    courses: list[CourseRecord]
    assumed: bool


@closed
class YearFirm(TypedDict):
    """A firm of the year by name and credit code."""

    firm: str | None
    uscc: str | None


@closed
class OutcomeNext(YearFirm):
    """A firm whose outcome would narrow the number, by this share of its variance."""

    share: float


@closed
class DeadlineRecord(TypedDict):
    """A day by which something is due, where that is asked for, and what the day rests on."""

    day: Day
    task: Words
    citation: CitationRecord | None
    dated_by: SourceRecord
    late: bool


@closed
class YearRecord(TypedDict):
    """A city's year, as ``portfolio --format json`` prints it."""

    city: Words
    year: int
    as_of: Day
    is_open: bool
    firms: int
    chances: Words
    calibrated: bool
    capacity: int | None
    scenarios: list[ScenarioRecord]
    target: TargetRecord
    forecast: YearForecast
    funnel: list[FunnelPart]
    districts: list[DistrictShare]
    industries: list[IndustryShare]
    carriers: list[CarrierShare]
    support: SupportRecord
    training: TrainingRecord
    outcome_next: list[OutcomeNext]
    at_prior: list[YearFirm]
    deadlines: list[DeadlineRecord]


# --- papers -----------------------------------------------------------------------------------------

#: a cell of a form: a number, or the text printed
Cell = float | str
#: texts in both languages, or a message in English
Note = Words | str | None


@closed
class PaperSourceRecord(TypedDict):
    """Where a figure stands: file, sheet or page, cell, form, line and the words beside it."""

    file: str
    place: str
    cell: str
    form: str
    edition: str
    line: str
    words: str
    text: str


@closed
class ConflictingFact(TypedDict):
    """A value for a field with its source; ``year`` is None for what is of no year."""

    field: str
    year: int | None
    value: Cell
    source: PaperSourceRecord
    certainty: Literal["certain", "likely", "open"]
    note: Note
    others: list[PaperSourceRecord]
    accuracy: float


@closed
class PaperFactRecord(ConflictingFact):
    """A value for a field, under the key by which it is stored."""

    key: str


@closed
class ConflictRecord(TypedDict):
    """Papers that give one figure differently."""

    key: str
    facts: list[ConflictingFact]


@closed
class DoubtRecord(TypedDict):
    """Something on a paper that does not agree with itself, or could not be taken."""

    source: PaperSourceRecord
    message: str


@closed
class FormFigureRecord(TypedDict):
    """A figure of a form by line and column, as read and as printed."""

    line: str
    column: str
    value: Cell
    cell: str
    text: str


@closed
class FormRecord(TypedDict):
    """A form as it was read."""

    form: str
    edition: str
    file: str
    place: str
    year: int | None
    uscc: str
    name: str
    figures: list[FormFigureRecord]


@closed
class PaperListRecord(TypedDict):
    """Rows of a list as they stand on paper, by its columns."""

    list: str
    year: int | None
    rows: Sequence[dict[str, str]]
    source: PaperSourceRecord


@closed
class HeadCountRecord(TypedDict):
    """Persons of a month, and what was counted."""

    year: int | None
    month: int | None
    persons: int
    basis: Words
    source: PaperSourceRecord


@closed
class UnreadRecord(TypedDict):
    """What was not read, and why."""

    file: str
    place: str
    why: str
    rows: list[list[str]]


@closed
class PapersRecord(TypedDict):
    """What was read of a firm's papers, as ``read --format json`` prints it."""

    firm: FirmRecord
    facts: list[PaperFactRecord]
    offers: list[PaperFactRecord]
    conflicts: list[ConflictRecord]
    doubts: list[DoubtRecord]
    forms: list[FormRecord]
    lists: list[PaperListRecord]
    head_counts: list[HeadCountRecord]
    unread: list[UnreadRecord]
