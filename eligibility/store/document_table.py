"""Tables of documents of firms: where each paper stands, and the files attached to it.

What a file holds lies in a folder beside the store, by SHA-256 (``file_folder``).
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from eligibility.store.column_types import Day, Moment
from eligibility.store.schema import metadata

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False),
    Column("item", String(200), nullable=False),
    Column("status", String(16), nullable=False),
    Column("remark", Text),
    Column("due_on", Day),
    Column("asked_on", Day),
    # no foreign key, as SQLite adds none to a table that is there
    Column("asker_id", Integer),
    Column("changed_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    UniqueConstraint("firm_id", "item"),
)

document_files = Table(
    "document_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("item", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Index(None, "sha256"),
    # the id of a file that was removed is never another file's
    sqlite_autoincrement=True,
)
