"""Opening the store: where it lies, how it is reached, and its migration to the present schema.

``ELIGIBILITY_DATABASE_URL`` names a database; without it the store is one SQLite file,
``eligibility.sqlite``, in the folder ``ELIGIBILITY_DATA`` (``./data``), readable by its owner only.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL as DatabaseURL
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy import text as sql
from sqlalchemy.exc import ArgumentError, DatabaseError

from eligibility.store.schema import REVISION
from eligibility.vocabulary import EligibilityError, InputError, msgid

URL = "ELIGIBILITY_DATABASE_URL"
DATA = "ELIGIBILITY_DATA"
SECRET = "ELIGIBILITY_SECRET"
FILE_NAME = "eligibility.sqlite"
KEY_NAME = "signing.key"
#: bytes of a signing key made here; a given one may not be shorter
KEY_BYTES = 32
OWNER_ONLY = 0o600
#: seconds a writer waits for another one
BUSY = 30
#: connections of one process; the twentieth browser should not wait for the fifth
CONNECTIONS = 20


_NO_URL = msgid("{variable} is no database URL; expected one such as postgresql://user@host/name.")


class StoreUnavailable(EligibilityError):
    """The store cannot be opened."""


def data_folder() -> Path:
    """The folder of the store's file and key, made if absent."""
    folder = Path(os.environ.get(DATA) or "data")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
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
        One for a process, shared by its threads; what ``Repository`` and ``Accounts`` take.

    Raises
    ------
    StoreUnavailable
        If the database cannot be reached, or was written by a newer version of this program.
    """
    engine = connect(url or os.environ.get(URL) or sqlite_url(data_folder() / FILE_NAME))
    try:
        migrate(engine)
    except EligibilityError:
        engine.dispose()
        raise
    return engine


def sqlite_url(file: Path) -> DatabaseURL:
    """The URL of a SQLite file, whatever characters its path has."""
    return DatabaseURL.create("sqlite", database=str(file))


def connect(url: str | DatabaseURL) -> Engine:
    """An engine for a database as it is, without migrating it."""
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
        return _sqlite(parsed)
    return create_engine(
        parsed, pool_size=CONNECTIONS, max_overflow=CONNECTIONS, pool_pre_ping=True
    )


def _sqlite(url: DatabaseURL) -> Engine:
    # created here so that the file, and what SQLite puts beside it, is never readable by others
    try:
        os.close(os.open(str(url.database), os.O_CREAT | os.O_RDWR, OWNER_ONLY))
    except OSError as error:
        raise StoreUnavailable("The store cannot be opened: {reason}", reason=error) from error
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        connect_args={"timeout": BUSY},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # the driver's own transactions begin too late to make a reading before a write safe
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY * 1000}")
        _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL").fetchone())
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")

    return engine


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
    """A transaction that only reads."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, how: str = "IMMEDIATE") -> Iterator[Connection]:
    """A transaction that writes: SQLite takes its one writer's place before the first reading."""
    with engine.connect().execution_options(begin=how) as connection, connection.begin():
        yield connection


def alone(connection: Connection, what: str) -> None:
    """Nobody else is at the same until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        lock = sql("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
        connection.execute(lock, {"what": what})


def revision(connection: Connection) -> str | None:
    """The migration a database stands at; None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sql("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring a database to the present schema; any number of processes may try at once."""
    try:
        with reading(engine) as connection:
            if to == "head" and revision(connection) == REVISION:
                return
        with writing(engine, "EXCLUSIVE") as connection:
            alone(connection, "migrate")
            _upgrade(connection, to)
    except (DatabaseError, sqlite3.Error) as error:
        said = str(getattr(error, "orig", error)).strip().splitlines()
        raise StoreUnavailable(
            "The store cannot be opened: {reason}", reason=said[0] if said else type(error).__name__
        ) from error


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


def signing_key() -> bytes:
    """The key that cookies and CSRF tokens are signed with.

    What ``ELIGIBILITY_SECRET`` says, else a file in the data folder, made at the first start and
    readable by its owner only.

    Raises
    ------
    InputError
        If the given secret is shorter than 32 characters.
    """
    if given := os.environ.get(SECRET):
        if len(given) < KEY_BYTES:
            raise InputError(
                "{variable} is too short: {given} characters, expected at least {needed}.",
                variable=SECRET, given=len(given), needed=KEY_BYTES,
            )  # fmt: skip
        return given.encode()
    path = data_folder() / KEY_NAME
    fresh = path.with_suffix(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # a link either is there whole or fails: two first starts at once agree on one key
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").encode()
