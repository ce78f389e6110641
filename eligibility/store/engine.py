"""Database engine: where the store lies, its transactions and locks, and its migration.

``ELIGIBILITY_DATABASE_URL`` names a database; without it the store is one SQLite file,
``eligibility.sqlite``, in the folder ``ELIGIBILITY_DATA`` (``./data``), readable by its owner only.

A process that closes any descriptor of a SQLite file loses every lock that it has on the file, and
others then take it for nobody's and remove the log of what was written. So no code of this program
opens the file of a store that is there already, or those beside it: only SQLite does.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import URL as DatabaseURL
from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url
from sqlalchemy import text as sql
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as BusyPool
from sqlalchemy.pool import Pool, QueuePool

from eligibility.domain.errors import EligibilityError, InputError, StoreUnavailable
from eligibility.domain.text import Message, msgid
from eligibility.store.schema import REVISION

URL = "ELIGIBILITY_DATABASE_URL"
DATA = "ELIGIBILITY_DATA"
FILE_NAME = "eligibility.sqlite"
OWNER_ONLY = 0o600
#: seconds a writer waits for another one
BUSY = 30
#: connections of one process; the twentieth browser should not wait for the fifth
CONNECTIONS = 20


_READ_ONLY = Message(
    "it cannot be written to. Whoever runs this program must be allowed to write its file, the files "
    "beside it and their folder."
)
_NO_URL = msgid("{variable} is no database URL; expected one such as postgresql://user@host/name.")

#: the stores of this process, by what names each; never opened twice
_stores: dict[str, Engine] = {}
#: of one opening at a time, so that nobody opens a file while it is being created
_opening = threading.RLock()
#: all engines on SQLite files, for a fork to find their connections
_on_files: WeakSet[Engine] = WeakSet()
#: files that were open when this process was forked, and the pools that have them open
_open_in_parent: dict[str, Pool] = {}


def data_folder() -> Path:
    """The folder of the store's file and key, made if absent; StoreUnavailable if it cannot be."""
    folder = Path(os.environ.get(DATA) or "data")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreUnavailable(
            "{variable}: {folder} cannot be the folder of the store: {reason}",
            variable=DATA, folder=str(folder), reason=error.strerror,
        ) from error  # fmt: skip
    return folder


def open_store(url: str | None = None) -> Engine:
    """The store, created or migrated as needed and ready for use.

    Parameters
    ----------
    url : str, optional
        A database URL such as ``sqlite:///path/store.sqlite`` or ``postgresql://user@host/name``;
        if omitted what ``ELIGIBILITY_DATABASE_URL`` says, else the file in the data folder.

    Returns
    -------
    sqlalchemy.Engine
        One for a process, shared by its threads; what ``Repository`` and ``Accounts`` take. Opened
        again, the same store is the same engine.

    Raises
    ------
    StoreUnavailable
        If the database cannot be reached or is damaged, was written by a newer version of this
        program, or is a SQLite file that was open where this process was forked.
    """
    named = _parse_url(url or os.environ.get(URL) or sqlite_url(data_folder() / FILE_NAME))
    key = named.render_as_string(hide_password=False)
    with _opening:
        if key not in _stores:
            engine = connect(named)
            try:
                migrate(engine)
            except EligibilityError:
                engine.dispose()
                raise
            _stores[key] = engine
        return _stores[key]


def close_stores() -> None:
    """Close every store that ``open_store`` opened in this process; the next opening is anew."""
    with _opening:
        while _stores:
            _stores.popitem()[1].dispose()


def sqlite_url(file: Path) -> DatabaseURL:
    """The URL of a SQLite file, whatever characters its path has."""
    return DatabaseURL.create("sqlite", database=str(file))


def connect(url: str | DatabaseURL) -> Engine:
    """An engine for a database as it is, without migrating it."""
    parsed = _parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    engine = create_engine(
        parsed,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_pre_ping=True,
        # of a database without an encoding the driver would give bytes
        connect_args={"client_encoding": "utf8"},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        # to compile a query of many parts takes the server seconds, to answer it milliseconds
        connection.execute("SET jit = off")
        connection.commit()

    return engine


def _parse_url(url: str | DatabaseURL) -> DatabaseURL:
    """The URL in the one form that names this database; InputError if it names none."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError(_NO_URL, variable=URL) from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError(_NO_URL, variable=URL)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise InputError("The store needs a file; sqlite without a path forgets everything.")
        parsed = parsed.set(database=os.path.realpath(parsed.database))
    return parsed


def _create_file(file: str) -> None:
    """Create the file of a store if there is none, readable by its owner only.

    What SQLite puts beside it is then readable by nobody else either. One that is there is not
    touched.
    """
    try:
        with _opening:
            if not os.path.lexists(file):
                os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNER_ONLY))
    except FileExistsError:
        pass
    except (OSError, ValueError) as error:
        barred = isinstance(error, OSError) and error.errno in (
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
        )
        raise StoreUnavailable(
            "The store cannot be opened: {reason}", reason=_READ_ONLY if barred else error
        ) from error
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise StoreUnavailable("The store {file} is no regular file.", file=file)


def _sqlite(url: DatabaseURL) -> Engine:
    file = str(url.database)
    _create_file(file)
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        connect_args={"timeout": BUSY},
    )
    _on_files.add(engine)

    @event.listens_for(engine, "do_connect")
    def _refuse_after_fork(*_: object) -> None:
        # SQLite would take the parent's locks for this process's own, and write unprotected
        if file in _open_in_parent:
            raise StoreUnavailable(
                "The store was open when this process was forked; start a new process for it."
            )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, entry: Any) -> None:
        entry.info["file"] = _identity(file)
        # the driver's own transactions begin too late to make a reading before a write safe
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY * 1000}")
        _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL").fetchone())
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # what is written to a file without a name is gone with the last who has it open
        if connection.info["file"] != _identity(file):
            raise StoreUnavailable(
                "The file of the store was moved, deleted or replaced while in use; start again."
            )
        how = connection.get_execution_options().get("begin")
        if how is None:
            # waits for nobody, so that nothing of it has to be told as a failure of the store
            entry: Any = connection.connection.driver_connection
            entry.execute("BEGIN DEFERRED")
        else:
            connection.exec_driver_sql(f"BEGIN {how}")

    return engine


def _identity(file: str) -> tuple[int, int] | None:
    """Which file a name leads to; asked without opening it."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _leave_to_parent() -> None:
    """In a forked process: open connections stay the parent's, not used and never closed here."""
    global _opening
    _opening = threading.RLock()
    for engine in {*_stores.values(), *_on_files}:
        if isinstance(pool := engine.pool, QueuePool) and pool.checkedin() + pool.checkedout():
            _open_in_parent[str(engine.url.database)] = pool
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def _patiently(action: Any) -> None:
    """Do it again while another process holds the file: the busy timeout spares WAL switches."""
    until = time.monotonic() + BUSY
    while True:
        try:
            action()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read-only transaction; StoreUnavailable if the database fails."""
    with _failures(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, how: str = "IMMEDIATE") -> Iterator[Connection]:
    """Write transaction: SQLite takes its one writer's lock before the first reading."""
    with (
        _failures(),
        engine.connect().execution_options(begin=how) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what a database or its driver raises into a sentence; what values it refuses passes."""
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except (DBAPIError, BusyPool, sqlite3.Error) as error:
        raise _unavailable(error) from error
    except StatementError as error:
        # a refusal of ours while a value was converted comes wrapped
        if isinstance(error.orig, EligibilityError):
            raise error.orig from None
        raise


def _unavailable(error: Exception) -> StoreUnavailable:
    """The sentence for a failure of the database; nothing is told of where its server is."""
    cause = getattr(error, "orig", None) or error
    broken = isinstance(cause, sqlite3.Error) and "locked" not in str(cause)
    if not broken and isinstance(error, OperationalError | InterfaceError | BusyPool):
        return StoreUnavailable("The store does not answer; try again in a moment.")
    return StoreUnavailable("The store cannot be used: {reason}", reason=_reason(error))


def _reason(error: Exception) -> str | Message:
    """What the driver says, in one line; where nothing may be written, who has to be let."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error) and "readonly" in str(cause):
        return _READ_ONLY
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def alone(connection: Connection, what: str) -> None:
    """Advisory lock until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        lock = sql("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
        connection.execute(lock, {"what": what})


def update_statistics(connection: Connection, table: Table) -> None:
    """Let PostgreSQL plan by the rows that this transaction added; SQLite plans by the indexes alone.

    It takes a table that grew in this transaction for an empty one, and compares each row with each.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sql(f"ANALYZE {table.name}"))


def revision(connection: Connection) -> str | None:
    """Schema revision of a database; None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sql("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, to: str = "head") -> None:
    """Migrate a database to the present schema; any number of processes may try at once."""
    try:
        with engine.connect() as connection, connection.begin():
            _check_encoding(connection)
            if to == "head" and revision(connection) == REVISION:
                return
        exclusive = engine.connect().execution_options(begin="EXCLUSIVE")
        with exclusive as connection, _unbound(connection), connection.begin():
            alone(connection, "migrate")
            _upgrade(connection, to)
            _check_bonds(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise StoreUnavailable(
            "The store cannot be opened: {reason}", reason=_reason(error)
        ) from error


def _check_encoding(connection: Connection) -> None:
    """Raise StoreUnavailable where a database cannot hold every name of a firm."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(sql("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise StoreUnavailable(
            "The database's encoding is {encoding}; expected UTF8: "
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
            encoding=encoding,
        )


@contextmanager
def _unbound(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by dropping it for a copy, which rows that belong to it would forbid."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    # only heeded outside of a transaction
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_bonds(connection: Connection) -> None:
    """Raise StoreUnavailable where a row belongs to one that is not there."""
    if connection.dialect.name == "sqlite":
        orphan = connection.execute(sql("PRAGMA foreign_key_check")).first()
        if orphan is not None:
            raise StoreUnavailable(
                "The store cannot be opened: {reason}",
                reason=f"{orphan[0]}: a row belongs to one that is not there",
            )


def _upgrade(connection: Connection, to: str) -> None:
    """Alembic's part; it costs 0.4 s to load, so only a store that needs it pays."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "eligibility.store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreUnavailable(
            "The store is at revision {revision}, which this version of the program does not know.",
            revision=revision(connection),
        ) from error
