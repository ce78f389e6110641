"""What is acknowledged is stored: the chain of a cleared cache, a backup beside the server and kill -9.

``python benchmarks/durability.py [sqlite] [postgresql]`` serves the app on loopback with a temporary
store. In each round a visitor sends ``clear_cache`` and loads a page, another process makes a backup,
the first time one more creates an administrator, and then an adviser ticks off tasks one by one. The
server is killed, started again, and asked for a page. PostgreSQL is a throw-away server on this machine.

It prints how many ticks the page acknowledged, how many the store and the last backups hold, and what
``integrity_check`` says of the store (SQLite) and of every backup. Exit status 1 if one is missing.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

sys.path.insert(0, str(Path(__file__).parents[1]))
from eligibility.app.web import cookies
from eligibility.store import Accounts, Repository, Role, close_stores, open_store, signing_key
from eligibility.store.engine import connect
from eligibility.store.schema import tasks
from tests.browser.server import ROOT, free_port, started
from tests.plain_browser import Failed, PlainBrowser
from tests.store.postgresql import create_database, server

ROUNDS, TICKS = 2, 5
PASSWORD = "correct horse battery"
DATABASES = ("sqlite", "postgresql")


@dataclass
class Outcome:
    """Ids of tasks that the page said were saved, that a store holds, and what else was seen."""

    acknowledged: set[int] = field(default_factory=set)
    stored: set[int] = field(default_factory=set)
    #: by backup, what the page had acknowledged before it was begun, and what it holds
    backups: list[tuple[set[int], set[int]]] = field(default_factory=list)
    #: "ok", or what is wrong
    checks: list[str] = field(default_factory=list)
    #: what the server did with ``clear_cache``
    cleared: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Is everything there that was acknowledged?"""
        return (
            len(self.acknowledged) == ROUNDS * TICKS
            and self.acknowledged <= self.stored
            and all(before <= copy for before, copy in self.backups)
            and set(self.checks) == {"ok"}
        )


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of that kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'eligibility.sqlite'}"
        return
    with server(durable=True) as address:
        yield create_database(address)


def fill(url: str) -> tuple[int, str]:
    """A firm with tasks, and its adviser: the firm's id, and the adviser's cookie."""
    accounts = Accounts(open_store(url), signing_key())
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    chief = Repository(accounts.engine, signed.principal)
    carrier = chief.administration.add_carrier("园区")
    chief.administration.add_account(
        "adviser", PASSWORD, Role.ADVISER, once=False, carrier_id=carrier
    )
    firm = chief.firms.add({"name": "甲公司", "carrier_id": carrier})
    for number in range(ROUNDS * TICKS):
        chief.casework.add_task(firm, {"title": f"task {number}"})
    token = cookies._signer("sign-in").dumps(accounts.sign_in("adviser", PASSWORD))
    close_stores()
    return firm, f"{cookies.SIGN_IN}={token}"


def run(*words: str, given: str = "") -> None:
    """A command of the program in a process of its own."""
    command = [sys.executable, "-m", "eligibility", *words]
    subprocess.run(command, input=given, text=True, check=True, capture_output=True, cwd=ROOT)


async def clear_cache(address: str) -> str:
    """What a visitor does who wants every cache emptied; whether the server hung up."""
    ended = "obeyed or ignored"
    async with PlainBrowser(address) as browser:
        await browser.open("start")
        assert browser.socket is not None
        with suppress(ConnectionClosed):
            await browser.socket.send(BackMsg(clear_cache=True).SerializeToString())
        try:
            await browser.open("start")
        except ConnectionClosed:
            ended = "connection closed"
    # whatever became of that one, the next page opens the store anew if anything does
    async with PlainBrowser(address) as browser:
        await browser.open("start")
    return ended


async def work(
    address: str, cookie: str, firm: int, outcome: Outcome, meanwhile: Callable[[int], None]
) -> None:
    """Rounds of a visitor who clears the cache, ``meanwhile``, and an adviser who ticks off tasks.

    The adviser's page was open before and stays open, as on a working day.
    """
    async with PlainBrowser(address, cookie) as browser:
        await browser.open("staff-firm", f"firm={firm}&tab=tasks")
        for turn in range(ROUNDS):
            outcome.cleared.append(await clear_cache(address))
            await asyncio.to_thread(meanwhile, turn)
            for task in range(1 + turn * TICKS, 1 + (turn + 1) * TICKS):
                try:
                    await browser.tick(f"task:{task}:1", "tick off a task")
                except Failed as failure:
                    outcome.checks.append(f"task {task}: {failure}")
                    continue
                if "Saved." in browser.text():
                    outcome.acknowledged.add(task)


async def look(address: str, cookie: str, firm: int) -> None:
    """Load the page of a firm."""
    async with PlainBrowser(address, cookie) as browser:
        await browser.open("staff-firm", f"firm={firm}&tab=tasks")


def done(file: Path) -> tuple[set[int], str]:
    """Tasks that are ticked off in a backup, and what its check says."""
    with closing(sqlite3.connect(file)) as opened:
        found = {number for (number,) in opened.execute("SELECT id FROM tasks WHERE done")}
        return found, str(opened.execute("PRAGMA integrity_check").fetchone()[0])


def chain(kind: str) -> Outcome:
    """The whole chain on one kind of database."""
    outcome, began = Outcome(), time.monotonic()
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        folder = Path(name)
        os.environ.update(ELIGIBILITY_DATA=name, ELIGIBILITY_DATABASE_URL=url)
        os.environ.pop("ELIGIBILITY_SECRET", None)
        cookies._signer.cache_clear()
        firm, cookie = fill(url)

        def back_up() -> None:
            before, file = set(outcome.acknowledged), folder / f"{len(outcome.backups)}.backup"
            run("backup", str(file))
            copy, check = done(file)
            outcome.backups.append((before, copy))
            outcome.checks.append(check)

        def meanwhile(turn: int) -> None:
            back_up()
            if turn == 0:
                run("create-admin", "second", "--password-stdin", given=f"{PASSWORD}\n")

        with started(free_port(), folder, database=url) as (address, app):
            asyncio.run(work(address, cookie, firm, outcome, meanwhile))
            app.kill()
            app.wait()
        with started(free_port(), folder, database=url) as (address, _):
            asyncio.run(look(address, cookie, firm))
            back_up()
        engine = connect(url)
        with engine.connect() as connection:
            outcome.stored = set(connection.scalars(select(tasks.c.id).where(tasks.c.done)))
            if kind == "sqlite":
                check = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
                outcome.checks.append(str(check))
        engine.dispose()
    outcome.seconds = time.monotonic() - began
    return outcome


def main() -> int:
    """Run the chain on each database asked for; the exit status."""
    failed = False
    for kind in sys.argv[1:] or DATABASES:
        outcome = chain(kind)
        failed = failed or not outcome.whole
        copies = ", ".join(f"{len(copy)} (of {len(past)})" for past, copy in outcome.backups)
        print(
            f"{kind}: acknowledged {len(outcome.acknowledged)}, of these stored "
            f"{len(outcome.acknowledged & outcome.stored)}; in backups {copies}; integrity "
            f"{', '.join(sorted(set(outcome.checks)))}; clear_cache {outcome.cleared[0]}; "
            f"{outcome.seconds:.0f} s"
        )
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
