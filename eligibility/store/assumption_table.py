"""Table of an institution's own assumptions: every change of a number of the settings files."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from eligibility.store.column_types import Json, Moment
from eligibility.store.schema import metadata

assumptions = Table(
    "assumptions",
    metadata,
    Column("id", Integer, primary_key=True),
    #: the settings file, by its name
    Column("document", String(64), nullable=False),
    #: keys from its top, as a JSON list
    Column("path", String(300), nullable=False),
    #: None takes the entry away
    Column("value", Json),
    #: back to what the file says
    Column("is_default", Boolean, nullable=False),
    #: who said so, or "assumed"
    Column("source", Text, nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Index(None, "document", "path"),
)
