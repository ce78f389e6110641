"""The count of changes to what a forecast of the year reads: another number after each of them."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy import text as sql

from eligibility.store.schema import change_counter

#: whose changes are counted
YEAR = "year"
_ADVANCE = sql(
    "INSERT INTO change_counter (topic, number) VALUES (:topic, 1) "
    "ON CONFLICT (topic) DO UPDATE SET number = change_counter.number + 1"
)


def count_change(connection: Connection) -> None:
    """Count this transaction as a change of the year.

    Other such transactions wait from here to its end, so that numbers follow each other in the
    order in which they are stored: it belongs at the end of one.
    """
    connection.execute(_ADVANCE, {"topic": YEAR})


def change_count(connection: Connection) -> int:
    """How many changes of the year are stored; 0 before the first."""
    counted = select(change_counter.c.number).where(change_counter.c.topic == YEAR)
    return connection.scalar(counted) or 0
