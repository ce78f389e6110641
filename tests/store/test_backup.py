"""Backup, restore and export: the same content again, on either database, or a refusal."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from eligibility.cli import app
from eligibility.domain.errors import Conflict, InputError
from eligibility.store import (
    LOCAL,
    Accounts,
    Repository,
    Role,
    StoreUnavailable,
    System,
    backup,
    close_stores,
    export,
    find_token,
    open_store,
    restore,
    signing_key,
)
from eligibility.store.engine import FILE_NAME, connect, migrate
from eligibility.store.schema import SECRET, metadata
from tests import empty_store
from tests.staff_pages import fill
from tests.store.conftest import emptied, engine_on
from tests.store.sign_in_attempts import QUICK
from tests.store.two_carriers import PASSWORD, World, facts, record, world


def content(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            for table in metadata.sorted_tables
        }


def carried(held: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What a backup brings: everything, but that sign-ins and tokens of the store go on."""
    ended = {
        name: [{**row._mapping, "revoked_at": None} for row in held[name]]
        for name in ("sign_ins", "api_tokens")
    }
    return {**held, **ended}


@pytest.fixture
def full(engine: Engine) -> World:
    made = world(engine)
    doors = Accounts(engine, b"k" * 32, hasher=QUICK)
    doors.register("firm@example.org", PASSWORD)
    doors.sign_in("firm@example.org", PASSWORD, "::1")
    doors.account_for_identity("https://id", "1", "id@example.org")
    held = content(engine)
    assert not [name for name, rows in held.items() if not rows], "an empty table proves nothing"
    return made


def test_a_restored_backup_has_equal_content_and_goes_on_from_there(
    full: World, fresh: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup.sqlite"
    written = backup(full.engine, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = restore(fresh, file)
    there = content(fresh)
    assert carried(there) == carried(content(full.engine))
    assert rows == written == {name: len(held) for name, held in there.items()}
    # new rows find free ids, and what was append-only still is
    again = Repository(fresh, System(Role.ADMINISTRATOR))
    made = again.firms.add({"name": "新"})
    assert made not in (full.firm, full.other_firm)
    again.records.add_assessment(made, {}, record())
    with pytest.raises(Exception, match="append-only"), fresh.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_log")


def test_a_backup_while_others_write_is_of_one_moment(full: World, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            made = full.chief.imports.stage("f", [(facts(None, "x"), record()) for _ in range(20)])
            full.chief.imports.confirm(made)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for place in range(3):
            backup(full.engine, tmp_path / f"{place}.sqlite")
    finally:
        stop.set()
        writer.join()
    for place in range(3):
        with sqlite3.connect(tmp_path / f"{place}.sqlite") as held:
            (firms,) = held.execute("SELECT count(*) FROM firms").fetchone()
            (judged,) = held.execute("SELECT count(*) FROM assessments").fetchone()
        assert firms % 20 == 7
        assert judged % 20 == 1


def test_a_backup_overwrites_nothing_and_leaves_no_half_file(full: World, tmp_path: Path) -> None:
    file = tmp_path / "sub" / "backup.sqlite"
    file.parent.mkdir()
    file.write_text("dear")
    with pytest.raises(InputError):
        backup(full.engine, file)
    assert file.read_text() == "dear"
    assert os.listdir(file.parent) == ["backup.sqlite"]


def test_a_restored_backup_opens_nothing_to_who_was_signed_in_or_had_a_token(
    full: World, fresh: Engine, tmp_path: Path
) -> None:
    doors = Accounts(full.engine, b"k" * 32, hasher=QUICK)
    ended, still = (doors.sign_in("firm@example.org", PASSWORD) for _ in range(2))
    token = full.chief.api_tokens.add("平台", "manager", days=30)
    backup(full.engine, tmp_path / "backup.sqlite")
    doors.sign_out(ended)
    restore(fresh, tmp_path / "backup.sqlite")
    assert find_token(full.engine, token)
    assert find_token(fresh, token) is None
    after = Accounts(fresh, b"k" * 32, hasher=QUICK)
    assert after.signed_in(ended) is after.signed_in(still) is None
    assert doors.signed_in(still), "the store that was backed up goes on"
    assert after.signed_in(after.sign_in("firm@example.org", PASSWORD))


def test_a_backup_that_lacks_a_row_of_the_store_is_not_kept(
    full: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(copy: Callable[[Engine, Path], Any]) -> Callable[[Engine, Path], Any]:
        def copied(engine: Engine, part: Path) -> Any:
            contents = copy(engine, part)
            with closing(sqlite3.connect(part)) as file, file:
                file.execute("DELETE FROM notes")
            return contents

        return copied

    for name in ("_copy_pages", "_copy_rows"):
        # the package gives the module's name to the function
        module = backup.__globals__
        monkeypatch.setitem(module, name, losing(module[name]))
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(StoreUnavailable, match="notes"):
        backup(full.engine, folder / "backup.sqlite")
    assert os.listdir(folder) == []


def test_a_backup_of_a_damaged_store_ends_with_2_and_a_sentence_and_is_not_kept(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    run("create-admin", "chief", "--password-stdin", given=f"{PASSWORD}\n")
    close_stores()
    file = data / "eligibility.sqlite"
    with closing(sqlite3.connect(file)) as opened:
        page_size, (root,) = (
            4096,
            opened.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'ix_audit_log_at'"
            ).fetchone(),
        )
    whole = bytearray(file.read_bytes())
    whole[(root - 1) * page_size : root * page_size] = bytes(page_size)
    file.write_bytes(whole)
    assert "is damaged" in run("backup", str(tmp_path / "b.sqlite"), status=2)
    assert sorted(os.listdir(tmp_path)) == ["data"]


#: by what is damaged, a statement that does it and what a backup says of it
DAMAGE = {
    "json": ("UPDATE figures SET facts = '{'", "figures.facts, row 1"),
    "record": ("UPDATE assessments SET record = x'789c00'", "assessments.record, row 1"),
    "moment": ("UPDATE notes SET at = 'yesterday'", "notes.at, row 1"),
    "day": ("UPDATE tasks SET due_on = 20261201", "tasks.due_on, row 1"),
    "number": ("UPDATE firms SET score_low = 'many'", "firms.score_low, row 1"),
    "yes or no": ("UPDATE tasks SET done = 'perhaps'", "tasks.done, row 1"),
    "text": ("UPDATE notes SET text = x'ff'", "notes.text, row 1"),
    "belongs to nothing": ("UPDATE notes SET firm_id = 99", "notes: a row belongs to"),
    "table": ("DROP TABLE notes", "no such table: notes"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_of_a_damaged_store_cannot_be_read_is_said_by_every_command_in_a_sentence(
    tmp_path: Path, damage: str
) -> None:
    data, other, file = (tmp_path / name for name in ("data", "other", "copy.sqlite"))
    empty_store.put(data)
    empty_store.put(other)
    world(open_store())
    close_stores()
    statement, said = DAMAGE[damage]
    with closing(sqlite3.connect(data / "eligibility.sqlite")) as opened, opened:
        for (trigger,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            opened.execute(f"DROP TRIGGER {trigger}")
        opened.execute(statement)
    assert said in run("backup", str(tmp_path / "b.sqlite"), status=2)
    shutil.copyfile(data / "eligibility.sqlite", file)
    if damage != "table":  # of an older version it may lack one
        assert said in run("restore", str(file), status=2, ELIGIBILITY_DATA=str(other))
    done = CliRunner().invoke(app, ["export", str(tmp_path / "out"), "--lang", "en"])
    assert done.exit_code in (0, 2), done.exception
    if damage == "number":
        with pytest.raises(StoreUnavailable, match="is damaged"):
            Repository(open_store(), System(Role.ADMINISTRATOR)).firms.frame()
    close_stores()


def test_no_backup_holds_the_signing_key(full: World, tmp_path: Path) -> None:
    backup(full.engine, tmp_path / "backup.sqlite")
    export(full.engine, tmp_path / "out")
    key = signing_key()
    for file in (tmp_path / "backup.sqlite", *(tmp_path / "out").rglob("*.*")):
        assert key not in file.read_bytes()


def test_a_backup_on_a_full_disk_ends_with_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    empty_store.put(tmp_path / "data")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000));"
        "from eligibility.cli import main; sys.argv[1:] = ['backup', sys.argv[1]]; main()"
    )
    (tmp_path / "backups").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "backups" / "b.sqlite")],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path / "backups") == []


def test_restore_refuses_a_store_that_holds_anything(full: World, tmp_path: Path) -> None:
    file = tmp_path / "backup.sqlite"
    backup(full.engine, file)
    before = content(full.engine)
    with pytest.raises(Conflict):
        restore(full.engine, file)
    assert content(full.engine) == before


@pytest.fixture(scope="module")
def whole_backup(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a backup of the world."""
    folder = tmp_path_factory.mktemp("whole")
    empty_store.put(folder)
    source = connect(f"sqlite:///{folder / FILE_NAME}")
    world(source)
    backup(source, folder / "backup.sqlite")
    source.dispose()
    return (folder / "backup.sqlite").read_bytes()


@pytest.mark.parametrize("damage", ["absent", "empty", "text", "cut", "flipped", "other"])
def test_restore_refuses_what_is_no_whole_backup_and_stores_nothing(
    engine: Engine, tmp_path: Path, whole_backup: bytes, damage: str
) -> None:
    file, whole = tmp_path / "backup.sqlite", whole_backup
    match damage:
        case "absent":
            pass
        case "empty":
            file.write_bytes(b"")
        case "text":
            file.write_text("id,name\n1,x\n")
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "flipped":
            page = 4096
            file.write_bytes(whole[: 3 * page] + b"\xff" * 200 + whole[3 * page + 200 :])
        case "other":
            with sqlite3.connect(file) as held:
                held.execute("CREATE TABLE x (y)")
    with pytest.raises(InputError):
        restore(engine, file)
    assert not any(content(engine).values())


def test_an_export_tells_everything_but_secrets_and_no_cell_is_a_formula(
    full: World, tmp_path: Path
) -> None:
    full.chief.firms.add({"name": '=HYPERLINK("http://x")', "district": "+1"})
    assert export(full.engine, tmp_path / "out").rows_written["firms"] == 8
    with (tmp_path / "out" / "firms.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))[-1]
    assert (cells["name"], cells["district"]) == ('\'=HYPERLINK("http://x")', "'+1")
    lines = (tmp_path / "out" / "firms.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["name"] == '=HYPERLINK("http://x")'
    judged = (tmp_path / "out" / "assessments.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(judged[0])["record"]["verdict"] == "eligible"
    told = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("*.*"))
    assert "argon2" not in told
    held = content(full.engine)
    for secret in (held["drafts"][0].code_hash, held["sign_ins"][0].token_hash):
        assert secret not in told
    with pytest.raises(InputError):
        export(full.engine, tmp_path / "out")


class Demonstration(NamedTuple):
    """A backup of the demonstration, and what the store held."""

    file: Path
    content: dict[str, list[Any]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demonstration(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Demonstration:
    folder = tmp_path_factory.mktemp("demonstration")
    if request.param == "sqlite":
        empty_store.put(folder)
        url = f"sqlite:///{folder / FILE_NAME}"
    else:
        url = emptied(request.getfixturevalue("postgresql_store"))
    with engine_on(url) as engine:
        fill(Repository(engine, LOCAL), 2026)
        Accounts(engine, b"k" * 32, hasher=QUICK).create_administrator("chief", PASSWORD)
        Accounts(engine, b"k" * 32, hasher=QUICK).sign_in("chief", PASSWORD)
        backup(engine, folder / "backup.sqlite")
        return Demonstration(folder / "backup.sqlite", content(engine))


def test_the_demonstration_comes_back_whole_and_an_export_holds_all_but_what_it_names(
    demonstration: Demonstration, fresh: Engine, tmp_path: Path
) -> None:
    rows = restore(fresh, demonstration.file)
    assert carried(content(fresh)) == carried(demonstration.content)
    assert rows["assessments"] == 200
    made = export(fresh, tmp_path / "out")
    assert {**made.rows_written, **made.rows_left_out} == rows
    assert made.rows_left_out == {
        "sign_ins": 1, "sign_in_attempts": 1, "api_tokens": 0, "draft_browsers": 0,
    }  # fmt: skip
    for name, held in demonstration.content.items():
        if name in made.rows_left_out:
            assert not (tmp_path / "out" / f"{name}.jsonl").exists()
            continue
        lines = (tmp_path / "out" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [
            {
                column: value.isoformat() if isinstance(value, date) else value
                for column, value in row._mapping.items()
                if column not in SECRET
            }
            for row in held
        ]


def run(*words: str, given: str = "", status: int = 0, **environment: str) -> str:
    done = CliRunner().invoke(app, [*words, "--lang", "en"], input=given, env=environment)
    assert done.exit_code == status, done.stderr
    return done.stderr


def test_the_commands_create_an_administrator_back_up_restore_and_export(tmp_path: Path) -> None:
    run("create-admin", "chief", given="short\n", status=2)
    assert "--password-stdin" in run("create-admin", "chief", given=f"{PASSWORD}\n", status=2)
    run("create-admin", "chief", "--password-stdin", given="short\n", status=2)
    run("create-admin", "chief", "--password-stdin", given=f"{PASSWORD}\n")
    assert "taken" in run(
        "create-admin", "CHIEF", "--password-stdin", given=f"{PASSWORD}\n", status=2
    )
    file, out, other = (str(tmp_path / name) for name in ("b.sqlite", "out", "other"))
    assert "42 tables, 2 rows written" in run("backup", file)
    assert "already" in run("backup", file, status=2)
    assert "not empty" in run("restore", file, status=2)
    restored = run("restore", file, ELIGIBILITY_DATA=other)
    assert "42 tables, 2 rows restored and compared" in restored
    with_sign_in = connect(f"sqlite:///{other}/eligibility.sqlite")
    Accounts(with_sign_in, b"k" * 32).sign_in("chief", PASSWORD)
    with_sign_in.dispose()
    # the sign-in, its attempt and its line in the log; the first two stay behind, and it says so
    told = run("export", out, ELIGIBILITY_DATA=other)
    assert "38 tables, 3 rows written" in told
    assert "sign_ins (1), sign_in_attempts (1), api_tokens (0)" in told
    assert "restore reads a file that backup wrote" in run("restore", out, status=2)
    engine = connect(f"sqlite:///{other}/eligibility.sqlite")
    assert Accounts(engine, b"k" * 32).sign_in("chief", PASSWORD)
    engine.dispose()


def test_a_backup_of_an_older_schema_is_migrated_on_the_way_in(
    tmp_path: Path, engine: Engine
) -> None:
    path = tmp_path / "old.sqlite"
    old = connect(f"sqlite:///{path}")
    migrate(old, "0001")
    with old.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO carriers (name, active, version) VALUES ('园', 1, 1)"
        )
    old.dispose()
    copy = tmp_path / "backup.sqlite"
    with sqlite3.connect(path) as held:
        held.execute("PRAGMA journal_mode=DELETE")
    shutil.copyfile(path, copy)
    assert restore(engine, copy)["carriers"] == 1
