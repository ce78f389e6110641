"""Imports of files: staged whole, previewed, then stored in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

from eligibility.domain.errors import Conflict, InputError
from eligibility.store.access import open_to
from eligibility.store.actors import STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.engine import alone, writing
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.firms import differences
from eligibility.store.import_matching import carrier_ids, updated_master
from eligibility.store.import_merge import CHUNK, MASTER, ImportMerge, ImportResult
from eligibility.store.records import record_columns
from eligibility.store.rows import Facts, Row, clean, plain, slices
from eligibility.store.schema import (
    HEADLINE,
    figures,
    firms,
    imports,
    staged,
)

STAGED, CONFIRMED, DISCARDED = "staged", "confirmed", "discarded"
#: while its rows still come in; nobody sees it, and what a killed process left is swept away later
COMING = "coming"
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


class Imports(ImportMerge):
    """Imports of files."""

    @open_to(STAFF)
    def stage(
        self,
        file: str,
        rows: Iterable[tuple[Facts, Facts | None]],
        rejects: Sequence[Facts] = (),
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
        rejects : sequence of mapping
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
        import_id = self._begin_import(file, rejects, remarks)
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

    def _begin_import(self, file: str, rejects: Sequence[Facts], remarks: Sequence[Facts]) -> int:
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
        columns = [c for c in imports.c if c.name not in ("rejected", "remarks")]
        with self._reading() as connection:
            mine = select(*columns).where(self._own_imports())
            return self._all(connection, mine.order_by(imports.c.id.desc()))

    @open_to(STAFF)
    def preview(self, import_id: int, *, limit: int = 100, offset: int = 0) -> Row:
        """One import with its ``rejected`` and ``remarks`` and, while staged, some of its ``rows`` as they are.

        Each row has ``firm_id``, the firm it speaks of, None where it is a new one, and ``would``,
        what storing it does. ``known`` counts, of all rows, those of firms held already.
        """
        with self._reading() as connection:
            row = self._import(connection, import_id)
            columns = [c for c in staged.c if c.name not in ("record", "firm_id", "import_id")]
            match = self._match(row)
            mine = staged.c.import_id == import_id
            rows = select(*columns, match.label("firm_id")).where(mine)
            ordered = rows.order_by(staged.c.place).limit(limit).offset(offset)
            query = select(func.count()).select_from(staged).where(mine, match.is_not(None))
            matches = connection.scalar(query) or 0
            drawn = self._all(connection, ordered)
            would = self._would(connection, drawn, match)
            return {
                **row,
                "known": matches,
                "rows": [{**row, "would": would[row["id"]]} for row in drawn],
            }

    def _would(
        self, connection: Connection, rows: Sequence[Row], match: ColumnElement[int | None]
    ) -> dict[int, Would]:
        """What storing does with each of these rows, told by what storing itself compares."""
        theirs = [row["firm_id"] for row in rows if row["firm_id"] is not None]
        now = select(firms).where(firms.c.id.in_(theirs))
        result = {row.id: row for row in connection.execute(now)}
        years = select(figures).where(figures.c.firm_id.in_(theirs))
        facts = {
            (row.firm_id, row.application_year): row.facts for row in connection.execute(years)
        }
        these = staged.c.id.in_([row["id"] for row in rows]) & staged.c.scheme.is_not(None)
        unchanged_rows = set(self._unchanged_rows(connection, these, match))
        carrier_of = carrier_ids(connection)

        def would(row: Row) -> Would:
            if row["firm_id"] is None:
                return Would.ADD
            firm = result[row["firm_id"]]
            master_data = firm.name, firm.district, firm.industry, firm.carrier_id
            figures_now = facts.get((firm.id, row["application_year"]))
            seat = carrier_of.get(row["carrier"], UNMADE) if row["carrier"] else None
            anew = updated_master(master_data, row, seat) != master_data
            if anew or figures_now is None or differences(figures_now, row["facts"]):
                return Would.CHANGE
            return (
                Would.NOTHING
                if row["scheme"] is None or row["id"] in unchanged_rows
                else Would.JUDGE
            )

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

    # --- whose it is ---

    def _own_imports(self) -> ColumnElement[bool]:
        return (imports.c.status != COMING) & self._within_carrier(imports.c.carrier_id)

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
