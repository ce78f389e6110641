"""Attached files in a backup, a table of their own, and in an export, a folder of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, select

from eligibility.atomic_file import atomic_file
from eligibility.store.document_table import document_files
from eligibility.store.engine import OWNER_ONLY
from eligibility.store.file_folder import read_file, write_file

#: the table of a backup, which no store has, and the folder of an export
TABLE, FOLDER = "stored_files", "files"


def add_files(folder: Path, backup: sqlite3.Connection) -> None:
    """Put the files that a copy of a store names into it.

    Raises
    ------
    StoreUnavailable
        If one of them is not in the folder, or is damaged.
    """
    backup.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)"
    )
    names = backup.execute("SELECT DISTINCT sha256 FROM document_files ORDER BY sha256").fetchall()
    for (name,) in names:
        content = read_file(folder, name)
        backup.execute(f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?)", (name, content))
    backup.commit()


def check_files(backup: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless every file that a backup names is in it, and whole.

    A store of a version before attached files names none.
    """
    tables = {name for (name,) in backup.execute("SELECT name FROM sqlite_master")}
    if document_files.name not in tables:
        return
    if TABLE not in tables:
        backup.execute(f"CREATE TEMP TABLE {TABLE} (sha256 TEXT, content BLOB)")
    backup.create_function("digest", 1, lambda value: sha256(value).hexdigest(), deterministic=True)
    wrong = backup.execute(
        f"SELECT d.name FROM {document_files.name} d LEFT JOIN {TABLE} f ON f.sha256 = d.sha256 "
        "WHERE f.sha256 IS NULL OR digest(f.content) != f.sha256 LIMIT 1"
    ).fetchone()
    if wrong is not None:
        raise sqlite3.DatabaseError(f"{document_files.name}: {wrong[0]} is not in it, or damaged")


def restore_files(backup: sqlite3.Connection, folder: Path) -> None:
    """Put the files of a backup that was checked into the folder of a store."""
    if backup.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
        for (content,) in backup.execute(f"SELECT content FROM {TABLE}"):
            write_file(folder, content)


def export_files(connection: Connection, files: Path, target: Path) -> None:
    """Write the attached files of a store into a folder of an export, named as they are in it."""
    for name, ending in _names(connection):
        target.mkdir(mode=0o700, exist_ok=True)
        with atomic_file(target / f"{name}.{ending}", mode=OWNER_ONLY) as copy:
            copy.write(read_file(files, name))


def _names(connection: Connection) -> Iterator[tuple[str, str]]:
    """Each file once: its SHA-256 and the ending of its name."""
    query = select(document_files.c.sha256, document_files.c.name).order_by(document_files.c.id)
    endings: dict[str, str] = {}
    for digest, name in connection.execute(query):
        endings.setdefault(digest, name.rpartition(".")[2])
    yield from endings.items()
