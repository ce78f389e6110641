"""Queries and changes of firms: pages of a list, the columns of all, one, and many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    Date,
    Select,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy import DateTime as RawMoment

from eligibility.domain.errors import Conflict, InputError
from eligibility.domain.firm_names import name_key
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, LEADS, STAFF
from eligibility.store.audit import AuditAction, write_audit
from eligibility.store.column_types import UNREADABLE, damage_error
from eligibility.store.firm_filter import FirmFilter
from eligibility.store.firm_history import name_columns, record_carriers, record_names
from eligibility.store.firm_pairs import counted_file, propose_copy, propose_pairs
from eligibility.store.identity_tables import PairReason, firm_pairs, former_names
from eligibility.store.rows import Facts, Row, clean, only, slices
from eligibility.store.schema import (
    HEADLINE_SCHEME,
    Role,
    Stage,
    accounts,
    assessments,
    carriers,
    firms,
    outcomes,
    tasks,
)
from eligibility.store.stages import refuse_by_hand

#: what a person enters of a firm; the rest of its row follows from what is done with it
EDITABLE = ("uscc", "name", "district", "industry", "carrier_id", "adviser_id")


@dataclass(frozen=True)
class ResultPage:
    """Page of a longer list (pagination), and how many rows there are in all."""

    rows: list[Row]
    count: int
    #: of a list of firms: how many of all have each verdict; None: not assessed yet
    verdicts: Mapping[str | None, int] = field(default_factory=dict)


#: the nearest day on which something is to be done for a firm
_NEXT_DUE = (
    select(func.min(tasks.c.due_on))
    .where(tasks.c.firm_id == firms.c.id, tasks.c.done.is_(False))
    .correlate(firms)
    .scalar_subquery()
    .label("next_due")
)
_ADVISER = accounts.c.name.label("adviser")
_CARRIER = carriers.c.name.label("carrier")
LISTED = [*firms.c, _CARRIER, _ADVISER, _NEXT_DUE]
#: of use for one firm at a time, or on the desk
_INNER = (
    "stage_since", "created_at", "changed_at", "version", "name_key", "name_stem", "name_order",
    "carrier_since", "copy_of", "merged_into", "archived_at", "open_facts", "unmet_distance",
    "stage_by_hand", "certificate_ends",
)  # fmt: skip
#: what the table of all firms shows
SHOWN = [c for c in LISTED if c.name not in _INNER]
SORTS = {column.name: column for column in LISTED}
_JOINED = firms.outerjoin(carriers).outerjoin(accounts, accounts.c.id == firms.c.adviser_id)

NUMBERS = frozenset(
    {"score_low", "score_high", "probability", "probability_low", "probability_high"}
)
DAYS: dict[str, Literal["D", "us"]] = {
    "assessed_at": "us", "next_due": "D",
}  # fmt: skip


class Firms(Access):
    """Firms as their rows."""

    def _listing(self, selection: FirmFilter | None) -> Select[Any]:
        clauses = (selection or FirmFilter()).clauses()
        return select(*LISTED).select_from(_JOINED).where(self._counts_as_firm(), *clauses)

    @open_to(ANYONE)
    def page(
        self,
        selection: FirmFilter | None = None,
        *,
        sort: str = "name",
        descending: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> ResultPage:
        """Some firms in order, as rows with ``carrier``, ``adviser`` (names) and ``next_due``.

        Parameters
        ----------
        selection : FirmFilter, optional
        sort : str
            A column of the row; blanks come last. Ties are in the order of ids.
        limit, offset : int
            Rows of the page; place of its first, from 0.

        Raises
        ------
        InputError
            If there is no such column to sort by.
        """
        if sort not in SORTS:
            raise InputError("There is no column {column} to sort by.", column=sort)
        # names in the order of pinyin
        column = firms.c.name_order if sort == "name" else SORTS[sort]
        by = column.desc() if descending else column.asc()
        # said of a column without blanks, it would keep SQLite from its index
        blank = getattr(column, "nullable", True)
        order = by.nulls_last() if blank else by, firms.c.id
        counting = select(firms.c.verdict_state, func.count()).group_by(firms.c.verdict_state)
        clauses = (selection or FirmFilter()).clauses()
        with self._reading() as connection:
            statement = self._listing(selection).order_by(*order)
            rows = self._all(connection, statement.limit(max(limit, 0)).offset(max(offset, 0)))
            counted = counting.where(self._counts_as_firm(), *clauses)
            verdicts: dict[str | None, int] = {
                verdict: n for verdict, n in connection.execute(counted)
            }
        return ResultPage(rows, sum(verdicts.values()), verdicts)

    @open_to(ANYONE)
    def frame(self, selection: FirmFilter | None = None) -> dict[str, NDArray[Any]]:
        """All chosen firms as columns, in the order of their names.

        Returns
        -------
        dict of str to array of shape (n,)
            The columns of ``page`` but version and moments of change and stage: ids and texts as objects (None: blank), score in points
            and probability with its interval in /1 as float64 (NaN: blank), moments as datetime64[us] in UTC and
            days as datetime64[D] (NaT: blank).
        """
        # moments as the driver gives them: making 50,000 of them aware costs more than the query
        raw = [
            type_coerce(column, Date if DAYS[column.name] == "D" else RawMoment).label(column.name)
            if column.name in DAYS
            else column
            for column in SHOWN
        ]
        clauses = (selection or FirmFilter()).clauses()
        try:
            with self._reading() as connection:
                statement = (
                    select(*raw).select_from(_JOINED).where(self._counts_as_firm(), *clauses)
                )
                rows = connection.execute(
                    statement.order_by(firms.c.name_order, firms.c.id)
                ).fetchall()
            columns = zip(*rows, strict=True) if rows else [()] * len(raw)
            return {
                column.name: _array(column.name, values)
                for column, values in zip(SHOWN, columns, strict=True)
            }
        except UNREADABLE as error:
            raise damage_error() from error

    @open_to(STAFF)
    def nearest_gaps(self, firm_ids: Iterable[int]) -> dict[int, Row]:
        """The first gap of the current assessment of each of these firms, as its record has it."""
        result: dict[int, Row] = {}
        place = func.row_number().over(
            partition_by=assessments.c.firm_id,
            order_by=(assessments.c.as_of.desc(), assessments.c.id.desc()),
        )
        with self._reading() as connection:
            for some in slices(firm_ids):
                ranked = (
                    select(assessments.c.firm_id, assessments.c.id, place.label("place"))
                    .where(
                        assessments.c.firm_id.in_(some),
                        assessments.c.scheme == HEADLINE_SCHEME,
                        self._visible(assessments),
                    )
                    .subquery()
                )
                current = select(ranked.c.id).where(ranked.c.place == 1)
                rows = connection.execute(
                    select(assessments.c.firm_id, assessments.c.record).where(
                        assessments.c.id.in_(current), assessments.c.first_gap.is_not(None)
                    )
                )
                result |= {firm_id: record["gaps"][0] for firm_id, record in rows}
        return result

    @open_to(STAFF)
    def batches(self) -> list[str]:
        """The batches of the applications of firms to be seen, in order."""
        with self._reading() as connection:
            named = select(outcomes.c.batch).where(
                outcomes.c.batch.is_not(None), self._visible(outcomes)
            )
            return list(connection.scalars(named.distinct().order_by(outcomes.c.batch)))

    @open_to(ANYONE)
    def get(self, firm_id: int) -> Row:
        """One firm's row, with its ``version``; NotFound if it is not to be seen."""
        one = select(*LISTED).select_from(_JOINED).where(firms.c.id == firm_id)
        with self._reading() as connection:
            return self._one(connection, one.where(self._visible()))

    @open_to(STAFF)
    def add(self, values: Facts) -> int:
        """A new firm, and its id.

        Where another carrier holds a firm of this credit code, or one of the two has no code and the
        name is the same, the new file is not counted until a person decides whether they are one.

        Parameters
        ----------
        values : mapping
            Of ``EDITABLE``; an adviser's firm goes to the adviser's own carrier.

        Raises
        ------
        Conflict
            If that carrier has a firm of this credit code already.
        """
        entries = {**only(values, EDITABLE)}
        with self._writing() as connection:
            entries["carrier_id"] = self._assignable_carrier(entries.get("carrier_id"))
            self._adviser(connection, entries.get("adviser_id"), entries.get("carrier_id"))
            other = self._other_file(connection, entries.get("uscc"), entries.get("carrier_id"))
            at = self._clock()
            fresh = {"stage_since": at, "created_at": at, "changed_at": at, "version": 1}
            fresh |= {"copy_of": other, "carrier_since": at.date()}
            new_id = self._insert(connection, firms, {**entries, **fresh})
            if other is not None:
                propose_copy(connection, new_id, other, PairReason.CODE, at)
            propose_pairs(connection, [new_id], at)
            self._log(connection, AuditAction.FIRM_ADD, new_id, **entries)
        return new_id

    @open_to(ANYONE)
    def save(
        self, firm_id: int, values: Facts, version: int, *, is_correction: bool = False
    ) -> int:
        """Change a firm that stands at this version, and give its next version.

        A firm may change its name, district and industry; an adviser all but the carrier. A name and
        a carrier that end are kept with the day, and whoever looked after the firm until then sees
        the file as it stood on it.

        Parameters
        ----------
        is_correction : bool
            What was there was wrong, and so is no former name or carrier.

        Raises
        ------
        Conflict
            If someone else changed it since, or another firm has this credit code.
        """
        with self._writing() as connection:
            allowed = {Role.FIRM: ("name", "district", "industry")}.get(self.actor.role, EDITABLE)
            entries = only(values, allowed)
            before = self._seen_firm(connection, firm_id)
            if "carrier_id" in entries:
                entries["carrier_id"] = self._assignable_carrier(entries["carrier_id"])
            carrier = entries.get("carrier_id", before["carrier_id"])
            adviser = entries.get("adviser_id", before["adviser_id"])
            if {"carrier_id", "adviser_id"} & set(entries):
                self._adviser(connection, adviser, carrier)
            at = self._clock()
            clean(firms, entries)
            changes = {**entries, **name_columns(str(entries.get("name", before["name"])))}
            if not is_correction:
                self._keep_history(connection, before, entries, at.date())
            uscc = entries.get("uscc", before["uscc"])
            other = None
            if uscc != before["uscc"]:
                other = self._other_file(connection, uscc, carrier, firm_id)
                changes["copy_of"] = other
                self._drop_code_pair(connection, firm_id)
            after = self._change(
                connection, firms, firms.c.id == firm_id, {**changes, "changed_at": at}, version
            )
            if other is not None:
                propose_copy(connection, firm_id, other, PairReason.CODE, at)
            if {"uscc", "name"} & set(entries):
                propose_pairs(connection, [firm_id], at)
            changed = differences(before, entries)
            self._log(
                connection, AuditAction.FIRM_CHANGE, firm_id, changed=changed,
                **({"correction": True} if is_correction else {}),
            )  # fmt: skip
        return after

    def _keep_history(self, connection: Connection, before: Row, entries: Row, until: date) -> None:
        """The name and the carrier that a change ends."""
        name = str(entries.get("name", before["name"]))
        if before["name"] and name_key(name) != before["name_key"]:
            record_names(connection, [(before["id"], before["name"])], until)
        if entries.get("carrier_id", before["carrier_id"]) != before["carrier_id"]:
            record_carriers(connection, [before["id"]], until, entries["carrier_id"])

    def _other_file(
        self,
        connection: Connection,
        uscc: str | None,
        carrier_id: int | None,
        but: int | None = None,
    ) -> int | None:
        """The file that counts of another carrier's firm of this code; Conflict for one of this."""
        other = counted_file(connection, uscc, but)
        if other is None:
            return None
        files = firms.c.uscc == uscc, firms.c.archived_at.is_(None), firms.c.id != (but or 0)
        here = firms.c.carrier_id.is_not_distinct_from(carrier_id)
        if name := connection.scalar(select(firms.c.name).where(*files, here, self._visible())):
            raise Conflict(
                "Firm {name} has the credit code {uscc} already; nothing was stored. Correct the "
                "code, or open that firm.",
                name=name, uscc=uscc,
            )  # fmt: skip
        return other

    def _drop_code_pair(self, connection: Connection, firm_id: int) -> None:
        """A file with another code is no longer one of the firm that the code before said."""
        connection.execute(
            update(firm_pairs)
            .where(firm_pairs.c.firm_id == firm_id, firm_pairs.c.decision.is_(None))
            .values(decision="apart", decided_at=self._clock(), account_id=self.actor.account_id)
        )

    @open_to(STAFF)
    def assign(self, firm_ids: Iterable[int], adviser_id: int | None) -> int:
        """Give many firms to one adviser (None: to nobody); all of them or none.

        A mapping of firm id → version says which versions were looked at: Conflict if one moved on.
        The number of those that changed; whose adviser it was already stays as it is.
        """
        with self._writing(moves_year=False) as connection:
            visible_ids = self._seen_firms(connection, firm_ids)
            for some in slices(visible_ids):
                query = select(firms.c.carrier_id).where(firms.c.id.in_(some)).distinct()
                for carrier in connection.scalars(query).all():
                    self._adviser(connection, adviser_id, carrier)
            visible_ids = self._others(connection, visible_ids, "adviser_id", adviser_id)
            self._change_many(
                connection, visible_ids, AuditAction.FIRM_ASSIGN, adviser_id=adviser_id
            )
        return len(visible_ids)

    @open_to(LEADS)
    def move(self, firm_ids: Iterable[int], carrier_id: int | None) -> int:
        """Move many firms to one carrier, away from their advisers; all or none. Their number."""
        with self._writing() as connection:
            visible_ids = self._seen_firms(connection, firm_ids)
            record_carriers(connection, visible_ids, self._clock().date(), carrier_id)
            self._change_many(
                connection,
                visible_ids,
                AuditAction.FIRM_MOVE,
                carrier_id=carrier_id,
                adviser_id=None,
            )
        return len(visible_ids)

    @open_to(STAFF)
    def set_stage(self, firm_ids: Iterable[int], stage: Stage | str) -> int:
        """Set how far many firms have come before they apply; all or none, by versions as ``assign``.

        The number of those that changed. From ``applied`` on the stage follows what is recorded.

        Raises
        ------
        InputError
            If it is no stage that is set by hand, or the stage of a firm follows its records.
        """
        try:
            reached = Stage(stage)
        except ValueError as error:
            raise InputError("There is no stage {stage}.", stage=stage) from error
        with self._writing() as connection:
            visible_ids = self._seen_firms(connection, firm_ids)
            visible_ids = self._others(connection, visible_ids, "stage", reached.value)
            refuse_by_hand(connection, visible_ids, reached, self._clock().date())
            self._change_many(connection, visible_ids, AuditAction.FIRM_STAGE, stage=reached.value)
        return len(visible_ids)

    @open_to(STAFF)
    def count_changes(
        self, selection: FirmFilter, field: Literal["adviser_id", "stage"], value: int | str | None
    ) -> int:
        """How many of the chosen firms have another adviser, or stand at another stage."""
        other = firms.c[field].is_distinct_from(value)
        counting = select(func.count()).select_from(firms)
        with self._reading() as connection:
            query = counting.where(self._counts_as_firm(), *selection.clauses(), other)
            return connection.scalar(query) or 0

    @open_to(STAFF)
    def ids_by_code(self, codes: Iterable[str]) -> dict[str, int]:
        """Credit code → firm, of those to be seen."""
        result: dict[str, int] = {}
        one = func.count() == 1
        with self._reading() as connection:
            for some in slices(set(codes)):
                query = select(firms.c.uscc, func.min(firms.c.id))
                query = query.where(self._counts_as_firm(), firms.c.uscc.in_(some))
                rows = connection.execute(query.group_by(firms.c.uscc).having(one))
                result |= {code: firm_id for code, firm_id in rows}
        return result

    @open_to(STAFF)
    def ids_by_name(self, names: Iterable[str]) -> dict[str, list[int]]:
        """Normal name → the firms called so, of those to be seen; else those that were called so.

        A name that no firm has or had is left out. ``domain.firm_names.name_key`` gives normal names.
        """
        keys = sorted({name_key(name) for name in names} - {""})
        result: dict[str, list[int]] = {}
        former: dict[str, list[int]] = {}
        with self._reading() as connection:
            for some in slices(keys):
                query = select(firms.c.name_key, firms.c.id).order_by(firms.c.id)
                for key, firm_id in connection.execute(
                    query.where(self._counts_as_firm(), firms.c.name_key.in_(some))
                ):
                    result.setdefault(key, []).append(firm_id)
                had = select(former_names.c.name_key, firms.c.id).distinct().order_by(firms.c.id)
                for key, firm_id in connection.execute(
                    had.join_from(former_names, firms).where(
                        self._counts_as_firm(), former_names.c.name_key.in_(some)
                    )
                ):
                    former.setdefault(key, []).append(firm_id)
        return former | result

    def _others(
        self, connection: Connection, firm_ids: list[int], field: str, value: Any
    ) -> list[int]:
        """Of these firms those that have another value."""
        return [
            firm_id
            for some in slices(firm_ids)
            for firm_id in connection.scalars(
                select(firms.c.id)
                .where(firms.c.id.in_(some), firms.c[field].is_distinct_from(value))
                .order_by(firms.c.id)
            )
        ]

    def _change_many(
        self, connection: Connection, firm_ids: list[int], action: AuditAction, **values: object
    ) -> None:
        at = self._clock()
        since = {"stage_since": at, "stage_by_hand": True} if "stage" in values else {}
        for some in slices(firm_ids):
            connection.execute(
                update(firms)
                .where(firms.c.id.in_(some))
                .values(**values, **since, changed_at=at, version=firms.c.version + 1)
            )
        write_audit(connection, [self._line(action, firm_id, values) for firm_id in firm_ids])


def differences(before: Facts, facts: Facts) -> Row:
    """What changed, field by field: [before, after]."""
    return {
        name: [before.get(name), value]
        for name, value in facts.items()
        if before.get(name) != value
    }


def _array(name: str, values: Any) -> NDArray[Any]:
    if name in NUMBERS:
        return np.array(values, dtype=np.float64)
    if name in DAYS:
        return np.array(values, dtype=f"M8[{DAYS[name]}]")
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result
