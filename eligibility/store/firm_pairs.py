"""Pairs of files that may be one firm's, proposed for a person to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from eligibility.domain.firm_names import SHORTEST_STEM
from eligibility.store.identity_tables import PairReason, firm_pairs, former_names
from eligibility.store.rows import slices
from eligibility.store.schema import firms

#: the likelier reasons first
RANKS = [reason.value for reason in PairReason]


def counted_file(connection: Connection, uscc: str | None, but: int | None = None) -> int | None:
    """The file that counts of the firm of a credit code; None where there is none but ``but``."""
    if not uscc:
        return None
    query = select(firms.c.id).where(
        firms.c.uscc == uscc, firms.c.archived_at.is_(None), firms.c.copy_of.is_(None)
    )
    return connection.scalar(query if but is None else query.where(firms.c.id != but))


def propose_copy(
    connection: Connection, firm_id: int, other_id: int, reason: PairReason | str, at: datetime
) -> None:
    """Take a file for a copy of another one, which alone is counted, until a person decides."""
    own = update(firms).where(firms.c.id == firm_id)
    connection.execute(own.values(copy_of=other_id))
    values = {"firm_id": firm_id, "other_id": other_id, "reason": str(reason), "at": at}
    connection.execute(insert(firm_pairs).values(values))


def set_apart(
    connection: Connection, firm_id: int, other_id: int, at: datetime, account_id: int | None
) -> None:
    """Keep that a person took two files for two firms, so that nobody is asked again."""
    values = {"firm_id": firm_id, "other_id": other_id, "reason": PairReason.NAME.value, "at": at}
    decided = {"decision": "apart", "decided_at": at, "account_id": account_id}
    connection.execute(insert(firm_pairs).values({**values, **decided}))


def propose_pairs(connection: Connection, firm_ids: Iterable[int], at: datetime) -> int:
    """Propose for each of these files the one whose firm it may be, by its name; their number.

    One of the two has no code, for two codes are two firms. What was decided once is not asked again.
    """
    copies: dict[int, int] = {}
    for some in slices(sorted(set(firm_ids))):
        best: dict[int, Any] = {}
        for row in connection.execute(_likely(some)):
            rank = RANKS.index(row.reason), row.uscc is None, row.other_id
            if row.firm_id not in best or rank < best[row.firm_id][0]:
                best[row.firm_id] = rank, row
        for firm_id, (_, row) in sorted(best.items()):
            other = copies.get(row.other_id, row.other_id)
            propose_copy(connection, firm_id, other, row.reason, at)
            copies[firm_id] = other
    return len(copies)


def _likely(firm_ids: list[int]) -> Any:
    """Files with the name of one of these, each with the reason."""
    new, other = firms.alias("new"), firms.alias("other")
    older = or_(other.c.id.not_in(firm_ids), other.c.id < new.c.id)
    pair = firm_pairs.alias()
    both = or_(
        and_(pair.c.firm_id == new.c.id, pair.c.other_id == other.c.id),
        and_(pair.c.firm_id == other.c.id, pair.c.other_id == new.c.id),
    )
    clauses = [
        new.c.id.in_(firm_ids),
        new.c.copy_of.is_(None),
        new.c.archived_at.is_(None),
        # less is no firm's whole name
        func.length(new.c.name_key) >= SHORTEST_STEM,
        other.c.id != new.c.id,
        other.c.copy_of.is_(None),
        other.c.archived_at.is_(None),
        older,
        or_(new.c.uscc.is_(None), other.c.uscc.is_(None)),
        ~exists().where(both),
    ]

    def join_on(reason: PairReason, on: Any) -> Any:
        columns = new.c.id.label("firm_id"), other.c.id.label("other_id"), other.c.uscc
        query = select(*columns, literal(reason.value).label("reason"))
        return query.join_from(new, other, on).where(*clauses)

    former = (
        select(
            new.c.id.label("firm_id"), other.c.id.label("other_id"), other.c.uscc,
            literal(PairReason.FORMER_NAME.value).label("reason"),
        )
        .join_from(new, former_names, former_names.c.name_key == new.c.name_key)
        .join(other, other.c.id == former_names.c.firm_id)
        .where(*clauses)
    )  # fmt: skip
    return union_all(
        join_on(PairReason.NAME, other.c.name_key == new.c.name_key),
        former,
        join_on(PairReason.LEGAL_FORM, other.c.name_stem == new.c.name_stem),
    )
