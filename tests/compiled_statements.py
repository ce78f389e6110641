"""Statements compiled once a process for the SQLite files of all tests, and not by every file anew.

SQLAlchemy remembers what it compiled by the dialect, of which each engine has its own.
"""

# Private names: engines are changed where the store makes them.

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine

from eligibility.store import engine as store

_make = store._sqlite
_shared = create_engine("sqlite://")
# a dialect learns of its database at the first connection
_shared.connect().close()
_statements: dict[Any, Any] = {}


def make(url: URL) -> Engine:
    """An engine that shares what was compiled for the others; its connections stay its own."""
    engine = _make(url)
    engine.dialect = _shared.dialect
    engine.update_execution_options(compiled_cache=_statements)
    return engine


store._sqlite = make
