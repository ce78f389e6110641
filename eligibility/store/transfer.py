"""Out of the store and back: backup, restore, export."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine


def backup(engine: Engine, file: Path) -> None:
    """Write a consistent copy of a store in use to a new file."""
    raise NotImplementedError


def restore(engine: Engine, file: Path) -> dict[str, int]:
    """Fill an empty store from a backup; rows by table."""
    raise NotImplementedError


def export(engine: Engine, folder: Path) -> dict[str, int]:
    """Write every table as CSV and JSON lines into a new folder; rows by table."""
    raise NotImplementedError
