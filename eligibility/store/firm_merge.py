"""The merge of two files of one firm into one, and its undoing: no row of either is ever lost.

The rows of the file that ends go over to the other one. Where both have a row of the same year or
kind, the one changed last holds and the other fills its blanks; the ended file keeps its own row, and
what was there before is kept with the merge. Assessments and the log stay where they are, for nothing
changes them: they are read by all files of a firm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy import Date as RawDay
from sqlalchemy import DateTime as RawMoment

from eligibility.store.application_tables import application_steps
from eligibility.store.certificate_tables import (
    annual_reports,
    awards,
    cancellations,
    firm_changes,
)
from eligibility.store.column_types import Day, Moment
from eligibility.store.course_table import course_attendance
from eligibility.store.document_table import document_files, documents
from eligibility.store.exchange_tables import contacts, decisions, links, submissions
from eligibility.store.firm_history import name_columns, record_carriers
from eligibility.store.identity_tables import former_carriers, former_names
from eligibility.store.rows import Row, plain
from eligibility.store.schema import (
    HEADLINE,
    HEADLINE_SCHEME,
    Stage,
    accounts,
    assessments,
    figures,
    firms,
    ledgers,
    notes,
    outcomes,
    tasks,
)
from eligibility.store.stages import read_cancellation_days, records_stage
from eligibility.store.visit_table import visits

#: tables of a file, with what a row is the only one of in it
KEYS: Mapping[Table, str | None] = {
    figures: "application_year",
    ledgers: "kind",
    outcomes: "applied_year",
    application_steps: "applied_year",
    documents: "item",
    document_files: None,
    tasks: None,
    notes: None,
    former_names: None,
    former_carriers: None,
    links: None,
    submissions: None,
    decisions: None,
    contacts: "firm_id",
    annual_reports: "year",
    awards: "award",
    cancellations: "applied_year",
    firm_changes: None,
    visits: None,
    course_attendance: None,
}
BY_NAME = {table.name: table for table in KEYS}
#: what does not say what a row tells
TECHNICAL = {"id", "firm_id", "changed_at", "version"}
#: of a firm's row, what a merge may change
CHANGED = (
    "uscc", "name", "name_key", "name_stem", "name_order", "district", "industry", "carrier_id",
    "carrier_since", "adviser_id", "stage", "stage_since", "stage_by_hand", "certificate_ends", "assessed_at", "copy_of", *HEADLINE,
)  # fmt: skip
#: how far a firm has come; an application on its way is the furthest
STAGES = [*(stage.value for stage in Stage if stage != Stage.APPLIED), Stage.APPLIED.value]


def merge_files(
    connection: Connection, target_row: Row, source_row: Row, values: Row, at: datetime
) -> Row:
    """Put one file into another, under the values that a person chose; what undoes it.

    ``values`` are of ``name``, ``uscc`` and ``carrier_id``; the firm stands at them afterwards.
    """
    target, source = target_row["id"], source_row["id"]
    undo: Row = {"moved": {}, "rows": {}, "new": {}, "before": {}, "ended": {}}
    known = _histories(connection, target, source)
    for row in (target_row, source_row):
        if row["carrier_id"] != values["carrier_id"]:
            record_carriers(connection, [row["id"]], at.date(), values["carrier_id"])
    for name in dict.fromkeys((target_row["name"], source_row["name"])):
        if name and name != values["name"]:
            former = {"firm_id": target, "name": name}
            connection.execute(insert(former_names).values(former))
    undo["new"] = {
        name: sorted(ids - known[name])
        for name, ids in _histories(connection, target, source).items()
    }
    for table, key in KEYS.items():
        _merge_rows(connection, table, key, target, source, undo, at)
    owners = select(accounts.c.id).where(accounts.c.firm_id == source)
    undo["owners"] = list(connection.scalars(owners))
    connection.execute(update(accounts).where(accounts.c.firm_id == source).values(firm_id=target))
    connection.execute(
        update(firms)
        .where(firms.c.id == source)
        .values(archived_at=at, merged_into=target, copy_of=None, version=firms.c.version + 1)
    )
    connection.execute(
        update(firms).where(firms.c.merged_into == source).values(merged_into=target)
    )
    undo["before"] = plain({name: target_row[name] for name in CHANGED})
    undo["ended"] = plain({name: source_row[name] for name in CHANGED})
    after = _merged_row(connection, target_row, source_row, values, at.date())
    connection.execute(
        update(firms)
        .where(firms.c.id == target)
        .values(**after, changed_at=at, version=firms.c.version + 1)
    )
    undo["after"] = plain(after)
    return undo


def _histories(connection: Connection, *firm_ids: int) -> dict[str, set[int]]:
    """The rows that say which names and carriers these files had."""
    return {
        table.name: set(connection.scalars(select(table.c.id).where(table.c.firm_id.in_(firm_ids))))
        for table in (former_names, former_carriers)
    }


def _merged_row(
    connection: Connection, target_row: Row, source_row: Row, values: Row, today: date
) -> Row:
    """The columns of the firm after the merge."""
    ahead = max((target_row, source_row), key=lambda row: STAGES.index(row["stage"]))
    reached, ends = _stage_of_records(connection, target_row["id"], today)
    if reached is not None:
        ahead = next(
            (row for row in (target_row, source_row) if row["stage"] == reached.value),
            {"stage": reached.value, "stage_since": None},
        )
    here = target_row if values["carrier_id"] == target_row["carrier_id"] else source_row
    result = {
        name: target_row[name] if target_row[name] is not None else source_row[name]
        for name in CHANGED
    }
    result |= {"stage": ahead["stage"], "stage_since": ahead["stage_since"]}
    result |= {"certificate_ends": ends}
    result |= {**name_columns(values["name"]), "uscc": values["uscc"]}
    # of a third file, either may still be a copy
    others = (
        row["copy_of"]
        for row in (target_row, source_row)
        if row["copy_of"] not in (target_row["id"], source_row["id"])
    )
    result["copy_of"] = next((other for other in others if other is not None), None)
    result |= {"carrier_id": values["carrier_id"], "adviser_id": here["adviser_id"]}
    result["carrier_since"] = here["carrier_since"]
    return result | current_headline(connection, target_row["id"])


def _stage_of_records(
    connection: Connection, firm_id: int, today: date
) -> tuple[Stage | None, date | None]:
    """The stage that the applications say, None where they say none; when the certificate ends."""
    own = select(outcomes).where(outcomes.c.firm_id == firm_id).order_by(outcomes.c.applied_year)
    rows = [dict(row) for row in connection.execute(own).mappings()]
    return records_stage(rows, read_cancellation_days(connection, [firm_id]), today)


def current_headline(connection: Connection, firm_id: int) -> Row:
    """What a firm's row shows of the current assessment in all files of the firm."""
    files = select(firms.c.id).where((firms.c.id == firm_id) | (firms.c.merged_into == firm_id))
    current = connection.execute(
        select(assessments)
        .where(assessments.c.firm_id.in_(files), assessments.c.scheme == HEADLINE_SCHEME)
        .order_by(assessments.c.as_of.desc(), assessments.c.id.desc())
        .limit(1)
    ).mappings().first()  # fmt: skip
    if current is None:
        return {}
    shown = {name: current[name] for name in HEADLINE} | {"assessed_at": current["at"]}
    # assessments of before it was stored have none
    return shown | {"verdict_state": current["verdict_state"] or current["verdict"]}


def _merge_rows(
    connection: Connection,
    table: Table,
    key: str | None,
    target: int,
    source: int,
    undo: Row,
    at: datetime,
) -> None:
    rows = connection.execute(select(table).where(table.c.firm_id == source)).mappings().all()
    stays: dict[Any, Any] = {}
    if key is not None:
        own = connection.execute(select(table).where(table.c.firm_id == target)).mappings()
        stays = {row[key]: row for row in own}
    moved = [row["id"] for row in rows if key is None or row[key] not in stays]
    if table is contacts and stays:
        # persons are not laid together: those of the file that ends stay with it
        return
    connection.execute(update(table).where(table.c.id.in_(moved)).values(firm_id=target))
    if table is application_steps:
        # the steps of one application are those of one file
        rows = [row for row in rows if row["id"] in moved]
    undo["moved"][table.name] = moved
    undo["rows"][table.name] = {}
    for row in rows:
        if row["id"] in moved or key is None:
            continue
        mine = stays[row[key]]
        new, old = (mine, row) if mine["changed_at"] >= row["changed_at"] else (row, mine)
        changes = {
            name: value
            for name in mine
            if name not in TECHNICAL
            and (value := _combine(new[name], old[name])) != mine[name]
        }  # fmt: skip
        if changes:
            before = {name: mine[name] for name in changes}
            version = mine["version"] + 1
            undo["rows"][table.name][str(mine["id"])] = [plain(before), version, list(changes)]
            connection.execute(
                update(table)
                .where(table.c.id == mine["id"])
                .values(**changes, changed_at=at, version=version)
            )


def _combine(new: Any, old: Any) -> Any:
    """What holds of two values: the newer one, its blanks filled from the older."""
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        return {**old, **new}
    return old if new is None or new == [] else new


def undo_merge(connection: Connection, target: int, source: int, undo: Row, at: datetime) -> None:
    """Part two files again; what was added or changed since the merge stays with the first."""
    for name, ids in undo["new"].items():
        table = BY_NAME[name]
        connection.execute(delete(table).where(table.c.id.in_(ids)))
    for name, ids in undo["moved"].items():
        table = BY_NAME[name]
        still = table.c.id.in_(ids) & (table.c.firm_id == target)
        connection.execute(update(table).where(still).values(firm_id=source))
    for name, rows in undo["rows"].items():
        table = BY_NAME[name]
        for row_id, (before, version, columns) in rows.items():
            values = {column: parse_value(table, column, before.get(column)) for column in columns}
            unchanged = (table.c.id == int(row_id)) & (table.c.version == version)
            changes = {**values, "changed_at": at, "version": version + 1}
            connection.execute(update(table).where(unchanged).values(changes))
    connection.execute(
        update(accounts).where(accounts.c.id.in_(undo["owners"])).values(firm_id=source)
    )
    # of two files of one code a single one counts at any moment
    parted = {"archived_at": None, "merged_into": None, "copy_of": target}
    connection.execute(update(firms).where(firms.c.id == source).values(parted))
    kept = _unmerged_row(connection, target, undo)
    own = update(firms).where(firms.c.id == target)
    connection.execute(own.values(**kept, changed_at=at, version=firms.c.version + 1))
    ended = {name: parse_value(firms, name, undo["ended"].get(name)) for name in CHANGED}
    code = connection.scalar(select(firms.c.uscc).where(firms.c.id == target))
    ended["copy_of"] = target if code and code == ended["uscc"] else None
    again = {**ended, "version": firms.c.version + 1}
    connection.execute(update(firms).where(firms.c.id == source).values(again))


def _unmerged_row(connection: Connection, target: int, undo: Row) -> Row:
    """The columns of the file that goes on, as before; what was changed since the merge stays."""
    now = connection.execute(select(firms).where(firms.c.id == target)).mappings().one()
    present = plain({name: now[name] for name in CHANGED})
    columns = [
        name
        for name in CHANGED
        if name != "copy_of" and present.get(name) == undo["after"].get(name)
    ]
    before = {name: parse_value(firms, name, undo["before"].get(name)) for name in columns}
    return before | current_headline(connection, target)


def parse_value(table: Table, column: str, value: Any) -> Any:
    """A value of a column as it was before JSON held it."""
    if value is None:
        return None
    match table.c[column].type:
        case Day() | RawDay():
            return date.fromisoformat(value)
        case Moment() | RawMoment():
            return datetime.fromisoformat(value)
        case _:
            return value
