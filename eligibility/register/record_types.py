"""Types of the records of the desk, of a firm's documents and of a published list, for their schemas."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from eligibility.assessment.record_types import GapRecord
from eligibility.domain.records import CitationRecord, Day, FirmRecord, Words, closed
from eligibility.register.published_list import MatchStatus
from eligibility.reports.record_types import DeadlineRecord
from eligibility.store import DocumentStatus, Stage

# --- the desk ---------------------------------------------------------------------------------------


@closed
class TaskRecord(TypedDict):
    """An open task of a firm; ``assignee`` and ``adviser`` are names."""

    firm_id: int
    firm: str
    title: str
    due_on: Day
    assignee: str | None
    adviser: str | None


@closed
class TasksRecord(TypedDict):
    """The first tasks of a span of days, and how many there are."""

    count: int
    tasks: list[TaskRecord]


@closed
class VisitRecord(TypedDict):
    """A visit, and what is to be done next."""

    firm_id: int
    firm: str
    visited_on: Day
    visitor: str | None
    next_step: str | None


@closed
class VisitsRecord(TypedDict):
    """Visits of days past without findings, and those of the week."""

    to_write_down: list[VisitRecord]
    planned: list[VisitRecord]


@closed
class ArrivalRecord(TypedDict):
    """What a firm sent and nobody has decided; ``sent_at`` with its time zone."""

    kind: Literal["draft", "submission"]
    sender: str | None
    sent_at: str


@closed
class RegisterFirm(TypedDict):
    """A firm of the register."""

    firm_id: int
    firm: str
    district: str | None
    stage: Stage
    carrier: str | None
    adviser: str | None


@closed
class OpenFirm(RegisterFirm):
    """A firm that a few facts leave open, by their calendar keys."""

    facts: list[str]


@closed
class NearFirm(RegisterFirm):
    """A firm near its line: its first gap, and how far it is from it (0 to 1 of the line)."""

    gap: GapRecord | None
    unmet_distance: float


@closed
class RegisterFirms(TypedDict):
    """The first firms of a list, and how many there are."""

    count: int
    firms: list[RegisterFirm]


@closed
class OpenFirms(TypedDict):
    """The first firms that a few facts leave open, and how many there are."""

    count: int
    firms: list[OpenFirm]


@closed
class NearFirms(TypedDict):
    """The first firms near their line, and how many there are."""

    count: int
    firms: list[NearFirm]


@closed
class DeadlineFirm(TypedDict):
    """A firm whose certificate a deadline is of."""

    firm_id: int
    firm: str


@closed
class FirmsDeadline(DeadlineRecord):
    """A deadline of certificates, and the firms that it concerns."""

    firms: list[DeadlineFirm]


@closed
class BatchRecord(TypedDict):
    """Work before the next batch, and how many firms it concerns."""

    firms: int
    deadlines: list[DeadlineRecord]


@closed
class AdviserRecord(TypedDict):
    """Counts of an adviser since the year began; None: of firms that nobody looks after."""

    adviser_id: int | None
    adviser: str | None
    firms: int
    visits: int
    forward: int
    overdue: int


@closed
class AgendaRecord(TypedDict):
    """What is before an adviser, or all of them, as ``desk --format json`` prints it."""

    today: Day
    tasks: dict[Literal["overdue", "today", "week", "later"], TasksRecord]
    visits: VisitsRecord
    inbox: list[ArrivalRecord]
    one_call_settles: OpenFirms
    small_gaps: NearFirms
    deadlines: list[FirmsDeadline]
    batch: BatchRecord
    stages: dict[str, int]
    without_adviser: RegisterFirms
    team: list[AdviserRecord]


# --- documents of a firm ----------------------------------------------------------------------------


@closed
class NumberedFirm(FirmRecord):
    """A firm with its number in the register."""

    firm_id: int


@closed
class ArticleRecord(TypedDict):
    """An article of a document."""

    document: str
    article: str


@closed
class AttachedFile(TypedDict):
    """A file attached to a paper."""

    name: str
    bytes: int
    sha256: str


@closed
class PaperRecord(TypedDict):
    """A paper of an application and where it stands; ``under`` is the heading of the law, None beside them."""

    item: str
    title: Words
    under: int | None
    conditions: list[str]
    clauses: list[CitationRecord]
    status: DocumentStatus
    due_on: Day | None
    asked_on: Day | None
    asked_by: str | None
    is_overdue: bool
    remark: str | None
    files: list[AttachedFile]


@closed
class DocumentsRecord(TypedDict):
    """Papers of a firm's application, as ``documents --format json`` prints them."""

    firm: NumberedFirm
    as_of: Day
    citations: list[ArticleRecord]
    papers: list[PaperRecord]


# --- published lists --------------------------------------------------------------------------------


@closed
class ListEntryRecord(TypedDict):
    """A firm that a list names, what is to be done with it, and what it is called now."""

    line: int
    name: str
    uscc: str | None
    certificate_number: str | None
    status: MatchStatus
    firm: str | None
    former_name: bool


@closed
class ListLine(TypedDict):
    """A line of a list that names no firm."""

    line: int
    text: str


@closed
class PublishedListRecord(TypedDict):
    """A published list as matched, as ``published-list --format json`` prints it.

    ``absent`` are firms whose open application it does not name; ``recorded`` counts applications.
    """

    entries: list[ListEntryRecord]
    absent: list[str]
    other_lines: list[ListLine]
    recorded: int
