"""Table of visits to firms: who, when, what was found, and what comes next."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from eligibility.store.column_types import Day, Moment
from eligibility.store.schema import metadata

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    Column("visited_on", Day, nullable=False),
    Column("visitor_id", ForeignKey("accounts.id")),
    #: None: it is planned, or nobody has written down yet what came of it
    Column("findings", Text),
    Column("next_step", Text),
    #: the task that the next step became, where it has a day; no foreign key, as a merge moves both
    Column("task_id", Integer),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    Index(None, "visited_on"),
)
