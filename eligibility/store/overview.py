"""Aggregates for the overview, counted by the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import CTE, ColumnElement, String, case, cast, func, literal, select, union_all

from eligibility.store.access import Access, files_of, open_to
from eligibility.store.actors import STAFF
from eligibility.store.document_table import documents
from eligibility.store.rows import Row
from eligibility.store.schema import (
    DocumentStatus,
    Stage,
    accounts,
    audit_log,
    carriers,
    firms,
    outcomes,
    tasks,
)

#: a file that a line of the log speaks of, and the firm that it is of now
_FILE = firms.alias("file")
_FIRM = func.coalesce(_FILE.c.merged_into, _FILE.c.id)
Grouping = Literal["district", "carrier", "kind", "industry"]


def _entries(*clauses: ColumnElement[bool]) -> CTE:
    """The lines of the trail: ``id``, ``action`` and the firm that stands for theirs today.

    Formed before the firms are looked up: a PostgreSQL that has not counted its rows yet, as after a
    restore, pairs every firm with every other instead.
    """
    return (
        select(audit_log.c.id, audit_log.c.action, _FIRM.label("firm_id"))
        .join_from(audit_log, _FILE, _FILE.c.id == audit_log.c.firm_id)
        .where(*clauses)
        .cte("entry")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


class Overview(Access):
    """Counts, changes and deadlines of the firms to be seen."""

    @open_to(STAFF)
    def funnel(self) -> dict[Stage, int]:
        """Firms by stage, every stage named, in order."""
        with self._reading() as connection:
            counted = select(firms.c.stage, func.count().label("firms")).where(
                self._counts_as_firm()
            )
            held = {
                row.stage: row.firms for row in connection.execute(counted.group_by(firms.c.stage))
            }
        return {stage: held.get(stage.value, 0) for stage in Stage}

    @open_to(STAFF)
    def distinct(self, column: Literal["district", "industry"]) -> list[str]:
        """The districts or industries that firms to be seen name, in order."""
        with self._reading() as connection:
            query = select(firms.c[column]).where(self._visible(), firms.c[column].is_not(None))
            return list(connection.scalars(query.distinct().order_by(firms.c[column])))

    @open_to(STAFF)
    def counts(self, by: Grouping) -> list[Row]:
        """Firms by ``group`` (None: blank): all, and those eligible, open, ineligible, certified.

        The largest group first.
        """
        group = {
            "district": firms.c.district, "carrier": carriers.c.name, "kind": carriers.c.kind,
            "industry": firms.c.industry,
        }[by].label("group")  # fmt: skip
        verdicts = {
            "eligible": firms.c.verdict == "eligible",
            "undetermined": firms.c.verdict == "undetermined",
            "ineligible": firms.c.verdict == "ineligible",
            "certified": firms.c.stage == Stage.CERTIFIED.value,
        }
        columns = [
            func.sum(case((rule, 1), else_=0)).label(name) for name, rule in verdicts.items()
        ]
        with self._reading() as connection:
            return self._all(
                connection,
                select(group, func.count().label("firms"), *columns)
                .select_from(firms.outerjoin(carriers))
                .where(self._counts_as_firm())
                .group_by(group)
                .order_by(func.count().desc(), group),
            )

    @open_to(STAFF)
    def worth_a_visit(self, limit: int = 12) -> list[Row]:
        """Firms nearest to eligible among those not yet eligible that have not applied.

        Those with no condition unmet come first (only facts are missing), then by the points that
        are certain, then by the points still possible.
        """
        early = (Stage.SURVEYED, Stage.NURTURED, Stage.READY)
        with self._reading() as connection:
            return self._all(
                connection,
                select(firms, carriers.c.name.label("carrier"))
                .select_from(firms.outerjoin(carriers))
                .where(
                    self._counts_as_firm(),
                    firms.c.stage.in_([stage.value for stage in early]),
                    firms.c.verdict.in_(["undetermined", "ineligible"]),
                )
                .order_by(
                    case((firms.c.verdict == "undetermined", 0), else_=1),
                    firms.c.score_low.desc(),
                    firms.c.score_high.desc(),
                    firms.c.id,
                )
                .limit(limit),
            )

    @open_to(STAFF)
    def activity(self, since: datetime) -> list[Row]:
        """What was done since then on firms to be seen: ``action``, how many ``times``, ``firms``.

        The most frequent first.
        """
        times = func.count().label("times")
        entry = _entries(audit_log.c.at >= since)
        with self._reading() as connection:
            return self._all(
                connection,
                select(
                    entry.c.action,
                    times,
                    func.count(firms.c.id.distinct()).label("firms"),
                )
                .join_from(entry, firms, firms.c.id == entry.c.firm_id)
                .where(self._visible())
                .group_by(entry.c.action)
                .order_by(times.desc(), entry.c.action),
            )

    @open_to(STAFF)
    def changes(
        self,
        since: datetime,
        *,
        firm_id: int | None = None,
        without: Sequence[str] = (),
        limit: int = 200,
    ) -> list[Row]:
        """What changed since then on firms to be seen, latest first: at, action, firm, by, detail.

        Of one firm where it is named; actions named in ``without`` are left out.
        """
        clauses = [] if firm_id is None else [audit_log.c.firm_id.in_(files_of(firm_id))]
        if without:
            clauses.append(audit_log.c.action.not_in(without))
        entry = _entries(audit_log.c.at >= since, *clauses)
        with self._reading() as connection:
            return self._all(
                connection,
                select(
                    audit_log.c.at,
                    audit_log.c.action,
                    firms.c.id.label("firm_id"),
                    firms.c.name.label("firm"),
                    accounts.c.name.label("by"),
                    audit_log.c.detail,
                )
                .select_from(
                    entry.join(audit_log, audit_log.c.id == entry.c.id)
                    .join(firms, firms.c.id == entry.c.firm_id)
                    .outerjoin(accounts, accounts.c.id == audit_log.c.account_id)
                )
                .where(self._visible())
                .order_by(audit_log.c.id.desc())
                .limit(limit),
            )

    @open_to(STAFF)
    def deadlines(self, until: date, *, limit: int = 100) -> list[Row]:
        """Open tasks, documents to come and certificates running out up to that day, the nearest first.

        Rows of ``due_on``, ``kind`` (task, document or certificate), ``title``, ``firm_id``, ``firm``.
        Documents of one firm and day are one row, whose title is their number.
        """
        with self._reading() as connection:
            due = (
                select(
                    tasks.c.due_on, literal("task").label("kind"), tasks.c.title,
                    firms.c.id.label("firm_id"), firms.c.name.label("firm"),
                )
                .join_from(tasks, firms)
                .where(self._visible(), tasks.c.done.is_(False), tasks.c.due_on <= until)
            )  # fmt: skip
            ending = (
                select(
                    outcomes.c.expires_on, literal("certificate"), outcomes.c.certificate_number,
                    firms.c.id, firms.c.name,
                )
                .join_from(outcomes, firms)
                .where(self._visible(), outcomes.c.certified, outcomes.c.expires_on <= until)
            )  # fmt: skip
            to_come = (DocumentStatus.MISSING.value, DocumentStatus.ASKED.value)
            papers = (
                select(
                    documents.c.due_on, literal("document"), cast(func.count(), String),
                    firms.c.id, firms.c.name,
                )
                .join_from(documents, firms)
                .where(self._visible(), documents.c.status.in_(to_come), documents.c.due_on <= until)
                .group_by(documents.c.due_on, firms.c.id, firms.c.name)
            )  # fmt: skip
            every = union_all(due, ending, papers).subquery()
            ordered = select(every).order_by(every.c.due_on, every.c.firm_id).limit(limit)
            return self._all(connection, ordered)
