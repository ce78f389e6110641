"""Records of a firm: figures of its applications, ledgers, assessments.

A figure is stored under its calendar year; an application's form shows those of its window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from eligibility.domain.calendar_window import cut_window, split_calendar_key
from eligibility.domain.errors import InputError, NotFound
from eligibility.schemes.registry import all_latest_year_ids, firm_ids
from eligibility.store.access import Access, files_of, open_to
from eligibility.store.actors import ANYONE, STAFF
from eligibility.store.assessment_gaps import gap_columns, verdict_state_column
from eligibility.store.audit import AuditAction
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.firms import differences
from eligibility.store.rows import Facts, Row, plain, slices
from eligibility.store.schema import (
    HEADLINE,
    HEADLINE_SCHEME,
    Ledger,
    accounts,
    assessments,
    figures,
    firms,
    ledgers,
)
from eligibility.store.stages import propose_stages


class VersionedValue(NamedTuple):
    """Versioned value: a change must name its version; version 0 is: nothing yet."""

    value: Any
    version: int


class Records(Access):
    """What is known of firms, and what was found."""

    @open_to(ANYONE)
    def years(self, firm_id: int) -> list[int]:
        """Application years for which figures are held, the latest first."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            query = select(figures.c.application_year).where(figures.c.firm_id == firm_id)
            return list(connection.scalars(query.order_by(figures.c.application_year.desc())))

    @open_to(ANYONE)
    def figures(self, firm_id: int, year: int) -> VersionedValue:
        """Field id → value of one firm for one application year; a blank is a key left out."""
        held = self._read_versioned(firm_id, figures, {"application_year": year}, "facts", {})
        return VersionedValue(CalendarFacts().cut(held.value, year), held.version)

    @open_to(STAFF)
    def figures_of_firms(self, firm_ids: Iterable[int], year: int) -> dict[int, Row]:
        """Firm → its figures of one application year as of ``figures``, of those to be seen that have any."""
        calendar, result = CalendarFacts(), {}
        with self._reading() as connection:
            for some in slices(sorted(set(firm_ids))):
                mine = select(figures.c.firm_id, figures.c.facts).where(
                    self._visible(figures),
                    figures.c.firm_id.in_(some),
                    figures.c.application_year == year,
                )
                for row in connection.execute(mine):
                    result[row.firm_id] = calendar.cut(row.facts, year)
        return result

    @open_to(ANYONE)
    def figures_of_other_years(self, firm_id: int, year: int) -> Row:
        """What a firm's other applications say of the calendar years that one of this year asks for.

        Field id → value, as the latest application has it. What is of an application and not of a
        year or of the firm itself is left out.
        """
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            others = select(figures.c.facts).where(
                figures.c.firm_id == firm_id, figures.c.application_year != year
            )
            rows = connection.scalars(others.order_by(figures.c.application_year)).all()
        known = {key: value for facts in rows for key, value in facts.items()}
        own = firm_ids()
        lasting = {
            key: value for key, value in known.items() if key in own or split_calendar_key(key)
        }
        return cut_window(lasting, year, all_latest_year_ids())

    @open_to(ANYONE)
    def save_figures(self, firm_id: int, year: int, facts: Facts, version: int) -> int:
        """Store all facts of a year in place of those at this version; the next version.

        Raises
        ------
        Conflict
            If someone else changed them since.
        """
        key = {"application_year": year}
        action = AuditAction.FIGURES_SAVE
        stored = CalendarFacts().store(plain(facts), year)
        return self._save(firm_id, figures, key, "facts", stored, version, action)

    @open_to(ANYONE)
    def ledger(self, firm_id: int, kind: Ledger | str) -> VersionedValue:
        """One ledger of a firm: a list of rows, each field → value."""
        return self._read_versioned(firm_id, ledgers, {"kind": _kind(kind)}, "rows", [])

    @open_to(ANYONE)
    def save_ledger(
        self, firm_id: int, kind: Ledger | str, rows: Sequence[Facts], version: int
    ) -> int:
        """Store a whole ledger in place of the one at this version; the next version."""
        held = [plain(row) for row in rows]
        key = {"kind": _kind(kind)}
        action = AuditAction.LEDGER_SAVE
        return self._save(firm_id, ledgers, key, "rows", held, version, action)

    def _read_versioned(
        self, firm_id: int, table: Table, key: Row, column: str, empty: Any
    ) -> VersionedValue:
        ((name, value),) = key.items()
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            wanted = self._select(table, table.c.firm_id == firm_id, table.c[name] == value)
            row = connection.execute(wanted).mappings().first()
        return VersionedValue(row[column], row["version"]) if row else VersionedValue(empty, 0)

    def _save(
        self,
        firm_id: int,
        table: Table,
        key: Row,
        column: str,
        value: Any,
        version: int,
        action: AuditAction,
    ) -> int:
        ((name, chosen),) = key.items()
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            wanted = self._select(table, table.c.firm_id == firm_id, table.c[name] == chosen)
            before = connection.execute(wanted).mappings().first()
            after = self._put(
                connection,
                table,
                {"firm_id": firm_id, **key},
                {column: value, "changed_at": self._clock()},
                version,
            )
            was = before[column] if before else {}
            changed = differences(was, value) if isinstance(value, dict) else {}
            if isinstance(value, dict):
                changed |= {name: [was[name], None] for name in was if name not in value}
            self._log(connection, action, firm_id, **key, changed=changed)
        return after

    @open_to(ANYONE)
    def add_assessment(
        self, firm_id: int, inputs: Facts, record: Facts, model_hash: str | None = None
    ) -> int:
        """Keep an assessment for good, and show it in the firm's row; its id.

        Parameters
        ----------
        firm_id : int
        inputs : mapping
            Field id → value, as they were judged.
        record : mapping
            What ``eligibility.assessment.record.record`` gave; kept whole.
        model_hash : str, optional
            SHA-256 of the readiness model that took part.
        """
        with self._writing(moves_year=False) as connection:
            self._seen_firm(connection, firm_id)
            at = self._clock()
            columns = record_columns(record, model_hash)
            new_id = self._insert(
                connection,
                assessments,
                {
                    "firm_id": firm_id,
                    "inputs": plain(inputs),
                    "account_id": self.actor.account_id,
                    "at": at,
                    **columns,
                },
            )
            if columns["scheme"] == HEADLINE_SCHEME:
                show_current(connection, firms.c.id == firm_id, assessments.c.id == new_id, at)
            self._log(
                connection,
                AuditAction.FIRM_ASSESS,
                firm_id,
                assessment=new_id,
                verdict=columns["verdict"],
            )
        return new_id

    @open_to(ANYONE)
    def assessments(self, firm_id: int) -> list[Row]:
        """The timeline of a firm by application date, the latest, which is current, first.

        Everything but inputs and record, and ``by``.
        """
        columns = [c for c in assessments.c if c.name not in ("inputs", "record")]
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            return self._all(
                connection,
                select(*columns, accounts.c.name.label("by"))
                .select_from(assessments.outerjoin(accounts))
                .where(self._visible(assessments), assessments.c.firm_id.in_(files_of(firm_id)))
                .order_by(
                    assessments.c.as_of.desc(), assessments.c.at.desc(), assessments.c.id.desc()
                ),
            )

    @open_to(ANYONE)
    def assessment(self, assessment_id: int) -> Row:
        """One assessment whole, with ``inputs`` and ``record``."""
        with self._reading() as connection:
            return self._one(
                connection, self._select(assessments, assessments.c.id == assessment_id)
            )


def show_current(
    connection: Connection, whose: ColumnElement[bool], new: ColumnElement[bool], at: datetime
) -> None:
    """Show in the rows of firms their current assessments, where these are among the new ones.

    Current is the one of the latest application date, the last of them where several have it. The
    stage that it proposes holds from the moment ``at``.
    """
    # a file that was merged into another one is that one's
    file = firms.alias("file")
    firm = func.coalesce(file.c.merged_into, file.c.id)
    place = func.row_number().over(
        partition_by=firm, order_by=(assessments.c.as_of.desc(), assessments.c.id.desc())
    )
    these = select(firms.c.id).where(whose)
    ranked = (
        select(assessments, firm.label("firm"), place.label("place"), new.label("new"))
        .join(file, file.c.id == assessments.c.firm_id)
        .where(
            assessments.c.scheme == HEADLINE_SCHEME,
            file.c.id.in_(these) | file.c.merged_into.in_(these),
        )
        .subquery()
    )
    shown: dict[str, ColumnElement[Any]] = {name: ranked.c[name] for name in HEADLINE} | {
        "assessed_at": ranked.c.at
    }
    # assessments of before it was stored have none
    shown["verdict_state"] = func.coalesce(ranked.c.verdict_state, ranked.c.verdict)
    current = (firms.c.id == ranked.c.firm) & (ranked.c.place == 1) & ranked.c.new
    connection.execute(update(firms).where(current).values(**shown))
    merged = select(firms.c.merged_into).where(whose, firms.c.merged_into.is_not(None))
    propose_stages(connection, firms.c.id.in_(these) | firms.c.id.in_(merged), at)


def record_columns(record: Facts, model_hash: str | None) -> Row:
    """The columns of an assessment that its record fills."""
    try:
        readiness, gaps = record.get("readiness"), record.get("gaps")
        # a firm with an unmet condition has no chance as it stands
        now = readiness if readiness and not readiness.get("conditional") else None
        low, high = now["interval"] if now else (None, None)
        return {
            "scheme": record["scheme"],
            "edition": record["edition"],
            "as_of": date.fromisoformat(record["as_of"]),
            "record": dict(record),
            "model_hash": model_hash,
            "verdict": record["verdict"],
            "verdict_state": verdict_state_column(record),
            "score_low": record["score"]["low"],
            "score_high": record["score"]["high"],
            "probability": now["probability"] if now else None,
            "probability_low": low,
            "probability_high": high,
            "first_gap": gaps[0]["finding"] if gaps else None,
            **gap_columns(record),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("This is no record of an assessment: {what}.", what=str(error)) from error


def _kind(kind: Ledger | str) -> str:
    try:
        return Ledger(kind).value
    except ValueError as error:
        raise NotFound("There is no ledger {ledger}.", ledger=kind) from error
