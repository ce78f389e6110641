"""Queries of the report of a year: its firms, its applications, and the work done on them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.application_steps import read_steps
from eligibility.store.rows import Row
from eligibility.store.schema import accounts, carriers, firms, outcomes, tasks
from eligibility.store.visit_table import visits

_FIRM = ("id", "uscc", "name", "district", "industry", "stage", "verdict", "first_gap")
_OUTCOME = (
    "batch", "certified", "certificate_number", "certified_on", "expires_on", "rejection_reason",
)  # fmt: skip


class YearResults(Access):
    """What became of a year, of the firms to be seen."""

    @open_to(STAFF)
    def firms(self) -> list[Row]:
        """Every firm that counts, by name: its row, ``carrier`` and ``adviser`` by name, ``carrier_kind``."""
        columns: list[Any] = [firms.c[name] for name in _FIRM]
        columns += [
            carriers.c.name.label("carrier"),
            carriers.c.kind.label("carrier_kind"),
            accounts.c.name.label("adviser"),
        ]
        place = firms.outerjoin(carriers).outerjoin(accounts, accounts.c.id == firms.c.adviser_id)
        with self._reading() as connection:
            return self._all(
                connection,
                select(*columns)
                .select_from(place)
                .where(self._counts_as_firm())
                .order_by(firms.c.name_order, firms.c.id),
            )

    @open_to(STAFF)
    def applications(self, year: int) -> list[Row]:
        """Applications of a year and what became of them, with ``firm_id`` (of a copy the file that counts).

        ``reasons`` are the codes of the last step of each.
        """
        firm = func.coalesce(firms.c.copy_of, firms.c.id).label("firm_id")
        file = outcomes.c.firm_id.label("file_id")
        with self._reading() as connection:
            rows = self._all(
                connection,
                select(firm, file, *(outcomes.c[name] for name in _OUTCOME))
                .join_from(outcomes, firms)
                .where(self._visible(outcomes), outcomes.c.applied_year == year)
                .order_by(firm, outcomes.c.id),
            )
            steps = read_steps(connection, [row["file_id"] for row in rows])
        for row in rows:
            of_file = steps.get((row.pop("file_id"), year))
            row["reasons"] = of_file[-1]["reasons"] if of_file else []
        return rows

    @open_to(STAFF)
    def visits(self, year: int) -> list[Row]:
        """Visits of a year that were made: ``firm_id``, ``person``, and ``visited_on``."""
        with self._reading() as connection:
            return self._all(
                connection,
                select(visits.c.firm_id, accounts.c.name.label("person"), visits.c.visited_on)
                .outerjoin_from(visits, accounts, accounts.c.id == visits.c.visitor_id)
                .where(
                    self._visible(visits),
                    visits.c.findings.is_not(None),
                    visits.c.visited_on.between(date(year, 1, 1), date(year, 12, 31)),
                )
                .order_by(visits.c.visited_on, visits.c.id),
            )

    @open_to(STAFF)
    def tasks_done(self, year: int) -> list[Row]:
        """Tasks that are done and were closed in the year: ``firm_id`` and ``person`` (whose it was)."""
        person = func.coalesce(tasks.c.assignee_id, firms.c.adviser_id)
        with self._reading() as connection:
            return self._all(
                connection,
                select(tasks.c.firm_id, accounts.c.name.label("person"))
                .select_from(tasks.join(firms).outerjoin(accounts, accounts.c.id == person))
                .where(
                    self._visible(), tasks.c.done_on.between(date(year, 1, 1), date(year, 12, 31))
                )
                .order_by(tasks.c.id),
            )
