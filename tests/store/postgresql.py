"""A throw-away PostgreSQL server on loopback."""

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
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs; None where none is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb = shutil.which("initdb", path=os.pathsep.join(map(str, folders[-1:])) or None)
    return None if initdb is None else Path(initdb).parent


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server of our own, without the name of a database; it ends with the block.

    Without ``durable`` it does not wait for the disk, which is quicker.
    """
    folder_of_programs = programs()
    if folder_of_programs is None:
        raise FileNotFoundError("PostgreSQL is not installed (apt-get install postgresql)")
    # the server refuses to run as root
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="eligibility-postgresql-"))
    shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    subprocess.run(
        [folder_of_programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
         "--no-sync", "--locale=C.UTF-8"],
        user=user, check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    lax = [] if durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
    process = subprocess.Popen(
        [folder_of_programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1",
         "-k", folder, *lax],
        user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ready = [folder_of_programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
    try:
        for _ in range(200):
            if subprocess.run(ready, capture_output=True, check=False).returncode == 0:
                break
            subprocess.run(["sleep", "0.05"], check=True)
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}"
    finally:
        # fast shutdown: a smart one would wait for a test that left a connection open
        process.send_signal(signal.SIGINT)
        process.wait(20)
        shutil.rmtree(folder)


def create_database(server: str, options: str = "") -> str:
    """A new database without any table; its URL."""
    name = f"store_{uuid.uuid4().hex}"
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {options}"))
    engine.dispose()
    return f"{server}/{name}"
