"""A file is there whole or not at all, and what had its name, or another, is never lost."""

from __future__ import annotations

import ast
import csv
import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eligibility.atomic_file import atomic_file, atomic_folder, refuse_same_file
from eligibility.cli import app
from eligibility.cli.common import refusals
from eligibility.domain.errors import InputError

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data" / "candidates.csv"
FIRM = "91150105XNBU6HUA33"
#: rows of the sample times this take seconds to score
MANY = 200
#: bytes that a file of a process may have, in the place of a full disk: it needs no rights and no mount
FULL = 3_000


def command(*words: Any) -> list[str]:
    return [sys.executable, "-m", "eligibility", *map(str, words), "--lang", "en"]


def run(*words: Any, full: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command, on a disk where no file can have more than so many bytes."""
    limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))) if full else None
    return subprocess.run(
        command(*words), cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
        preexec_fn=limit, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip


def here(*words: Any) -> tuple[int, str]:
    """A command in this process: its status and what it said."""
    done = CliRunner().invoke(app, [*map(str, words), "--lang", "en"])
    return done.exit_code, done.stderr


@contextmanager
def umask_of(umask: int) -> Iterator[None]:
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def many(path: Path, times: int = MANY) -> int:
    """The sample, many times over, as other firms; its number of rows."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file))
    place, code = head.index("name"), head.index("uscc")
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file, lineterminator="\n")
        written.writerow(head)
        for number in range(times):
            for line in lines:
                firm = list(line)
                firm[place], firm[code] = f"{line[place]}{number}", ""
                written.writerow(firm)
    return times * len(lines)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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


# --- names that used to be working names ------------------------------------------------------------


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


# --- files that are one ------------------------------------------------------------------------------


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


# --- what has the name of the output -----------------------------------------------------------------


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


# --- no room -----------------------------------------------------------------------------------------

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


# --- signals -----------------------------------------------------------------------------------------


def heed_signals() -> None:
    """Whoever runs the tests may ignore them, and children would too."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def scoring(source: Path, target: Path) -> subprocess.Popen[str]:
    """A run that is amid writing."""
    process = subprocess.Popen(
        command("score", source, "-o", target),
        cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        preexec_fn=heed_signals,
    )  # fmt: skip
    until = time.monotonic() + 120
    while not any(path.stat().st_size for path in working(target.parent)):
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def working(folder: Path) -> Iterator[Path]:
    yield from folder.glob(".eligibility-*.partial")
    # what it was called before
    yield from folder.glob("*.partial.csv")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes seconds."""
    path = tmp_path_factory.mktemp("large") / "firms.csv"
    many(path)
    return path


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_amid_writing_leaves_nothing_and_the_old_file(
    tmp_path: Path, large: Path, name: str
) -> None:
    target, number = tmp_path / "out.csv", getattr(signal, name)
    target.write_text("old")
    process = scoring(large, target)
    try:
        os.kill(process.pid, number)
        _, said = process.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 128 + number
    assert "Traceback" not in said
    assert (names(tmp_path), target.read_text()) == (["out.csv"], "old")


def test_what_a_killed_run_left_is_gone_after_the_next(tmp_path: Path, large: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    process = scoring(large, target)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert target.read_text() == "old"
    assert len(names(tmp_path)) > 1
    assert here("score", SAMPLE, "-o", target)[0] == 0
    assert names(tmp_path) == ["out.csv", "out.rejects.csv"]


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with refusals(None), atomic_file(tmp_path / "out") as file:
            signal.raise_signal(signal.SIGHUP)
            file.write(b"new")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert names(tmp_path) == ["out"]


# --- two at once -------------------------------------------------------------------------------------


def test_of_two_runs_to_one_file_the_second_is_refused(tmp_path: Path, large: Path) -> None:
    target = tmp_path / "out.csv"
    first = scoring(large, target)
    os.kill(first.pid, signal.SIGSTOP)
    said = here("score", SAMPLE, "-o", target)
    os.kill(first.pid, signal.SIGCONT)
    first.communicate(timeout=60)
    assert said == (
        2,
        f"{target} is being written by another run; wait for it, or name another file.\n",
    )
    assert first.returncode == 0
    assert names(tmp_path) == ["out.csv", "out.rejects.csv"]
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == MANY * 200


def test_many_who_write_one_file_never_mix(tmp_path: Path) -> None:
    path = tmp_path / "out"
    outcomes: list[str] = []

    def write(number: int) -> None:
        for _ in range(40):
            try:
                with atomic_file(path) as file:
                    for _ in range(50):
                        file.write(b"%d\n" % number)
                outcomes.append("written")
            except InputError as error:
                outcomes.append(str(error))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 160
    assert "written" in outcomes
    assert all(outcome == "written" or "by another run" in outcome for outcome in outcomes)
    assert len(set(path.read_text().split())) == 1
    assert names(tmp_path) == ["out"]


def lock_of(path: Path) -> Path:
    """The lock of a file that is being written."""
    with atomic_file(path):
        (lock,) = path.parent.glob(".eligibility-*.lock")
    return lock


@pytest.mark.parametrize("what", ["link", "pipe", "file with content", "folder"])
def test_what_has_the_name_of_a_lock_is_neither_followed_nor_removed(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "out.csv"
    lock = lock_of(path)
    path.unlink()
    (tmp_path / "precious").touch()
    if what == "link":
        lock.symlink_to(tmp_path / "precious")
    elif what == "pipe":
        os.mkfifo(lock)
    elif what == "folder":
        lock.mkdir()
    else:
        lock.write_text("precious")

    def write() -> None:
        with atomic_file(path) as file:
            file.write(b"new")

    with pytest.raises(InputError, match="cannot be written"):
        write()
    assert names(tmp_path) == [lock.name, "precious"]


# --- models ------------------------------------------------------------------------------------------


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
