"""Folder of attached files: beside the store, each under the SHA-256 of what it holds.

Only those who may see a row of the database that names a file are given it; the folder itself is
readable by its owner alone. Two firms that attach the same file share it; it goes with the last row.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy import text as sql

from eligibility.atomic_file import atomic_file
from eligibility.domain.errors import StoreUnavailable
from eligibility.store.document_table import document_files
from eligibility.store.engine import OWNER_ONLY, data_folder

#: the ending of the folder's name, after that of the database
ENDING = ".files"


def files_folder(engine: Engine) -> Path:
    """Path of the folder of a store; made with the first file."""
    database = Path(engine.url.database or "eligibility")
    if engine.dialect.name == "sqlite":
        return database.with_suffix(ENDING)
    return data_folder() / f"{database.name}{ENDING}"


def write_file(folder: Path, content: bytes) -> str:
    """Put a file into the folder, where it is not there whole yet; its SHA-256 in hexadecimal."""
    name = sha256(content).hexdigest()
    path = folder / name[:2] / name
    # one that was damaged is whole again
    if not path.exists() or path.read_bytes() != content:
        # what hangs off the mode of a folder above is for its owner alone as well
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with atomic_file(path, mode=OWNER_ONLY) as file:
            file.write(content)
    return name


def read_file(folder: Path, name: str) -> bytes:
    """The file of a SHA-256; StoreUnavailable where it is not there or is not what it was."""
    try:
        content = (folder / name[:2] / name).read_bytes()
    except OSError as error:
        raise StoreUnavailable(
            "An attached file cannot be read ({reason}). Restore the last backup.",
            reason=error.strerror,
        ) from error
    if sha256(content).hexdigest() != name:
        raise StoreUnavailable("An attached file is damaged. Restore the last backup.")
    return content


def lock_files(connection: Connection) -> None:
    """Let one transaction at a time add or remove files; a writer of SQLite is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql("LOCK TABLE document_files IN SHARE ROW EXCLUSIVE MODE"))


def remove_unused(connection: Connection, folder: Path, names: Iterable[str]) -> None:
    """Remove those of some files that no row names any longer; within ``lock_files``."""
    for name in names:
        named = select(func.count()).where(document_files.c.sha256 == name)
        if not connection.scalar(named):
            (folder / name[:2] / name).unlink(missing_ok=True)
