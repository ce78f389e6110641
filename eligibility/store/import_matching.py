"""Which firms the rows of a staged file speak of, and what is held of them already."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, case, false, func, or_, select

from eligibility.domain.firm_names import SHORTEST_STEM, name_key
from eligibility.store.access import Access
from eligibility.store.identity_tables import former_names
from eligibility.store.rows import Row
from eligibility.store.schema import assessments, carriers, figures, firms, staged

#: what a staged row may be
KINDS = ("known", "new", "moved", "renamed", "doubtful")


class Decision(StrEnum):
    """What a person decides of a staged row whose firm is not plain."""

    #: the firm proposed by its name
    SAME = "same"
    #: another firm than the one proposed
    NEW = "new"
    #: the firm stays at the carrier that it has
    STAY = "stay"


class ImportMatching(Access):
    """Staged rows beside the firms to be seen."""

    def _match(self, row: Row) -> ColumnElement[int | None]:
        """The firm that a staged row speaks of, among those to be seen.

        A firm is its credit code, wherever it is held; of several files of one code that of the
        carrier named, else the one that counts. Without a code it is the one without a code that has
        this name and these very figures: the same row again. Any other is for a person to decide.
        """
        where = self._here(row)
        named = select(carriers.c.id).where(carriers.c.name == staged.c.carrier)
        there = firms.c.carrier_id == named.correlate(staged).scalar_subquery()
        by_code = select(firms.c.id).where(*where, firms.c.uscc == staged.c.uscc).correlate(staged)
        at_named = by_code.where(there).limit(1)
        anywhere = by_code.order_by(firms.c.copy_of.is_not(None), firms.c.id).limit(1)
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
                figures.c.facts == staged.c.facts,
            )
            .correlate(staged)
            .having(func.count() == 1)
        )
        decided = case((staged.c.decision == Decision.SAME.value, self._candidate(row)))
        found = (query.scalar_subquery() for query in (at_named, anywhere, same))
        return func.coalesce(*found, decided)

    def _here(self, row: Row) -> list[ColumnElement[bool]]:
        """Firms that an import may speak of: those to be seen, of its carrier if it has one."""
        where = [self._visible()]
        if row["carrier_id"] is not None:
            where.append(firms.c.carrier_id == row["carrier_id"])
        return where

    def _candidate(self, row: Row) -> ColumnElement[int | None]:
        """The firm that a row may speak of by its name, where one of the two has no code."""
        clauses = [
            *self._here(row),
            firms.c.copy_of.is_(None),
            func.length(staged.c.name_key) >= SHORTEST_STEM,
            or_(staged.c.uscc.is_(None), firms.c.uscc.is_(None)),
        ]
        former = firms.c.id.in_(
            select(former_names.c.firm_id)
            .where(former_names.c.name_key == staged.c.name_key)
            .correlate(staged)
        )
        likely = (
            firms.c.name_key == staged.c.name_key,
            former,
            firms.c.name_stem == staged.c.name_stem,
        )
        return func.coalesce(
            *(
                select(firms.c.id)
                .where(*clauses, same)
                .correlate(staged)
                .order_by(firms.c.uscc.is_(None), firms.c.id)
                .limit(1)
                .scalar_subquery()
                for same in likely
            )
        )

    def _kinds(
        self, row: Row, mine: ColumnElement[bool], match: ColumnElement[int | None]
    ) -> Subquery:
        """Each staged row as a 1 or 0 under each of ``KINDS``."""
        matched = select(
            *(staged.c[name] for name in ("id", "carrier", "name_key", "decision")),
            match.label("match"),
            self._candidate(row).label("candidate"),
        ).where(mine).subquery()  # fmt: skip
        firm, seat = firms.alias("firm"), carriers.alias("seat")
        moves: ColumnElement[bool] = matched.c.carrier != seat.c.name
        if row["carrier_id"] is not None:
            moves = false()
        rules = {
            "known": matched.c.match.is_not(None),
            "new": matched.c.match.is_(None),
            "moved": moves,
            "renamed": (matched.c.name_key != "") & (matched.c.name_key != firm.c.name_key),
            # what was decided stays in sight
            "doubtful": matched.c.candidate.is_not(None)
            & (matched.c.match.is_(None) | (matched.c.decision == Decision.SAME.value)),
        }
        return (
            select(
                matched.c.id,
                *(case((rule, 1), else_=0).label(name) for name, rule in rules.items()),
            )
            .select_from(matched)
            .outerjoin(firm, firm.c.id == matched.c.match)
            .outerjoin(seat, seat.c.id == firm.c.carrier_id)
            .subquery()
        )

    def _unchanged_rows(
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


def updated_master(
    before: tuple[Any, ...], row: Mapping[Any, Any], carrier: int | None
) -> tuple[Any, ...]:
    """Name, district, industry, carrier and code of a firm after a row; a blank tells nothing.

    A name that differs in spelling alone stays as it is.
    """
    name, district, industry, seat, uscc = before
    moves = carrier is not None and row["decision"] != Decision.STAY
    return (
        row["name"] if row["name"] and name_key(row["name"]) != name_key(name) else name,
        district if row["district"] is None else row["district"],
        industry if row["industry"] is None else row["industry"],
        carrier if moves or seat is None else seat,
        row["uscc"] if uscc is None else uscc,
    )


def carrier_ids(connection: Connection) -> dict[str, int]:
    """The ids of all carriers by their names."""
    return {row.name: row.id for row in connection.execute(select(carriers))}
