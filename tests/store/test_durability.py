"""Nothing half-stored, nothing confirmed lost: killed processes, many writers."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from eligibility.domain.errors import Conflict
from eligibility.store import LOCAL, Repository, backup, open_store
from eligibility.store.engine import connect
from eligibility.store.schema import assessments, audit_log, figures, firms, notes, staged
from tests import commands
from tests.store.child_process import Child
from tests.store.two_carriers import facts, record

ROWS = 2000


def confirm(say: Callable[[object], None], url: str, import_id: int) -> None:
    repository = Repository(connect(url), LOCAL)
    say("ready")
    repository.imports.confirm(import_id)
    say("confirmed")
    time.sleep(60)


def counts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (firms, figures, assessments)
        ]


@pytest.mark.parametrize("moment", [0.0, 0.1, 0.2, 0.4, "within", "confirmed"])
def test_kill_9_while_confirming_leaves_all_or_nothing(
    url: str, engine: Engine, moment: float | str
) -> None:
    local = Repository(engine, LOCAL)
    rows = ((facts(f"{n:018d}", f"甲{n}"), record()) for n in range(ROWS))
    made = local.imports.stage("f", rows)
    engine.dispose()  # a file that is open at a fork is refused in the child
    child = Child(confirm, url, made)
    assert child.hear() == "ready"
    if moment == "within":
        _until_writing(engine)
    elif moment == "confirmed":
        assert child.hear() == "confirmed"
    else:
        time.sleep(float(moment))
    confirmed = "confirmed" in child.kill_9() or moment == "confirmed"
    engine.dispose()
    found = counts(engine)
    assert found in ([0] * 3, [ROWS] * 3), "half stored"
    if confirmed:
        assert found == [ROWS] * 3
    assert local.imports.confirm(made).added == ROWS, "after a restart it can be confirmed (again)"
    assert counts(engine) == [ROWS] * 3


def _until_writing(engine: Engine) -> None:
    """Wait until another process holds a write lock, which it takes before its first change."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database) + "-wal")
        _until(lambda: path.exists() and path.stat().st_size > 1_000_000)
        return
    locked = (
        "SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
        "WHERE relname = 'figures' AND mode = 'RowExclusiveLock'"
    )
    with engine.connect() as connection:
        _until(lambda: connection.exec_driver_sql(locked).first() is not None)


def _until(is_writing: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_writing():
        assert time.monotonic() < until, "the other process never wrote"
        time.sleep(0.002)


def save(say: Callable[[object], None], url: str, code: str, version: int) -> None:
    repository = Repository(connect(url), LOCAL)
    while True:
        state = {"step": version, "texts": ["x" * 500] * 40}
        version = repository.drafts.save(code, state, version)
        say(version)


def test_kill_9_during_a_form_step_keeps_what_was_saved_and_nothing_half(
    url: str, engine: Engine
) -> None:
    local = Repository(engine, LOCAL)
    code, _ = local.drafts.add({"step": 0})
    for pause in (0.0, 0.05, 0.11):
        version = local.drafts.get(code)["version"]
        engine.dispose()
        child = Child(save, url, code, version)
        first = child.hear()
        time.sleep(pause)
        said = max([first, *child.kill_9()])
        held = local.drafts.get(code)
        assert held["version"] >= said
        assert held["state"] == {"step": held["version"] - 1, "texts": ["x" * 500] * 40}


def test_twenty_threads_writing_lose_nothing_and_are_never_told_that_it_is_locked(
    engine: Engine,
) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲"})
    each = 4
    gate = threading.Barrier(20)

    def write(thread: int) -> int:
        repository = Repository(engine, LOCAL)
        gate.wait()
        conflicts = 0
        for turn in range(each):
            repository.casework.add_note(firm, f"{thread}.{turn}")
            while True:
                held = repository.records.figures(firm, 2026)
                value = {"total": held.value.get("total", 0) + 1}
                try:
                    repository.records.save_figures(firm, 2026, value, held.version)
                    break
                except Conflict:
                    conflicts += 1
                    # whoever is refused looks again before the next attempt
                    time.sleep(random.uniform(0, 0.02))
        return conflicts

    with ThreadPoolExecutor(20) as threads:
        conflicts = sum(threads.map(write, range(20)))
    assert local.records.figures(firm, 2026) == ({"total": 20 * each}, 20 * each)
    assert len({row["text"] for row in local.casework.notes(firm)}) == 20 * each
    assert conflicts > 0, "threads that never met prove nothing"


def test_two_imports_of_the_same_firms_confirmed_at_once_make_each_firm_once(
    engine: Engine,
) -> None:
    local = Repository(engine, LOCAL)
    made = [
        local.imports.stage("f", [(facts(f"{n:018d}", "甲"), None) for n in range(200)])
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(local.imports.confirm, made))
    assert sorted((one.added, one.unchanged) for one in done) == [(0, 200)] * 3 + [(200, 0)]
    assert local.firms.page().count == 200


def test_who_edits_a_firm_while_a_file_of_it_is_confirmed_loses_nothing(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲", "uscc": "91150105XNBU6HUA33"})
    local.records.save_figures(firm, 2026, {"edits": 0}, 0)
    files = [
        local.imports.stage("f", [(facts("91150105XNBU6HUA33", "甲", file=n), None)])
        for n in range(20)
    ]
    stop = threading.Event()

    def edit() -> int:
        edits = 0
        while not stop.is_set() or not edits:
            held = local.records.figures(firm, 2026)
            with suppress(Conflict):
                local.records.save_figures(
                    firm, 2026, {**held.value, "edits": edits + 1}, held.version
                )
                edits += 1
        return edits

    with ThreadPoolExecutor(1) as threads:
        editing = threads.submit(edit)
        for made in files:
            local.imports.confirm(made)
        stop.set()
        edits = editing.result()
    held = local.records.figures(firm, 2026)
    assert (held.value["edits"], held.value["file"]) == (edits, 19)
    assert held.version == 1 + edits + len(files)


def test_one_import_confirmed_twice_at_once_is_stored_once(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    made = local.imports.stage("f", [(facts(None, "甲"), record()) for _ in range(50)])
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: local.imports.confirm(made), range(4))) == {(50, 0, 50, 0)}
    assert counts(engine) == [50] * 3
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(staged)) == 0


def work(say: Callable[[object], None], url: str, orders: Connection) -> None:
    """Keep a store open, open it again, and say of each note that it is stored."""
    once = Repository(open_store(url), LOCAL)
    firm = once.firms.add({"name": "x"})
    again = Repository(open_store(url), LOCAL)
    again.firms.page()
    say("open")
    orders.recv()
    for number in range(100):
        (once, again)[number % 2].casework.add_note(firm, f"note {number}")
        say(f"note {number}")
    orders.recv()


def run_backup(say: Callable[[object], None], url: str, file: Path) -> None:
    """The command of an administrator."""
    done = commands.run("backup", file, status=None, ELIGIBILITY_DATABASE_URL=url)
    say((done.returncode, done.stderr))


def back_up(url: str, file: Path) -> None:
    """A backup as an administrator makes it: by the command, in a process of its own."""
    status, said = Child(run_backup, url, file).hear()
    assert status == 0, said


def notes_of_backup(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {text for (text,) in opened.execute("SELECT text FROM notes")}


def test_what_a_store_opened_twice_has_acknowledged_is_in_every_backup_and_survives_kill_9(
    url: str, tmp_path: Path
) -> None:
    orders, order = Pipe(duplex=False)
    with orders, order:
        server = Child(work, url, orders)
        assert server.hear() == "open"
        back_up(url, tmp_path / "before.sqlite")
        order.send("go on")
        some = {server.hear() for _ in range(30)}
        back_up(url, tmp_path / "while.sqlite")
        acknowledged = some | {server.hear() for _ in range(70)}
        server.kill_9()
    engine = connect(url)
    backup(engine, tmp_path / "after.sqlite")
    assert len(acknowledged) == 100
    assert notes_of_backup(tmp_path / "before.sqlite") == set()
    assert some <= notes_of_backup(tmp_path / "while.sqlite")
    assert acknowledged == notes_of_backup(tmp_path / "after.sqlite")
    with engine.connect() as connection:
        assert set(connection.scalars(select(notes.c.text))) == acknowledged
    engine.dispose()


def test_a_line_of_the_log_is_written_with_its_change_or_not_at_all(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲"})
    with pytest.raises(Conflict):
        local.firms.save(firm, {"name": "乙"}, 7)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(audit_log)) == 1
