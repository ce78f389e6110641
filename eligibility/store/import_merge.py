"""The merge of a staged file into the register: firms, figures and assessments, all or nothing."""

from __future__ import annotations

from datetime import date
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
from eligibility.store.engine import update_statistics
from eligibility.store.firm_history import name_columns, record_carriers, record_names
from eligibility.store.firm_pairs import propose_copy, propose_pairs, set_apart
from eligibility.store.firms import differences
from eligibility.store.identity_tables import PairReason, import_changes
from eligibility.store.import_matching import Decision, ImportMatching, carrier_ids, updated_master
from eligibility.store.records import show_current
from eligibility.store.rows import Row, slices
from eligibility.store.schema import (
    HEADLINE,
    HEADLINE_SCHEME,
    Stage,
    assessments,
    carriers,
    figures,
    firms,
    staged,
)
from eligibility.store.stages import PROPOSALS

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
        apart = self._firms_set_apart(connection, row, mine)
        match = self._match(row)
        connection.execute(update(staged).where(mine).values(firm_id=match))
        firms_by_row = _firms_of(connection, mine & staged.c.firm_id.is_not(None))
        before = _current_assessments(connection, mine)
        refreshed, master = self._refresh_firms(connection, mine)
        added = self._add_firms(connection, row, mine, apart)
        changed, merged = self._merge_figures(connection, mine)
        changed = {firm: of_figures(fields) for firm, fields in changed.items()}
        assessed = self._add_assessments(connection, mine)
        every = _firms_of(connection, mine)
        # a row that tells nothing new leaves no trace of itself
        rows_with_effect = (every.keys() - firms_by_row.keys()) | refreshed | merged | assessed
        touched = dict.fromkeys(firm for row, firm in every.items() if row in rows_with_effect)
        lines = [
            self._line(
                AuditAction.FIRM_IMPORT,
                firm,
                {
                    "import_id": row["id"],
                    "changed": {**master.get(firm, {}), **changed.get(firm, {})},
                },
            )
            for firm in touched
        ]
        write_audit(connection, lines)
        after = _current_assessments(connection, mine)
        known = set(firms_by_row.values())
        _keep_changes(
            connection,
            [
                {
                    "import_id": row["id"],
                    "firm_id": firm,
                    "added": firm not in known,
                    "before_id": before.get(firm),
                    "after_id": after.get(firm),
                    "changed": {
                        **master.get(firm, {}),
                        **({"figures": changed[firm]} if changed.get(firm) else {}),
                    },
                }
                for firm in dict.fromkeys(every.values())
            ],
        )
        return ImportResult(
            added,
            len(known & touched.keys()),
            len(assessed),
            len(every) - len(rows_with_effect),
        )

    def _name_carriers(self, connection: Connection, mine: ColumnElement[bool]) -> None:
        for name in new_carriers(connection, mine):
            new_id = self._insert(connection, carriers, {"name": name, "version": 1})
            self._log(connection, AuditAction.CARRIER_ADD, carrier=new_id, name=name)

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

    def _firms_set_apart(
        self, connection: Connection, row: Row, mine: ColumnElement[bool]
    ) -> dict[int, int]:
        """Staged row → the firm that it is not, as a person decided."""
        new = mine & (staged.c.decision == Decision.NEW.value)
        rows = connection.execute(select(staged.c.id, self._candidate(row)).where(new))
        return {row_id: firm for row_id, firm in rows if firm is not None}

    def _add_firms(
        self,
        connection: Connection,
        import_row: Row,
        mine: ColumnElement[bool],
        apart: dict[int, int],
    ) -> int:
        """Firms that are new: one for each row without a match, and the row told its id.

        One whose code another carrier holds, or whose name a firm without a code has, is not counted
        until a person decides.
        """
        carrier_of = carrier_ids(connection)
        new = connection.execute(
            select(staged.c.id, staged.c.verdict, *(staged.c[name] for name in MASTER))
            .where(mine, staged.c.firm_id.is_(None))
            .order_by(staged.c.place)
        ).all()
        at = self._clock()
        # a credit code that stands twice in one file is one firm
        firsts = {row.uscc or row.id: row for row in reversed(new)}
        other = _counted_files(connection, [row.uscc for row in firsts.values() if row.uscc])
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
                        "carrier_since": at.date(),
                        "stage": PROPOSALS.get(row.verdict, Stage.SURVEYED).value,
                        "stage_since": at,
                        "created_at": at,
                        "changed_at": at,
                        "copy_of": other.get(row.uscc),
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
                [{"row": row.id, "firm": result[row.uscc or row.id]} for row in new],
            )  # fmt: skip
            for key, row in firsts.items():
                if row.uscc in other:
                    reason = PairReason.CODE
                    propose_copy(connection, result[key], other[row.uscc], reason, at)
                elif row.id in apart:
                    set_apart(connection, result[key], apart[row.id], at, self.actor.account_id)
            update_statistics(connection, firms)
            propose_pairs(connection, result.values(), at)
        return len(result)

    def _refresh_firms(
        self, connection: Connection, mine: ColumnElement[bool]
    ) -> tuple[set[int], dict[int, Row]]:
        """Names, places and codes that a file tells anew; a blank tells nothing.

        The rows that did, and by firm what it was called and where it was, before and after.
        """
        carrier_of = carrier_ids(connection)
        rows = connection.execute(
            select(
                staged.c.id, staged.c.firm_id, staged.c.name, staged.c.district, staged.c.industry,
                staged.c.carrier, staged.c.uscc, staged.c.decision, firms.c.name.label("is_name"),
                firms.c.district.label("is_in"), firms.c.industry.label("is_of"),
                firms.c.carrier_id, firms.c.uscc.label("has_code"),
            )
            .join_from(staged, firms, firms.c.id == staged.c.firm_id)
            .where(mine)
            .order_by(staged.c.place)
        ).all()  # fmt: skip
        before: dict[int, tuple[Any, ...]] = {}
        now: dict[int, tuple[Any, ...]] = {}
        anew = set()
        for row in rows:
            first = (row.is_name, row.is_in, row.is_of, row.carrier_id, row.has_code)
            current = now.get(row.firm_id, first)
            entry = updated_master(current, row._mapping, carrier_of.get(row.carrier))
            if entry != current:
                anew.add(row.id)
                before.setdefault(row.firm_id, first)
                now[row.firm_id] = entry
        at = self._clock()
        _keep_history(connection, before, now, at.date())
        if now:
            connection.execute(
                update(firms)
                .where(firms.c.id == bindparam("firm"))
                .values(
                    name=bindparam("n"),
                    name_key=bindparam("key"),
                    name_stem=bindparam("stem"),
                    name_order=bindparam("order"),
                    district=bindparam("d"),
                    industry=bindparam("i"),
                    carrier_id=bindparam("c"),
                    uscc=bindparam("u"),
                    changed_at=at,
                    version=firms.c.version + 1,
                ),
                [
                    {
                        "firm": firm,
                        **dict(zip("ndicu", entry, strict=True)),
                        **dict(zip(("n", "key", "stem", "order"), name_columns(entry[0]).values(), strict=True)),
                    }
                    for firm, entry in now.items()
                ],
            )  # fmt: skip
        titles = {number: name for name, number in carrier_of.items()}
        master = {
            firm: _differences(
                {**_name_row(before[firm]), "carrier": titles.get(before[firm][3])},
                {**_name_row(entry), "carrier": titles.get(entry[3])},
            )
            for firm, entry in now.items()
        }
        return anew, master

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
        show_current(connection, touched, assessments.c.at == at, at)
        return set(connection.scalars(select(staged.c.id).where(new)))

    def _drop_kept(self, connection: Connection, judged_rows: ColumnElement[bool]) -> None:
        """Let go the records that are kept already."""
        for some in slices(self._unchanged_rows(connection, judged_rows, staged.c.firm_id)):
            connection.execute(update(staged).where(staged.c.id.in_(some)).values(record=None))


def of_figures(changes: Row) -> Row:
    """What changed of a firm's figures; a file's row tells of the firm itself besides."""
    return {name: values for name, values in changes.items() if name not in MASTER}


def new_carriers(connection: Connection, mine: ColumnElement[bool]) -> list[str]:
    """Carriers that staged rows name and nobody has entered yet, in the order of their names."""
    is_carrier = exists().where(carriers.c.name == staged.c.carrier)
    new = select(staged.c.carrier).where(mine, staged.c.carrier.is_not(None), ~is_carrier)
    return list(connection.scalars(new.distinct().order_by(staged.c.carrier)))


def _counted_files(connection: Connection, codes: list[str]) -> dict[str, int]:
    """The files that count, of these credit codes."""
    result: dict[str, int] = {}
    for some in slices(codes):
        query = select(firms.c.uscc, firms.c.id).where(
            firms.c.uscc.in_(some), firms.c.archived_at.is_(None), firms.c.copy_of.is_(None)
        )
        result |= {uscc: firm for uscc, firm in connection.execute(query)}
    return result


def _keep_history(
    connection: Connection,
    before: dict[int, tuple[Any, ...]],
    now: dict[int, tuple[Any, ...]],
    until: date,
) -> None:
    """Names and carriers that a file ends."""
    record_names(
        connection,
        [(firm, row[0]) for firm, row in before.items() if row[0] != now[firm][0]],
        until,
    )
    leaving: dict[int | None, list[int]] = {}
    for firm, row in before.items():
        if row[3] != now[firm][3]:
            leaving.setdefault(now[firm][3], []).append(firm)
    for carrier, firm_ids in leaving.items():
        record_carriers(connection, firm_ids, until, carrier)
        # an adviser belongs to the carrier that was left
        for some in slices(firm_ids):
            connection.execute(
                update(firms)
                .where(firms.c.id.in_(some), firms.c.carrier_id.is_not(None))
                .values(adviser_id=None)
            )


def _name_row(master: tuple[Any, ...]) -> Row:
    return dict(zip(("name", "district", "industry"), master, strict=False)) | {"uscc": master[4]}


def _differences(before: Row, after: Row) -> Row:
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def _current_assessments(connection: Connection, mine: ColumnElement[bool]) -> dict[int, int]:
    """The current assessments of the firms of staged rows, by firm."""
    place = func.row_number().over(
        partition_by=assessments.c.firm_id,
        order_by=(assessments.c.as_of.desc(), assessments.c.id.desc()),
    )
    theirs = assessments.c.firm_id.in_(select(staged.c.firm_id).where(mine))
    ranked = (
        select(assessments.c.firm_id, assessments.c.id, place.label("place"))
        .where(theirs, assessments.c.scheme == HEADLINE_SCHEME)
        .subquery()
    )
    query = select(ranked.c.firm_id, ranked.c.id).where(ranked.c.place == 1)
    return {firm: assessment for firm, assessment in connection.execute(query)}


def _keep_changes(connection: Connection, rows: list[Row]) -> None:
    for some in slices(rows, CHUNK):
        connection.execute(insert(import_changes), some)


def _firms_of(connection: Connection, rows: ColumnElement[bool]) -> dict[int, int]:
    """The firm of each staged row, by its id."""
    query = connection.execute(select(staged.c.id, staged.c.firm_id).where(rows))
    return {row.id: row.firm_id for row in query}
