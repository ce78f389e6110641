"""Identity of firms: pairs of files to decide, merges and their undoing, the archive, former carriers."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, func, select, true, update

from eligibility.domain.errors import Conflict, InputError
from eligibility.store.access import Access, open_to
from eligibility.store.actors import LEADS, STAFF
from eligibility.store.audit import AuditAction
from eligibility.store.engine import alone
from eligibility.store.fact_rows import CalendarFacts
from eligibility.store.firm_merge import merge_files, undo_merge
from eligibility.store.firm_pairs import counted_file, propose_copy
from eligibility.store.identity_tables import (
    PairReason,
    firm_merges,
    firm_pairs,
    former_carriers,
    former_names,
)
from eligibility.store.rows import Facts, Row, only
from eligibility.store.schema import Role, accounts, carriers, firms

#: what a person chooses when two files become one
MERGED = ("name", "uscc", "carrier_id")
SAME, APART = "same", "apart"
#: of each file of a pair, what is shown to decide by
_SIDE = ("id", "name", "uscc", "district", "industry", "stage", "verdict", "verdict_state", "score_low", "score_high",
         "assessed_at", "created_at", "version")  # fmt: skip


class Identity(Access):
    """Which files are one firm's."""

    @open_to(STAFF)
    def pairs(self, firm_id: int | None = None) -> list[Row]:
        """Pairs that nobody has decided, of files that are both to be seen, the oldest first.

        ``id``, ``reason``, ``at``; and of the file that may be a copy and of the one that counts
        ``firm`` and ``other``: mappings with ``id``, ``name``, ``uscc``, ``carrier`` and more.
        """
        first, second = firms.alias("first"), firms.alias("second")
        here, there = carriers.alias("here"), carriers.alias("there")
        sides = (("firm", first, here), ("other", second, there))
        columns = [
            column.label(f"{side}.{column.name}")
            for side, table, _ in sides
            for column in (*(table.c[name] for name in _SIDE), table.c.carrier_id)
        ]
        names = [carrier.c.name.label(f"{side}.carrier") for side, _, carrier in sides]
        own: ColumnElement[bool] = true()
        if firm_id is not None:
            own = (firm_pairs.c.firm_id == firm_id) | (firm_pairs.c.other_id == firm_id)
        with self._reading() as connection:
            seen = select(firms.c.id).where(self._visible())
            head = [firm_pairs.c[name] for name in ("id", "reason", "at")]
            query = (
                select(*head, *columns, *names)
                .join_from(firm_pairs, first, first.c.id == firm_pairs.c.firm_id)
                .join(second, second.c.id == firm_pairs.c.other_id)
                .outerjoin(here, here.c.id == first.c.carrier_id)
                .outerjoin(there, there.c.id == second.c.carrier_id)
                .where(firm_pairs.c.decision.is_(None), first.c.id.in_(seen), second.c.id.in_(seen))
                .where(own)
                .order_by(firm_pairs.c.id)
            )
            return [_nest(row) for row in self._all(connection, query)]

    @open_to(STAFF)
    def set_apart(self, pair_id: int) -> None:
        """Decide that the two files of a pair are two firms: both count, and nobody is asked again.

        Raises
        ------
        InputError
            If they have one credit code: it is corrected first.
        """
        with self._writing() as connection:
            pair = self._pair(connection, pair_id)
            if pair["reason"] == PairReason.CODE:
                raise InputError(
                    "One credit code is one firm: merge the two files, or correct the code of one."
                )
            self._close_pair(connection, firm_pairs.c.id == pair_id, APART)
            copy = update(firms).where(firms.c.id == pair["firm_id"])
            connection.execute(copy.values(copy_of=None, version=firms.c.version + 1))
            both = pair["firm_id"], pair["other_id"]
            for firm, other in (both, both[::-1]):
                self._log(connection, AuditAction.FIRM_APART, firm, other=other)

    @open_to(STAFF)
    def merge(self, firm_id: int, other_id: int, values: Facts, versions: Mapping[int, int]) -> int:
        """Put the file ``other_id`` into ``firm_id``; the id of the merge, by which it is undone.

        Parameters
        ----------
        values : mapping
            What the firm is called from now on: ``name``, ``uscc`` and ``carrier_id`` of either
            file; what is left out is as the first has it. A former name and carrier are kept.
        versions : mapping of int to int
            The versions at which the two were looked at.

        Raises
        ------
        InputError
            If the two have two credit codes, or a value is of neither.
        Conflict
            If someone else changed one of them since.
        """
        self._require_person()
        chosen = only(values, MERGED)
        with self._writing() as connection:
            alone(connection, "merge firms")
            if firm_id == other_id:
                raise InputError("A firm cannot be merged with itself.")
            self._seen_firms(connection, {each: versions[each] for each in (firm_id, other_id)})
            kept, ended = (self._seen_firm(connection, each) for each in (firm_id, other_id))
            if kept["uscc"] and ended["uscc"] and kept["uscc"] != ended["uscc"]:
                raise InputError(
                    "Two credit codes are two firms: {first} and {second}. Correct the wrong one "
                    "first.",
                    first=kept["uscc"], second=ended["uscc"],
                )  # fmt: skip
            result = {
                name: chosen.get(name, ended[name] if kept[name] is None else kept[name])
                for name in MERGED
            }
            for name, value in result.items():
                if value not in (kept[name], ended[name]):
                    raise InputError("{field}: this is of neither file.", field=name)
            at = self._clock()
            undo = merge_files(connection, kept, ended, result, at)
            merge_id = self._insert(
                connection,
                firm_merges,
                {
                    "firm_id": firm_id, "merged_id": other_id, "undo": undo,
                    "account_id": self.actor.account_id, "at": at,
                },
            )  # fmt: skip
            ids = [firm_id, other_id]
            both = firm_pairs.c.firm_id.in_(ids) & firm_pairs.c.other_id.in_(ids)
            self._close_pair(connection, both, SAME)
            self._pass_copies_on(connection, other_id, firm_id)
            copy = firm_pairs.c.firm_id == other_id, firm_pairs.c.decision.is_(None)
            connection.execute(update(firm_pairs).where(*copy).values(firm_id=firm_id))
            for firm, file in ((firm_id, ended), (other_id, kept)):
                detail = {"merge": merge_id, "other": file["id"], "name": file["name"]}
                self._log(connection, AuditAction.FIRM_MERGE, firm, **detail)
        return merge_id

    @open_to(STAFF)
    def merges(self, firm_id: int) -> list[Row]:
        """Files that were put into a firm's, the latest first: ``id``, ``merged_id``, ``name``,
        ``uscc``, ``at``, ``by`` and ``undone_at``."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            names = ("id", "merged_id", "at", "undone_at")
            query = (
                select(
                    *(firm_merges.c[name] for name in names),
                    firms.c.name,
                    firms.c.uscc,
                    accounts.c.name.label("by"),
                )
                .join_from(firm_merges, firms, firms.c.id == firm_merges.c.merged_id)
                .outerjoin(accounts, accounts.c.id == firm_merges.c.account_id)
                .where(firm_merges.c.firm_id == firm_id)
                .order_by(firm_merges.c.id.desc())
            )
            return self._all(connection, query)

    @open_to(STAFF)
    def unmerge(self, merge_id: int) -> int:
        """Part two files that were merged; the id of the one that is there again.

        Each has what it had. What was added or changed since stays with the firm that went on; two
        files of one credit code are a pair to decide again, and count once.
        """
        with self._writing() as connection:
            alone(connection, "merge firms")
            row = self._one(connection, select(firm_merges).where(firm_merges.c.id == merge_id))
            self._seen_firm(connection, row["firm_id"])
            if row["undone_at"] is not None:
                raise Conflict("These files were parted already.")
            later = select(func.max(firm_merges.c.id)).where(
                firm_merges.c.firm_id == row["firm_id"], firm_merges.c.undone_at.is_(None)
            )
            if connection.scalar(later) != merge_id:
                raise Conflict("Another file was merged into this one since; part that one first.")
            at = self._clock()
            firm_id, other_id = row["firm_id"], row["merged_id"]
            undo_merge(connection, firm_id, other_id, {**row["undo"]}, at)
            kept, parted = (
                dict(connection.execute(select(firms).where(firms.c.id == each)).mappings().one())
                for each in (firm_id, other_id)
            )
            self._hand_back(connection, other_id)
            if _same_code(kept, parted):
                propose_copy(connection, other_id, firm_id, PairReason.CODE, at)
            done = update(firm_merges).where(firm_merges.c.id == merge_id)
            connection.execute(done.values(undone_at=at, undone_by=self.actor.account_id))
            for firm, file in ((firm_id, parted), (other_id, kept)):
                detail = {"merge": merge_id, "other": file["id"], "name": file["name"]}
                self._log(connection, AuditAction.FIRM_UNMERGE, firm, **detail)
        return int(other_id)

    @open_to(LEADS)
    def archive(self, firm_id: int, version: int, why: str) -> None:
        """Take a firm out of every list and count; nothing of it is deleted."""
        reason = why.strip()
        if not reason:
            raise InputError("Say why the firm goes to the archive.")
        with self._writing() as connection:
            self._seen_firm(connection, firm_id)
            at = self._clock()
            # its first copy counts from now on
            copies = select(firms.c.id).where(firms.c.copy_of == firm_id)
            first = connection.scalar(copies.order_by(firms.c.id).limit(1))
            own = firms.c.id == firm_id
            values = {"archived_at": at, "changed_at": at, "copy_of": None}
            self._change(connection, firms, own, values, version)
            both = (firm_pairs.c.firm_id == firm_id) | (firm_pairs.c.other_id == firm_id)
            if first is not None:
                connection.execute(update(firms).where(firms.c.id == first).values(copy_of=None))
                self._close_pair(connection, both & (firm_pairs.c.firm_id == first), APART)
                self._pass_copies_on(connection, firm_id, first)
            self._close_pair(connection, firm_pairs.c.firm_id == firm_id, APART)
            self._log(connection, AuditAction.FIRM_ARCHIVE, firm_id, why=reason[:300])

    @open_to(LEADS)
    def restore(self, firm_id: int) -> None:
        """Take a firm out of the archive again; a copy where its credit code has a file by now."""
        with self._writing() as connection:
            row = self._one(
                connection,
                select(firms).where(
                    firms.c.id == firm_id,
                    firms.c.archived_at.is_not(None),
                    firms.c.merged_into.is_(None),
                ),
            )
            at = self._clock()
            if (other := counted_file(connection, row["uscc"])) is not None:
                propose_copy(connection, firm_id, other, PairReason.CODE, at)
            self._change(
                connection, firms, firms.c.id == firm_id, {"archived_at": None}, row["version"]
            )
            self._log(connection, AuditAction.FIRM_RESTORE, firm_id)

    @open_to(LEADS)
    def archived_firms(self) -> list[Row]:
        """Firms in the archive, the latest first: ``id``, ``name``, ``uscc``, ``archived_at``."""
        columns = [firms.c[name] for name in ("id", "name", "uscc", "archived_at")]
        with self._reading() as connection:
            query = select(*columns).where(
                firms.c.archived_at.is_not(None), firms.c.merged_into.is_(None)
            )
            return self._all(connection, query.order_by(firms.c.archived_at.desc(), firms.c.id))

    @open_to(STAFF)
    def history(self, firm_id: int) -> Row:
        """Former ``names`` of a firm and former ``carriers``, each with its days, the latest first."""
        with self._reading() as connection:
            self._seen_firm(connection, firm_id)
            names = select(former_names.c.name, former_names.c.until).where(
                former_names.c.firm_id == firm_id
            )
            stays = (
                select(
                    carriers.c.name,
                    carriers.c.kind,
                    former_carriers.c.since,
                    former_carriers.c.until,
                )
                .join_from(former_carriers, carriers)
                .where(former_carriers.c.firm_id == firm_id)
            )
            return {
                "names": self._all(connection, names.order_by(former_names.c.id.desc())),
                "carriers": self._all(connection, stays.order_by(former_carriers.c.id.desc())),
            }

    @open_to(STAFF)
    def former_files(self) -> list[Row]:
        """Files of firms that went to another carrier, the latest first: ``id``, ``firm_id``,
        ``name``, ``uscc``, ``carrier``, ``since`` and ``until``; of an adviser's own carrier."""
        names = ("id", "firm_id", "since", "until", "file")
        with self._reading() as connection:
            query = (
                select(
                    *(former_carriers.c[name] for name in names), carriers.c.name.label("carrier")
                )
                .join_from(former_carriers, carriers)
                .where(self._own_former_files())
                .order_by(former_carriers.c.id.desc())
            )
            rows = self._all(connection, query)
        return [
            {**row, "name": firm.get("name", ""), "uscc": firm.get("uscc")}
            for row in rows
            for firm in (row.pop("file")["firm"],)
        ]

    @open_to(STAFF)
    def former_file(self, former_id: int) -> Row:
        """A file as it stood on the day on which the firm went to another carrier.

        ``firm``, and the rows of each table of it: ``figures``, ``ledgers``, ``outcomes``, ``tasks``,
        ``notes``, ``documents``, ``assessments``. Nothing of what came after is in it.
        """
        with self._reading() as connection:
            own = former_carriers.c.id == former_id, self._own_former_files()
            row = self._one(connection, select(former_carriers).where(*own))
        calendar, file = CalendarFacts(), row["file"]
        forms = [
            {**each, "facts": calendar.cut(each["facts"], each["application_year"])}
            for each in file["figures"]
        ]
        return {"since": row["since"], "until": row["until"], **file, "figures": forms}

    # --- inside ---

    def _own_former_files(self) -> ColumnElement[bool]:
        if self.actor.role is not Role.ADVISER:
            return true()
        return former_carriers.c.carrier_id == self.actor.carrier_id

    def _pair(self, connection: Connection, pair_id: int) -> Row:
        undecided = firm_pairs.c.id == pair_id, firm_pairs.c.decision.is_(None)
        pair = self._one(connection, select(firm_pairs).where(*undecided))
        for name in ("firm_id", "other_id"):
            self._seen_firm(connection, pair[name])
        return pair

    def _close_pair(
        self, connection: Connection, which: ColumnElement[bool], decision: str
    ) -> None:
        connection.execute(
            update(firm_pairs)
            .where(which, firm_pairs.c.decision.is_(None))
            .values(decision=decision, decided_at=self._clock(), account_id=self.actor.account_id)
        )

    def _pass_copies_on(self, connection: Connection, before: int, after: int) -> None:
        """What was a copy of one file is one of the other."""
        copies = (firms.c.copy_of == before) & (firms.c.id != after)
        connection.execute(update(firms).where(copies).values(copy_of=after))
        connection.execute(
            update(firm_pairs)
            .where(firm_pairs.c.other_id == before, firm_pairs.c.decision.is_(None))
            .values(other_id=after)
        )

    def _hand_back(self, connection: Connection, firm_id: int) -> None:
        """Files that were part of a file before it was merged are part of it again."""
        own = select(firm_merges.c.merged_id).where(
            firm_merges.c.firm_id == firm_id, firm_merges.c.undone_at.is_(None)
        )
        connection.execute(update(firms).where(firms.c.id.in_(own)).values(merged_into=firm_id))


def _same_code(first: Row, second: Row) -> bool:
    return bool(first["uscc"]) and first["uscc"] == second["uscc"]


def _nest(row: Row) -> Row:
    """Columns named ``side.column`` as mappings of their sides."""
    result: Row = {}
    for name, value in row.items():
        side, _, column = name.partition(".")
        if column:
            result.setdefault(side, {})[column] = value
        else:
            result[name] = value
    return result
