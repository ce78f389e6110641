"""A file is there whole or not at all, and what had its name, or another, is never lost."""

from __future__ import annotations

import ast
import csv
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eligibility.atomic_file import atomic_file, atomic_folder, refuse_same_file
from eligibility.domain.errors import InputError
from tests.written_files import FIRM, FULL, ROOT, SAMPLE, here, many, names, run


@contextmanager
def umask_of(umask: int) -> Iterator[None]:
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


#: what else writes: the store its own files, and what lies within a folder that is put in place whole
OTHERS = {"atomic_file.py", "store/engine.py", "store/backup.py", "readiness/artifact.py"}


def test_every_file_is_written_by_the_one_function() -> None:
    writes = set()
    for path in (ROOT / "eligibility").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = [*node.args, *(word.value for word in node.keywords)]
            modes = {word.value for word in words if isinstance(word, ast.Constant)}
            to_write = modes & {"w", "wb", "w+b", "a", "ab", "x", "xb", "x+b", "r+b", "rb+"}
            if name in ("write_text", "write_bytes", "mkstemp") or (name == "open" and to_write):
                writes.add(path.relative_to(ROOT / "eligibility").as_posix())
    assert writes <= OTHERS


def test_a_file_named_like_the_old_working_file_is_only_read(tmp_path: Path) -> None:
    source = tmp_path / "out.partial.csv"
    rows = many(source, 30)
    before = source.read_bytes()
    status, said = here("score", source, "-o", tmp_path / "out.csv")
    assert f"{rows} rows read" in said
    assert source.read_bytes() == before
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        scored = sum(1 for _ in csv.DictReader(file))
    assert (status, scored) == (0, rows)


def test_rejects_named_like_the_old_working_file_leave_the_results(tmp_path: Path) -> None:
    messy = ROOT / "sample_data" / "candidates_messy.csv"
    rejects = tmp_path / "out.partial.csv"
    assert here("score", messy, "-o", tmp_path / "out.csv", "--rejects", rejects)[0] == 3
    for path, rows in ((tmp_path / "out.csv", 38), (rejects, 22)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert sum(1 for _ in csv.DictReader(file)) == rows
    assert names(tmp_path) == ["out.csv", "out.partial.csv"]


@pytest.mark.parametrize(
    ("words", "output", "working"),
    [
        (("score", SAMPLE), "out.csv", "out.partial.csv"),
        (("report", SAMPLE), "out.xlsx", "out.partial.xlsx"),
    ],
)
def test_a_link_named_like_the_old_working_file_overwrites_nothing(
    tmp_path: Path, words: tuple[Any, ...], output: str, working: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / working).symlink_to(precious)
    here(*words, "-o", tmp_path / output)
    assert precious.read_text() == "precious"
    assert (tmp_path / working).is_symlink()
    assert (tmp_path / output).is_file()


def linked(path: Path, how: str) -> Path:
    """Another name of a file."""
    other = path.with_name("Other.csv")
    if how == "symbolic link":
        other.symlink_to(path)
    elif how == "hard link":
        os.link(path, other)
    elif how == "link of the folder":
        folder = path.with_name("link")
        folder.symlink_to(path.parent, target_is_directory=True)
        return folder / path.name
    elif how == "letters of another case":
        return path.with_name(path.name.upper())
    elif how == "detour":
        return path.parent / ".." / path.parent.name / path.name
    return other


@pytest.mark.parametrize(
    "how",
    ["symbolic link", "hard link", "link of the folder", "letters of another case", "detour"],
)
def test_one_file_by_two_names_is_refused_before_any_work(tmp_path: Path, how: str) -> None:
    source = tmp_path / "firms.csv"
    source.write_bytes(SAMPLE.read_bytes())
    other = linked(source, how)
    for words in ((source, "-o", other), (source, "-o", tmp_path / "o.csv", "--rejects", other)):
        status, said = here("score", *words)
        assert (status, "named twice" in said) == (2, True)
    assert source.read_bytes() == SAMPLE.read_bytes()


def test_letters_in_two_forms_are_one_name() -> None:
    with pytest.raises(InputError, match="named twice"):
        refuse_same_file(Path("/tmp/gen\u00e8ve.csv"), None, Path("/tmp/gene\u0300ve.csv"))
    refuse_same_file(Path("/tmp/a.csv"), None, Path("/tmp/b.csv"))


@pytest.mark.parametrize("how", ["symbolic link", "hard link"])
def test_a_report_is_not_written_over_its_input(tmp_path: Path, how: str) -> None:
    source, other = tmp_path / "firms.csv", tmp_path / "out.xlsx"
    source.write_bytes(SAMPLE.read_bytes())
    other.symlink_to(source) if how == "symbolic link" else os.link(source, other)
    status, said = here("report", source, "-o", other)
    assert (status, "named twice" in said) == (2, True)


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "out.csv"
    target.write_text("old")
    link.symlink_to(target)
    with atomic_file(link) as file:
        file.write(b"new")
    assert (target.read_text(), link.is_symlink(), link.read_text()) == ("old", False, "new")


def test_a_link_to_nothing_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "out.csv"
    link.symlink_to(tmp_path / "nowhere.csv")
    with atomic_file(link) as file:
        file.write(b"new")
    assert names(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a device"])
@pytest.mark.parametrize(
    "words",
    [
        ("score", SAMPLE, "-o", "{}.csv"),
        ("score", SAMPLE, "-o", "out.csv", "--rejects", "{}.csv"),
        ("template", "-o", "{}.xlsx"),
        ("report", SAMPLE, "-o", "{}.xlsx"),
    ],
    ids=["score", "rejects", "template", "report"],
)
def test_what_is_no_file_is_refused_and_not_waited_for(
    tmp_path: Path, kind: str, words: tuple[Any, ...]
) -> None:
    for ending in ("csv", "xlsx"):
        path = tmp_path / f"special.{ending}"
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to("/dev/full")
    before = names(tmp_path)
    placed = [str(word).format("special") for word in words]
    placed = [
        str(tmp_path / word) if word.startswith(("special", "out")) else word for word in placed
    ]
    status, said = here(*placed)
    assert (status, "it is a folder, a device or a pipe" in said) == (2, True)
    assert names(tmp_path) == before


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_permissions_when_it_is_replaced(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "template.csv"
    path.write_text("old")
    path.chmod(mode)
    with umask_of(0o077):
        assert here("template", "-o", path) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_permissions_that_the_umask_allows(
    tmp_path: Path, umask: int, mode: int
) -> None:
    path = tmp_path / "template.csv"
    with umask_of(umask):
        assert here("template", "-o", path) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_permissions_that_are_asked_for_hold_from_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with atomic_file(path, mode=0o600) as file:
        assert stat.S_IMODE(os.stat(file.name).st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_name_that_appears_meanwhile_is_kept_where_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "backup"

    def meanwhile() -> None:
        with atomic_file(path, overwrite=False) as file:
            file.write(b"new")
            path.write_text("first")

    for _ in range(2):
        with pytest.raises(InputError, match="File exists"):
            meanwhile()
    assert (names(tmp_path), path.read_text()) == (["backup"], "first")


def test_a_name_as_long_as_a_name_can_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("企" * 83 + ".csv")
    with atomic_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


TOO_LARGE = os.strerror(errno.EFBIG)


@pytest.mark.parametrize(
    "words",
    [
        ("score", SAMPLE, "-o", "out.csv"),
        ("score", SAMPLE, "-o", "out.xlsx"),
        ("score", SAMPLE, "-o", "out.parquet"),
        ("template", "-o", "out.xlsx"),
        ("report", SAMPLE, "--firm", FIRM, "-o", "out.docx"),
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_a_full_disk_is_one_sentence_and_the_old_file_stays(
    tmp_path: Path, words: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, scratch = tmp_path / "folder", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    path = folder / words[-1]
    path.write_text("old")
    done = run(*words[:-1], path, full=FULL)
    assert done.returncode == 2, done.stderr
    assert done.stderr.splitlines()[-1] == f"{path} cannot be written: {TOO_LARGE}."
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr
    assert (names(folder), path.read_text()) == ([path.name], "old")
    assert names(scratch) == []


def test_results_stay_as_they_were_where_the_rejects_cannot_be_written(tmp_path: Path) -> None:
    source = tmp_path / "firms.csv"
    with source.open("w", encoding="utf-8") as file:
        file.write("name,net_assets_y1,note\nfirm,5,\n")
        file.writelines(f"firm {number},oops,{'x' * 400}\n" for number in range(200))
    for name in ("out.csv", "out.rejects.csv"):
        (tmp_path / name).write_text("old")
    done = run("score", source, "-o", tmp_path / "out.csv", full=20_000)
    assert done.returncode == 2
    assert "out.rejects.csv cannot be written" in done.stderr
    for name in ("out.csv", "out.rejects.csv"):
        assert (tmp_path / name).read_text() == "old"
    assert len(names(tmp_path)) == 3


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_folder_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "model"

    def write(text: str, *, fails: bool = False) -> None:
        with atomic_folder(folder, ("a", "b")) as new:
            (new / "a").write_text(text)
            if fails:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write("first")
    (folder / "b").write_text("of the first")
    with pytest.raises(InputError, match="No space left"):
        write("second", fails=True)
    assert content(folder) == {"a": b"first", "b": b"of the first"}
    write("third")
    assert content(folder) == {"a": b"third"}
    assert names(tmp_path) == ["model"]


def test_a_folder_with_other_files_is_not_replaced_and_not_trained_for(tmp_path: Path) -> None:
    (tmp_path / "past.csv").write_text("precious")
    assert here("train", tmp_path / "past.csv", "-o", tmp_path) == (
        2,
        f"{tmp_path} cannot be written: it holds past.csv, which would be lost; name another folder.\n",
    )
    assert names(tmp_path) == ["past.csv"]
