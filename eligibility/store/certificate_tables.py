"""Tables of a certificate's life: annual reports, changes to be reported, awards, cancellations.

Like those of ``schema``, the same on SQLite and PostgreSQL. The certificate itself stands with the
application that it came from, in ``outcomes``.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from eligibility.domain.text import msgid
from eligibility.store.column_types import Day, Json, Moment
from eligibility.store.schema import metadata


class ChangeKind(StrEnum):
    """What of a certified firm changed: its name, its trade, its structure, its place."""

    NAME = "name"
    TRADE = "trade"
    STRUCTURE = "structure"
    MOVE = "move"
    PART_MOVE = "part_move"


CHANGE_WORDS = {
    ChangeKind.NAME: msgid("change of name"),
    ChangeKind.TRADE: msgid("change of business"),
    ChangeKind.STRUCTURE: msgid("split, merger or reorganisation"),
    ChangeKind.MOVE: msgid("move as a whole"),
    ChangeKind.PART_MOVE: msgid("move in part"),
}


class AwardStatus(StrEnum):
    """How far an award of the certificate has come."""

    DUE = "due"
    APPLIED = "applied"
    PAID = "paid"
    REFUSED = "refused"


AWARD_WORDS = {
    AwardStatus.DUE: msgid("not applied for yet"),
    AwardStatus.APPLIED: msgid("applied for"),
    AwardStatus.PAID: msgid("paid"),
    AwardStatus.REFUSED: msgid("refused"),
}


class CancellationGround(StrEnum):
    """Why a certificate was cancelled."""

    CONDITIONS = "conditions"
    FRAUD = "fraud"
    VIOLATION = "violation"
    REPORTS = "reports"
    CHANGE = "change"
    GIVEN_UP = "given_up"


CANCELLATION_WORDS = {
    CancellationGround.CONDITIONS: msgid("a condition is not met any more"),
    CancellationGround.FRAUD: msgid("untrue papers of the application"),
    CancellationGround.VIOLATION: msgid("a grave accident or violation"),
    CancellationGround.REPORTS: msgid("two annual reports missed"),
    CancellationGround.CHANGE: msgid("a change not reported"),
    CancellationGround.GIVEN_UP: msgid("given up by the firm"),
}

annual_reports = Table(
    "annual_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: the year that it reports on; it is due in the next
    Column("year", Integer, nullable=False),
    #: None: begun, not filed
    Column("filed_on", Day),
    #: what the form asks for and the register holds nowhere else; amounts in CNY
    Column("answers", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    UniqueConstraint("firm_id", "year"),
)

firm_changes = Table(
    "firm_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("changed_on", Day, nullable=False),
    Column("detail", Text, nullable=False),
    Column("reported_on", Day),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
)

awards = Table(
    "awards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: the id of the award among the incentives, or the words of another one
    Column("award", String(100), nullable=False),
    Column("status", String(16), nullable=False),
    #: CNY; of one that is not paid yet what is expected
    Column("amount", Float),
    Column("applied_on", Day),
    Column("paid_on", Day),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    UniqueConstraint("firm_id", "award"),
)

cancellations = Table(
    "cancellations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: the year of the application that the certificate came from
    Column("applied_year", Integer, nullable=False),
    Column("cancelled_on", Day, nullable=False),
    Column("ground", String(16), nullable=False),
    #: the year from which tax relief is taken back; None where that is not known
    Column("from_year", Integer),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    UniqueConstraint("firm_id", "applied_year"),
)
