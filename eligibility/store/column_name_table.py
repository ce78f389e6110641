"""Table of the names of columns that an institution knows fields by, beside the program's own."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from eligibility.store.column_types import Moment
from eligibility.store.schema import metadata

column_names = Table(
    "column_names",
    metadata,
    Column("id", Integer, primary_key=True),
    #: the name as files have it, in the form in which two are compared
    Column("plain", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("field_id", String(64), nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
)
