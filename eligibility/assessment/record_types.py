"""Types of the records of an assessment and of a ladder, which the published schema and the web API are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NotRequired

from typing_extensions import TypedDict

from eligibility.domain.records import CitationRecord, Day, FirmRecord, Number, Words, closed
from eligibility.domain.results import Status, Verdict

if TYPE_CHECKING:
    # which of them it is the unit beside it says
    Observation = Any
else:
    Observation = bool | float | str | None


@closed
class OtherReading(TypedDict):
    """A reading of an unclear clause that would change the result."""

    id: str
    question: Words
    taken: str
    other: str
    other_says: Words
    citation: CitationRecord


@closed
class TurningReading(OtherReading):
    """Another reading, and the status under it."""

    status: Status


@closed
class ScoringReading(OtherReading):
    """Another reading, and the points under it."""

    low: float
    high: float


@closed
class FindingReadings(TypedDict):
    """Readings under which a finding turns."""

    turned_by: list[TurningReading]


@closed
class ItemReadings(TypedDict):
    """Readings under which an item's points change."""

    changed_by: list[ScoringReading]


@closed
class FindingRecord(TypedDict):
    """One condition: the firm's figure, the line it must pass, and how far it is."""

    id: str
    title: Words
    status: Status
    observed: Observation
    required: Observation
    line: Literal["at_least", "above", "at_most"]
    margin: Number
    unit: str
    terms: dict[str, Number]
    missing: list[str]
    citation: CitationRecord
    interpretation: FindingReadings | None
    interval: NotRequired[list[Number]]


@closed
class ItemRecord(TypedDict):
    """One item of the score: points that are certain (``low``) and possible (``high``)."""

    id: str
    title: Words
    low: float
    high: float
    max: float
    band: str | None
    observed: Observation
    unit: str
    missing: list[str]
    citation: CitationRecord
    interpretation: ItemReadings | None


@closed
class ScoreRecord(TypedDict):
    """The score as an interval, and the mark that it must pass."""

    low: float
    high: float
    pass_above: Number
    pass_at_least: Number
    total: float
    items: list[ItemRecord]


@closed
class WarningRecord(TypedDict):
    """What a reviewer would ask about."""

    id: str
    text: Words
    citation: CitationRecord | None


@closed
class GapRecord(TypedDict):
    """What a condition lacks."""

    finding: str
    status: Status
    shortfall: Number
    unit: str
    missing: list[str]


@closed
class ContributionRecord(TypedDict):
    """Chance of one condition or item, which the readiness is a product of."""

    id: str
    chance: float


@closed
class ModelRecord(TypedDict):
    """What a model was trained on; stands wherever a number of it does."""

    estimator: str
    applications: int
    certified: int
    years: list[int]
    invented: bool
    edition: str
    text: dict[str, str]


@closed
class ReadinessRecord(TypedDict):
    """What a model says: ``now`` as things stand, ``if_met`` once every unmet condition is met."""

    probability: float
    now: float
    if_met: float
    interval: list[float]
    conditional: bool
    not_before: list[str]
    contributions: list[ContributionRecord]
    outside: list[str]
    model: ModelRecord


@closed
class AssessmentRecord(TypedDict):
    """One firm assessed, as ``assess --format json`` prints it."""

    firm: FirmRecord
    as_of: Day
    scheme: str
    edition: str
    verdict: Verdict
    findings: list[FindingRecord]
    score: ScoreRecord
    warnings: list[WarningRecord]
    readiness: ReadinessRecord | None
    gaps: list[GapRecord]


@closed
class RungScore(TypedDict):
    """The score of a rung as an interval, of the points that there are."""

    low: float
    high: float
    total: float


@closed
class RungGap(GapRecord):
    """What a condition of a rung lacks, under its title and article."""

    title: Words
    citation: CitationRecord


@closed
class RungRecord(TypedDict):
    """One qualification: its verdict, its first gaps, what the firm has of it and how that is kept.

    ``holds`` is None where it is blank, ``until`` where its last day is not known.
    """

    scheme: str
    track: str
    title: Words
    edition: str
    as_of: Day
    verdict: Verdict
    score: RungScore
    findings: list[FindingRecord]
    gaps: list[RungGap]
    more_gaps: int
    holds: bool | None
    until: Day | None
    upkeep: list[CitationRecord]
    period: CitationRecord


@closed
class TrackRecord(TypedDict):
    """A track: the ids of its schemes, and whether anything of it is entered."""

    track: str
    schemes: list[str]
    begun: bool


@closed
class LadderRecord(TypedDict):
    """One firm's ladder, as ``ladder --format json`` prints it; schemes stand by their ids."""

    firm: FirmRecord
    holds: list[str]
    now: list[str]
    next: str | None
    next_by_track: dict[str, str | None]
    tracks: list[TrackRecord]
    rungs: list[RungRecord]


@closed
class StruckScore(TypedDict):
    """The score with something struck, as an interval."""

    low: Number
    high: Number


@closed
class StrikeRecord(TypedDict):
    """What a firm would be without one thing: its verdict, and which met conditions would fall."""

    id: str
    title: Words
    name: str | None
    verdict: Verdict
    falls: list[str]
    score: StruckScore


@closed
class RoomRecord(TypedDict):
    """How much of the part of a share can be struck before its condition falls."""

    finding: str
    title: Words
    unit: str
    room: float


@closed
class StressRecord(TypedDict):
    """Stress test of one firm, as ``stress --format json`` prints it."""

    firm: FirmRecord
    as_of: Day
    scheme: str
    edition: str
    verdict: Verdict
    room: list[RoomRecord]
    strikes: list[StrikeRecord]
