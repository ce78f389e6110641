"""Database schema: the tables of the store, the same on SQLite and PostgreSQL.

Facts and results are JSON, so that a new field of the law needs no new column. What the table of
50,000 firms shows of a firm's latest assessment is copied into its row. ``APPEND_ONLY`` tables
refuse to be changed or emptied, by triggers of the database itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql

from eligibility.domain.firm_names import name_key, name_order, name_stem
from eligibility.domain.text import msgid
from eligibility.schemes.registry import DEFAULT_SCHEME
from eligibility.store.column_types import CompressedJson, Day, Json, Moment

#: the newest migration; a store at this revision is opened without loading Alembic
REVISION = "0023"
#: the scheme whose latest assessment stands in a firm's own row
HEADLINE_SCHEME = DEFAULT_SCHEME


class Role(StrEnum):
    """Role of an account (permissions); ``LOCAL`` is the one person of a store without accounts."""

    FIRM = "firm"
    ADVISER = "adviser"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    LOCAL = "local"


class Stage(StrEnum):
    """Stage of a firm on its way to the certificate, in this order; ``LAPSED`` is one that ran out."""

    SURVEYED = "surveyed"
    NURTURED = "nurtured"
    READY = "ready"
    APPLIED = "applied"
    CERTIFIED = "certified"
    LAPSED = "lapsed"


STAGE_WORDS = {
    Stage.SURVEYED: msgid("surveyed"),
    Stage.NURTURED: msgid("nurtured"),
    Stage.READY: msgid("ready"),
    Stage.APPLIED: msgid("applied"),
    Stage.CERTIFIED: msgid("certified"),
    Stage.LAPSED: msgid("lapsed"),
}
ROLE_WORDS = {
    Role.FIRM: msgid("firm"),
    Role.ADVISER: msgid("adviser"),
    Role.MANAGER: msgid("manager"),
    Role.ADMINISTRATOR: msgid("administrator"),
    Role.LOCAL: msgid("one person, no accounts"),
}


class Ledger(StrEnum):
    """Lists of single things behind the counts: IP rights, conversions, R&D activities, products."""

    IP = "ip"
    CONVERSION = "conversion"
    ACTIVITY = "activity"
    PRODUCT = "product"


class DocumentStatus(StrEnum):
    """Status of a document of the checklist."""

    MISSING = "missing"
    ASKED = "asked"
    RECEIVED = "received"
    CHECKED = "checked"


LEDGER_WORDS = {
    Ledger.IP: msgid("intellectual property"),
    Ledger.CONVERSION: msgid("conversions of results"),
    Ledger.ACTIVITY: msgid("R&D activities"),
    Ledger.PRODUCT: msgid("hi-tech products"),
}
PAPER_WORDS = {
    DocumentStatus.MISSING: msgid("missing"),
    DocumentStatus.ASKED: msgid("asked for"),
    DocumentStatus.RECEIVED: msgid("received"),
    DocumentStatus.CHECKED: msgid("checked"),
}

#: SQL of the files that count: one for each firm
COUNTED = "archived_at IS NULL AND copy_of IS NULL"
#: what a table of firms shows of an assessment; score in points, probability and its interval in /1
#: (``verdict_state``, ``open_facts``, ``unmet_distance``: ``assessment_gaps``)
HEADLINE = (
    "verdict", "verdict_state", "score_low", "score_high", "probability", "probability_low", "probability_high",
    "first_gap", "open_facts", "unmet_distance",
)  # fmt: skip

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _firm() -> Column[int]:
    return Column("firm_id", ForeignKey("firms.id"), nullable=False)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, default=1, server_default="1")


def _by(name: str = "account_id") -> Column[int]:
    return Column(name, ForeignKey("accounts.id"))


def _at(name: str = "at", nullable: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=nullable)


def _headline() -> list[Column[Any]]:
    kinds = {
        "verdict": String(16), "verdict_state": String(16), "first_gap": String(64),
        "open_facts": String(200),
    }  # fmt: skip
    return [Column(name, kinds.get(name, Float())) for name in HEADLINE]


def of_name(column: str, turn: Callable[[str], str], length: int) -> Column[str]:
    """A column that follows from the name, where a row is added without it."""
    return Column(
        column,
        String(length),
        nullable=False,
        default=lambda context: turn(context.get_current_parameters().get("name") or ""),
        server_default=sql("''"),
    )


carriers = Table(
    "carriers", metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("district", String(200)),
    Column("kind", String(16)),
    Column("speciality", String(200)),
    Column("active", Boolean, nullable=False, default=True), _version(),
)  # fmt: skip

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("login", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False, default=""),
    Column("password_hash", String(300)),
    # set by somebody else: it opens nothing but the change to one's own
    Column("password_once", Boolean, nullable=False, default=False, server_default=false()),
    Column("role", String(16), nullable=False),
    Column("carrier_id", ForeignKey("carriers.id")),
    # no foreign key: firms name their adviser, and two tables that name each other load in no order
    Column("firm_id", Integer),
    Column("active", Boolean, nullable=False, default=True),
    _at("created_at"),
    _version(),
)

identities = Table(
    "identities",
    metadata,
    _id(),
    Column("issuer", String(300), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    _at(),
    UniqueConstraint("issuer", "subject"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    _at(),
    _at("seen_at"),
    _at("revoked_at", nullable=True),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("carrier_id", ForeignKey("carriers.id")),
    _by(),
    _at(),
    _at("expires_at"),
    _at("seen_at", nullable=True),
    _at("revoked_at", nullable=True),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    _id(),
    Column("login", String(200), nullable=False),
    Column("source", String(100), nullable=False),
    _at(),
    Column("succeeded", Boolean, nullable=False),
    Index(None, "login", "at"),
    Index(None, "source", "at"),
)

firms = Table(
    "firms",
    metadata,
    _id(),
    Column("uscc", String(18), index=True),
    Column("name", String(300), nullable=False, default=""),
    # the normal name, the same without its legal form, and its place in the order of pinyin
    of_name("name_key", name_key, 300),
    of_name("name_stem", name_stem, 300),
    of_name("name_order", name_order, 500),
    Column("district", String(200), index=True),
    Column("carrier_id", ForeignKey("carriers.id")),
    #: since when it is at this carrier; None where that is not known
    Column("carrier_since", Day),
    Column("industry", String(200), index=True),
    Column("stage", String(16), nullable=False, default=Stage.SURVEYED.value),
    #: None where a store of versions that kept none does not tell
    _at("stage_since", nullable=True),
    Column("stage_by_hand", Boolean, nullable=False, default=False, server_default=false()),
    #: the first day without the last certificate on record
    Column("certificate_ends", Day),
    Column("adviser_id", ForeignKey("accounts.id")),
    *_headline(),
    _at("assessed_at", nullable=True),
    _at("created_at"),
    _at("changed_at"),
    # no foreign keys: a backup brings the rows in the order of their ids
    # the file that this one is probably another of; it is not counted until a person decides
    Column("copy_of", Integer, index=True),
    Column("merged_into", Integer, index=True),
    _at("archived_at", nullable=True),
    _version(),
    # the list is in the order of names, and a page of it need not sort all
    Index(None, "name_order", "id"),
    Index(None, "name_key"),
    Index(None, "name_stem"),
    # a firm is its credit code
    Index(
        "uq_firms_uscc",
        "uscc",
        unique=True,
        sqlite_where=sql(COUNTED),
        postgresql_where=sql(COUNTED),
    ),
)

figures = Table(
    "figures",
    metadata,
    _id(),
    _firm(),
    Column("application_year", Integer, nullable=False),
    Column("facts", Json, nullable=False),
    _at("changed_at"),
    _version(),
    UniqueConstraint("firm_id", "application_year"),
)

ledgers = Table(
    "ledgers",
    metadata,
    _id(),
    _firm(),
    Column("kind", String(16), nullable=False),
    Column("rows", Json, nullable=False),
    _at("changed_at"),
    _version(),
    UniqueConstraint("firm_id", "kind"),
)

assessments = Table(
    "assessments",
    metadata,
    _id(),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("scheme", String(32), nullable=False),
    Column("edition", String(32), nullable=False),
    Column("model_hash", String(64)),
    Column("as_of", Day, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("record", CompressedJson, nullable=False),
    *_headline(),
    _by(),
    _at(),
)

outcomes = Table(
    "outcomes",
    metadata,
    _id(),
    _firm(),
    Column("applied_year", Integer, nullable=False),
    Column("batch", String(100)),
    Column("assessment_id", ForeignKey("assessments.id")),
    Column("certified", Boolean),
    Column("certificate_number", String(100)),
    Column("certified_on", Day),
    Column("expires_on", Day),
    Column("rejection_reason", Text),
    _at("changed_at"),
    _version(),
    UniqueConstraint("firm_id", "applied_year"),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("due_on", Day),
    Column("done", Boolean, nullable=False, default=False),
    Column("done_on", Day),
    _by("assignee_id"),
    _by(),
    _at(),
    _version(),
)

notes = Table(
    "notes",
    metadata,
    _id(),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    _by(),
    _at(),
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), index=True),
    # a keyed hash of the address that a visitor's draft came from, to count them by
    Column("source", String(64), index=True),
    Column("state", Json, nullable=False),
    Column("carrier_id", ForeignKey("carriers.id"), index=True),
    Column("consent", Text),
    _at("consent_at", nullable=True),
    #: when the carrier had decided on all that it says; None again with the next change
    _at("reviewed_at", nullable=True),
    _at("created_at"),
    _at("changed_at"),
    _version(),
)

#: browsers that drafts were begun or opened in, by a hash of the cookie that names each
draft_browsers = Table(
    "draft_browsers", metadata,
    _id(),
    Column("draft_id", ForeignKey("drafts.id"), nullable=False, index=True),
    Column("browser_hash", String(64), nullable=False, index=True),
    _at("opened_at"), UniqueConstraint("draft_id", "browser_hash"),
)  # fmt: skip

imports = Table(
    "imports",
    metadata,
    _id(),
    Column("file", String(300), nullable=False),
    Column("status", String(16), nullable=False),
    Column("carrier_id", ForeignKey("carriers.id")),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Json, nullable=False),
    #: None in those of versions that kept none
    Column("remarks", Json),
    #: how the file was read, for its rejected rows to be read again
    Column("reading", Json),
    Column("result", Json),
    _by(),
    _at(),
    _at("closed_at", nullable=True),
)

staged = Table(
    "staged",
    metadata,
    _id(),
    Column("import_id", ForeignKey("imports.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("uscc", String(18)),
    Column("name", String(300), nullable=False),
    Column("district", String(200)),
    Column("carrier", String(200)),
    Column("industry", String(200)),
    Column("application_year", Integer, nullable=False),
    Column("inputs", Json, nullable=False),
    #: the inputs under their calendar years, as the figures of the firm hold them
    Column("facts", Json, nullable=False, server_default="{}"),
    Column("scheme", String(32)),
    Column("edition", String(32)),
    Column("model_hash", String(64)),
    Column("as_of", Day),
    Column("record", CompressedJson),
    *_headline(),
    Column("firm_id", Integer),
    of_name("name_key", name_key, 300),
    of_name("name_stem", name_stem, 300),
    #: what a person decided of the firm that the row may speak of; None: what is proposed
    Column("decision", String(16)),
    UniqueConstraint("import_id", "place"),
)

saved_views = Table(
    "saved_views",
    metadata,
    _id(),
    Column("account_id", ForeignKey("accounts.id"), index=True),
    Column("name", String(200), nullable=False),
    Column("state", Json, nullable=False),
    _at(),
)

targets = Table(
    "targets", metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False), _version(),
)  # fmt: skip

change_counter = Table(
    "change_counter",
    metadata,
    Column("topic", String(16), primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    _at(),
    # no foreign keys: a line of the log stands whatever becomes of what it speaks of
    Column("account_id", Integer),
    Column("role", String(16), nullable=False),
    Column("action", String(64), nullable=False),
    Column("firm_id", Integer, index=True),
    Column("detail", Json, nullable=False),
    Index(None, "at"),
)

APPEND_ONLY = (assessments, audit_log)
#: hashes of secrets: never exported, never shown
SECRET = {"password_hash", "token_hash", "code_hash"}
