"""Queries of the desk: what is before one person, or all, today and this week; the team in numbers.

``person`` is the account of an adviser; None means all firms to be seen. A task without an assignee is
that of the firm's adviser.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, true

from eligibility.store.access import Access, open_to
from eligibility.store.actors import STAFF
from eligibility.store.firms import ResultPage
from eligibility.store.passwords import normalize_login
from eligibility.store.rows import Row, slices
from eligibility.store.schema import (
    HEADLINE_SCHEME,
    Stage,
    accounts,
    assessments,
    carriers,
    firms,
    outcomes,
    tasks,
)
from eligibility.store.visit_table import visits

#: shown of a firm
_FIRM = (
    firms.c.id.label("firm_id"), firms.c.name.label("firm"), firms.c.district, firms.c.stage,
    carriers.c.name.label("carrier"), accounts.c.name.label("adviser"),
)  # fmt: skip
_JOINED = firms.outerjoin(carriers).outerjoin(accounts, accounts.c.id == firms.c.adviser_id)
_SHORT_OF = ("verdict", "score_low", "score_high", "first_gap", "open_facts", "unmet_distance")
#: stages that a firm has moved forward to
_FORWARD = (Stage.NURTURED, Stage.READY, Stage.APPLIED, Stage.CERTIFIED)


class Desk(Access):
    """What staff has before it."""

    @open_to(STAFF)
    def tasks(
        self,
        until: date,
        person: int | None = None,
        *,
        first: date | None = None,
        limit: int = 200,
    ) -> ResultPage:
        """Open tasks due up to that day, the earliest first, with ``firm``, ``adviser``, ``assignee``.

        Those from the day ``first`` on where it is given; so many of them, and how many there are.
        """
        assignee = accounts.alias("assignee")
        which = tasks.c.done.is_(False) & (tasks.c.due_on <= until) & _tasks_of(person)
        if first is not None:
            which &= tasks.c.due_on >= first
        query = (
            select(
                *_FIRM, tasks.c.id, tasks.c.title, tasks.c.due_on, tasks.c.version,
                tasks.c.assignee_id, assignee.c.name.label("assignee"),
            )
            .select_from(
                _JOINED.join(tasks, tasks.c.firm_id == firms.c.id)
                .outerjoin(assignee, assignee.c.id == tasks.c.assignee_id)
            )
            .order_by(tasks.c.due_on, tasks.c.id)
            .limit(limit)
        )  # fmt: skip
        counting = select(func.count()).select_from(tasks.join(firms)).where(which)
        with self._reading() as connection:
            rows = self._all(connection, query.where(which, self._visible()))
            return ResultPage(rows, connection.scalar(counting.where(self._visible())) or 0)

    @open_to(STAFF)
    def visits(self, until: date, person: int | None = None, *, limit: int = 500) -> list[Row]:
        """Visits up to that day of which nobody wrote down yet what was found, the earliest first."""
        visitor = accounts.alias("visitor")
        whose = true() if person is None else visits.c.visitor_id == person
        query = (
            select(
                *_FIRM, visits.c.id, visits.c.visited_on, visits.c.next_step, visits.c.version,
                visitor.c.name.label("visitor"),
            )
            .select_from(
                _JOINED.join(visits, visits.c.firm_id == firms.c.id)
                .outerjoin(visitor, visitor.c.id == visits.c.visitor_id)
            )
            .where(visits.c.findings.is_(None), visits.c.visited_on <= until, whose)
            .order_by(visits.c.visited_on, visits.c.id)
            .limit(limit)
        )  # fmt: skip
        with self._reading() as connection:
            return self._all(connection, query.where(self._visible()))

    @open_to(STAFF)
    def nearly_determined(self, person: int | None = None, *, limit: int = 12) -> ResultPage:
        """Firms of any stage whose verdict one or two facts leave open, the fewest facts first."""
        few = func.length(firms.c.open_facts) - func.length(
            func.replace(firms.c.open_facts, ",", "")
        )
        order = few, firms.c.score_high.desc(), firms.c.id
        return self._firms(firms.c.open_facts.is_not(None), person, order, limit)

    @open_to(STAFF)
    def nearly_eligible(self, person: int | None = None, *, limit: int = 12) -> ResultPage:
        """Firms of any stage with unmet conditions that have a measure, the nearest to its line first."""
        order = firms.c.unmet_distance, firms.c.score_high.desc(), firms.c.id
        return self._firms(firms.c.unmet_distance.is_not(None), person, order, limit)

    @open_to(STAFF)
    def without_adviser(self, *, limit: int = 12) -> ResultPage:
        """Firms that nobody looks after, the newest first."""
        order = firms.c.created_at.desc(), firms.c.id.desc()
        return self._firms(firms.c.adviser_id.is_(None), None, order, limit)

    def _firms(
        self, which: ColumnElement[bool], person: int | None, order: Iterable[Any], limit: int
    ) -> ResultPage:
        shown = [*_FIRM, firms.c.assessed_at, *(firms.c[name] for name in _SHORT_OF)]
        query = select(*shown).select_from(_JOINED).where(which, _firms_of(person))
        counting = select(func.count()).select_from(firms).where(which, _firms_of(person))
        with self._reading() as connection:
            rows = self._all(
                connection, query.where(self._counts_as_firm()).order_by(*order).limit(limit)
            )
            days = _application_dates(connection, [row["firm_id"] for row in rows])
            rows = [{**row, "as_of": days.get(row["firm_id"])} for row in rows]
            return ResultPage(rows, connection.scalar(counting.where(self._counts_as_firm())) or 0)

    @open_to(STAFF)
    def own_firms(self, firm_ids: Iterable[int], person: int) -> set[int]:
        """Those of these firms that an adviser looks after, or nobody."""
        own = (firms.c.adviser_id == person) | firms.c.adviser_id.is_(None)
        result: set[int] = set()
        with self._reading() as connection:
            for some in slices(firm_ids):
                query = select(firms.c.id).where(self._visible(), own, firms.c.id.in_(some))
                result |= set(connection.scalars(query))
        return result

    @open_to(STAFF)
    def certificates(self, person: int | None = None) -> list[Row]:
        """Certified applications of the firms, as ``year.certificates``, with ``firm``; by firm and year."""
        names = ("applied_year", "certified_on", "expires_on")
        query = (
            select(
                outcomes.c.firm_id,
                firms.c.name.label("firm"),
                *(outcomes.c[name] for name in names),
            )
            .join_from(outcomes, firms)
            .where(outcomes.c.certified, _firms_of(person))
            .order_by(outcomes.c.firm_id, outcomes.c.applied_year)
        )
        with self._reading() as connection:
            return self._all(connection, query.where(self._counts_as_firm()))

    @open_to(STAFF)
    def stages(self, person: int | None = None) -> dict[Stage, int]:
        """The firms by stage, every stage named, in order."""
        query = select(firms.c.stage, func.count().label("firms")).where(_firms_of(person))
        with self._reading() as connection:
            rows = connection.execute(query.where(self._counts_as_firm()).group_by(firms.c.stage))
            counted = {row.stage: row.firms for row in rows}
        return {stage: counted.get(stage.value, 0) for stage in Stage}

    @open_to(STAFF)
    def team(self, since: datetime, today: date) -> list[Row]:
        """By adviser, the one of most firms first: ``adviser_id`` (None: nobody), ``adviser``,
        ``firms``, ``visits`` since then that were made, ``forward`` (firms whose stage moved on since
        then) and ``overdue`` tasks.
        """
        forward = firms.c.stage.in_([stage.value for stage in _FORWARD]) & (
            firms.c.stage_since >= since
        )
        by_firm = select(
            firms.c.adviser_id.label("who"),
            func.count().label("firms"),
            func.sum(case((forward, 1), else_=0)).label("forward"),
        ).group_by(firms.c.adviser_id)
        by_visit = (
            select(visits.c.visitor_id.label("who"), func.count().label("visits"))
            .join_from(visits, firms)
            .where(visits.c.findings.is_not(None), visits.c.visited_on >= since.astimezone().date())
            .group_by(visits.c.visitor_id)
        )
        who = func.coalesce(tasks.c.assignee_id, firms.c.adviser_id)
        by_task = (
            select(who.label("who"), func.count().label("overdue"))
            .join_from(tasks, firms)
            .where(tasks.c.done.is_(False), tasks.c.due_on < today)
            .group_by(who)
        )
        with self._reading() as connection:
            counts: dict[int | None, Row] = {}
            parts: list[tuple[Any, ColumnElement[bool]]] = [
                (by_firm, self._counts_as_firm()), (by_visit, self._visible()), (by_task, self._visible()),
            ]  # fmt: skip
            for query, rule in parts:
                for row in self._all(connection, query.where(rule)):
                    counts.setdefault(row.pop("who"), {}).update(row)
            staff = select(accounts.c.id, accounts.c.name).where(
                accounts.c.id.in_([each for each in counts if each is not None])
            )
            names: dict[int | None, str] = {row.id: row.name for row in connection.execute(staff)}
        blank = {"firms": 0, "visits": 0, "forward": 0, "overdue": 0}
        rows = [
            {"adviser_id": each, "adviser": names.get(each), **blank, **row}
            for each, row in counts.items()
        ]
        return sorted(rows, key=lambda row: (-row["firms"], row["adviser"] or ""))

    @open_to(STAFF)
    def person_id(self, login: str) -> int | None:
        """The account of active staff that has this login, within one's carrier; None for no other."""
        with self._reading() as connection:
            query = select(accounts.c.id).where(
                accounts.c.login == normalize_login(login), accounts.c.active
            )
            return connection.scalar(query.where(self._within_carrier(accounts.c.carrier_id)))


def _firms_of(person: int | None) -> ColumnElement[bool]:
    return true() if person is None else firms.c.adviser_id == person


def _tasks_of(person: int | None) -> ColumnElement[bool]:
    if person is None:
        return true()
    return func.coalesce(tasks.c.assignee_id, firms.c.adviser_id) == person


def _application_dates(connection: Connection, firm_ids: list[int]) -> dict[int, date]:
    """The application dates of the assessments that the rows of firms show."""
    file = firms.alias("file")
    firm = func.coalesce(file.c.merged_into, file.c.id)
    query = (
        select(firm.label("firm"), func.max(assessments.c.as_of).label("as_of"))
        .join_from(assessments, file, file.c.id == assessments.c.firm_id)
        .where(
            assessments.c.scheme == HEADLINE_SCHEME,
            file.c.id.in_(firm_ids) | file.c.merged_into.in_(firm_ids),
        )
        .group_by(firm)
    )
    return {row.firm: row.as_of for row in connection.execute(query)}
