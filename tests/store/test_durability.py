"""Nothing half-stored, nothing confirmed lost: killed processes, many writers, first starts at once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from eligibility.domain.errors import Conflict, EligibilityError, InputError
from eligibility.store import (
    LOCAL,
    Repository,
    StoreUnavailable,
    backup,
    close_stores,
    export,
    open_store,
    restore,
    signing_key,
)
from eligibility.store.engine import connect
from eligibility.store.schema import assessments, audit_log, figures, firms, notes, staged
from tests.store.two_carriers import facts, record

ROOT = Path(__file__).parents[2]
ROWS = 2000
#: a user that owns nothing
NOBODY = 65534


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


#: a program that keeps its store open, opens it again, and says of each note that it is stored
AT_WORK = """
import sys
import tempfile
from eligibility.store import LOCAL, Repository, open_store
once = Repository(open_store(sys.argv[1]), LOCAL)
firm = once.firms.add({"name": "x"})
again = Repository(open_store(sys.argv[1]), LOCAL)
again.firms.page()
print("open", flush=True)
sys.stdin.readline()
for number in range(100):
    (once, again)[number % 2].casework.add_note(firm, f"note {number}")
    print(f"note {number}", flush=True)
sys.stdin.readline()
"""


def back_up(url: str, file: Path) -> None:
    """A backup as an administrator makes it: by the command, in a process of its own."""
    command = [sys.executable, "-m", "eligibility", "backup", str(file)]
    subprocess.run(
        command, check=True, capture_output=True, cwd=ROOT,
        env={**os.environ, "ELIGIBILITY_DATABASE_URL": url},
    )  # fmt: skip


def notes_of_backup(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {text for (text,) in opened.execute("SELECT text FROM notes")}


def test_what_a_store_opened_twice_has_acknowledged_is_in_every_backup_and_survives_kill_9(
    url: str, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", AT_WORK, url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin
        assert server.stdout
        assert server.stdout.readline() == "open\n"
        back_up(url, tmp_path / "before.sqlite")
        server.stdin.write("go on\n")
        server.stdin.flush()
        some = {server.stdout.readline().strip() for _ in range(30)}
        back_up(url, tmp_path / "while.sqlite")
        acknowledged = some | {server.stdout.readline().strip() for _ in range(70)}
        server.kill()
    engine = connect(url)
    backup(engine, tmp_path / "after.sqlite")
    assert len(acknowledged) == 100
    assert some <= notes_of_backup(tmp_path / "while.sqlite")
    assert acknowledged == notes_of_backup(tmp_path / "after.sqlite")
    with engine.connect() as connection:
        assert set(connection.scalars(select(notes.c.text))) == acknowledged
    engine.dispose()


def seen_in_use(file: Path) -> bool:
    """Does another process find the file of a store locked?"""
    code = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'rb+') as file: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, file], capture_output=True)
    assert done.returncode == 0 or b"BlockingIOError" in done.stderr
    return done.returncode != 0


def test_nothing_that_a_process_does_with_its_store_ends_its_locks(tmp_path: Path) -> None:
    file = tmp_path / "data" / "eligibility.sqlite"
    engine = open_store()
    firm = Repository(engine, LOCAL).firms.add({"name": "甲"})
    assert seen_in_use(file)
    beside = tmp_path / "link.sqlite"
    beside.symlink_to(file)
    assert open_store() is open_store(f"sqlite:///{file}") is open_store(f"sqlite:///{beside}")
    assert open_store() is engine
    assert seen_in_use(file)
    other = connect(f"sqlite:///{file}")
    with other.connect():
        pass
    other.dispose()
    assert seen_in_use(file)
    backup(engine, tmp_path / "backup.sqlite")
    export(engine, tmp_path / "out")
    assert seen_in_use(file)
    for source in (tmp_path / "backup.sqlite", file):
        with pytest.raises(Conflict):
            restore(engine, source)
        assert seen_in_use(file)
    signing_key()
    Repository(engine, LOCAL).casework.add_note(firm, "x")
    assert seen_in_use(file)
    close_stores()
    assert not seen_in_use(file), "a lock that is always seen proves nothing"


def test_threads_that_open_a_store_at_once_share_one(empty_url: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(open_store, [empty_url] * 8))) == 1
    close_stores()


def read_in_fork(say: Callable[[object], None], url: str) -> None:
    try:
        say(Repository(open_store(url), LOCAL).firms.page().count)
    except StoreUnavailable as refusal:
        say(str(refusal))


def test_a_forked_process_never_uses_the_connections_of_its_parent(url: str) -> None:
    local = Repository(open_store(url), LOCAL)
    local.firms.add({"name": "甲"})
    sqlite = url.startswith("sqlite")
    heard = Child(read_in_fork, url).hear()
    assert heard == 1 if not sqlite else "forked" in heard
    if sqlite:
        assert seen_in_use(Path(url.removeprefix("sqlite:///")))
    local.firms.add({"name": "乙"})
    close_stores()
    assert Child(read_in_fork, url).hear() == 2, "what was not open can be opened"


@pytest.mark.parametrize("how", ["moved", "deleted", "replaced"])
def test_a_store_whose_file_was_taken_away_while_in_use_acknowledges_nothing_more(
    tmp_path: Path, how: str
) -> None:
    local = Repository(open_store(), LOCAL)
    local.firms.add({"name": "甲"})
    file = tmp_path / "data" / "eligibility.sqlite"
    backup(local.engine, tmp_path / "backup.sqlite")
    match how:
        case "moved":
            file.rename(tmp_path / "elsewhere.sqlite")
        case "deleted":
            file.unlink()
        case "replaced":
            (tmp_path / "backup.sqlite").replace(file)
    with pytest.raises(StoreUnavailable, match="replaced while in use"):
        local.firms.add({"name": "乙"})
    close_stores()


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "device"])
def test_what_is_no_file_is_refused_as_a_store_and_as_a_key_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    place = tmp_path / "x"
    match kind:
        case "pipe":
            os.mkfifo(place)
        case "socket":
            with closing(socket.socket(socket.AF_UNIX)) as bound:
                bound.bind(str(place))
        case "folder":
            place.mkdir()
        case "device":
            place = Path("/dev/zero")
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="no regular file"):
        open_store(f"sqlite:///{place}")
    monkeypatch.setenv("ELIGIBILITY_KEY_FILE", str(place))
    with pytest.raises(StoreUnavailable, match="no regular file"):
        signing_key()
    with pytest.raises(InputError, match=r"no regular file|is a folder"):
        restore(open_store(), place)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "too short"), (b"x" * 31, "too short"), (b"x" * 31 + b"\n", "too short"), (None, "")],
)
def test_a_key_lies_where_it_is_wanted_and_a_short_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    file = tmp_path / "secrets" / "key"
    file.parent.mkdir()
    monkeypatch.setenv("ELIGIBILITY_KEY_FILE", str(file))
    if content is None:
        key = signing_key()
        assert signing_key() == key == file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not (tmp_path / "data" / "signing.key").exists()
        file.parent.joinpath("other").write_bytes(key)
        return
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        signing_key()


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path / "file" / "data"))
    for action in (open_store, signing_key):
        with pytest.raises(StoreUnavailable, match="ELIGIBILITY_DATA"):
            action()
    monkeypatch.setenv("ELIGIBILITY_KEY_FILE", str(tmp_path / "nowhere" / "key"))
    with pytest.raises(StoreUnavailable, match="signing key"):
        signing_key()


def test_clearing_streamlits_caches_opens_no_second_store() -> None:
    import streamlit as st

    from eligibility.app import cache

    engine, accounts = cache.engine(), cache.accounts()
    st.cache_resource.clear()
    st.cache_data.clear()
    assert cache.engine() is engine
    assert cache.accounts() is accounts
    close_stores()


def test_a_table_that_is_gone_is_said_in_a_sentence(empty_url: str) -> None:
    local = Repository(open_store(empty_url), LOCAL)
    firm = local.firms.add({"name": "甲"})
    with local.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE notes")
    with pytest.raises(StoreUnavailable, match=r"cannot be used: .*notes"):
        local.casework.add_note(firm, "x")
    close_stores()


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


def test_a_store_that_may_not_be_written_says_so_in_a_sentence() -> None:
    # a folder of its own: those of the tests are closed to other users
    folder = Path(tempfile.mkdtemp())
    try:
        open_store(f"sqlite:///{folder}/store.sqlite")
        close_stores()
        folder.chmod(0o555)
        (folder / "store.sqlite").chmod(0o444)
        child = Child(tell_refusal, f"sqlite:///{folder}/store.sqlite")
        assert "must be allowed to write its file" in child.hear()
        child.process.join()
        child = Child(tell_refusal, f"sqlite:///{folder}/other.sqlite")
        assert "must be allowed to write its file" in child.hear()
        child.process.join()
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def tell_refusal(say: Callable[[object], None], url: str) -> None:
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    try:
        open_store(url)
    except StoreUnavailable as refusal:
        say(str(refusal))
