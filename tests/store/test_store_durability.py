"""Nothing half-stored, nothing confirmed lost: killed processes, many writers, first starts at once."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from eligibility.store import LOCAL, Repository, StoreUnavailable, open_store
from eligibility.store.engine import connect
from eligibility.store.schema import assessments, audit_log, figures, firms, staged
from eligibility.vocabulary import Conflict
from tests.store.world import facts, record

ROOT = Path(__file__).parents[2]
ROWS = 2000


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


CONFIRM = """
import sys
from eligibility.store import LOCAL, Repository
from eligibility.store.engine import connect
repository = Repository(connect(sys.argv[1]), LOCAL)
print("ready", flush=True)
repository.confirm_import(int(sys.argv[2]))
print("confirmed", flush=True)
sys.stdin.read()
"""


def counts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (firms, figures, assessments)
        ]


@pytest.mark.parametrize("moment", [0.0, 0.2, "within", "confirmed"])
def test_kill_9_while_confirming_leaves_all_or_nothing(
    url: str, engine: Engine, moment: float | str
) -> None:
    local = Repository(engine, LOCAL)
    rows = ((facts(f"{n:018d}", f"甲{n}"), record()) for n in range(ROWS))
    made = local.stage_import("f", rows)
    child = start(CONFIRM, url, str(made))
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    confirmed = False
    if moment == "within":
        _until_writing(engine)
    elif moment == "confirmed":
        assert child.stdout.readline() == "confirmed\n"
        confirmed = True
    else:
        time.sleep(float(moment))
    child.send_signal(signal.SIGKILL)
    confirmed |= "confirmed" in child.communicate()[0]
    engine.dispose()
    found = counts(engine)
    assert found in ([0] * 3, [ROWS] * 3), "half stored"
    if confirmed:
        assert found == [ROWS] * 3
    assert local.confirm_import(made).added == ROWS, "after a restart it can be confirmed (again)"
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


SAVE = """
import sys
from eligibility.store import LOCAL, Repository
from eligibility.store.engine import connect
repository = Repository(connect(sys.argv[1]), LOCAL)
version = int(sys.argv[3])
while True:
    version = repository.save_draft(sys.argv[2], {"step": version, "text": "x" * 20000}, version)
    print(version, flush=True)
"""


def test_kill_9_during_a_form_step_keeps_what_was_saved_and_nothing_half(
    url: str, engine: Engine
) -> None:
    local = Repository(engine, LOCAL)
    code, _ = local.new_draft({"step": 0})
    for pause in (0.0, 0.05, 0.11):
        child = start(SAVE, url, code, str(local.draft(code)["version"]))
        assert child.stdout is not None
        said = int(child.stdout.readline())
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        rest = child.communicate()[0]
        # a last line may have been cut off; then its number is smaller, never larger
        said = max([said, *(int(line) for line in rest.splitlines() if line)])
        held = local.draft(code)
        assert held["version"] >= said
        assert held["state"] == {"step": held["version"] - 1, "text": "x" * 20000}


def test_twenty_threads_writing_lose_nothing_and_are_never_told_that_it_is_locked(
    engine: Engine,
) -> None:
    local = Repository(engine, LOCAL)
    firm = local.add_firm({"name": "甲"})
    each = 4
    gate = threading.Barrier(20)

    def write(thread: int) -> int:
        repository = Repository(engine, LOCAL)
        gate.wait()
        conflicts = 0
        for turn in range(each):
            repository.add_note(firm, f"{thread}.{turn}")
            while True:
                held = repository.figures(firm, 2026)
                value = {"total": held.value.get("total", 0) + 1}
                try:
                    repository.save_figures(firm, 2026, value, held.version)
                    break
                except Conflict:
                    conflicts += 1
        return conflicts

    with ThreadPoolExecutor(20) as threads:
        conflicts = sum(threads.map(write, range(20)))
    assert local.figures(firm, 2026) == ({"total": 20 * each}, 20 * each)
    assert len({row["text"] for row in local.notes(firm)}) == 20 * each
    assert conflicts > 0, "threads that never met prove nothing"


def test_two_imports_of_the_same_firms_confirmed_at_once_make_each_firm_once(
    engine: Engine,
) -> None:
    local = Repository(engine, LOCAL)
    made = [
        local.stage_import("f", [(facts(f"{n:018d}", "甲"), None) for n in range(200)])
        for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(local.confirm_import, made))
    assert sorted((one.added, one.changed) for one in done) == [(0, 200)] * 3 + [(200, 0)]
    assert local.firms_page().count == 200


def test_one_import_confirmed_twice_at_once_is_stored_once(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    made = local.stage_import("f", [(facts(None, "甲"), record()) for _ in range(50)])
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: local.confirm_import(made), range(4))) == {(50, 0, 50)}
    assert counts(engine) == [50] * 3
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(staged)) == 0


OPEN = """
import sys
from eligibility.store import LOCAL, Repository, open_store
sys.stdin.readline()
Repository(open_store(sys.argv[1]), LOCAL).add_firm({"name": "x"})
"""


def test_processes_that_open_a_fresh_store_at_once_all_succeed(empty_url: str) -> None:
    children = [start(OPEN, empty_url) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    assert [child.wait(60) for child in children] == [0] * 3
    engine = connect(empty_url)
    assert Repository(engine, LOCAL).firms_page().count == 3
    engine.dispose()


def test_a_store_of_its_owner_survives_a_power_cut_and_is_read_by_nobody_else(
    tmp_path: Path,
) -> None:
    engine = open_store()
    Repository(engine, LOCAL).add_firm({"name": "甲"})
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


def test_opening_a_store_that_is_up_to_date_loads_no_alembic(url: str) -> None:
    code = "import sys; from eligibility.store import open_store; open_store(sys.argv[1]); print('alembic' in sys.modules)"
    child = start(code, url)
    assert child.communicate()[0] == "False\n"


def test_a_line_of_the_log_is_written_with_its_change_or_not_at_all(engine: Engine) -> None:
    local = Repository(engine, LOCAL)
    firm = local.add_firm({"name": "甲"})
    with pytest.raises(Conflict):
        local.save_firm(firm, {"name": "乙"}, 7)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(audit_log)) == 1
