"""Visits to firms: planned ones, what was found at each, and the next step."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.casework import LONGEST_NOTE, LONGEST_TITLE, require_length
from eligibility.store.rows import Facts, Row, only
from eligibility.store.schema import accounts, tasks
from eligibility.store.visit_table import visits

VISIT = ("visited_on", "visitor_id", "findings", "next_step")


class Visits(Access):
    """Who went to which firm, and what came of it; the firm itself never sees it."""

    @open_to(STAFF)
    def of_firm(self, firm_id: int) -> list[Row]:
        """Visits of a firm, the latest first, with ``visitor`` (a name)."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            return self._all(
                connection,
                select(*visits.c, accounts.c.name.label("visitor"))
                .outerjoin_from(visits, accounts, accounts.c.id == visits.c.visitor_id)
                .where(self._visible(visits), visits.c.firm_id == firm_id)
                .order_by(visits.c.visited_on.desc(), visits.c.id.desc()),
            )

    @open_to(STAFF)
    def add(self, firm_id: int, values: Facts, *, next_due: date | None = None) -> int:
        """A new visit of ``VISIT`` fields, planned where it has no ``findings``; its id.

        Parameters
        ----------
        firm_id : int
        values : mapping
            ``visited_on`` is asked for; the visitor is whoever enters it, if nobody is named.
        next_due : date, optional
            Day by which the next step is done: it becomes a task of the visitor.
        """
        with self._writing(moves_year=False) as connection:
            entries = {"visitor_id": self.actor.account_id, **_entries(values, next_due)}
            if entries.get("visited_on") is None:
                raise InputError("A visit needs its day.")
            firm = self._seen_firm(connection, firm_id)
            self._adviser(connection, entries["visitor_id"], firm["carrier_id"])
            entries |= self._next_task(connection, firm_id, entries, next_due)
            new_id = self._insert(
                connection,
                visits,
                {
                    "firm_id": firm_id,
                    "account_id": self.actor.account_id,
                    "at": self._clock(),
                    "version": 1,
                    **entries,
                },
            )
            self._log(
                connection, AuditAction.VISIT_ADD, firm_id, visit=new_id, day=entries["visited_on"]
            )
        return new_id

    @open_to(STAFF)
    def save(
        self, visit_id: int, values: Facts, version: int, *, next_due: date | None = None
    ) -> int:
        """Change a visit that stands at this version, as by what was found; the next version."""
        entries = _entries(values, next_due)
        with self._writing(moves_year=False) as connection:
            before = self._one(connection, self._select(visits, visits.c.id == visit_id))
            firm = self._seen_firm(connection, before["firm_id"])
            self._adviser(connection, entries.get("visitor_id"), firm["carrier_id"])
            if before["task_id"] is None:
                entries |= self._next_task(connection, firm["id"], {**before, **entries}, next_due)
            after = self._change(connection, visits, visits.c.id == visit_id, entries, version)
            self._log(connection, AuditAction.VISIT_CHANGE, firm["id"], visit=visit_id)
        return after

    def _next_task(
        self, connection: Connection, firm_id: int, visit: Facts, due_on: date | None
    ) -> Row:
        """The task that a next step with a day becomes, as ``task_id``."""
        if due_on is None:
            return {}
        values = {
            "firm_id": firm_id,
            "title": visit["next_step"],
            "due_on": due_on,
            "assignee_id": visit["visitor_id"],
            "account_id": self.actor.account_id,
            "at": self._clock(),
            "version": 1,
        }
        return {"task_id": self._insert(connection, tasks, values)}


def _entries(values: Facts, next_due: date | None) -> Row:
    entries = only(values, VISIT)
    require_length(entries.get("findings"), LONGEST_NOTE)
    require_length(entries.get("next_step"), LONGEST_TITLE)
    if next_due is not None and not entries.get("next_step"):
        raise InputError("A day needs the next step that is done by it.")
    return entries
