"""An institution's own assumptions: changes of single numbers of the settings files, and their history.

The store keeps what was changed; ``eligibility.register.assumptions`` says what a change may be, and
puts the changes over the files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from eligibility.domain.errors import Conflict
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, LEADS, STAFF
from eligibility.store.assumption_table import assumptions
from eligibility.store.audit import AuditAction
from eligibility.store.casework import LONGEST_NOTE, require_length
from eligibility.store.engine import alone
from eligibility.store.rows import Row, add_row
from eligibility.store.schema import accounts, targets

Path = tuple[str, ...]
#: the document that has the city's targets, and the source of one that is set without any
CITY, ASSUMED = "city", "assumed"


@dataclass(frozen=True)
class AssumptionChange:
    """One number changed.

    Attributes
    ----------
    document : str
        The settings file, by its name.
    path : tuple of str
        Keys from its top; an element of a list by its id, year, or year and number.
    value : JSON value or None
        None takes the entry away.
    source : str
        Who said so, or "assumed".
    is_default : bool
        Back to what the file says.
    """

    document: str
    path: Path
    value: Any = None
    source: str = ASSUMED
    is_default: bool = False


class Assumptions(Access):
    """What holds instead of the numbers of the settings files."""

    @open_to(ANYONE)
    def revision(self) -> int:
        """The number of the last change; 0 where there is none."""
        with self._reading() as connection:
            return _revision(connection)

    @open_to(ANYONE)
    def changes(self) -> list[AssumptionChange]:
        """The changes that hold, in the order in which they were made."""
        latest = (
            select(func.max(assumptions.c.id))
            .group_by(assumptions.c.document, assumptions.c.path)
            .scalar_subquery()
        )
        with self._reading() as connection:
            query = select(assumptions).where(
                assumptions.c.id.in_(latest), assumptions.c.is_default.is_(False)
            )
            return [
                AssumptionChange(
                    row["document"], tuple(json.loads(row["path"])), row["value"], row["source"]
                )
                for row in self._all(connection, query.order_by(assumptions.c.id))
            ]

    @open_to(STAFF)
    def history(self, *, limit: int = 200) -> list[Row]:
        """Every change, the latest first: ``document``, ``path`` (tuple), ``value``, ``is_default``,
        ``source``, ``at`` and ``by``."""
        with self._reading() as connection:
            query = (
                select(*assumptions.c, accounts.c.name.label("by"))
                .outerjoin_from(assumptions, accounts)
                .order_by(assumptions.c.id.desc())
                .limit(limit)
            )
            return [
                {**row, "path": tuple(json.loads(row["path"]))}
                for row in self._all(connection, query)
            ]

    @open_to(LEADS)
    def save(self, changes: Sequence[AssumptionChange], revision: int) -> int:
        """Keep changes that were made on a revision, all or none; the next revision.

        A target of a year is the register's target of that year as well.

        Raises
        ------
        Conflict
            If somebody changed an assumption since.
        """
        for change in changes:
            require_length(change.source, LONGEST_NOTE)
        with self._writing() as connection:
            alone(connection, "assumptions")
            if _revision(connection) != revision:
                raise Conflict(
                    "Someone else changed this meanwhile; nothing was stored. Load it again and "
                    "redo your change."
                )
            for change in changes:
                record_change(connection, change, self.actor.account_id, self._clock())
                _put_target(connection, change)
                self._log(
                    connection,
                    AuditAction.ASSUMPTION_SAVE,
                    document=change.document,
                    path=list(change.path),
                    source=change.source,
                )
            return _revision(connection)


def record_change(
    connection: Connection, change: AssumptionChange, account_id: int | None, at: Any
) -> None:
    """Add a change to the history."""
    values = {
        "document": change.document,
        "path": json.dumps(change.path, ensure_ascii=False),
        "value": change.value,
        "is_default": change.is_default,
        "source": change.source,
        "account_id": account_id,
        "at": at,
    }
    add_row(connection, assumptions, values)


def target_change(year: int, number: int, source: str = ASSUMED) -> AssumptionChange:
    """The change that a target of a year is."""
    figure = {"value": number, "unit": "firm", "source": ASSUMED}
    return AssumptionChange(CITY, ("targets", str(year), "certified"), figure, source)


def _put_target(connection: Connection, change: AssumptionChange) -> None:
    """The register's own number of a year follows the city's target, so that there is one."""
    match change:
        case AssumptionChange(document="city", path=("targets", year, "certified")):
            of_year = targets.c.year == int(year)
            if change.is_default or change.value is None:
                connection.execute(delete(targets).where(of_year))
                return
            number = round(change.value["value"])
            moved_on = {"number": number, "version": targets.c.version + 1}
            if not connection.execute(update(targets).where(of_year).values(moved_on)).rowcount:
                add_row(connection, targets, {"year": int(year), "number": number, "version": 1})


def _revision(connection: Connection) -> int:
    return connection.scalar(select(func.max(assumptions.c.id))) or 0
