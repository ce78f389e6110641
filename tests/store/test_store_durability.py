"""Nothing half-stored, nothing confirmed lost: killed processes, many writers, first starts at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from eligibility.store import LOCAL, Repository, StoreUnavailable, open_store
from eligibility.store.engine import connect
from eligibility.store.schema import assessments, audit_log, figures, firms, staged
from eligibility.vocabulary import Conflict, EligibilityError
from tests.store.world import facts, record

ROOT = Path(__file__).parents[2]
ROWS = 2000


class Child:
    """A real process of its own that runs ``work(say, *arguments)``; forked, so that it starts at once."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        processes = multiprocessing.get_context("fork")
        self._heard, say = processes.Pipe(duplex=False)
        self.process = processes.Process(target=work, args=(say.send, *arguments))
        self.process.start()
        say.close()

    def hear(self) -> Any:
        """What the child says next; EOFError when it is gone."""
        return self._heard.recv()

    def kill_9(self) -> list[Any]:
        """End it without a chance to tidy up; what it had said before."""
        os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        left = []
        with suppress(EOFError, OSError):
            while True:
                left.append(self.hear())
        return left


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
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if engine.dialect.name == "sqlite":
            path = Path(str(engine.url.database) + "-wal")
            if path.exists() and path.stat().st_size > 1_000_000:
                return
        else:
            with engine.connect() as connection:
                writing = connection.exec_driver_sql(
                    "SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
                    "WHERE relname = 'figures' AND mode = 'RowExclusiveLock'"
                ).first()
            if writing:
                return
        time.sleep(0.002)
    pytest.fail("the other process never wrote")


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
        child = Child(save, url, code, local.drafts.get(code)["version"])
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


def open_fresh(say: Callable[[object], None], url: str, at: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))
    Repository(open_store(url), LOCAL).firms.add({"name": "x"})
    say("done")


def test_processes_that_open_a_fresh_store_at_once_all_succeed(empty_url: str) -> None:
    at = time.monotonic() + 0.2
    children = [Child(open_fresh, empty_url, at) for _ in range(6)]
    assert [child.hear() for child in children] == ["done"] * 6
    engine = connect(empty_url)
    assert Repository(engine, LOCAL).firms.page().count == 6
    engine.dispose()


def test_a_store_of_its_owner_survives_a_power_cut_and_is_read_by_nobody_else(
    tmp_path: Path,
) -> None:
    engine = open_store()
    Repository(engine, LOCAL).firms.add({"name": "甲"})
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert settings == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "busy_timeout": 30_000,
    }  # fmt: skip
    for file in (tmp_path / "data").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    engine.dispose()


def test_a_store_that_cannot_be_reached_says_so_without_its_password() -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        open_store("postgresql://someone:secret-word@127.0.0.1:9/nothing")
    assert "secret-word" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "sqlite://", "nonsense", "sqlite:////nowhere/at/all/store.sqlite"]
)
def test_what_is_no_store_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(EligibilityError):
        open_store(url)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir, " * 1000)
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{file}")
    assert file.read_text() == "Dear Sir, " * 1000


def test_opening_a_store_that_is_up_to_date_loads_no_alembic(url: str) -> None:
    code = "import sys; from eligibility.store import open_store; open_store(sys.argv[1]); print('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, url], capture_output=True, cwd=ROOT, check=True
    )
    assert done.stdout == b"False\n"


def test_a_line_of_the_log_is_written_with_its_change_or_not_at_all(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲"})
    with pytest.raises(Conflict):
        local.firms.save(firm, {"name": "乙"}, 7)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(audit_log)) == 1
