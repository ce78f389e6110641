"""A store on SQLite as it is at one moment, to come back to: quicker than to fill another one."""

from __future__ import annotations

import sqlite3
from itertools import count

from sqlalchemy import Engine, update

from eligibility.store.schema import change_counter

#: what is worked out of a store is remembered by its number of changes, which none may have twice
_numbers = count(1_000, 1_000)


class Snapshot:
    """The content of a store."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.copy = engine, sqlite3.connect(":memory:")
        self._store().backup(self.copy)

    def put_back(self) -> None:
        """Let the store hold what it held, with a number of changes of its own."""
        self.copy.backup(self._store())
        with self.engine.begin() as connection:
            connection.execute(update(change_counter).values(number=next(_numbers)))

    def _store(self) -> sqlite3.Connection:
        connection = self.engine.raw_connection()
        store = connection.driver_connection
        assert isinstance(store, sqlite3.Connection)
        connection.close()
        return store
