"""Whose an import is, what stored ones changed, and which firms the last one lacks."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from eligibility.store.access import open_to
from eligibility.store.actors import STAFF
from eligibility.store.identity_tables import import_changes
from eligibility.store.import_merge import ImportMerge
from eligibility.store.rows import Row
from eligibility.store.schema import assessments, firms, imports

STAGED, CONFIRMED, DISCARDED = "staged", "confirmed", "discarded"
#: while its rows still come in; nobody sees it, and what a killed process left is swept away later
COMING = "coming"


class ImportChanges(ImportMerge):
    """Imports that are stored."""

    @open_to(STAFF)
    def changes(self, import_id: int) -> Row:
        """What a stored import changed: ``firms``, and ``missing``, those of the import before.

        Each of ``firms`` has ``firm_id``, ``firm``, ``uscc``, ``added``, ``changed``, and ``before``
        and ``after``: ``verdict``, ``score_low``, ``score_high`` and ``findings`` (id → status) of the
        assessment that was and is current, None where there was none or it is the same.
        """
        before, after = assessments.alias("before"), assessments.alias("after")
        with self._reading() as connection:
            row = self._import(connection, import_id)
            heads = [import_changes.c[name] for name in ("firm_id", "added", "changed")]
            sides = [
                each.c[name].label(f"{side}.{name}")
                for side, each in (("before", before), ("after", after))
                for name in ("id", "verdict", "score_low", "score_high", "record")
            ]
            query = (
                select(*heads, firms.c.name.label("firm"), firms.c.uscc, *sides)
                .join_from(import_changes, firms, firms.c.id == import_changes.c.firm_id)
                .outerjoin(before, before.c.id == import_changes.c.before_id)
                .outerjoin(after, after.c.id == import_changes.c.after_id)
                .where(import_changes.c.import_id == import_id, self._visible())
                .order_by(firms.c.name_order, firms.c.id)
            )
            rows = [_turn(each) for each in self._all(connection, query)]
            return {"firms": rows, "missing": self._missing(connection, row)}

    def _missing(self, connection: Connection, row: Row) -> list[Row]:
        """Firms of the import stored before this one, by the same carrier or all, that it lacks."""
        previous = select(func.max(imports.c.id)).where(
            imports.c.id < row["id"],
            imports.c.status == CONFIRMED,
            imports.c.carrier_id.is_not_distinct_from(row["carrier_id"]),
        )
        last = connection.scalar(previous)
        if last is None:
            return []
        columns = [firms.c[name] for name in ("id", "name", "uscc", "verdict")]
        those = select(import_changes.c.firm_id)
        query = select(*columns).where(
            self._visible(),
            firms.c.id.in_(those.where(import_changes.c.import_id == last)),
            firms.c.id.not_in(those.where(import_changes.c.import_id == row["id"])),
        )
        return self._all(connection, query.order_by(firms.c.name_order, firms.c.id))

    # --- whose it is ---

    def _own_imports(self) -> ColumnElement[bool]:
        return (imports.c.status != COMING) & self._within_carrier(imports.c.carrier_id)

    def _import(self, connection: Connection, import_id: int) -> Row:
        mine = select(imports).where(self._own_imports(), imports.c.id == import_id)
        return self._one(connection, mine)


def _turn(row: Row) -> Row:
    """A row of changes, with the two assessments as mappings where they differ."""
    sides: dict[str, Row | None] = {}
    for side in ("before", "after"):
        parts = {
            name: row.pop(f"{side}.{name}")
            for name in ("id", "verdict", "score_low", "score_high", "record")
        }
        if parts["id"] is None:
            sides[side] = None
            continue
        findings = parts.pop("record").get("findings", [])
        sides[side] = parts | {"findings": {each["id"]: each["status"] for each in findings}}
    return {**row, **sides}
