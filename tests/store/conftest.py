"""Fresh stores to test on: a SQLite file, and a database of a throw-away PostgreSQL server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from eligibility.store import LOCAL, Accounts, Repository, open_store
from eligibility.store.engine import connect
from eligibility.store.schema import metadata
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
    url = create_database(postgresql)
    open_store(url).dispose()
    return url


def emptied(url: str) -> str:
    """The same store without any row: ten times quicker than a new database for each test."""
    engine = create_engine(url)
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        # the triggers of what is append-only would refuse
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
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


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = connect(url)
    yield opened
    opened.dispose()


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
