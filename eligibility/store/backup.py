"""Backup, restore and export of a store.

A backup is a SQLite store whatever the database it came from, so that it also moves a store from
SQLite to PostgreSQL and back. The files attached to documents lie in a table of their own in it. The
signing key is not in it.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import text as sql

from eligibility.domain.errors import Conflict, InputError, StoreUnavailable
from eligibility.formula_injection import escape_text
from eligibility.store.actors import now
from eligibility.store.backup_files import (
    FOLDER,
    add_files,
    check_files,
    export_files,
    restore_files,
)
from eligibility.store.column_types import CompressedJson, Day, Json, Moment, damage_error
from eligibility.store.engine import (
    OWNER_ONLY,
    connect,
    migrate,
    reading,
    revision,
    sqlite_url,
    writing,
)
from eligibility.store.file_folder import files_folder
from eligibility.store.rows import slices
from eligibility.store.schema import (
    SECRET,
    api_tokens,
    draft_browsers,
    metadata,
    sign_in_attempts,
    sign_ins,
)

#: rows copied at once
CHUNK = 500
#: of no use elsewhere, and nobody's business
NOT_EXPORTED = (sign_ins, sign_in_attempts, api_tokens, draft_browsers)


class ExportCounts(NamedTuple):
    """Rows of each table that an export holds, and of each that stays behind; together all rows."""

    rows_written: dict[str, int]
    rows_left_out: dict[str, int]


def backup(engine: Engine, file: Path) -> dict[str, int]:
    """Write a consistent copy of a store, which may be in use, to a new file; rows by table.

    The copy is compared with what the store held at that moment: its revision, and the rows of
    every table.

    Raises
    ------
    InputError
        If the file is there already, for a backup never overwrites, or cannot be written.
    StoreUnavailable
        If the store is damaged, or what was written is not what it holds. Nothing is kept then.
    """
    if os.path.lexists(file):
        raise InputError("{file} is there already; name a new file.", file=str(file))
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
        copy = _copy_pages if engine.dialect.name == "sqlite" else _copy_rows
        contents = copy(engine, part)
        with closing(sqlite3.connect(part)) as written_rows:
            add_files(files_folder(engine), written_rows)
        rows = _compare(contents, part)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        # a link fails where a name has appeared meanwhile; a rename would overwrite it
        os.link(part, file)
        _keep_name(file.parent)
    except FileExistsError as error:
        raise InputError("{file} is there already; name a new file.", file=str(file)) from error
    except (OSError, sqlite3.Error) as error:
        raise InputError("{path} cannot be written: {why}.", path=str(file), why=error) from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)
    return rows


def restore(engine: Engine, file: Path) -> dict[str, int]:
    """Fill an empty store from a backup, compare every row, and say how many each table has.

    Every sign-in that the backup holds is ended: some of them were ended since it was written.

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
            _copy_file(file, copied)
            _contents(copied)
        except (OSError, sqlite3.Error) as error:
            raise InputError(
                "{file} is no whole backup of a store: {reason}", file=str(file), reason=error
            ) from error
        source = connect(sqlite_url(copied))
        try:
            migrate(source)
            with reading(source) as old, writing(engine, "EXCLUSIVE") as new:
                for table in metadata.sorted_tables:
                    if _count(new, table):
                        raise Conflict("This store is not empty; restore into a new one.")
                rows = {table.name: _copy(old, new, table) for table in metadata.sorted_tables}
                for table in (sign_ins, api_tokens):
                    unended = update(table).where(table.c.revoked_at.is_(None))
                    new.execute(unended.values(revoked_at=now()))
                with closing(_read_only(copied)) as held:
                    restore_files(held, files_folder(engine))
                return rows
        finally:
            source.dispose()


def export(engine: Engine, folder: Path) -> ExportCounts:
    """Write every table into a new folder, but ``NOT_EXPORTED`` and the columns ``SECRET``.

    ``<table>.jsonl`` holds a JSON object a row, exactly; ``<table>.csv`` the same to look at in a
    spreadsheet, where a text that it would take for a formula has an apostrophe before it. Attached
    files lie in ``files``, by the SHA-256 that their rows name.
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
            export_files(connection, files_folder(engine), folder / FOLDER)
            return ExportCounts(written, left)
    except OSError as error:
        raise InputError("{path} cannot be written: {why}.", path=str(folder), why=error) from error


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """A reading in which all tables are of one moment."""
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            yield connection
    else:
        with engine.connect() as source:
            connection = source.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection


class _Contents(NamedTuple):
    """What a store holds at one moment: its revision, and the rows of each table."""

    revision: str | None
    rows: dict[str, int]


def _contents_of(connection: Connection) -> _Contents:
    rows = {table.name: _count(connection, table) for table in metadata.sorted_tables}
    return _Contents(revision(connection), rows)


def _copy_pages(engine: Engine, part: Path) -> _Contents:
    with reading(engine) as connection, closing(sqlite3.connect(part)) as copy:
        # the first reading fixes the moment that the pages are then of
        contents = _contents_of(connection)
        source: Any = connection.connection.driver_connection
        source.backup(copy)
        # one file that opens anywhere, without the two beside it that WAL needs
        copy.execute("PRAGMA journal_mode=DELETE")
    return contents


def _copy_rows(engine: Engine, part: Path) -> _Contents:
    copy = connect(sqlite_url(part))
    try:
        migrate(copy)
        with _snapshot(engine) as old, writing(copy) as new:
            contents = _contents_of(old)
            for table in metadata.sorted_tables:
                _copy(old, new, table)
    finally:
        copy.dispose()
    with closing(sqlite3.connect(part)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
    return contents


def _copy_file(file: Path, target: Path) -> None:
    """Copy a backup through SQLite: to open it ourselves would end this process's locks on it."""
    if not file.is_file():
        raise FileNotFoundError("no regular file is there")
    target.touch(OWNER_ONLY)
    with closing(_read_only(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _keep_name(folder: Path) -> None:
    """Bring a new name in a folder to the disk, where the system knows how."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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


def _compare(store: _Contents, file: Path) -> dict[str, int]:
    """Rows by table of a copy; StoreUnavailable unless it is whole and equals the store."""
    try:
        copy = _contents(file)
    except sqlite3.Error as error:
        raise StoreUnavailable(
            "The store is damaged ({reason}), and no backup was kept. Keep its file and restore "
            "the last backup into a new folder.",
            reason=error,
        ) from error
    if copy != store:
        differing = [name for name in store.rows if store.rows[name] != copy.rows.get(name)]
        raise StoreUnavailable(
            "The backup does not hold what the store holds ({tables}); it was not kept.",
            tables=", ".join(differing) or f"{copy.revision} ≠ {store.revision}",
        )
    return copy.rows


def _contents(file: Path) -> _Contents:
    """What a whole store in one file holds; a table younger than it has no entry.

    Raises
    ------
    sqlite3.Error
        If the file is damaged, is no store, or holds a value that cannot be read.
    """
    with closing(_read_only(file)) as connection:
        connection.create_function("unpacks", 1, _unpacks, deterministic=True)
        (result,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if result != "ok":
            raise sqlite3.DatabaseError(result.splitlines()[-1])
        stands_at = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        rows = {}
        for table in metadata.sorted_tables:
            columns = {
                name for _, name, *_ in connection.execute(f"PRAGMA table_info({table.name})")
            }
            if columns:
                _check_values(connection, table, columns)
                count = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
                rows[table.name] = count[0]
        if (orphan := connection.execute("PRAGMA foreign_key_check").fetchone()) is not None:
            raise sqlite3.DatabaseError(f"{orphan[0]}: a row belongs to one that is not there")
        check_files(connection)
        return _Contents(stands_at and stands_at[0], rows)


def _check_values(connection: sqlite3.Connection, table: Table, columns: set[str]) -> None:
    """Raise sqlite3.DatabaseError where a value is not of its column's type: SQLite takes any."""
    wrong = [
        f"WHEN {column.name} IS NOT NULL AND NOT ({_fits(column)}) THEN '{column.name}'"
        for column in table.c
        if column.name in columns
    ]
    (key,) = table.primary_key.columns
    rows = connection.execute(
        f"SELECT * FROM (SELECT {key.name}, CASE {' '.join(wrong)} END AS wrong FROM {table.name}) "
        "WHERE wrong IS NOT NULL LIMIT 1"
    ).fetchone()
    if rows is not None:
        raise sqlite3.DatabaseError(f"{table.name}.{rows[1]}, row {rows[0]}")


def _fits(column: Column[Any]) -> str:
    """A condition in SQLite's words that values of a column fulfil."""
    name, kind = column.name, f"typeof({column.name})"
    match column.type:
        case Json():
            return f"{kind} = 'text' AND json_valid({name})"
        case CompressedJson():
            return f"{kind} = 'blob' AND unpacks({name})"
        case Moment():
            return f"{kind} = 'text' AND datetime({name}) IS NOT NULL"
        case Day():
            return f"{kind} = 'text' AND date({name}) = {name}"
        case Boolean():
            return f"{name} IN (0, 1)"
        case Integer():
            return f"{kind} = 'integer'"
        case Float():
            return f"{kind} IN ('real', 'integer')"
        case _:
            return f"{kind} = 'text'"


def _unpacks(value: bytes) -> bool:
    """Does a compressed record come back, by its own checksum?"""
    try:
        zlib.decompress(value)
    except zlib.error:
        return False
    return True


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
            values = [value.isoformat() if isinstance(value, date) else value for value in row]
            names = (column.name for column in columns)
            filled = dict(zip(names, values, strict=True))
            lines.write(json.dumps(filled, ensure_ascii=False, default=_refuse) + "\n")
            cells.writerow(map(_cell, columns, values))
            rows += 1
    return rows


def _refuse(_: object) -> None:
    raise damage_error()


def _cell(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Json | CompressedJson):
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    return escape_text(value) if isinstance(value, str) else value
