"""Opening a store: once a process, its locks kept, and only what is a store."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

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
from tests.store.child_process import ROOT, Child
from tests.store.postgresql import create_database

#: a user that owns nothing
NOBODY = 65534


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


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_chinese_names_is_refused(
    postgresql: str, encoding: str
) -> None:
    url = create_database(postgresql, f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreUnavailable, match=f"encoding is {encoding}; expected UTF8"):
        open_store(url)


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
