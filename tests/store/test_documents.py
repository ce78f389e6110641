"""Documents of firms: where each stands, and the files that come with it, wherever the store goes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from eligibility.domain.errors import InputError, NotFound, StoreUnavailable
from eligibility.store import LOCAL, Repository, Role, System, backup, export, open_store, restore
from eligibility.store.documents import LARGEST_FILE
from eligibility.store.file_folder import files_folder
from tests.store.two_carriers import PDF, world

DIGEST = hashlib.sha256(PDF).hexdigest()


def on_disk(engine: Engine) -> list[Path]:
    return sorted(path for path in files_folder(engine).rglob("*") if path.is_file())


def with_file(engine: Engine) -> tuple[Repository, int, int]:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲公司"})
    return local, firm, local.documents.attach(firm, "rd_audit", "C:\\专项\\审计.PDF", PDF)


def test_a_document_says_who_asked_when_and_until_when(engine: Engine) -> None:
    w = world(engine)
    adviser = w.as_("adviser")
    due = date(2026, 12, 20)
    assert adviser.documents.ask(w.firm, {"rd_audit": 0, "tax_returns": 0}, due) == 2
    rows = {row["item"]: row for row in adviser.documents.of_firm(w.firm)}
    for item in ("rd_audit", "tax_returns"):
        assert (rows[item]["status"], rows[item]["due_on"]) == ("asked", due)
        assert rows[item]["asker"] == "甲秘密 adviser"
        assert rows[item]["asked_on"] is not None
    (papers,) = (row for row in adviser.overview.deadlines(due) if row["kind"] == "document")
    assert (papers["title"], papers["due_on"], papers["firm_id"]) == ("2", due, w.firm)
    assert not w.as_("other adviser").overview.deadlines(due)
    adviser.documents.save(w.firm, "rd_audit", {"status": "checked", "remark": "齐"}, 1)
    row = {row["item"]: row for row in adviser.documents.of_firm(w.firm)}["rd_audit"]
    assert (row["status"], row["remark"], row["due_on"]) == ("checked", "齐", due)
    with pytest.raises(InputError, match="no document status"):
        adviser.documents.save(w.firm, "rd_audit", {"status": "lost"}, 2)


def test_a_document_is_asked_for_on_the_day_of_the_local_calendar(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    local = Repository(engine, LOCAL, lambda: datetime(2026, 11, 30, 17, tzinfo=UTC))
    firm = local.firms.add({"name": "甲公司"})
    local.documents.ask(firm, {"rd_audit": 0}, date(2026, 12, 20))
    (row,) = (row for row in local.documents.of_firm(firm) if row["item"] == "rd_audit")
    monkeypatch.undo()
    time.tzset()
    assert row["asked_on"] == date(2026, 12, 1)


def test_a_file_lies_outside_the_database_by_its_hash_for_its_owner_alone(engine: Engine) -> None:
    local, firm, file = with_file(engine)
    (path,) = on_disk(engine)
    assert path.name == DIGEST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(files_folder(engine).stat().st_mode) == 0o700
    (row,) = local.documents.of_firm(firm)
    assert (row["status"], row["files"][0]["name"]) == ("received", "审计.pdf")
    assert local.documents.file(file) == ("审计.pdf", "application/pdf", PDF)
    # the same again is the same, and a second firm shares the bytes
    assert local.documents.attach(firm, "rd_audit", "again.pdf", PDF) == file
    other = local.firms.add({"name": "乙公司"})
    second = local.documents.attach(other, "rd_audit", "a.pdf", PDF)
    assert on_disk(engine) == [path]
    local.documents.remove_file(file)
    assert local.documents.file(second).content == PDF
    local.documents.remove_file(second)
    assert on_disk(engine) == []
    with pytest.raises(NotFound):
        local.documents.file(second)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.pdf", b"<html>"),
        ("a.png", b"%PDF-"),
        ("a", b"%PDF-"),
        ("a.svg", b"<svg/>"),
        ("a\0.pdf", PDF),
        ("a.pdf", b"%PDF-" + bytes(LARGEST_FILE)),
    ],
)
def test_what_is_no_paper_or_too_large_is_refused_and_leaves_nothing(
    engine: Engine, name: str, content: bytes
) -> None:
    local = Repository(engine, LOCAL)
    firm = local.firms.add({"name": "甲公司"})
    with pytest.raises(InputError):
        local.documents.attach(firm, "rd_audit", name, content)
    assert local.documents.of_firm(firm) == []
    assert on_disk(engine) == []


def test_a_file_that_is_gone_or_another_is_said_and_stops_the_backup(
    engine: Engine, tmp_path: Path
) -> None:
    local, _, file = with_file(engine)
    (path,) = on_disk(engine)
    path.write_bytes(PDF + b" ")
    with pytest.raises(StoreUnavailable, match="damaged"):
        local.documents.file(file)
    path.unlink()
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        backup(engine, tmp_path / "backup.sqlite")
    assert not (tmp_path / "backup.sqlite").exists()


def test_backup_restore_and_export_carry_the_files(engine: Engine, tmp_path: Path) -> None:
    with_file(engine)
    file = tmp_path / "backup.sqlite"
    backup(engine, file)
    fresh = open_store(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    try:
        restore(fresh, file)
        again = Repository(fresh, System(Role.MANAGER))
        (row,) = again.documents.of_firm(1)
        assert again.documents.file(row["files"][0]["id"]).content == PDF
        export(fresh, tmp_path / "out")
    finally:
        fresh.dispose()
    (line,) = (tmp_path / "out" / "document_files.jsonl").read_text(encoding="utf-8").splitlines()
    exported = tmp_path / "out" / "files" / f"{json.loads(line)['sha256']}.pdf"
    assert exported.read_bytes() == PDF


def test_a_backup_whose_files_were_tampered_with_is_no_whole_backup(
    engine: Engine, tmp_path: Path
) -> None:
    with_file(engine)
    file = tmp_path / "backup.sqlite"
    backup(engine, file)
    for order in ("UPDATE stored_files SET content = 'x'", "DROP TABLE stored_files"):
        held = sqlite3.connect(file)
        held.execute(order)
        held.commit()
        held.close()
        fresh = open_store(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
        try:
            with pytest.raises(InputError, match="no whole backup"):
                restore(fresh, file)
            assert on_disk(fresh) == []
        finally:
            fresh.dispose()


def test_a_merge_brings_the_files_and_parting_gives_them_back(engine: Engine) -> None:
    local, first, file = with_file(engine)
    second = local.firms.add({"name": "甲有限公司"})
    local.documents.attach(second, "tax_returns", "税.pdf", PDF)
    versions = {each: local.firms.get(each)["version"] for each in (first, second)}
    merge = local.identity.merge(second, first, {}, versions)
    rows = {row["item"]: row for row in local.documents.of_firm(second)}
    assert rows["rd_audit"]["files"][0]["id"] == file
    assert local.documents.file(file).content == PDF
    local.identity.unmerge(merge)
    assert [row["item"] for row in local.documents.of_firm(second)] == ["tax_returns"]
    assert local.documents.of_firm(first)[0]["files"][0]["id"] == file


def test_a_file_attached_after_a_merge_stays_whatever_was_removed_meanwhile(
    engine: Engine,
) -> None:
    local, first, file = with_file(engine)
    second = local.firms.add({"name": "甲有限公司"})
    versions = {each: local.firms.get(each)["version"] for each in (first, second)}
    merge = local.identity.merge(second, first, {}, versions)
    local.documents.remove_file(file)
    later = local.documents.attach(second, "tax_returns", "税.pdf", PDF)
    assert later != file
    local.identity.unmerge(merge)
    assert local.documents.of_firm(second)[0]["files"][0]["id"] == later
    assert [row["files"] for row in local.documents.of_firm(first)] == [[]]
