"""Applications of firms and their outcomes, which a model is trained on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select, update

from eligibility.store.access import Access, files_of, open_to
from eligibility.store.actors import ANYONE, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.rows import Facts, Row, only, plain
from eligibility.store.schema import (
    HEADLINE_SCHEME,
    Stage,
    assessments,
    firms,
    outcomes,
)

OUTCOME = (
    "batch", "assessment_id", "certified", "certificate_number", "certified_on", "expires_on",
    "rejection_reason",
)  # fmt: skip


class VersionedValue(NamedTuple):
    """Versioned value: a change must name its version; version 0 is: nothing yet."""

    value: Any
    version: int


class Applications(Access):
    """Applications and their outcomes."""

    @open_to(ANYONE)
    def outcomes(self, firm_id: int | None = None) -> list[Row]:
        """Applications and what became of them, latest first; of all firms where none is named."""
        own = [] if firm_id is None else [outcomes.c.firm_id == firm_id]
        with self._reading() as connection:
            if firm_id is not None:
                self._seen_firm(connection, firm_id)
            return self._all(
                connection,
                select(*outcomes.c, firms.c.name.label("firm"), firms.c.uscc)
                .join_from(outcomes, firms)
                .where(self._visible(outcomes), *own)
                .order_by(outcomes.c.applied_year.desc(), firms.c.name, outcomes.c.id),
            )

    @open_to(STAFF)
    def save_outcome(self, firm_id: int, applied_year: int, values: Facts, version: int) -> int:
        """Record an application, or what became of it; the next version (0: none is held yet).

        Parameters
        ----------
        values : mapping
            Of ``OUTCOME``; ``certified`` is None while undecided. ``assessment_id`` is the one at
            application; training reads its inputs.
        """
        entries = only(values, OUTCOME)
        key = {"firm_id": firm_id, "applied_year": applied_year}
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            if (basis := entries.get("assessment_id")) is not None:
                own = self._select(assessments, assessments.c.id == basis)
                self._one(connection, own.where(assessments.c.firm_id.in_(files_of(firm_id))))
            return self._put_outcome(connection, key, entries, version)

    @open_to(STAFF)
    def save_outcomes(self, rows: Iterable[tuple[int, int, Facts, int]]) -> int:
        """Record many applications, all of them or none; their number.

        Parameters
        ----------
        rows : iterable of (firm_id, applied_year, values, version)
            As of ``save_outcome``; what a row leaves out keeps its value. Where no assessment is
            named or held, that of the latest application date in the year becomes the one at application.

        Raises
        ------
        Conflict
            If someone else changed one of them since.
        """
        recorded = list(rows)
        with self._writing() as connection:
            for firm_id, year, values, version in recorded:
                self._seen_firm(connection, firm_id)
                entries = only(values, OUTCOME)
                if version == 0 and "assessment_id" not in entries:
                    entries["assessment_id"] = connection.scalar(_at_application(firm_id, year))
                key = {"firm_id": firm_id, "applied_year": year}
                self._put_outcome(connection, key, entries, version)
        return len(recorded)

    def _put_outcome(
        self, connection: Connection, key: dict[str, int], entry: Row, version: int
    ) -> int:
        """Write an outcome; the firm's stage follows that of its latest application."""
        values = {**entry, "changed_at": self._clock()}
        after = self._put(connection, outcomes, key, values, version)
        firm_id = key["firm_id"]
        self._log(
            connection, AuditAction.OUTCOME_SAVE, firm_id, applied_year=key["applied_year"], **entry
        )
        latest = select(outcomes.c.applied_year, outcomes.c.certified)
        latest = latest.where(outcomes.c.firm_id == firm_id)
        year, certified = connection.execute(
            latest.order_by(outcomes.c.applied_year.desc()).limit(1)
        ).one()
        if year == key["applied_year"] and "certified" in entry:
            reached = {True: Stage.CERTIFIED, None: Stage.APPLIED, False: Stage.NURTURED}[certified]
            at = self._clock()
            connection.execute(
                update(firms)
                .where(firms.c.id == firm_id, firms.c.stage != reached.value)
                .values(
                    stage=reached.value,
                    stage_since=at,
                    changed_at=at,
                    version=firms.c.version + 1,
                )
            )
        return after

    @open_to(STAFF)
    def past_applications(self, scheme: str = HEADLINE_SCHEME) -> list[Row]:
        """The rows that training reads: inputs at application, ``applied_year``, ``certified``.

        Decided applications only, with ``rejection_reason`` where one is known; those without an
        assessment at application say nothing to learn from and are left out.
        """
        with self._reading() as connection:
            row = connection.execute(
                select(
                    assessments.c.inputs,
                    outcomes.c.applied_year,
                    outcomes.c.certified,
                    outcomes.c.rejection_reason,
                )
                .join_from(outcomes, assessments)
                .where(
                    self._visible(outcomes),
                    outcomes.c.certified.is_not(None),
                    assessments.c.scheme == scheme,
                )
                .order_by(outcomes.c.applied_year, outcomes.c.id)
            ).all()
        return [
            plain({**inputs, "applied_year": year, "certified": yes, "rejection_reason": why})
            for inputs, year, yes, why in row
        ]


def _at_application(firm_id: int, year: int) -> Select[tuple[int]]:
    """Of a firm's assessments for an application year, the one of the latest date of application."""
    return (
        select(assessments.c.id)
        .where(
            assessments.c.firm_id.in_(files_of(firm_id)),
            assessments.c.scheme == HEADLINE_SCHEME,
            assessments.c.as_of.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(assessments.c.as_of.desc(), assessments.c.at.desc(), assessments.c.id.desc())
        .limit(1)
    )
