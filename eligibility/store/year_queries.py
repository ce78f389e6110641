"""Queries of the year forecast: firms that may apply, certificates on record, and its cache key."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select

from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.certificate_tables import cancellations
from eligibility.store.change_counter import change_count
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.rows import Row
from eligibility.store.schema import Stage, carriers, figures, firms, outcomes


class YearQueries(Access):
    """The year of the firms to be seen."""

    @open_to(STAFF)
    def applicants(self, year: int, stages: Collection[Stage | str]) -> list[Row]:
        """Firms at these stages whose application of the year is not decided, by their ids.

        Parameters
        ----------
        year : int
            Of application.
        stages : collection of Stage

        Returns
        -------
        list of dict
            ``id``, ``uscc``, ``name``, ``district``, ``industry``, ``stage``, ``carrier`` (its
            name) and the latest ``facts`` that are not of a later year, with their ``facts_year``;
            both None where there are none. ``pending`` is the year of its latest undecided
            application and ``decided`` that of its latest decided one, None without one;
            ``stage_since`` the moment since which its stage holds, None where that is not known.
        """
        names = ("id", "uscc", "name", "district", "industry", "stage", "stage_since")
        columns = [firms.c[name] for name in names]
        latest = (
            select(func.max(figures.c.application_year))
            .where(figures.c.firm_id == firms.c.id, figures.c.application_year <= year)
            .correlate(firms)
            .scalar_subquery()
        )
        theirs = (figures.c.firm_id == firms.c.id) & (figures.c.application_year == latest)
        with self._reading() as connection:
            wanted = (
                select(
                    *columns,
                    _latest(outcomes.c.certified.is_(None)).label("pending"),
                    _latest(outcomes.c.certified.is_not(None)).label("decided"),
                    carriers.c.name.label("carrier"),
                    figures.c.facts,
                    figures.c.application_year.label("facts_year"),
                )
                .select_from(firms.outerjoin(carriers).outerjoin(figures, theirs))
                .where(
                    self._visible(),
                    firms.c.stage.in_(sorted(Stage(stage).value for stage in stages)),
                    firms.c.id.not_in(_decided_firms(year)),
                )
            )
            rows = self._all(connection, wanted.order_by(firms.c.id))
        calendar = CalendarFacts()
        return [
            {**row, "facts": row["facts"] and calendar.cut(row["facts"], row["facts_year"])}
            for row in rows
        ]

    @open_to(STAFF)
    def candidates_then(self, year: int) -> list[Row]:
        """Firms in the register by the end of an earlier year, and whether they applied in it.

        ``id``, the latest ``facts`` that are not of a later year with their ``facts_year``, and
        ``applied``; firms without facts are left out. None where no application of the year is
        recorded, which tells nothing of who applies.
        """
        latest = (
            select(func.max(figures.c.application_year))
            .where(figures.c.firm_id == firms.c.id, figures.c.application_year <= year)
            .correlate(firms)
            .scalar_subquery()
        )
        theirs = (figures.c.firm_id == firms.c.id) & (figures.c.application_year == latest)
        applied = select(outcomes.c.firm_id).where(outcomes.c.applied_year == year)
        after = datetime(year + 1, 1, 1, tzinfo=UTC)
        with self._reading() as connection:
            if connection.execute(applied.where(self._visible(outcomes)).limit(1)).first() is None:
                return []
            wanted = (
                select(
                    firms.c.id,
                    figures.c.facts,
                    figures.c.application_year.label("facts_year"),
                    firms.c.id.in_(applied).label("applied"),
                )
                .select_from(firms.join(figures, theirs))
                .where(self._visible(), firms.c.created_at < after)
            )
            rows = self._all(connection, wanted.order_by(firms.c.id))
        calendar = CalendarFacts()
        return [
            {
                **row,
                "facts": calendar.cut(row["facts"], row["facts_year"]),
                "applied": bool(row["applied"]),
            }
            for row in rows
        ]

    @open_to(STAFF)
    def copies(self, year: int) -> list[Row]:
        """Files of firms that have several, until a person decides, by their ids.

        ``id``, ``firm`` (the id of the file that counts, where it is to be seen too), ``stage``, and
        ``decided``: whether its application of the year is.
        """
        copy = firms.alias("copy")
        several = select(copy.c.copy_of).where(
            copy.c.copy_of.is_not(None), copy.c.archived_at.is_(None)
        )
        firm = func.coalesce(firms.c.copy_of, firms.c.id)
        with self._reading() as connection:
            columns = firms.c.id, firm.label("firm"), firms.c.stage
            wanted = select(*columns, firms.c.id.in_(_decided_firms(year)).label("decided"))
            return self._all(
                connection, wanted.where(self._visible(), firm.in_(several)).order_by(firms.c.id)
            )

    @open_to(STAFF)
    def certificates(self) -> list[Row]:
        """Every certificate on record: its firm, year of application, days of issue, expiry, cancellation.

        ``firm_id``, ``applied_year``, ``certified_on``, ``expires_on`` and ``cancelled_on``, by firm and
        year; days are None where nobody entered them.
        """
        names = ("firm_id", "applied_year", "certified_on", "expires_on")
        own = (cancellations.c.firm_id == outcomes.c.firm_id) & (
            cancellations.c.applied_year == outcomes.c.applied_year
        )
        query = select(
            *(outcomes.c[name] for name in names), cancellations.c.cancelled_on
        ).select_from(outcomes.outerjoin(cancellations, own))
        with self._reading() as connection:
            return self._all(
                connection,
                query.where(self._visible(outcomes), outcomes.c.certified).order_by(
                    outcomes.c.firm_id, outcomes.c.applied_year
                ),
            )

    @open_to(STAFF)
    def figures_changed(self) -> date | None:
        """The last day on which figures of a firm to be seen were imported or edited."""
        with self._reading() as connection:
            latest = select(func.max(figures.c.changed_at)).where(self._visible(figures))
            at = connection.scalar(latest)
        return None if at is None else at.astimezone().date()

    @open_to(STAFF)
    def last_change(self) -> int:
        """Cache key: another number after every change of what a year reads (their count)."""
        with self._reading() as connection:
            return change_count(connection)


def _decided_firms(year: int) -> Select[tuple[int]]:
    """The firms whose application of a year is decided."""
    return select(outcomes.c.firm_id).where(
        outcomes.c.applied_year == year, outcomes.c.certified.is_not(None)
    )


def _latest(which: ColumnElement[bool]) -> ScalarSelect[int | None]:
    """The latest year of a firm's applications of that kind."""
    year = select(func.max(outcomes.c.applied_year)).where(outcomes.c.firm_id == firms.c.id, which)
    return year.correlate(firms).scalar_subquery()
