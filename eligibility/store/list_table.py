"""Table of the columns that each person has chosen for the list of firms."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from eligibility.store.column_types import Json
from eligibility.store.schema import metadata

list_columns = Table(
    "list_columns",
    metadata,
    Column("id", Integer, primary_key=True),
    #: None: of the one person of a store without accounts
    Column("account_id", ForeignKey("accounts.id"), unique=True),
    Column("columns", Json, nullable=False),
)
