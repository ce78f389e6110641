"""Types of the plan record, which the published schema and the web API are made of.

Money is in CNY and a day stands as 2026-05-10; a number is None where nothing can be said.
"""

from __future__ import annotations

from typing_extensions import TypedDict

from eligibility.assessment.record_types import ModelRecord
from eligibility.domain.records import CitationRecord, FirmRecord, Number, Words, closed
from eligibility.domain.results import Status, Verdict


@closed
class MessageRecord(TypedDict):
    """A sentence to be translated: its msgid and values, texts in both languages."""

    text: str
    values: dict[str, Words | str | float | None]


@closed
class RangeRecord(TypedDict):
    """Points that are certain (``low``) and possible (``high``)."""

    low: float
    high: float


@closed
class SettlingRecord(TypedDict):
    """Ids of blanks: facts, which the firm's books settle, and ratings, which evidence settles."""

    facts: list[str]
    evidence: list[str]


@closed
class TierRecord(TypedDict):
    """Bracket of a scale that gave a line: above ``above``, up to ``up_to``, in ``unit``."""

    line: float
    above: Number
    up_to: Number
    unit: str


@closed
class WayRecord(TypedDict):
    """How far one figure has to move: ``more``, in ``unit``, to ``to``; a day where it is a date."""

    lever: str
    field: str
    title: Words
    how: Words | None
    kind: str
    unit: str
    year: int | None
    more: float
    to: float | str | None


@closed
class FindingGap(TypedDict):
    """A condition not met: every group of ``needs`` must be filled, each by any one of its ways."""

    finding: str
    title: Words
    status: Status
    rule: Words
    evidence: Words
    required: Number
    tier: TierRecord | None
    shortfall: Number
    unit: str
    score: RangeRecord | None
    needs: list[list[WayRecord]]
    settled_by: SettlingRecord
    citation: CitationRecord


@closed
class StepRecord(TypedDict):
    """A higher grade of an item: its points, what it gains, and what it takes."""

    grade: str
    points: RangeRecord
    gains: RangeRecord
    needs: list[list[WayRecord]]


@closed
class ItemGap(TypedDict):
    """An item of the score below its best, and the steps to more points."""

    item: str
    title: Words
    low: float
    high: float
    max: float
    steps: list[StepRecord]
    settled_by: SettlingRecord
    citation: CitationRecord


@closed
class GapsRecord(TypedDict):
    """Findings not met and items below their best."""

    findings: list[FindingGap]
    items: list[ItemGap]


@closed
class DeadlineVerdict(TypedDict):
    """The verdict and points at a deadline without any action, by the figures of ``years``."""

    by: str
    years: list[int]
    verdict: Verdict
    low: float
    high: float


@closed
class ProjectionAssumptions(TypedDict):
    """What the figures of coming years are taken to be: growth /1 and amounts, by field's stem."""

    as_last_year: bool
    growth: dict[str, float]
    planned: dict[str, dict[int, float]]
    granted: bool


@closed
class RightRecord(TypedDict):
    """A kind of right: months until it is granted, and the day to file it by."""

    kind: str
    title: Words
    months: float
    source: str
    file_by: str
    in_time: bool


@closed
class BatchRecord(TypedDict):
    """A batch of every year: the day it closes."""

    month: int
    day: int
    source: Words


@closed
class ProjectionRecord(TypedDict):
    """The verdict by deadline, and what must hold by ``by``."""

    by: str
    deadlines: list[DeadlineVerdict]
    certain_from: str | None
    possible_from: str | None
    assumed: ProjectionAssumptions
    figures_of_year_by: str
    must_hold: GapsRecord
    rights: list[RightRecord]
    batches: list[BatchRecord]


@closed
class MetCondition(TypedDict):
    """A condition that an action meets."""

    finding: str
    title: Words
    citation: CitationRecord


#: points of an item before and after; ``from`` is no name in Python
RaisedItem = TypedDict(
    "RaisedItem",
    {"item": str, "title": Words, "from": float, "to": float, "citation": CitationRecord},
)
closed(RaisedItem)


@closed
class MoveRecord(TypedDict):
    """An action of a plan: how much of it, at what cost, from when to when, and what for."""

    action: str
    title: Words
    amount: float
    unit: str
    cost: float
    adviser_days: float
    firm_days: float
    start_by: str
    done_by: str
    assumed: bool
    provided: Words | None
    meets: list[MetCondition]
    raises: list[RaisedItem]


@closed
class UnknownFact(TypedDict):
    """A blank that a plan supposes to be in the firm's favour."""

    field: str
    title: Words


@closed
class OptionRecord(TypedDict):
    """One plan: its actions, what they cost, and the points that are certain then."""

    cost: float
    adviser_days: float
    firm_days: float
    low: float
    find_out: list[UnknownFact]
    finding_cost: float
    moves: list[MoveRecord]


@closed
class RefusalRecord(TypedDict):
    """A condition that no action can meet in time, and why."""

    finding: str
    why: MessageRecord
    citation: CitationRecord


@closed
class PlanReadiness(TypedDict):
    """Readiness asked for and what the model says of the firm with the plan carried out."""

    asked: float
    probability: float
    interval: list[float]
    conditional: bool
    model: ModelRecord
    cheapest: bool
    refused: MessageRecord | None


@closed
class AnswerRecord(TypedDict):
    """The plans, the cheapest first, or what stands in their way."""

    by: str
    plans: list[OptionRecord]
    refused: list[RefusalRecord]
    fill_in_first: list[str]
    best_low: Number
    earliest: str | None
    readiness: PlanReadiness | None


@closed
class TaxYear(TypedDict):
    """Income tax of a year without and with the certificate."""

    year: int
    income: float
    losses_without: float
    losses_certified: float
    without: float
    certified: float
    saved: float
    small_profit_rate: bool
    without_western: Number


@closed
class AwardRecord(TypedDict):
    """An award to ask for; ``dated`` says as of when."""

    id: str
    title: Words
    amount: float
    dated: int
    check: bool
    citation: CitationRecord


@closed
class WorthRecord(TypedDict):
    """What the certificate is worth; ``saved`` is None where no taxable income was given."""

    years: list[TaxYear]
    saved: Number
    saved_western: Number
    awards: list[AwardRecord]
    awarded: float
    cost: Number
    net_of_tax_alone: Number
    says: list[MessageRecord]
    citations: list[CitationRecord]
    checked_on: str


@closed
class PlanRecord(TypedDict):
    """One firm's plan, as ``plan --format json`` prints it; ``applied`` is the year of its figures."""

    firm: FirmRecord
    scheme: str
    applied: int
    on: str
    by: str
    gaps: GapsRecord
    projection: ProjectionRecord
    plan: AnswerRecord
    worth: WorthRecord
