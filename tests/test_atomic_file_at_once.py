"""A file is there whole or not at all: signals amid writing, and two who write at once."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from eligibility.atomic_file import atomic_file
from eligibility.cli.common import refusals
from eligibility.domain.errors import InputError
from tests.written_files import MANY, ROOT, SAMPLE, command, here, many, names


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
