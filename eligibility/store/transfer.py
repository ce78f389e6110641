"""Out of the store and back: backup, restore, export.

A backup is a SQLite store whatever the database it came from, so that it also moves a store from
SQLite to PostgreSQL and back. The signing key is not in it.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from shutil import copyfile
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Engine, Table, func, insert, select
from sqlalchemy import text as sql

from eligibility.formula_injection import escape_formula
from eligibility.store.access import slices
from eligibility.store.engine import OWNER_ONLY, connect, migrate, reading, sqlite_url, writing
from eligibility.store.schema import SECRET, Json, Packed, metadata, sign_in_attempts, sign_ins
from eligibility.vocabulary import Conflict, InputError

#: rows copied at once
CHUNK = 500
#: of no use elsewhere, and nobody's business
NOT_EXPORTED = (sign_ins, sign_in_attempts)


class Exported(NamedTuple):
    """Rows of each table that an export holds, and of each that stays behind; together all rows."""

    written: dict[str, int]
    left: dict[str, int]


def backup(engine: Engine, file: Path) -> dict[str, int]:
    """Write a consistent copy of a store, which may be in use, to a new file; rows by table.

    Raises
    ------
    InputError
        If the file is there already, for a backup never overwrites, or cannot be written.
    """
    if file.exists():
        raise InputError("{file} is there already; name a new file.", file=str(file))
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        if engine.dialect.name == "sqlite":
            _copy_pages(engine, part)
        else:
            _copy_rows(engine, part)
        rows = _check(part)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        # a link fails where a name has appeared meanwhile; a rename would overwrite it
        os.link(part, file)
    except FileExistsError as error:
        raise InputError("{file} is there already; name a new file.", file=str(file)) from error
    except (OSError, sqlite3.Error) as error:
        raise InputError("{path} cannot be written: {why}.", path=str(file), why=error) from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def restore(engine: Engine, file: Path) -> dict[str, int]:
    """Fill an empty store from a backup, compare every row, and say how many each table has.

    Raises
    ------
    Conflict
        If the store is not empty.
    InputError
        If the file is no whole backup. Nothing is stored then.
    """
    if file.is_dir():
        raise InputError(
            "{file} is a folder, as export writes one; restore reads a file that backup wrote.",
            file=str(file),
        )
    with tempfile.TemporaryDirectory() as folder:
        # a copy, for an older backup is migrated first
        copied = Path(folder) / "backup.sqlite"
        try:
            copyfile(file, copied)
            os.chmod(copied, OWNER_ONLY)
            _check(copied)
        except (OSError, sqlite3.DatabaseError) as error:
            raise InputError("{file} is no backup of a store.", file=str(file)) from error
        source = connect(sqlite_url(copied))
        try:
            migrate(source)
            with reading(source) as old, writing(engine, "EXCLUSIVE") as new:
                for table in metadata.sorted_tables:
                    if _count(new, table):
                        raise Conflict("This store is not empty; restore into a new one.")
                return {table.name: _copy(old, new, table) for table in metadata.sorted_tables}
        finally:
            source.dispose()


def export(engine: Engine, folder: Path) -> Exported:
    """Write every table into a new folder, but ``NOT_EXPORTED`` and the columns ``SECRET``.

    ``<table>.jsonl`` holds a JSON object a row, exactly; ``<table>.csv`` the same to look at in a
    spreadsheet, where a text that it would take for a formula has an apostrophe before it.
    It is for other programs: only a backup becomes a store again.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError("{folder} is not empty; name a new folder.", folder=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _snapshot(engine) as connection:
            left = {table.name: _count(connection, table) for table in NOT_EXPORTED}
            written = {
                table.name: _write(connection, table, folder)
                for table in metadata.sorted_tables
                if table not in NOT_EXPORTED
            }
            return Exported(written, left)
    except OSError as error:
        raise InputError("{path} cannot be written: {why}.", path=str(folder), why=error) from error


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A reading in which all tables are of one moment."""
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            yield connection
    else:
        with engine.connect() as opened:
            connection = opened.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection


def _copy_pages(engine: Engine, part: Path) -> None:
    with closing(engine.raw_connection()) as held, closing(sqlite3.connect(part)) as copy:
        source: Any = held.driver_connection
        source.backup(copy)
        # one file that opens anywhere, without the two beside it that WAL needs
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_rows(engine: Engine, part: Path) -> None:
    copy = connect(sqlite_url(part))
    try:
        migrate(copy)
        with _snapshot(engine) as old, writing(copy) as new:
            for table in metadata.sorted_tables:
                _copy(old, new, table)
    finally:
        copy.dispose()
    with closing(sqlite3.connect(part)) as held:
        held.execute("PRAGMA journal_mode=DELETE")


def _copy(old: Connection, new: Connection, table: Table) -> int:
    """Copy a table into an empty one and compare what arrived; its number of rows."""
    (key,) = table.primary_key.columns
    rows = 0
    for some in slices(old.execute(select(table).order_by(key)).mappings(), CHUNK):
        new.execute(insert(table), [dict(row) for row in some])
        rows += len(some)
    arrived = iter(new.execute(select(table).order_by(key)))
    if any(row != next(arrived, None) for row in old.execute(select(table).order_by(key))):
        raise Conflict("Table {table} did not arrive whole; nothing was stored.", table=table.name)
    if new.dialect.name == "postgresql" and key.autoincrement is not False and rows:
        # rows that brought their ids have not moved the counter
        name = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
        new.execute(sql(f"SELECT setval({name}, (SELECT max({key.name}) FROM {table.name}))"))
    return rows


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _check(file: Path) -> dict[str, int]:
    """Rows by table of a whole store in one file; a table younger than it has none."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as held:
        if held.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("damaged")
        held.execute("SELECT version_num FROM alembic_version").fetchone()
        there = {name for (name,) in held.execute("SELECT name FROM sqlite_master")}
        return {
            table.name: held.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
            for table in metadata.sorted_tables
            if table.name in there
        }


def _write(connection: Connection, table: Table, folder: Path) -> int:
    columns = [column for column in table.c if column.name not in SECRET]
    (key,) = table.primary_key.columns
    rows = 0
    with (
        (folder / f"{table.name}.jsonl").open("x", encoding="utf-8") as lines,
        (folder / f"{table.name}.csv").open("x", encoding="utf-8-sig", newline="") as sheet,
    ):
        cells = csv.writer(sheet)
        cells.writerow([column.name for column in columns])
        for row in connection.execute(select(*columns).order_by(key)):
            told = [value.isoformat() if isinstance(value, date) else value for value in row]
            names = (column.name for column in columns)
            lines.write(json.dumps(dict(zip(names, told, strict=True)), ensure_ascii=False) + "\n")
            cells.writerow(map(_cell, columns, told))
            rows += 1
    return rows


def _cell(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Json | Packed):
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    return escape_formula(value) if isinstance(value, str) else value
