"""Fresh stores to test on: a SQLite file, and a database of a throw-away PostgreSQL server."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, text

from eligibility.store import open_store
from eligibility.store.engine import connect
from eligibility.store.schema import metadata

#: Argon2 as cheap as it gets; what a real one costs is the library's matter
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    open_store(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server of our own on loopback, without the name of a database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb = shutil.which("initdb", path=os.pathsep.join(map(str, programs[-1:])) or None)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    # the server refuses to run as root
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="eligibility-postgresql-"))
    shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
         "--locale=C.UTF-8"],
        user=user, check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    server = subprocess.Popen(
        [Path(initdb).with_name("postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1",
         "-k", folder, "-c", "fsync=off", "-c", "full_page_writes=off"],
        user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    ready = Path(initdb).with_name("pg_isready")
    try:
        for _ in range(200):
            asked = ["-h", "127.0.0.1", "-p", str(port)]
            if subprocess.run([ready, *asked], capture_output=True, check=False).returncode == 0:
                break
            subprocess.run(["sleep", "0.05"], check=True)
        yield url
    finally:
        # fast shutdown: a smart one would wait for a test that left a connection open
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(folder)


def create_database(server: str) -> str:
    """A new database without any table; its URL."""
    name = f"store_{uuid.uuid4().hex}"
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"


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


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("ELIGIBILITY_DATABASE_URL", raising=False)
    monkeypatch.delenv("ELIGIBILITY_SECRET", raising=False)
