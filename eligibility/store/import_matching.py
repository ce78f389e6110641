"""Which firms the rows of a staged file speak of, and what is held of them already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from eligibility.store.access import Access
from eligibility.store.rows import Row
from eligibility.store.schema import assessments, carriers, figures, firms, staged


class ImportMatching(Access):
    """Staged rows beside the firms to be seen."""

    def _match(self, row: Row) -> ColumnElement[int | None]:
        """The firm that a staged row speaks of, among those to be seen.

        Without a credit code it is the one without a code that has this name and these very
        figures: the same row again, and not another firm of the name.
        """
        where = [self._visible()]
        if row["carrier_id"] is not None:
            where.append(firms.c.carrier_id == row["carrier_id"])
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
                figures.c.facts == staged.c.facts,
            )
            .correlate(staged)
            .having(func.count() == 1)
        )
        return func.coalesce(by_code.scalar_subquery(), same.scalar_subquery())

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
    """Name, district, industry and carrier of a firm after a row; a blank tells nothing."""
    name, district, industry, seat = before
    return (
        row["name"] or name,
        district if row["district"] is None else row["district"],
        industry if row["industry"] is None else row["industry"],
        carrier if seat is None else seat,
    )


def carrier_ids(connection: Connection) -> dict[str, int]:
    """The ids of all carriers by their names."""
    return {row.name: row.id for row in connection.execute(select(carriers))}
