"""History of a firm's identity: the names and carriers that it had, each with the day it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from eligibility.domain.firm_names import name_key, name_order, name_stem
from eligibility.store.document_table import documents
from eligibility.store.identity_tables import former_carriers, former_names
from eligibility.store.rows import Row, plain, slices
from eligibility.store.schema import (
    HEADLINE,
    assessments,
    figures,
    firms,
    ledgers,
    notes,
    outcomes,
    tasks,
)

#: tables of which a file consists beside the firm's own row; the last holds no longer what it held
PARTS: tuple[Table, ...] = (figures, ledgers, outcomes, tasks, notes, documents)
#: of an assessment, what a former carrier sees of it
HEADS = ("id", "scheme", "edition", "as_of", "at", *HEADLINE)


def name_columns(name: str) -> Row:
    """A name with all that is stored because of it."""
    return {
        "name": name,
        "name_key": name_key(name),
        "name_stem": name_stem(name),
        "name_order": name_order(name),
    }


def record_names(connection: Connection, names: Iterable[tuple[int, str]], until: date) -> None:
    """Keep names that firms had up to a day; one that differs in spelling alone is none."""
    rows = [{"firm_id": firm, "name": name, "until": until} for firm, name in names if name]
    for some in slices(rows):
        connection.execute(insert(former_names), some)


def record_carriers(
    connection: Connection, firm_ids: Iterable[int], until: date, carrier: int | None
) -> None:
    """Keep the files of firms that leave their carriers for another, as they stand on that day.

    Whoever looked after a firm until then sees this file, and nothing of what comes after.
    """
    for some in slices(firm_ids, 100):
        leaving = connection.execute(
            select(firms).where(
                firms.c.id.in_(some),
                firms.c.carrier_id.is_not(None),
                firms.c.carrier_id.is_distinct_from(carrier),
            )
        ).mappings()
        rows = [dict(row) for row in leaving]
        files = read_files(connection, rows)
        if rows:
            connection.execute(
                insert(former_carriers),
                [
                    {
                        "firm_id": row["id"],
                        "carrier_id": row["carrier_id"],
                        "since": row["carrier_since"],
                        "until": until,
                        "file": files[row["id"]],
                    }
                    for row in rows
                ],
            )
        moved = firms.c.id.in_([row["id"] for row in rows])
        connection.execute(update(firms).where(moved).values(carrier_since=until))


def read_files(connection: Connection, rows: list[Row]) -> dict[int, Row]:
    """The whole files of firms, as JSON holds them: ``firm`` and the rows of each table of theirs."""
    files: dict[int, Row] = {row["id"]: {"firm": plain(row)} for row in rows}
    for table in (*PARTS, former_names):
        query = select(table).where(table.c.firm_id.in_(files)).order_by(table.c.id)
        _add(files, table.name, connection.execute(query).mappings())
    heads = select(assessments.c.firm_id, *(assessments.c[name] for name in HEADS))
    own = heads.where(assessments.c.firm_id.in_(files)).order_by(assessments.c.id)
    _add(files, assessments.name, connection.execute(own).mappings())
    return files


def _add(files: Mapping[int, Row], name: str, rows: Iterable[Mapping[Any, Any]]) -> None:
    for file in files.values():
        file[name] = []
    for row in rows:
        files[row["firm_id"]][name].append(plain(dict(row)))
