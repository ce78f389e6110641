"""Imports of files: staged whole, previewed, then stored in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from eligibility.domain.errors import Conflict, InputError, NotFound
from eligibility.store.access import Access, open_to
from eligibility.store.actors import LEADS, STAFF
from eligibility.store.audit import AuditAction, write_audit
from eligibility.store.engine import alone, writing
from eligibility.store.firms import differences
from eligibility.store.records import record_columns
from eligibility.store.rows import Facts, Row, clean, plain, slices
from eligibility.store.schema import (
    HEADLINE,
    HEADLINE_SCHEME,
    Role,
    Stage,
    assessments,
    carriers,
    figures,
    firms,
    imports,
    staged,
)

STAGED, CONFIRMED, DISCARDED = "staged", "confirmed", "discarded"
#: while its rows still come in; nobody sees it, and what a killed process left is swept away later
COMING = "coming"
SWEPT_AFTER = timedelta(days=1)
#: rows handed to the database at once
CHUNK = 1000
#: stands for the id of a carrier that is not there yet
UNMADE = 0
_MASTER = ("uscc", "name", "district", "carrier", "industry")


class Would(StrEnum):
    """What storing a staged row does."""

    ADD = "add"
    CHANGE = "change"
    #: the facts are held already, but not as judged on this day or with this result
    JUDGE = "judge"
    NOTHING = "nothing"


class ImportResult(NamedTuple):
    """What a confirmed import did: firms that were new, firms that were there and changed,
    assessments, and rows that told nothing new."""

    added: int
    changed: int
    assessed: int
    unchanged: int = 0


class Imports(Access):
    """Imports of files."""

    @open_to(STAFF)
    def stage(
        self,
        file: str,
        rows: Iterable[tuple[Facts, Facts | None]],
        rejected: Sequence[Facts] = (),
        model_hash: str | None = None,
        remarks: Sequence[Facts] = (),
    ) -> int:
        """Keep the rows of a file to be looked at; the import's id.

        It is there whole or not at all. Its rows come in part by part, for judging 50,000 firms
        takes longer than another writer would wait.

        Parameters
        ----------
        file : str
            Its name, as data.
        rows : iterable of (facts, record)
            One a firm: field id → value with ``application_date`` and, to be matched,
            ``uscc``; and its assessment's record, or None if it was not assessed.
        rejected : sequence of mapping
            Rows that were not read and why, for people to look at.
        model_hash : str, optional
            SHA-256 of the readiness model that took part.
        remarks : sequence of mapping
            What is to be known of rows that were read, for people to look at.

        Notes
        -----
        An adviser's import goes to the adviser's own carrier whatever the file says; a carrier
        that a manager's file names for the first time is made on confirming.
        """
        made = self._begin_import(file, rejected, remarks)
        accepted = 0
        try:
            for some in slices(rows, CHUNK):
                with self._writing(moves_year=False) as connection:
                    connection.execute(
                        insert(staged),
                        [
                            _staged(made, accepted + place, facts, record, model_hash)
                            for place, (facts, record) in enumerate(some, 1)
                        ],
                    )
                accepted += len(some)
            with self._writing(moves_year=False) as connection:
                whole = update(imports).where(imports.c.id == made, imports.c.status == COMING)
                connection.execute(whole.values(accepted=accepted, status=STAGED))
                self._log(
                    connection, AuditAction.IMPORT_STAGE, import_id=made, file=file, accepted=accepted,
                    rejected=len(rejected),
                )  # fmt: skip
        except BaseException:
            # whoever is signed out meanwhile leaves nothing behind either
            with writing(self.engine) as connection:
                self._sweep(connection, imports.c.id == made)
            raise
        return made

    def _begin_import(self, file: str, rejected: Sequence[Facts], remarks: Sequence[Facts]) -> int:
        with self._writing(moves_year=False) as connection:
            self._sweep(connection, imports.c.at < self._clock() - SWEPT_AFTER)
            return self._insert(
                connection,
                imports,
                {
                    "file": file[-300:],
                    "status": COMING,
                    "carrier_id": self._import_carrier(),
                    "accepted": 0,
                    "rejected": [plain(row) for row in rejected],
                    "remarks": [plain(row) for row in remarks],
                    "account_id": self.actor.account_id,
                    "at": self._clock(),
                },
            )

    def _sweep(self, connection: Connection, which: ColumnElement[bool]) -> None:
        """Take away imports whose rows never came in whole."""
        gone = select(imports.c.id).where(which, imports.c.status == COMING)
        connection.execute(delete(staged).where(staged.c.import_id.in_(gone)))
        connection.execute(delete(imports).where(which, imports.c.status == COMING))

    @open_to(STAFF)
    def recent(self) -> list[Row]:
        """Imports of the actor's (of the whole carrier's for its advisers), latest first."""
        told = [c for c in imports.c if c.name not in ("rejected", "remarks")]
        with self._reading() as connection:
            mine = select(*told).where(self._own_imports())
            return self._all(connection, mine.order_by(imports.c.id.desc()))

    @open_to(STAFF)
    def preview(self, import_id: int, *, limit: int = 100, offset: int = 0) -> Row:
        """One import with its ``rejected`` and ``remarks`` and, while staged, some of its ``rows`` as they are.

        Each row has ``firm_id``, the firm it speaks of, None where it is a new one, and ``would``,
        what storing it does. ``known`` counts, of all rows, those of firms held already.
        """
        with self._reading() as connection:
            held = self._import(connection, import_id)
            told = [c for c in staged.c if c.name not in ("record", "firm_id", "import_id")]
            match = self._match(held)
            mine = staged.c.import_id == import_id
            rows = select(*told, match.label("firm_id")).where(mine)
            ordered = rows.order_by(staged.c.place).limit(limit).offset(offset)
            found = select(func.count()).select_from(staged).where(mine, match.is_not(None))
            known = connection.scalar(found) or 0
            drawn = self._all(connection, ordered)
            would = self._would(connection, drawn, match)
            return {
                **held,
                "known": known,
                "rows": [{**row, "would": would[row["id"]]} for row in drawn],
            }

    def _would(
        self, connection: Connection, rows: Sequence[Row], match: ColumnElement[int | None]
    ) -> dict[int, Would]:
        """What storing does with each of these rows, told by what storing itself compares."""
        theirs = [row["firm_id"] for row in rows if row["firm_id"] is not None]
        now = select(firms).where(firms.c.id.in_(theirs))
        told = {row.id: row for row in connection.execute(now)}
        years = select(figures).where(figures.c.firm_id.in_(theirs))
        facts = {
            (row.firm_id, row.application_year): row.facts for row in connection.execute(years)
        }
        these = staged.c.id.in_([row["id"] for row in rows]) & staged.c.scheme.is_not(None)
        kept = set(self._kept(connection, these, match))
        carrier_of = _carriers(connection)

        def would(row: Row) -> Would:
            if row["firm_id"] is None:
                return Would.ADD
            firm = told[row["firm_id"]]
            known = firm.name, firm.district, firm.industry, firm.carrier_id
            held = facts.get((firm.id, row["application_year"]))
            seat = carrier_of.get(row["carrier"], UNMADE) if row["carrier"] else None
            anew = _anew(known, row, seat) != known
            if anew or held is None or differences(held, row["inputs"]):
                return Would.CHANGE
            return Would.NOTHING if row["scheme"] is None or row["id"] in kept else Would.JUDGE

        return {row["id"]: would(row) for row in rows}

    @open_to(STAFF)
    def confirm(self, import_id: int) -> ImportResult:
        """Store a staged import: all of it, or nothing. Confirming again changes nothing.

        Firms are matched by credit code among those the actor may see: where the row names a
        carrier, that carrier's firm before one without a carrier, which then goes to it. A row
        without a code is a new firm, unless it is the very row that a firm came from. What a
        file leaves blank keeps its value. A row that tells nothing new, and is judged as it was,
        adds nothing: no assessment, no version, no line of the log.

        Raises
        ------
        Conflict
            If it was discarded, or the same firm was added by someone else at the same moment.
        InputError
            If a credit code stands at several carriers and the file does not say which is meant.
        """
        with self._writing() as connection:
            alone(connection, "confirm import")
            held = self._import(connection, import_id)
            if held["status"] == CONFIRMED:
                return ImportResult(**held["result"])
            if held["status"] == DISCARDED:
                raise Conflict("This import was discarded; nothing was stored.")
            done = self._store(connection, held)
            self._close(connection, import_id, CONFIRMED, done._asdict())
            self._log(connection, AuditAction.IMPORT_CONFIRM, import_id=import_id, **done._asdict())
        return done

    @open_to(STAFF)
    def discard(self, import_id: int) -> None:
        """Forget the rows of a staged import; discarding again changes nothing."""
        with self._writing(moves_year=False) as connection:
            alone(connection, "confirm import")
            held = self._import(connection, import_id)
            if held["status"] == CONFIRMED:
                raise Conflict("This import is stored already; it cannot be discarded.")
            if held["status"] == STAGED:
                self._close(connection, import_id, DISCARDED, None)
                self._log(connection, AuditAction.IMPORT_DISCARD, import_id=import_id)

    # --- whose it is ---

    def _import_carrier(self) -> int | None:
        if self.actor.role is not Role.ADVISER:
            return None
        if self.actor.carrier_id is None:
            raise NotFound("That is not here.")
        return self.actor.carrier_id

    def _own_imports(self) -> ColumnElement[bool]:
        whole = imports.c.status != COMING
        if self.actor.role in LEADS:
            return whole
        return whole & (imports.c.carrier_id == self.actor.carrier_id)

    def _import(self, connection: Connection, import_id: int) -> Row:
        mine = select(imports).where(self._own_imports(), imports.c.id == import_id)
        return self._one(connection, mine)

    def _close(self, connection: Connection, import_id: int, status: str, result: Any) -> None:
        connection.execute(delete(staged).where(staged.c.import_id == import_id))
        connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(status=status, result=result, closed_at=self._clock())
        )

    # --- storing ---

    def _match(self, held: Row) -> ColumnElement[int | None]:
        """The firm that a staged row speaks of, among those to be seen.

        Without a credit code it is the one without a code that has this name and these very
        figures: the same row again, and not another firm of the name.
        """
        where = [self._visible()]
        if held["carrier_id"] is not None:
            where.append(firms.c.carrier_id == held["carrier_id"])
        else:
            named = select(carriers.c.id).where(carriers.c.name == staged.c.carrier)
            theirs = firms.c.carrier_id == named.correlate(staged).scalar_subquery()
            nobodys = firms.c.carrier_id.is_(None)
            where.append(staged.c.carrier.is_(None) | theirs | nobodys)
        by_code = select(firms.c.id).where(*where, firms.c.uscc == staged.c.uscc).correlate(staged)
        by_code = by_code.order_by(firms.c.carrier_id.is_(None), firms.c.id).limit(1)
        same = (
            select(func.max(firms.c.id))
            .join_from(firms, figures)
            .where(
                *where,
                staged.c.uscc.is_(None),
                firms.c.uscc.is_(None),
                firms.c.name == staged.c.name,
                firms.c.name != "",
                figures.c.application_year == staged.c.application_year,
                figures.c.facts == staged.c.inputs,
            )
            .correlate(staged)
            .having(func.count() == 1)
        )
        return func.coalesce(by_code.scalar_subquery(), same.scalar_subquery())

    def _store(self, connection: Connection, held: Row) -> ImportResult:
        mine = staged.c.import_id == held["id"]
        if held["carrier_id"] is None:
            self._name_carriers(connection, mine)
            self._refuse_ambiguous(connection, mine)
        match = self._match(held)
        connection.execute(update(staged).where(mine).values(firm_id=match))
        known = _firms_of(connection, mine & staged.c.firm_id.is_not(None))
        refreshed = self._refresh_firms(connection, mine)
        added = self._add_firms(connection, held, mine)
        changed, merged = self._merge_figures(connection, mine)
        assessed = self._add_assessments(connection, mine)
        every = _firms_of(connection, mine)
        # a row that tells nothing new leaves no trace of itself
        told = (every.keys() - known.keys()) | refreshed | merged | assessed
        touched = dict.fromkeys(firm for row, firm in every.items() if row in told)
        lines = [
            self._line(
                AuditAction.FIRM_IMPORT,
                firm,
                {"import_id": held["id"], "changed": changed.get(firm, {})},
            )
            for firm in touched
        ]
        write_audit(connection, lines)
        return ImportResult(
            added,
            len(set(known.values()) & touched.keys()),
            len(assessed),
            len(every) - len(told),
        )

    def _name_carriers(self, connection: Connection, mine: ColumnElement[bool]) -> None:
        known = exists().where(carriers.c.name == staged.c.carrier)
        new = select(staged.c.carrier).where(mine, staged.c.carrier.is_not(None), ~known)
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

    def _add_firms(self, connection: Connection, held: Row, mine: ColumnElement[bool]) -> int:
        """Firms that are new: one for each row without a match, and the row told its id."""
        carrier_of = _carriers(connection)
        new = connection.execute(
            select(staged.c.id, *(staged.c[name] for name in _MASTER))
            .where(mine, staged.c.firm_id.is_(None))
            .order_by(staged.c.place)
        ).all()
        at = self._clock()
        # a credit code that stands twice in one file is one firm
        firsts = {(row.uscc, row.carrier) if row.uscc else row.id: row for row in reversed(new)}
        made: dict[Any, int] = {}
        for some in slices(firsts.items(), CHUNK):
            ids = connection.scalars(
                insert(firms).returning(firms.c.id, sort_by_parameter_order=True),
                [
                    {
                        "uscc": row.uscc,
                        "name": row.name,
                        "district": row.district,
                        "industry": row.industry,
                        "carrier_id": held["carrier_id"] or carrier_of.get(row.carrier),
                        "stage": Stage.SURVEYED.value,
                        "stage_since": at,
                        "created_at": at,
                        "changed_at": at,
                        "version": 1,
                    }
                    for _, row in some
                ],
            ).all()
            made |= {key: made_id for (key, _), made_id in zip(some, ids, strict=True)}
        if new:
            connection.execute(
                update(staged).where(staged.c.id == bindparam("row")).values(
                    firm_id=bindparam("firm")
                ),
                [
                    {"row": row.id, "firm": made[(row.uscc, row.carrier) if row.uscc else row.id]}
                    for row in new
                ],
            )  # fmt: skip
        return len(made)

    def _refresh_firms(self, connection: Connection, mine: ColumnElement[bool]) -> set[int]:
        """Names and places that a file tells anew; a blank tells nothing. The rows that did."""
        carrier_of = _carriers(connection)
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
            held = now.get(row.firm_id, (row.is_name, row.is_in, row.is_of, row.carrier_id))
            told = _anew(held, row._mapping, carrier_of.get(row.carrier))
            if told != held:
                anew.add(row.id)
                now[row.firm_id] = told
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
                    {"firm": firm, **dict(zip("ndic", told, strict=True))}
                    for firm, told in now.items()
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
                staged.c.inputs, figures.c.id, figures.c.facts,
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
        for row, firm, year, inputs, held, facts in rows:
            if held is None:
                fresh[firm, year] = {**fresh.get((firm, year), {}), **inputs}
                anew.add(row)
            elif other := differences(over.get(held, facts), inputs):
                changed[firm] = {**changed.get(firm, {}), **other}
                over[held] = {**over.get(held, facts), **inputs}
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
                [{"held": held, "given": facts} for held, facts in over.items()],
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
        told = select(
            *(staged.c[name] for name in columns),
            literal(self.actor.account_id, assessments.c.account_id.type),
            literal(at, assessments.c.at.type),
        )
        connection.execute(
            insert(assessments).from_select(
                [*columns, "account_id", "at"], told.where(new).order_by(staged.c.place)
            )
        )
        last = (
            select(func.max(staged.c.place))
            .where(judged_rows, staged.c.scheme == HEADLINE_SCHEME)
            .group_by(staged.c.firm_id)
        )
        connection.execute(
            update(firms)
            .where(
                firms.c.id == staged.c.firm_id,
                mine,
                staged.c.place.in_(last),
                firms.c.id.in_(select(staged.c.firm_id).where(new)),
            )
            .values(**{name: staged.c[name] for name in HEADLINE}, assessed_at=at)
        )
        return set(connection.scalars(select(staged.c.id).where(new)))

    def _drop_kept(self, connection: Connection, judged_rows: ColumnElement[bool]) -> None:
        """Let go the records that are kept already."""
        for some in slices(self._kept(connection, judged_rows, staged.c.firm_id)):
            connection.execute(update(staged).where(staged.c.id.in_(some)).values(record=None))

    def _kept(
        self,
        connection: Connection,
        judged_rows: ColumnElement[bool],
        firm: ColumnElement[int | None],
    ) -> list[int]:
        """Rows whose record is kept already: same facts, same day, same result.

        It must be the firm's latest of that day, for an older one says nothing of today. Where
        several rows of the file judge one firm on one day, all of them are new.
        """
        day = [firm.label("firm_id"), staged.c.scheme, staged.c.as_of]
        latest = (
            select(func.max(assessments.c.id))
            .where(
                assessments.c.firm_id == firm,
                assessments.c.scheme == staged.c.scheme,
                assessments.c.as_of == staged.c.as_of,
            )
            .correlate(staged)
            .scalar_subquery()
        )
        same = connection.execute(
            select(staged.c.id, *day, staged.c.inputs, assessments.c.inputs.label("judged"))
            .join_from(staged, assessments, assessments.c.id == latest)
            .where(judged_rows, assessments.c.record == staged.c.record)
        ).all()
        days = select(*day).where(judged_rows).subquery()
        several = select(days).group_by(*days.c).having(func.count() > 1)
        apart = {tuple(key) for key in connection.execute(several)}
        return [
            row.id
            for row in same
            if row.inputs == row.judged and (row.firm_id, row.scheme, row.as_of) not in apart
        ]


def _firms_of(connection: Connection, rows: ColumnElement[bool]) -> dict[int, int]:
    """The firm of each staged row, by its id."""
    found = connection.execute(select(staged.c.id, staged.c.firm_id).where(rows))
    return {row.id: row.firm_id for row in found}


def _anew(held: tuple[Any, ...], told: Mapping[Any, Any], carrier: int | None) -> tuple[Any, ...]:
    """Name, district, industry and carrier of a firm after a row; a blank tells nothing."""
    name, district, industry, seat = held
    return (
        told["name"] or name,
        district if told["district"] is None else told["district"],
        industry if told["industry"] is None else told["industry"],
        carrier if seat is None else seat,
    )


def _carriers(connection: Connection) -> dict[str, int]:
    return {row.name: row.id for row in connection.execute(select(carriers))}


def _staged(
    import_id: int, place: int, facts: Facts, record: Facts | None, model_hash: str | None
) -> Row:
    try:
        return _checked(import_id, place, facts, record, model_hash)
    except InputError as error:
        raise InputError("Row {row}: {why}", row=place, why=error.message) from error


def _checked(
    import_id: int, place: int, facts: Facts, record: Facts | None, model_hash: str | None
) -> Row:
    inputs = plain(facts)
    day = str(inputs.get("application_date", ""))
    if not day[:4].isdecimal():
        raise InputError("The application date is missing.")
    master = {name: inputs.get(name) for name in _MASTER}
    told = record_columns(record, model_hash) if record else dict.fromkeys(_JUDGED)
    return clean(
        staged,
        {
            "import_id": import_id,
            "place": place,
            "application_year": int(day[:4]),
            "inputs": inputs,
            **master,
            "name": master["name"] or "",
            **told,
        },
    )


_JUDGED = ("scheme", "edition", "as_of", "record", "model_hash", *HEADLINE)
