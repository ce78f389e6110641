"""Fresh stores to test on: a SQLite file, and a database of a throw-away PostgreSQL server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eligibility.store import LOCAL, Accounts, Repository, open_store
from eligibility.store.engine import connect
from eligibility.store.schema import metadata
from tests import compiled_statements  # noqa: F401
from tests.store.postgresql import create_database, programs, server
from tests.store.sign_in_attempts import LOGIN, PASSWORD, QUICK, Clock


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    open_store(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own on loopback, without the name of a database."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    with server() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_store(postgresql: str) -> str:
    return migrated(create_database(postgresql))


@pytest.fixture(scope="session")
def other_postgresql_store(postgresql: str) -> str:
    """What a store is restored into."""
    return migrated(create_database(postgresql))


def migrated(url: str) -> str:
    open_store(url).dispose()
    return url


def emptied(url: str) -> str:
    """The same store without any row: a hundred times quicker than a new database for each test."""
    statements = (
        # the triggers of what is append-only would refuse
        "SET LOCAL session_replication_role = replica",
        # what is left of many rows would slow down whoever reads after this
        """DO $$ DECLARE big text; BEGIN
        FOR big IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r'
            AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 200000
        LOOP EXECUTE 'TRUNCATE ' || big || ' CASCADE'; END LOOP; END $$""",
        # quicker than TRUNCATE, which makes new files for every table and index
        *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),
        "SELECT setval(quote_ident(sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE schemaname = 'public'",
    )
    with engine_on(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql("; ".join(statements))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return create_database(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that holds nothing yet."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return emptied(request.getfixturevalue("postgresql_store"))


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another store that holds nothing yet."""
    if request.param == "sqlite":
        path = tmp_path / "fresh.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = emptied(request.getfixturevalue("other_postgresql_store"))
    with engine_on(url) as engine:
        yield engine


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    """An engine whose connections end with the block."""
    engine = shared_engine(url) if url.startswith("postgresql") else connect(url)
    yield engine
    engine.dispose()


#: the server's database is the same for every test: what was compiled for it serves the next
shared_engine = cache(connect)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    with engine_on(url) as engine:
        yield engine


@pytest.fixture
def local(engine: Engine) -> Repository:
    return Repository(engine, LOCAL)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def doors(engine: Engine, clock: Clock) -> Accounts:
    doors = Accounts(engine, b"k" * 32, clock, QUICK)
    doors.create_administrator(LOGIN, PASSWORD)
    return doors


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ELIGIBILITY_DATABASE_URL", raising=False)
    monkeypatch.delenv("ELIGIBILITY_SECRET", raising=False)
