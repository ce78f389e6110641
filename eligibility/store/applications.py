"""Applications of firms and their outcomes, which a model is trained on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, select

from eligibility.domain.errors import InputError
from eligibility.store.access import Access, files_of, open_to
from eligibility.store.actors import ANYONE, STAFF
from eligibility.store.application_steps import (
    checked_steps,
    decision,
    read_steps,
    write_steps,
)
from eligibility.store.application_tables import ApplicationStep
from eligibility.store.audit import AuditAction
from eligibility.store.rows import Facts, Row, only, plain
from eligibility.store.schema import (
    HEADLINE_SCHEME,
    assessments,
    firms,
    outcomes,
)
from eligibility.store.stages import follow_records

OUTCOME = (
    "batch", "assessment_id", "certified", "certificate_number", "certified_on", "expires_on",
    "rejection_reason",
)  # fmt: skip


class Applications(Access):
    """Applications and their outcomes."""

    @open_to(ANYONE)
    def outcomes(self, firm_id: int | None = None) -> list[Row]:
        """Applications and what became of them, latest first; of all firms where none is named.

        Each with its ``steps`` in their order: ``step``, ``day``, ``reasons``, ``remark``.
        """
        own = [] if firm_id is None else [outcomes.c.firm_id == firm_id]
        with self._reading() as connection:
            if firm_id is not None:
                self._seen_firm(connection, firm_id)
            rows = self._all(
                connection,
                select(*outcomes.c, firms.c.name.label("firm"), firms.c.uscc)
                .join_from(outcomes, firms)
                .where(self._visible(outcomes), *own)
                .order_by(outcomes.c.applied_year.desc(), firms.c.name, outcomes.c.id),
            )
            steps = read_steps(connection, None if firm_id is None else [firm_id])
        return [
            {**row, "steps": steps.get((row["firm_id"], row["applied_year"]), [])} for row in rows
        ]

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

    @open_to(STAFF)
    def save_steps(
        self, firm_id: int, applied_year: int, steps: Iterable[Facts], version: int
    ) -> int:
        """Store all steps of an application in place of those at its version; the next version.

        Where they decide the application its outcome follows them; 0 is an application not held yet.

        Parameters
        ----------
        steps : iterable of mappings
            As ``application_steps.checked_steps`` takes them.

        Raises
        ------
        InputError
            If the steps do not follow one another.
        Conflict
            If someone else changed the application since.
        """
        rows = checked_steps(steps)
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            return self._put_steps(connection, firm_id, applied_year, rows, {}, version)

    @open_to(STAFF)
    def save_published(self, rows: Iterable[tuple[int, int, Iterable[Facts], Facts, int]]) -> int:
        """Record what a published list says of many applications, all or none; their number.

        Parameters
        ----------
        rows : iterable of (firm_id, applied_year, steps, values, version)
            All steps of the application as of ``save_steps``, and of ``OUTCOME`` what the list says.

        Raises
        ------
        InputError
            If the steps of one do not follow one another.
        Conflict
            If someone else changed one of them since.
        """
        recorded = [
            (firm_id, year, checked_steps(steps), values, version)
            for firm_id, year, steps, values, version in rows
        ]
        with self._writing() as connection:
            for firm_id, year, steps, values, version in recorded:
                self._seen_firm(connection, firm_id)
                self._put_steps(connection, firm_id, year, steps, only(values, OUTCOME), version)
        return len(recorded)

    def _put_steps(
        self,
        connection: Connection,
        firm_id: int,
        year: int,
        steps: list[Row],
        values: Row,
        version: int,
    ) -> int:
        """Write the steps of an application, its outcome after them, and what else is known of it."""
        entry = {**self._entry_of_steps(connection, firm_id, year, steps), **values}
        if version == 0 and "assessment_id" not in entry:
            entry["assessment_id"] = connection.scalar(_at_application(firm_id, year))
        write_steps(connection, firm_id, year, steps)
        key = {"firm_id": firm_id, "applied_year": year}
        logged = [{"step": row["step"].value, "day": row["day"]} for row in steps]
        return self._put_outcome(connection, key, entry, version, steps=logged)

    def _entry_of_steps(
        self, connection: Connection, firm_id: int, year: int, rows: list[Row]
    ) -> Row:
        """What the steps say of the outcome; what they never decided stays as it is."""
        before = read_steps(connection, [firm_id]).get((firm_id, year), [])
        certified = decision(rows)
        if certified is None and decision(before) is None:
            return {}
        entry: Row = {"certified": certified}
        if rows and certified is False:
            entry["rejection_reason"] = rows[-1]["remark"] or None
        announced = [row["day"] for row in rows if row["step"] is ApplicationStep.ANNOUNCEMENT]
        own = (outcomes.c.firm_id == firm_id) & (outcomes.c.applied_year == year)
        day = connection.scalar(select(outcomes.c.certified_on).where(own))
        if certified and announced and day is None:
            entry["certified_on"] = announced[0]
        return entry

    def _put_outcome(
        self, connection: Connection, key: dict[str, int], entry: Row, version: int, **detail: Any
    ) -> int:
        """Write an outcome; the firm's stage follows its records."""
        firm_id, year = key["firm_id"], key["applied_year"]
        steps = read_steps(connection, [firm_id]).get((firm_id, year), [])
        decided = decision(steps)
        if decided is not None and entry.get("certified", decided) is not decided:
            raise InputError(
                "The last step of the application of {year} decides it otherwise; change its steps "
                "instead.",
                year=year,
            )
        at = self._clock()
        after = self._put(connection, outcomes, key, {**entry, "changed_at": at}, version)
        self._log(
            connection, AuditAction.OUTCOME_SAVE, firm_id, applied_year=year, **entry, **detail
        )
        follow_records(connection, [firm_id], at)
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
