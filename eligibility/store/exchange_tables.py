"""Tables of what goes both ways with a firm: links, answers, decisions on what a firm sent, contacts.

Like those of ``schema``, the same on SQLite and PostgreSQL. A link is known by the hash of its token.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text

from eligibility.store.column_types import Json, Moment
from eligibility.store.schema import metadata


class LinkPurpose(StrEnum):
    """What a link opens: the result of a self-assessment, or questions to a firm."""

    RESULT = "result"
    QUESTIONS = "questions"


links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    #: the subject: a self-assessment, or a firm of the register
    Column("draft_id", ForeignKey("drafts.id"), index=True),
    Column("firm_id", ForeignKey("firms.id"), index=True),
    Column("options", Json, nullable=False),
    #: who sent it, as the reader is told
    Column("sender", String(100), nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False, index=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: as those of a draft: texts by calendar key
    Column("facts", Json, nullable=False),
    Column("remark", Text, nullable=False),
    #: the name of the workbook that it was read from; None: typed on the page
    Column("file", String(300)),
    Column("at", Moment, nullable=False),
    #: when nothing of it was left to decide
    Column("reviewed_at", Moment),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    # no foreign key: what was decided stands when the draft is deleted
    Column("draft_id", Integer, index=True),
    Column("submission_id", ForeignKey("submissions.id"), index=True),
    #: of what was sent: when, and by whom as far as that is known
    Column("sent_at", Moment, nullable=False),
    Column("sender", String(300), nullable=False),
    Column("application_year", Integer, nullable=False),
    Column("key", String(100), nullable=False),
    Column("value", Json, nullable=False),
    Column("previous", Json),
    #: the paper that the firm took it from, as ``reports.fact_sources`` has it; None where it typed it
    Column("source", Json),
    Column("is_accepted", Boolean, nullable=False),
    Column("remark", Text, nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, unique=True),
    Column("persons", Json, nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    #: when somebody last said that they are right; they are kept for a time from then on
    Column("confirmed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
)
