"""Inbox: what firms sent (self-assessments that they share, answers to questions), and decisions on it.

Nothing that a firm sends changes the register by itself: a person decides field by field, and each
decision keeps who sent the value and when, and who decided.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, select, update

from eligibility.domain.errors import Conflict, InputError, NotFound
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.casework import require_length
from eligibility.store.drafts import Key, find_draft
from eligibility.store.engine import alone
from eligibility.store.exchange_tables import decisions, links, submissions
from eligibility.store.fact_rows import known_facts
from eligibility.store.rows import Facts, Row, plain
from eligibility.store.schema import Ledger, accounts, carriers, drafts, figures, firms, ledgers

#: items that are listed at once, and characters of a remark
MOST_LISTED, LONGEST_REMARK = 200, 300
#: facts that stand in the firm's own row as well
OWN = ("district", "industry")
#: before the kind of a list, in the key of a decision
LIST = "list:"


class Origin(NamedTuple):
    """What a fact came by: a self-assessment or an answer, and its id."""

    kind: Literal["draft", "submission"]
    id: int


class Inbox(Access):
    """What firms sent to the actor's carrier, or to any for who leads."""

    @open_to(STAFF)
    def items(self, *, is_open: bool = True) -> list[Row]:
        """What firms sent, the latest first: with ``kind``, ``id``, ``sender``, ``sent_at``, ``carrier``.

        ``state`` is that of a draft; ``firm_id`` is None where a draft does not say by an account
        which firm it is of.

        Parameters
        ----------
        is_open : bool
            Only that on which something is left to decide.
        """
        with self._reading() as connection:
            rows = [
                *(_draft_row(row) for row in self._all(connection, self._drafts(is_open))),
                *(_answer_row(row) for row in self._all(connection, self._answers(is_open))),
            ]
        return sorted(rows, key=lambda row: row["sent_at"], reverse=True)[:MOST_LISTED]

    @open_to(STAFF)
    def item(self, origin: Origin) -> Row:
        """One of them, with its ``decisions``, the latest first."""
        with self._reading() as connection:
            row = self._item(connection, origin)
            row["decisions"] = self._all(
                connection, _with_names(_of(origin)).order_by(decisions.c.id.desc())
            )
        return row

    @open_to(STAFF)
    def decisions(self, firm_id: int) -> list[Row]:
        """What was accepted and refused of what came from a firm, the latest first, with ``by``."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            whose = _with_names(decisions.c.firm_id == firm_id)
            return self._all(connection, whose.order_by(decisions.c.id.desc()))

    @open_to(ANYONE)
    def decisions_on_draft(self, key: Key) -> list[Row]:
        """The same of one's own draft: what of it was accepted and refused, the latest first."""
        with self._reading() as connection:
            draft = find_draft(connection, self.actor, key)
            own = _with_names(decisions.c.draft_id == draft["id"])
            return self._all(connection, own.order_by(decisions.c.id.desc()))

    @open_to(STAFF)
    def decide(
        self,
        origin: Origin,
        firm_id: int,
        year: int,
        accepted_facts: Facts,
        rejected_facts: Facts,
        *,
        version: int,
        remark: str = "",
        is_complete: bool = False,
    ) -> int:
        """Put what was accepted into the figures of a firm, and keep what was refused; both or nothing.

        Parameters
        ----------
        origin : Origin
            What the facts came by.
        firm_id : int
        year : int
            Of the application whose figures they go into.
        accepted_facts, rejected_facts : mapping
            Calendar key → value.
        version : int
            Of the figures that they were compared with.
        remark : str
            Why something was refused, for the firm to read.
        is_complete : bool
            Whether nothing of it is left to decide.

        Returns
        -------
        int
            The version of the figures after it.

        Raises
        ------
        NotAllowed
            If a program asks; a person decides what changes the register.
        NotFound
            If it is no longer shared, or the firm is not to be seen.
        Conflict
            If somebody decided on one of them already, or changed the figures since.
        """
        self._require_person()
        require_length(remark, LONGEST_REMARK)
        taken_in, refused = plain(accepted_facts), plain(rejected_facts)
        if set(taken_in) & set(refused):
            raise InputError("A field cannot be both accepted and refused.")
        with self._writing() as connection:
            alone(connection, f"inbox {origin.kind} {origin.id}")
            item = self._item(connection, origin)
            self._seen_firm(connection, firm_id)
            if item["firm_id"] not in (None, firm_id):
                raise NotFound("That is not here.")
            self._refuse_twice(connection, origin, taken_in | refused)
            held = self._figures(connection, firm_id, year)
            after, before = int(held["version"]), held["facts"]
            if taken_in:
                key = {"firm_id": firm_id, "application_year": year}
                values = {"facts": before | taken_in, "changed_at": self._clock()}
                after = self._put(connection, figures, key, values, version)
                self._update_own(connection, firm_id, taken_in)
            self._keep(connection, origin, item, (firm_id, year), before, taken_in, True, remark)
            self._keep(connection, origin, item, (firm_id, year), before, refused, False, remark)
            if is_complete:
                self._mark_reviewed(connection, origin)
            changed = {name: [before.get(name), value] for name, value in taken_in.items()}
            self._log(
                connection, AuditAction.SUBMISSION_DECIDE, firm_id, origin=origin.kind,
                origin_id=origin.id, changed=changed, rejected=sorted(refused),
            )  # fmt: skip
        return after

    @open_to(STAFF)
    def decide_list(
        self, origin: Origin, firm_id: int, year: int, key: str, *, accept: bool, version: int,
        remark: str = "",
    ) -> int:  # fmt: skip
        """Put a list that a firm sent in place of the one held of it, or keep that it was refused.

        Parameters
        ----------
        origin : Origin
        firm_id : int
        year : int
            Of the application that it was sent for.
        key : str
            Of the list among the ``ledgers`` of what was sent, as ``ip`` or ``activity@2025``.
        accept : bool
        version : int
            Of the firm's list that it was compared with; 0 where there is none.
        remark : str
            Why it was refused, for the firm to read.

        Returns
        -------
        int
            The version of the firm's list after it.

        Raises
        ------
        NotAllowed
            If a program asks.
        NotFound
            If it is no longer shared, has no such list, or the firm is not to be seen.
        Conflict
            If somebody decided on it already, or changed the list since.
        """
        self._require_person()
        require_length(remark, LONGEST_REMARK)
        kind = key.partition("@")[0]
        if kind not in set(Ledger):
            raise NotFound("There is no ledger {ledger}.", ledger=kind)
        with self._writing() as connection:
            alone(connection, f"inbox {origin.kind} {origin.id}")
            item = self._item(connection, origin)
            self._seen_firm(connection, firm_id)
            rows = (item["state"].get("ledgers") or {}).get(key)
            if item["firm_id"] not in (None, firm_id) or not rows:
                raise NotFound("That is not here.")
            decision = {LIST + kind: [plain(row) for row in rows]}
            self._refuse_twice(connection, origin, decision)
            own = {"firm_id": firm_id, "kind": kind}
            mine = (ledgers.c.firm_id == firm_id) & (ledgers.c.kind == kind)
            held = connection.execute(select(ledgers).where(mine)).mappings().first()
            before = {LIST + kind: held["rows"]} if held else {}
            after = version
            if accept:
                values = {"rows": decision[LIST + kind], "changed_at": self._clock()}
                after = self._put(connection, ledgers, own, values, version)
            where = (firm_id, year)
            self._keep(connection, origin, item, where, before, decision, accept, remark)
            self._log(
                connection, AuditAction.SUBMISSION_DECIDE, firm_id, origin=origin.kind,
                origin_id=origin.id, ledger=kind, rows=len(rows), accepted=accept,
            )  # fmt: skip
        return after

    @open_to(STAFF)
    def put_away(self, origin: Origin) -> None:
        """Take it off the list: nothing of it is left to decide; NotAllowed for a program."""
        self._require_person()
        with self._writing(moves_year=False) as connection:
            item = self._item(connection, origin)
            self._mark_reviewed(connection, origin)
            self._log(
                connection, AuditAction.SUBMISSION_DECIDE, item["firm_id"], origin=origin.kind,
                origin_id=origin.id,
            )  # fmt: skip

    def _mark_reviewed(self, connection: Connection, origin: Origin) -> None:
        table = drafts if origin.kind == "draft" else submissions
        done = update(table).where(table.c.id == origin.id)
        connection.execute(done.values(reviewed_at=self._clock()))

    def _figures(self, connection: Connection, firm_id: int, year: int) -> Row:
        """The figures of an application; what other years say of its firm where there are none."""
        own = (figures.c.firm_id == firm_id) & (figures.c.application_year == year)
        row = connection.execute(select(figures).where(own)).mappings().first()
        if row is not None:
            return dict(row)
        known = known_facts(connection, firm_id, year)
        return {"facts": {"application_date": f"{year}-01-01"} | known, "version": 0}

    def _update_own(self, connection: Connection, firm_id: int, facts: Row) -> None:
        values = {name: facts[name] for name in OWN if name in facts}
        if values:
            changed = {**values, "changed_at": self._clock(), "version": firms.c.version + 1}
            connection.execute(update(firms).where(firms.c.id == firm_id).values(**changed))

    def _refuse_twice(self, connection: Connection, origin: Origin, facts: Row) -> None:
        for row in self._all(connection, _with_names(_of(origin)).order_by(decisions.c.id)):
            if row["key"] in facts and row["value"] == facts[row["key"]]:
                raise Conflict(
                    "{name} decided on this already, on {day}; nothing was changed. What was "
                    "decided stands below.",
                    name=row["by"] or "—", day=f"{row['at']:%Y-%m-%d %H:%M} UTC",
                )  # fmt: skip

    def _keep(
        self,
        connection: Connection,
        origin: Origin,
        item: Row,
        where: tuple[int, int],
        before: Row,
        facts: Row,
        is_accepted: bool,
        remark: str,
    ) -> None:
        firm_id, year = where
        sources = item["state"].get("sources") or {}
        for key, value in facts.items():
            self._insert(
                connection,
                decisions,
                {
                    "firm_id": firm_id,
                    f"{origin.kind}_id": origin.id,
                    "sent_at": item["sent_at"],
                    "sender": item["sender"],
                    "application_year": year,
                    "key": key,
                    "value": value,
                    "previous": before.get(key),
                    "source": sources.get(key),
                    "is_accepted": is_accepted,
                    "remark": "" if is_accepted else remark.strip(),
                    "account_id": self.actor.account_id,
                    "at": self._clock(),
                },
            )

    def _item(self, connection: Connection, origin: Origin) -> Row:
        if origin.kind == "draft":
            shared = self._drafts(is_open=False).where(drafts.c.id == origin.id)
            return _draft_row(self._one(connection, shared))
        answered = self._answers(is_open=False).where(submissions.c.id == origin.id)
        return _answer_row(self._one(connection, answered))

    def _drafts(self, is_open: bool) -> Select[Any]:
        columns = [
            drafts.c[name] for name in ("id", "state", "consent_at", "changed_at", "reviewed_at")
        ]
        query = (
            select(*columns, carriers.c.name.label("carrier"), drafts.c.carrier_id, accounts.c.firm_id)
            .select_from(drafts.join(carriers).outerjoin(accounts, accounts.c.id == drafts.c.account_id))
            .where(drafts.c.carrier_id.is_not(None), self._within_carrier(drafts.c.carrier_id))
            .order_by(drafts.c.changed_at.desc())
            .limit(MOST_LISTED)
        )  # fmt: skip
        return query.where(drafts.c.reviewed_at.is_(None)) if is_open else query

    def _answers(self, is_open: bool) -> Select[Any]:
        query = (
            select(
                *submissions.c, links.c.options, firms.c.name.label("firm"), firms.c.carrier_id,
                carriers.c.name.label("carrier"),
            )
            .select_from(submissions.join(links, links.c.id == submissions.c.link_id)
                         .join(firms, firms.c.id == submissions.c.firm_id).outerjoin(carriers))
            .where(self._visible(submissions))
            .order_by(submissions.c.id.desc())
            .limit(MOST_LISTED)
        )  # fmt: skip
        return query.where(submissions.c.reviewed_at.is_(None)) if is_open else query


def _of(origin: Origin) -> ColumnElement[bool]:
    column = decisions.c.draft_id if origin.kind == "draft" else decisions.c.submission_id
    return column == origin.id


def _with_names(whose: ColumnElement[bool]) -> Select[Any]:
    query = select(*decisions.c, accounts.c.name.label("by"))
    return query.select_from(decisions.outerjoin(accounts)).where(whose)


def _draft_row(row: Row) -> Row:
    facts = row["state"].get("facts") or {}
    return {
        **row,
        "kind": "draft",
        "sent_at": max(row["consent_at"], row["changed_at"]),
        "sender": str(facts.get("name") or "")[:300],
    }


def _answer_row(row: Row) -> Row:
    return {
        **row,
        "kind": "submission",
        "state": {"facts": row["facts"]},
        "sent_at": row["at"],
        "sender": row["firm"],
    }
