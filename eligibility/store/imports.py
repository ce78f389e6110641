"""Files of firms: staged whole, looked at, then stored whole in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from eligibility.store.access import LEADS, STAFF, Access, Facts, Row, clean, open_to, plain, slices
from eligibility.store.engine import alone
from eligibility.store.firms import differences
from eligibility.store.records import judged
from eligibility.store.schema import (
    HEADLINE,
    HEADLINE_SCHEME,
    Role,
    Stage,
    assessments,
    audit_log,
    carriers,
    figures,
    firms,
    imports,
    staged,
)
from eligibility.vocabulary import Conflict, InputError, NotFound, msgid

STAGED, CONFIRMED, DISCARDED = "staged", "confirmed", "discarded"
#: while its rows still come in; nobody sees it, and what a killed process left is swept away later
COMING = "coming"
SWEPT_AFTER = timedelta(days=1)
#: rows handed to the database at once
CHUNK = 1000
_MASTER = ("uscc", "name", "district", "carrier", "industry")


class Imported(NamedTuple):
    """What a confirmed import did: firms that were new, firms that were there, assessments."""

    added: int
    changed: int
    assessed: int


class Imports(Access):
    """Imports of files."""

    @open_to(STAFF)
    def stage_import(
        self,
        file: str,
        rows: Iterable[tuple[Facts, Facts | None]],
        rejected: Sequence[Facts] = (),
        model_hash: str | None = None,
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

        Notes
        -----
        An adviser's import goes to the adviser's own carrier whatever the file says; a carrier
        that a manager's file names for the first time is made on confirming.
        """
        made = self._begin_import(file, rejected)
        accepted = 0
        try:
            for some in slices(rows, CHUNK):
                with self._writing() as connection:
                    connection.execute(
                        insert(staged),
                        [
                            _staged(made, accepted + place, facts, record, model_hash)
                            for place, (facts, record) in enumerate(some, 1)
                        ],
                    )
                accepted += len(some)
            with self._writing() as connection:
                whole = update(imports).where(imports.c.id == made, imports.c.status == COMING)
                connection.execute(whole.values(accepted=accepted, status=STAGED))
                self._log(
                    connection, msgid("stage import"), import_id=made, file=file, accepted=accepted,
                    rejected=len(rejected),
                )  # fmt: skip
        except BaseException:
            with self._writing() as connection:
                self._sweep(connection, imports.c.id == made)
            raise
        return made

    def _begin_import(self, file: str, rejected: Sequence[Facts]) -> int:
        with self._writing() as connection:
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
    def imports(self) -> list[Row]:
        """Imports of the actor's (of the whole carrier's for its advisers), latest first."""
        told = [c for c in imports.c if c.name != "rejected"]
        with self._reading() as connection:
            mine = select(*told).where(self._own_imports())
            return self._all(connection, mine.order_by(imports.c.id.desc()))

    @open_to(STAFF)
    def staged_import(self, import_id: int, *, limit: int = 100, offset: int = 0) -> Row:
        """One import with its ``rejected`` and, while staged, some of its ``rows`` as they are.

        Each row has ``firm_id``: the firm it would change, None where it would add one. ``known``
        counts, of all rows, those that would change a firm.
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
            return {**held, "known": known, "rows": self._all(connection, ordered)}

    @open_to(STAFF)
    def confirm_import(self, import_id: int) -> Imported:
        """Store a staged import: all of it, or nothing. Confirming again changes nothing.

        Firms are matched by credit code among those the actor may see: where the row names a
        carrier, that carrier's firm before one without a carrier, which then goes to it. What a
        file leaves blank keeps its value.

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
                return Imported(**held["result"])
            if held["status"] == DISCARDED:
                raise Conflict("This import was discarded; nothing was stored.")
            done = self._store(connection, held)
            self._close(connection, import_id, CONFIRMED, done._asdict())
            self._log(connection, msgid("confirm import"), import_id=import_id, **done._asdict())
        return done

    @open_to(STAFF)
    def discard_import(self, import_id: int) -> None:
        """Forget the rows of a staged import; discarding again changes nothing."""
        with self._writing() as connection:
            alone(connection, "confirm import")
            held = self._import(connection, import_id)
            if held["status"] == CONFIRMED:
                raise Conflict("This import is stored already; it cannot be discarded.")
            if held["status"] == STAGED:
                self._close(connection, import_id, DISCARDED, None)
                self._log(connection, msgid("discard import"), import_id=import_id)

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

    def _match(self, held: Row) -> ScalarSelect[int]:
        """The firm that a staged row speaks of, among those to be seen."""
        where = [self._visible(), firms.c.uscc == staged.c.uscc]
        if held["carrier_id"] is not None:
            where.append(firms.c.carrier_id == held["carrier_id"])
        else:
            named = select(carriers.c.id).where(carriers.c.name == staged.c.carrier)
            theirs = firms.c.carrier_id == named.correlate(staged).scalar_subquery()
            nobodys = firms.c.carrier_id.is_(None)
            where.append(staged.c.carrier.is_(None) | theirs | nobodys)
        found = select(firms.c.id).where(*where).correlate(staged)
        return found.order_by(firms.c.carrier_id.is_(None), firms.c.id).limit(1).scalar_subquery()

    def _store(self, connection: Connection, held: Row) -> Imported:
        mine = staged.c.import_id == held["id"]
        if held["carrier_id"] is None:
            self._name_carriers(connection, mine)
            self._refuse_ambiguous(connection, mine)
        match = self._match(held)
        connection.execute(update(staged).where(mine).values(firm_id=match))
        known = connection.execute(
            select(staged.c.firm_id, *(staged.c[name] for name in _MASTER)).where(
                mine, staged.c.firm_id.is_not(None)
            )
        ).all()
        added = self._add_firms(connection, held, mine)
        self._refresh_firms(connection, known)
        lines = [
            self._line(msgid("import"), firm, {"import_id": held["id"], "changed": changed})
            for firm, changed in self._merge_figures(connection, mine).items()
        ]
        if lines:
            connection.execute(insert(audit_log), lines)
        assessed = self._add_assessments(connection, mine)
        return Imported(added, len({row.firm_id for row in known}), assessed)

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

    def _refresh_firms(self, connection: Connection, known: Sequence[Any]) -> None:
        """Names and places that a file tells anew; a blank tells nothing."""
        carrier_of = _carriers(connection)
        changes = [
            {
                "firm": row.firm_id,
                "n": row.name or None,
                "d": row.district,
                "i": row.industry,
                "c": carrier_of.get(row.carrier),
            }
            for row in known
        ]
        if changes:
            connection.execute(
                update(firms)
                .where(firms.c.id == bindparam("firm"))
                .values(
                    name=func.coalesce(bindparam("n"), firms.c.name),
                    district=func.coalesce(bindparam("d"), firms.c.district),
                    carrier_id=func.coalesce(firms.c.carrier_id, bindparam("c")),
                    industry=func.coalesce(bindparam("i"), firms.c.industry),
                    changed_at=self._clock(),
                    version=firms.c.version + 1,
                ),
                changes,
            )

    def _merge_figures(self, connection: Connection, mine: ColumnElement[bool]) -> dict[int, Row]:
        """The facts of the file over those held, of which a blank takes nothing away.

        What changed, by firm; nothing where there was nothing before.
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
                staged.c.firm_id, staged.c.application_year, staged.c.inputs,
                figures.c.id, figures.c.facts,
            )
            .select_from(staged.outerjoin(figures, same))
            .where(mine)
            .order_by(staged.c.place)
        ).all()  # fmt: skip
        at = self._clock()
        fresh: dict[tuple[int, int], Row] = {}
        over: dict[int, Row] = {}
        changed: dict[int, Row] = {}
        for firm, year, inputs, held, facts in rows:
            changed.setdefault(firm, {})
            if held is None:
                fresh[firm, year] = {**fresh.get((firm, year), {}), **inputs}
            else:
                changed[firm] |= differences(over.get(held, facts), inputs)
                over[held] = {**over.get(held, facts), **inputs}
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
        return changed

    def _add_assessments(self, connection: Connection, mine: ColumnElement[bool]) -> int:
        """The records move from table to table inside the database, packed as they are."""
        columns = ["firm_id", "scheme", "edition", "model_hash", "as_of", "inputs", "record"]
        columns += HEADLINE
        judged_rows = mine & staged.c.scheme.is_not(None)
        at = self._clock()
        told = select(
            *(staged.c[name] for name in columns),
            literal(self.actor.account_id, assessments.c.account_id.type),
            literal(at, assessments.c.at.type),
        )
        connection.execute(
            insert(assessments).from_select(
                [*columns, "account_id", "at"], told.where(judged_rows).order_by(staged.c.place)
            )
        )
        last = (
            select(func.max(staged.c.place))
            .where(judged_rows, staged.c.scheme == HEADLINE_SCHEME)
            .group_by(staged.c.firm_id)
        )
        connection.execute(
            update(firms)
            .where(firms.c.id == staged.c.firm_id, mine, staged.c.place.in_(last))
            .values(**{name: staged.c[name] for name in HEADLINE}, assessed_at=at)
        )
        counted = select(func.count()).select_from(staged).where(judged_rows)
        return connection.scalar(counted) or 0


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
    told = judged(record, model_hash) if record else dict.fromkeys(_JUDGED)
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
