"""Table of courses that were held: which firm came to which course on which day."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from eligibility.store.column_types import Day, Moment
from eligibility.store.schema import metadata

course_attendance = Table(
    "course_attendance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("firm_id", ForeignKey("firms.id"), nullable=False, index=True),
    #: its title in words; a file that another was merged into may have it twice
    Column("course", String(200), nullable=False),
    Column("held_on", Day, nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id")),
    Column("at", Moment, nullable=False),
)
