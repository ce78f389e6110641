"""Imports of files: staged whole, previewed, then stored in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    select,
    update,
)

from eligibility.domain.errors import Conflict, InputError, NotFound
from eligibility.store.access import open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.engine import alone, writing
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.firms import differences
from eligibility.store.import_changes import COMING, CONFIRMED, DISCARDED, STAGED, ImportChanges
from eligibility.store.import_matching import KINDS, Decision, carrier_ids, updated_master
from eligibility.store.import_merge import (
    CHUNK,
    MASTER,
    ImportResult,
    new_carriers,
    of_figures,
)
from eligibility.store.records import record_columns
from eligibility.store.rows import Facts, Row, clean, plain, slices
from eligibility.store.schema import (
    HEADLINE,
    figures,
    firms,
    imports,
    staged,
)

SWEPT_AFTER = timedelta(days=1)
#: stands for the id of a carrier that is not there yet
UNMADE = 0


class Would(StrEnum):
    """What storing a staged row does."""

    ADD = "add"
    CHANGE = "change"
    #: the facts are held already, but not as judged on this day or with this result
    JUDGE = "judge"
    NOTHING = "nothing"


class Imports(ImportChanges):
    """Imports of files."""

    @open_to(STAFF)
    def stage(
        self,
        file: str,
        rows: Iterable[tuple[Facts, Facts | None]],
        rejects: Sequence[Facts] = (),
        model_hash: str | None = None,
        remarks: Sequence[Facts] = (),
        reading: Facts | None = None,
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
        rejects : sequence of mapping
            Rows that were not read and why, for people to look at.
        model_hash : str, optional
            SHA-256 of the readiness model that took part.
        remarks : sequence of mapping
            What is to be known of rows that were read, for people to look at.
        reading : mapping, optional
            How the file was read, so that its rejected rows can be read again.

        Notes
        -----
        An adviser's import goes to the adviser's own carrier whatever the file says; a carrier
        that a manager's file names for the first time is made on confirming.
        """
        import_id = self._begin_import(file, rejects, remarks, reading)
        calendar = CalendarFacts()
        accepted = 0
        try:
            for some in slices(rows, CHUNK):
                with self._writing(moves_year=False) as connection:
                    connection.execute(
                        insert(staged),
                        [
                            _stage_row(
                                import_id, accepted + place, facts, record, model_hash, calendar
                            )
                            for place, (facts, record) in enumerate(some, 1)
                        ],
                    )
                accepted += len(some)
            with self._writing(moves_year=False) as connection:
                whole = update(imports).where(imports.c.id == import_id, imports.c.status == COMING)
                connection.execute(whole.values(accepted=accepted, status=STAGED))
                self._log(
                    connection, AuditAction.IMPORT_STAGE, import_id=import_id, file=file, accepted=accepted,
                    rejected=len(rejects),
                )  # fmt: skip
        except BaseException:
            # whoever is signed out meanwhile leaves nothing behind either
            with writing(self.engine) as connection:
                self._sweep(connection, imports.c.id == import_id)
            raise
        return import_id

    def _begin_import(
        self,
        file: str,
        rejects: Sequence[Facts],
        remarks: Sequence[Facts],
        reading: Facts | None,
    ) -> int:
        with self._writing(moves_year=False) as connection:
            self._sweep(connection, imports.c.at < self._clock() - SWEPT_AFTER)
            return self._insert(
                connection,
                imports,
                {
                    "file": file[-300:],
                    "status": COMING,
                    "carrier_id": self._assignable_carrier(None),
                    "accepted": 0,
                    "rejected": [plain(row) for row in rejects],
                    "remarks": [plain(row) for row in remarks],
                    "reading": None if reading is None else plain(reading),
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
        columns = [c for c in imports.c if c.name not in ("rejected", "remarks", "reading")]
        with self._reading() as connection:
            mine = select(*columns).where(self._own_imports())
            return self._all(connection, mine.order_by(imports.c.id.desc()))

    @open_to(STAFF)
    def preview(
        self, import_id: int, *, kind: str | None = None, limit: int = 100, offset: int = 0
    ) -> Row:
        """One import with its ``rejected`` and ``remarks`` and, while staged, some of its ``rows`` as they are.

        Each row has ``firm_id``, the firm it speaks of, None where it is a new one; ``would``, what
        storing it does; ``changes``, what it tells anew of a firm (``name``, ``carrier`` and the
        figures by field and year, each [before, after]); and ``candidate``, the firm that it may be
        by its name, which a person decides.

        Parameters
        ----------
        kind : str, optional
            One of ``KINDS``: only the rows of it.

        Returns
        -------
        dict
            Of all rows, ``known`` counts those of firms held already, ``moved`` and ``renamed`` those
            whose firm is elsewhere or called otherwise by then, ``new`` those of new firms and
            ``doubtful``, which are of them, those to decide; ``new_carriers`` are the names of
            carriers that it would make.
        """
        with self._reading() as connection:
            row = self._import(connection, import_id)
            columns = [c for c in staged.c if c.name not in ("record", "firm_id", "import_id")]
            match, candidate = self._match(row), self._candidate(row)
            mine = staged.c.import_id == import_id
            kinds = self._kinds(row, mine, match)
            rows = select(
                *columns, match.label("firm_id"), candidate.label("candidate_id")
            ).where(mine)  # fmt: skip
            if kind is not None:
                rows = rows.where(staged.c.id.in_(select(kinds.c.id).where(kinds.c[kind] == 1)))
            ordered = rows.order_by(staged.c.place).limit(limit).offset(offset)
            drawn = self._all(connection, ordered)
            changes = self._changes(connection, drawn, match)
            sums = select(
                *(func.coalesce(func.sum(kinds.c[name]), 0).label(name) for name in KINDS)
            )
            own = row["carrier_id"] is not None
            return {
                **row,
                **self._one(connection, sums),
                "new_carriers": [] if own else new_carriers(connection, mine),
                "rows": [{**row, **changes[row["id"]]} for row in drawn],
            }

    def _changes(
        self, connection: Connection, rows: Sequence[Row], match: ColumnElement[int | None]
    ) -> dict[int, Row]:
        """What storing does with each of these rows, told by what storing itself compares."""
        theirs = {row[name] for row in rows for name in ("firm_id", "candidate_id")} - {None}
        result: dict[int, Any] = {}
        for some in slices(theirs):
            now = select(firms).where(firms.c.id.in_(some))
            result |= {row.id: row for row in connection.execute(now)}
        facts: dict[tuple[int, int], Row] = {}
        for some in slices(theirs):
            years = select(figures).where(figures.c.firm_id.in_(some))
            facts |= {
                (row.firm_id, row.application_year): row.facts for row in connection.execute(years)
            }
        these = staged.c.id.in_([row["id"] for row in rows]) & staged.c.scheme.is_not(None)
        unchanged_rows = set(self._unchanged_rows(connection, these, match))
        carrier_of = carrier_ids(connection)
        titles = {number: name for name, number in carrier_of.items()}

        def changes(row: Row) -> Row:
            likely = result.get(row["candidate_id"])
            candidate = None
            if likely is not None and (row["firm_id"] is None or row["decision"] == Decision.SAME):
                candidate = {
                    "id": likely.id, "name": likely.name, "uscc": likely.uscc,
                    "carrier": titles.get(likely.carrier_id),
                }  # fmt: skip
            if row["firm_id"] is None:
                return {"would": Would.ADD, "changes": {}, "candidate": candidate}
            firm = result[row["firm_id"]]
            before = firm.name, firm.district, firm.industry, firm.carrier_id, firm.uscc
            figures_now = facts.get((firm.id, row["application_year"]))
            seat = carrier_of.get(row["carrier"], UNMADE) if row["carrier"] else None
            after = updated_master(before, row, seat)
            names = titles | {UNMADE: row["carrier"]}
            columns = zip(
                ("name", "district", "industry", "carrier", "uscc"), before, after, strict=True
            )
            told = {
                name: [names.get(was), names.get(now)] if name == "carrier" else [was, now]
                for name, was, now in columns
                if was != now
            }
            other = {} if figures_now is None else differences(figures_now, row["facts"])
            if told or figures_now is None or other:
                would = Would.CHANGE
            elif row["scheme"] is None or row["id"] in unchanged_rows:
                would = Would.NOTHING
            else:
                would = Would.JUDGE
            return {"would": would, "changes": told | of_figures(other), "candidate": candidate}

        return {row["id"]: changes(row) for row in rows}

    @open_to(STAFF)
    def repair(
        self,
        import_id: int,
        rows: Sequence[tuple[Facts, Facts | None]],
        rejects: Sequence[Facts],
        reject_count: int,
    ) -> None:
        """Add rows that were rejected and can be read now to a staged import.

        Parameters
        ----------
        rows : sequence of (facts, record)
            As of ``stage``.
        rejects : sequence of mapping
            The rows that are still rejected.
        reject_count : int
            How many rejected rows there were when this was begun: Conflict if someone else has
            repaired some meanwhile.
        """
        calendar = CalendarFacts()
        with self._writing(moves_year=False) as connection:
            alone(connection, "confirm import")
            row = self._import(connection, import_id)
            if row["status"] != STAGED:
                raise Conflict("This import is stored or discarded already; nothing was changed.")
            if len(row["rejected"]) != reject_count:
                raise Conflict("Someone else has repaired rows of this file; look at it again.")
            first = row["accepted"] + 1
            if rows:
                connection.execute(
                    insert(staged),
                    [
                        _stage_row(import_id, first + number, facts, record, None, calendar)
                        for number, (facts, record) in enumerate(rows)
                    ],
                )
            connection.execute(
                update(imports)
                .where(imports.c.id == import_id)
                .values(
                    accepted=row["accepted"] + len(rows), rejected=[plain(each) for each in rejects]
                )
            )
            self._log(connection, AuditAction.IMPORT_REPAIR, import_id=import_id, rows=len(rows))

    @open_to(STAFF)
    def decide(self, import_id: int, decisions: Mapping[int, Decision | str | None]) -> None:
        """Decide of staged rows, by their places, which firms they are; None takes a decision back.

        Raises
        ------
        NotFound
            If a row is not there.
        Conflict
            If the import is stored or discarded.
        """
        self._require_person()
        with self._writing(moves_year=False) as connection:
            row = self._import(connection, import_id)
            if row["status"] != STAGED:
                raise Conflict("This import is stored or discarded already; nothing was changed.")
            for place, decision in decisions.items():
                value = None if decision is None else Decision(decision).value
                own = (staged.c.import_id == import_id) & (staged.c.place == place)
                if (
                    connection.execute(update(staged).where(own).values(decision=value)).rowcount
                    != 1
                ):
                    raise NotFound("That is not here.")

    @open_to(STAFF)
    def confirm(self, import_id: int) -> ImportResult:
        """Store a staged import: all of it, or nothing. Confirming again changes nothing.

        Firms are matched by credit code among those the actor may see, wherever they are: a firm
        goes to the carrier that its row names, unless it was decided that it stays. A row
        without a code is a new firm, unless it is the very row that a firm came from or was decided
        to be another's; what nobody decided is a pair to decide. What a file leaves blank keeps its value. A row that tells nothing new, and is judged as it was,
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
            row = self._import(connection, import_id)
            if row["status"] == CONFIRMED:
                return ImportResult(**row["result"])
            if row["status"] == DISCARDED:
                raise Conflict("This import was discarded; nothing was stored.")
            done = self._store(connection, row)
            self._close(connection, import_id, CONFIRMED, done._asdict())
            self._log(connection, AuditAction.IMPORT_CONFIRM, import_id=import_id, **done._asdict())
        return done

    @open_to(STAFF)
    def discard(self, import_id: int) -> None:
        """Forget the rows of a staged import; discarding again changes nothing."""
        with self._writing(moves_year=False) as connection:
            alone(connection, "confirm import")
            row = self._import(connection, import_id)
            if row["status"] == CONFIRMED:
                raise Conflict("This import is stored already; it cannot be discarded.")
            if row["status"] == STAGED:
                self._close(connection, import_id, DISCARDED, None)
                self._log(connection, AuditAction.IMPORT_DISCARD, import_id=import_id)

    def _close(self, connection: Connection, import_id: int, status: str, result: Any) -> None:
        connection.execute(delete(staged).where(staged.c.import_id == import_id))
        connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(status=status, result=result, closed_at=self._clock())
        )


def _stage_row(
    import_id: int,
    place: int,
    facts: Facts,
    record: Facts | None,
    model_hash: str | None,
    calendar: CalendarFacts,
) -> Row:
    try:
        return _check_row(import_id, place, facts, record, model_hash, calendar)
    except InputError as error:
        raise InputError("Row {row}: {why}", row=place, why=error.message) from error


def _check_row(
    import_id: int,
    place: int,
    facts: Facts,
    record: Facts | None,
    model_hash: str | None,
    calendar: CalendarFacts,
) -> Row:
    inputs = plain(facts)
    day = str(inputs.get("application_date", ""))
    if not day[:4].isdecimal():
        raise InputError("The application date is missing.")
    master = {name: inputs.get(name) for name in MASTER}
    told = record_columns(record, model_hash) if record else dict.fromkeys(_JUDGED)
    return clean(
        staged,
        {
            "import_id": import_id,
            "place": place,
            "application_year": int(day[:4]),
            "inputs": inputs,
            "facts": calendar.store(inputs, int(day[:4])),
            **master,
            "name": master["name"] or "",
            **told,
        },
    )


_JUDGED = ("scheme", "edition", "as_of", "record", "model_hash", *HEADLINE)
