"""The merge of a staged file into the register: firms, figures and assessments, all or nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from eligibility.domain.errors import InputError
from eligibility.store.audit import AuditAction, write_audit
from eligibility.store.firms import differences
from eligibility.store.import_matching import ImportMatching, carrier_ids, updated_master
from eligibility.store.records import show_current
from eligibility.store.rows import Row, slices
from eligibility.store.schema import (
    HEADLINE,
    Stage,
    assessments,
    carriers,
    figures,
    firms,
    staged,
)

#: rows handed to the database at once
CHUNK = 1000
#: what a row tells of the firm itself
MASTER = ("uscc", "name", "district", "carrier", "industry")


class ImportResult(NamedTuple):
    """What a confirmed import did: firms that were new, firms that were there and changed,
    assessments, and rows that told nothing new."""

    added: int
    changed: int
    assessed: int
    unchanged: int = 0


class ImportMerge(ImportMatching):
    """Staged rows into firms, figures and assessments, within one transaction."""

    def _store(self, connection: Connection, row: Row) -> ImportResult:
        mine = staged.c.import_id == row["id"]
        if row["carrier_id"] is None:
            self._name_carriers(connection, mine)
            self._refuse_ambiguous(connection, mine)
        match = self._match(row)
        connection.execute(update(staged).where(mine).values(firm_id=match))
        firms_by_row = _firms_of(connection, mine & staged.c.firm_id.is_not(None))
        refreshed = self._refresh_firms(connection, mine)
        added = self._add_firms(connection, row, mine)
        changed, merged = self._merge_figures(connection, mine)
        assessed = self._add_assessments(connection, mine)
        every = _firms_of(connection, mine)
        # a row that tells nothing new leaves no trace of itself
        rows_with_effect = (every.keys() - firms_by_row.keys()) | refreshed | merged | assessed
        touched = dict.fromkeys(firm for row, firm in every.items() if row in rows_with_effect)
        lines = [
            self._line(
                AuditAction.FIRM_IMPORT,
                firm,
                {"import_id": row["id"], "changed": changed.get(firm, {})},
            )
            for firm in touched
        ]
        write_audit(connection, lines)
        return ImportResult(
            added,
            len(set(firms_by_row.values()) & touched.keys()),
            len(assessed),
            len(every) - len(rows_with_effect),
        )

    def _name_carriers(self, connection: Connection, mine: ColumnElement[bool]) -> None:
        is_carrier = exists().where(carriers.c.name == staged.c.carrier)
        new = select(staged.c.carrier).where(mine, staged.c.carrier.is_not(None), ~is_carrier)
        for name in connection.scalars(new.distinct()).all():
            self._insert(connection, carriers, {"name": name, "version": 1})

    def _refuse_ambiguous(self, connection: Connection, mine: ColumnElement[bool]) -> None:
        several = (
            select(staged.c.uscc)
            .join_from(staged, firms, firms.c.uscc == staged.c.uscc)
            .where(mine, staged.c.carrier.is_(None), self._visible())
            .group_by(staged.c.id, staged.c.uscc)
            .having(func.count() > 1)
        )
        if uscc := connection.scalar(several.limit(1)):
            raise InputError(
                "Firm {uscc} stands at several carriers; the file must name the carrier.",
                uscc=uscc,
            )

    def _add_firms(self, connection: Connection, import_row: Row, mine: ColumnElement[bool]) -> int:
        """Firms that are new: one for each row without a match, and the row told its id."""
        carrier_of = carrier_ids(connection)
        new = connection.execute(
            select(staged.c.id, *(staged.c[name] for name in MASTER))
            .where(mine, staged.c.firm_id.is_(None))
            .order_by(staged.c.place)
        ).all()
        at = self._clock()
        # a credit code that stands twice in one file is one firm
        firsts = {(row.uscc, row.carrier) if row.uscc else row.id: row for row in reversed(new)}
        result: dict[Any, int] = {}
        for some in slices(firsts.items(), CHUNK):
            ids = connection.scalars(
                insert(firms).returning(firms.c.id, sort_by_parameter_order=True),
                [
                    {
                        "uscc": row.uscc,
                        "name": row.name,
                        "district": row.district,
                        "industry": row.industry,
                        "carrier_id": import_row["carrier_id"] or carrier_of.get(row.carrier),
                        "stage": Stage.SURVEYED.value,
                        "stage_since": at,
                        "created_at": at,
                        "changed_at": at,
                        "version": 1,
                    }
                    for _, row in some
                ],
            ).all()
            result |= {key: made_id for (key, _), made_id in zip(some, ids, strict=True)}
        if new:
            connection.execute(
                update(staged).where(staged.c.id == bindparam("row")).values(
                    firm_id=bindparam("firm")
                ),
                [
                    {"row": row.id, "firm": result[(row.uscc, row.carrier) if row.uscc else row.id]}
                    for row in new
                ],
            )  # fmt: skip
        return len(result)

    def _refresh_firms(self, connection: Connection, mine: ColumnElement[bool]) -> set[int]:
        """Names and places that a file tells anew; a blank tells nothing. The rows that did."""
        carrier_of = carrier_ids(connection)
        rows = connection.execute(
            select(
                staged.c.id, staged.c.firm_id, staged.c.name, staged.c.district, staged.c.industry,
                staged.c.carrier, firms.c.name.label("is_name"), firms.c.district.label("is_in"),
                firms.c.industry.label("is_of"), firms.c.carrier_id,
            )
            .join_from(staged, firms, firms.c.id == staged.c.firm_id)
            .where(mine)
            .order_by(staged.c.place)
        ).all()  # fmt: skip
        now: dict[int, tuple[Any, ...]] = {}
        anew = set()
        for row in rows:
            current = now.get(row.firm_id, (row.is_name, row.is_in, row.is_of, row.carrier_id))
            entry = updated_master(current, row._mapping, carrier_of.get(row.carrier))
            if entry != current:
                anew.add(row.id)
                now[row.firm_id] = entry
        if now:
            connection.execute(
                update(firms)
                .where(firms.c.id == bindparam("firm"))
                .values(
                    name=bindparam("n"),
                    district=bindparam("d"),
                    industry=bindparam("i"),
                    carrier_id=bindparam("c"),
                    changed_at=self._clock(),
                    version=firms.c.version + 1,
                ),
                [
                    {"firm": firm, **dict(zip("ndic", entry, strict=True))}
                    for firm, entry in now.items()
                ],
            )
        return anew

    def _merge_figures(
        self, connection: Connection, mine: ColumnElement[bool]
    ) -> tuple[dict[int, Row], set[int]]:
        """The facts of the file over those held, of which a blank takes nothing away.

        What changed of what was held, by firm; and the rows that told something.
        """
        # who edits one of them now waits, and is then told that it was changed
        touched = select(staged.c.firm_id).where(mine)
        connection.execute(
            select(figures.c.id).where(figures.c.firm_id.in_(touched)).with_for_update()
        )
        same = (figures.c.firm_id == staged.c.firm_id) & (
            figures.c.application_year == staged.c.application_year
        )
        rows = connection.execute(
            select(
                staged.c.id.label("row"), staged.c.firm_id, staged.c.application_year,
                staged.c.facts.label("given"), figures.c.id, figures.c.facts,
            )
            .select_from(staged.outerjoin(figures, same))
            .where(mine)
            .order_by(staged.c.place)
        ).all()  # fmt: skip
        at = self._clock()
        fresh: dict[tuple[int, int], Row] = {}
        over: dict[int, Row] = {}
        changed: dict[int, Row] = {}
        anew = set()
        for row, firm, year, given, stored_inputs, facts in rows:
            if stored_inputs is None:
                fresh[firm, year] = {**fresh.get((firm, year), {}), **given}
                anew.add(row)
            elif other := differences(over.get(stored_inputs, facts), given):
                changed[firm] = {**changed.get(firm, {}), **other}
                over[stored_inputs] = {**over.get(stored_inputs, facts), **given}
                anew.add(row)
        if fresh:
            connection.execute(
                insert(figures),
                [
                    {"firm_id": firm, "application_year": year, "facts": facts,
                     "changed_at": at, "version": 1}
                    for (firm, year), facts in fresh.items()
                ],
            )  # fmt: skip
        if over:
            connection.execute(
                update(figures)
                .where(figures.c.id == bindparam("held"))
                .values(facts=bindparam("given"), changed_at=at, version=figures.c.version + 1),
                [{"held": stored_inputs, "given": facts} for stored_inputs, facts in over.items()],
            )
        return changed, anew

    def _add_assessments(self, connection: Connection, mine: ColumnElement[bool]) -> set[int]:
        """The records move from table to table inside the database, packed as they are.

        One that is the firm's latest of its day already is not kept twice. The rows whose was kept.
        """
        columns = ["firm_id", "scheme", "edition", "model_hash", "as_of", "inputs", "record"]
        columns += HEADLINE
        judged_rows = mine & staged.c.scheme.is_not(None)
        self._drop_kept(connection, judged_rows)
        new = judged_rows & staged.c.record.is_not(None)
        at = self._clock()
        query = select(
            *(staged.c[name] for name in columns),
            literal(self.actor.account_id, assessments.c.account_id.type),
            literal(at, assessments.c.at.type),
        )
        connection.execute(
            insert(assessments).from_select(
                [*columns, "account_id", "at"], query.where(new).order_by(staged.c.place)
            )
        )
        touched = firms.c.id.in_(select(staged.c.firm_id).where(new))
        show_current(connection, touched, assessments.c.at == at)
        return set(connection.scalars(select(staged.c.id).where(new)))

    def _drop_kept(self, connection: Connection, judged_rows: ColumnElement[bool]) -> None:
        """Let go the records that are kept already."""
        for some in slices(self._unchanged_rows(connection, judged_rows, staged.c.firm_id)):
            connection.execute(update(staged).where(staged.c.id.in_(some)).values(record=None))


def _firms_of(connection: Connection, rows: ColumnElement[bool]) -> dict[int, int]:
    """The firm of each staged row, by its id."""
    query = connection.execute(select(staged.c.id, staged.c.firm_id).where(rows))
    return {row.id: row.firm_id for row in query}
