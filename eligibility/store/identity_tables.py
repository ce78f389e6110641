"""Tables of which files are one firm's: former names and carriers, pairs to decide, merges, changes.

Like those of ``schema``, the same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from eligibility.domain.firm_names import name_key, name_stem
from eligibility.domain.text import msgid
from eligibility.store.column_types import CompressedJson, Day, Json, Moment
from eligibility.store.schema import metadata, of_name


class PairReason(StrEnum):
    """Why two files may be one firm's."""

    CODE = "code"
    NAME = "name"
    FORMER_NAME = "former name"
    LEGAL_FORM = "legal form"


PAIR_WORDS = {
    PairReason.CODE: msgid("the same credit code"),
    PairReason.NAME: msgid("the same name, and one without a code"),
    PairReason.FORMER_NAME: msgid("a former name, and one without a code"),
    PairReason.LEGAL_FORM: msgid("the same name but for its legal form, and one without a code"),
}


former_names = Table(
    "former_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("name", String(300), nullable=False),
    of_name("name_key", name_key, 300),
    of_name("name_stem", name_stem, 300),
    #: the last day of the name; None where it is not known
    Column("until", Day),
    Index(None, "name_key"),
    Index(None, "name_stem"),
)

former_carriers = Table(
    "former_carriers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("carrier_id", ForeignKey("carriers.id"), nullable=False, index=True),
    Column("since", Day),
    Column("until", Day),
    #: the file as it stood on that day, for those who looked after it until then
    Column("file", CompressedJson, nullable=False),
)

firm_pairs = Table(
    "firm_pairs",
    metadata,
    Column("id", Integer, primary_key=True),
    # the file that is probably a copy, and the one that counts
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("other_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("reason", String(16), nullable=False),
    #: None while nobody has decided
    Column("decision", String(16)),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Column("decided_at", Moment),
)

firm_merges = Table(
    "firm_merges",
    metadata,
    Column("id", Integer, primary_key=True),
    # the file that went on, and the one that was put into it
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("merged_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: what was there before, and which rows went from one file to the other
    Column("undo", CompressedJson, nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", ForeignKey("accounts.id")),
)

import_changes = Table(
    "import_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False),
    Column("added", Boolean, nullable=False),
    # the current assessment before and after; None where there was none
    Column("before_id", ForeignKey("assessments.id")),
    Column("after_id", ForeignKey("assessments.id")),
    #: ``name`` and ``carrier`` (names), and ``figures`` by field and year: each [before, after]
    Column("changed", Json, nullable=False),
)
