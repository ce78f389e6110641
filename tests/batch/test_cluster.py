"""A cluster gives what this machine gives, and says in a sentence what keeps it from doing so."""

# Private names: workers that fail, lag or differ cannot be had otherwise, and what is sent is
# counted where it is.

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from eligibility.batch import cluster, local
from eligibility.batch.chunks import Summary
from eligibility.domain.errors import InputError
from eligibility.i18n import CHINESE
from eligibility.intake import csv_file
from eligibility.intake.table import IntakeOptions
from eligibility.schemes.registry import load_scheme
from tests import commands
from tests.batch.firm_files import hard_file
from tests.written_files import many

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_data"
HNTE = load_scheme()
OPTIONS = IntakeOptions(application_date=date(2026, 5, 10), covered_from=HNTE.covered_from)


#: workers are forked from the process that looks after them, which has imported what they need
FORKED = {
    "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "fork",
    "DASK_DISTRIBUTED__NANNY__PRELOAD": '["eligibility.batch.cluster"]',
}


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        env={**os.environ, **FORKED},
    )  # fmt: skip


def ended(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A cluster that runs already: a scheduler, and two workers with a nanny each."""
    quiet = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
    first = started("distributed.cli.dask_scheduler", "--port", "0", *quiet)
    assert first.stdout
    address = next(
        line.rsplit(" ", 1)[1].strip() for line in first.stdout if "Scheduler at:" in line
    )
    workers = started(
        "distributed.cli.dask_worker", address, "--nworkers", "2", "--nthreads", "1", *quiet
    )
    yield address
    ended(workers, first)


def score(engine: Callable[..., Summary], source: Path, target: Path, **words: Any) -> Summary:
    return engine(
        source, target, HNTE, CHINESE, options=OPTIONS,
        rejects=target.with_suffix(".rejects.csv"), **words,
    )  # fmt: skip


def content(path: Path) -> object:
    """The bytes of a file; of a workbook those of its parts, but for the time it was made at."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


def same(source: Path, folder: Path, address: str, ending: str = ".csv", **words: Any) -> Summary:
    """Scores a file both ways and holds the results against each other."""
    targets = [folder / f"{engine}{ending}" for engine in ("local", "cluster")]
    summaries = [
        score(local.score_file, source, targets[0], **words),
        score(cluster.score_file, source, targets[1], scheduler=address, **words),
    ]
    assert summaries[0] == summaries[1]
    assert content(targets[0]) == content(targets[1])
    rejects = [target.with_suffix(".rejects.csv").read_bytes() for target in targets]
    assert rejects[0] == rejects[1]
    return summaries[1]


def parts_of(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", size)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
@pytest.mark.parametrize(
    "name", ["candidates.csv", "candidates_messy.csv", "candidates_messy.xlsx"]
)
def test_the_same_file_comes_of_a_cluster(
    tmp_path: Path, scheduler: str, name: str, ending: str
) -> None:
    summary = same(SAMPLES / name, tmp_path, scheduler, ending)
    assert summary.read == summary.rows_scored + summary.rows_rejected > 0


def test_readiness_and_the_input_come_of_a_cluster_too(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_of(monkeypatch, 30_000)
    model = ROOT / "models" / "hnte"
    same(SAMPLES / "candidates.csv", tmp_path, scheduler, model=model, with_input=True)


def test_a_file_of_several_parts_is_the_same_in_the_same_order(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_of(monkeypatch, (SAMPLES / "candidates.csv").stat().st_size * 2 // 5)
    sent = counted(monkeypatch)
    assert same(SAMPLES / "candidates.csv", tmp_path, scheduler).rows_scored == 200
    assert len(sent) == 3


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_rows_and_firms_that_other_parts_decide_are_told_as_on_one_machine(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    parts_of(monkeypatch, 3_000)
    summary = same(hard_file(tmp_path, breaks), tmp_path, scheduler, with_input=True)
    assert summary.rows_rejected > 100
    assert summary.rows_scored > 700


def test_a_part_that_was_begun_at_a_wrong_row_is_done_again(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_of(monkeypatch, 3_000)
    monkeypatch.setattr(csv_file.CsvBlock, "_count", lambda block: block.lines)
    source = hard_file(tmp_path)
    same(source, tmp_path, scheduler)


def test_an_error_names_the_row_of_the_file_and_leaves_no_file(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "firms.csv"
    rows = [f'firm {number},"a\nb"\n' for number in range(400)]
    rows[350] = 'firm,"' + "x" * 140_000 + '"\n\n'
    source.write_text("name,note\n" + "".join(rows))
    parts_of(monkeypatch, 200_000)
    said = []
    for engine, words in ((local.score_file, {}), (cluster.score_file, {"scheduler": scheduler})):
        with pytest.raises(InputError) as refused:
            score(engine, source, tmp_path / "out.csv", **words)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert "row 352" in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["firms.csv"]


def test_a_file_without_rows_gives_a_file_without_rows(tmp_path: Path, scheduler: str) -> None:
    source = tmp_path / "firms.csv"
    source.write_text("name,staff_total\n")
    assert same(source, tmp_path, scheduler).read == 0


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The first row of every part that is sent."""
    sent: list[int] = []
    send = cluster._Crew.send

    def remembered(crew: Any, block: Any, found: Any = None) -> Any:
        sent.append(block.first_row)
        return send(crew, block, found)

    monkeypatch.setattr(cluster._Crew, "send", remembered)
    return sent


def test_no_more_than_a_few_parts_are_under_way(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_of(monkeypatch, 3_000)
    sent, ahead = counted(monkeypatch), []
    result = cluster._Crew.result
    taken: list[int] = []

    def taking(crew: Any, future: Any) -> Any:
        taken.append(1)
        ahead.append(len(sent) - len(taken))
        return result(crew, future)

    monkeypatch.setattr(cluster._Crew, "result", taking)
    score(cluster.score_file, SAMPLES / "candidates.csv", tmp_path / "out.csv", scheduler=scheduler)
    workers = 2
    assert len(sent) > 20
    assert max(ahead) <= workers * (cluster.PARTS_PER_WORKER + 1)


def test_the_part_of_a_worker_that_dies_is_done_again(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    parts_of(monkeypatch, 3_000)
    sent = counted(monkeypatch)
    killed: list[int] = []

    def kill(rows: int) -> None:
        if rows and not killed:
            with Client(scheduler) as client:
                pids = client.run(os.getpid)
                killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    score(local.score_file, SAMPLES / "candidates.csv", tmp_path / "local.csv")
    score(
        cluster.score_file, SAMPLES / "candidates.csv", tmp_path / "out.csv",
        scheduler=scheduler, progress=kill,
    )  # fmt: skip
    assert killed
    assert len(sent) > 20
    assert content(tmp_path / "out.csv") == content(tmp_path / "local.csv")


class Pretending:
    """What runs here as if it were another version; where it is sent it is the function itself."""

    def __init__(self, what: str) -> None:
        self.what, self.running = what, cluster._running

    def __call__(self, model: str | None) -> dict[str, str]:
        return self.running(model) | {self.what: "another"}

    def __reduce__(self) -> tuple[Any, ...]:
        return resolve_name, ("eligibility.batch.cluster:_running",)


@pytest.mark.parametrize("what", ["eligibility", "program and editions", "model hnte", "numpy"])
def test_a_worker_that_runs_something_else_is_refused_before_the_work(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(cluster, "_running", Pretending(what))
    sent = counted(monkeypatch)
    with pytest.raises(InputError, match=f"worker at tcp://.* it has {what} .*, and another runs"):
        score(
            cluster.score_file, SAMPLES / "candidates.csv", tmp_path / "out.csv",
            scheduler=scheduler, model=ROOT / "models" / "hnte",
        )  # fmt: skip
    assert sent == []
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_comes_late_with_something_else_is_refused_too(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_running", Pretending("numpy"))
    monkeypatch.setattr(cluster._Crew, "refuse_others", lambda *_: None)
    with pytest.raises(InputError, match="A worker that joined cannot take part: it has numpy"):
        score(
            cluster.score_file, SAMPLES / "candidates.csv", tmp_path / "o.csv", scheduler=scheduler
        )
    assert list(tmp_path.iterdir()) == []


# --- the command ------------------------------------------------------------------------------------


def command(*words: Any) -> list[str]:
    return [sys.executable, "-m", "eligibility", "score", *map(str, words), "--lang", "en"]


def run(*words: Any, status: int) -> str:
    """What a command says, as a process of its own."""
    done = subprocess.run(
        command(*words), cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == status, done.stderr
    return done.stderr


def run_here(*words: Any, status: int) -> str:
    """What a command says, run in this process, which has imported it already."""
    return commands.run("score", *words, "--lang", "en", status=status).stderr


def test_without_an_address_a_cluster_of_this_machine_does_it_and_ends(tmp_path: Path) -> None:
    messy = SAMPLES / "candidates_messy.csv"
    said = [
        answer(messy, "-o", tmp_path / f"{engine}.csv", "--engine", engine, status=3)
        for engine, answer in (("local", run_here), ("dask", run))
    ]
    assert said[0] == said[1]
    for ending in (".csv", ".rejects.csv"):
        assert content(tmp_path / f"local{ending}") == content(tmp_path / f"dask{ending}")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes a cluster some seconds."""
    source = tmp_path_factory.mktemp("large") / "large.csv"
    many(source, 600)
    return source


def family(pid: int) -> list[int]:
    """The processes of the group that a process leads."""
    found = subprocess.run(["pgrep", "-g", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def listening(pids: list[int]) -> list[str]:
    """The addresses on which processes of Linux listen."""
    sockets = set()
    for pid in pids:
        for open_file in Path(f"/proc/{pid}/fd").glob("*"):
            with suppress(OSError):
                sockets.add(os.readlink(open_file))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:
                found.append(words[1].split(":")[0])
    return found


def test_it_listens_to_this_machine_alone_and_an_interruption_leaves_nothing(
    tmp_path: Path, large: Path
) -> None:
    target = tmp_path / "out.csv"
    words = command(large, "-o", target, "--engine", "dask")
    process = subprocess.Popen(
        words, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not any(path.stat().st_size for path in tmp_path.glob(".eligibility-*.partial")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        addresses = listening(family(process.pid))
        # as Ctrl-C does, to every process of the terminal
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert len(addresses) > 2
    assert set(addresses) == {"0100007F"}
    interrupted = 130
    assert (process.returncode, said.strip()) == (interrupted, "")
    assert list(tmp_path.iterdir()) == []
    assert [path.name for path in large.parent.iterdir()] == ["large.csv"]


def test_a_signal_amid_writing_leaves_nothing_and_the_old_file(
    tmp_path: Path, large: Path, scheduler: str
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    target = folder / "out.csv"
    target.write_text("old")
    words = command(large, "-o", target, "--engine", "dask", "--scheduler", scheduler)
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not any(path.stat().st_size for path in folder.glob(".eligibility-*.partial")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (128 + signal.SIGTERM, "")
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("out.csv", "old")]


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        # a process of its own says nothing more as it ends, either
        ("tcp://127.0.0.1:9", run),
        ("nowhere", run_here),
        ("tcp://no.such.host.invalid:1", run_here),
    ],
)
def test_an_address_without_a_scheduler_is_refused_soon(
    tmp_path: Path, address: str, answer: Callable[..., str]
) -> None:
    begun = time.monotonic()
    said = answer(
        SAMPLES / "candidates.csv", "-o", tmp_path / "out.csv",
        "--engine", "dask", "--scheduler", address, status=2,
    )  # fmt: skip
    assert time.monotonic() - begun < 3 * cluster.ANSWER
    assert said == (
        f"No Dask scheduler answers at {address}; its address looks like tcp://192.0.2.7:8786.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_without_the_engine_is_refused(tmp_path: Path) -> None:
    words = (SAMPLES / "candidates.csv", "-o", tmp_path / "out.csv", "--scheduler", "tcp://a:1")
    assert run_here(*words, status=2) == "--scheduler needs --engine dask.\n"


def test_without_dask_a_sentence_tells_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dask", "distributed"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=r"pip install -r requirements-dask\.txt"):
        score(cluster.score_file, SAMPLES / "candidates.csv", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
    score(local.score_file, SAMPLES / "candidates.csv", tmp_path / "out.csv")


# --- parts that workers read and write themselves ---------------------------------------------------


def folder_files(folder: Path) -> dict[str, bytes]:
    """The content of every file of results, and of rejected rows."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*.csv")
        if path.is_file()
    }


def test_after_a_worker_and_the_client_are_killed_the_same_command_gives_the_same_parts(
    tmp_path: Path, scheduler: str
) -> None:
    from distributed import Client

    source = tmp_path / "in"
    source.mkdir()
    head, *firms = (SAMPLES / "candidates.csv").read_text(encoding="utf-8-sig").splitlines(True)
    for number in range(20):
        # every part has a firm of the part before
        text = head + "".join(firms[9 * number : 9 * number + 10])
        (source / f"{number:02}.csv").write_text(text, encoding="utf-8")
    whole, target = tmp_path / "whole", tmp_path / "out"
    said = run_here(source, "-o", f"{whole}/", status=3)
    words = command(source, "-o", f"{target}/", "--engine", "dask", "--scheduler", scheduler)
    client = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)

    def wait_for(parts: int) -> None:
        until = time.monotonic() + 120
        while len(list(target.glob("_parts/*.csv.json"))) < parts:
            assert client.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)

    wait_for(2)
    with Client(scheduler) as looking:
        os.kill(next(iter(looking.run(os.getpid).values())), signal.SIGKILL)
    # the other worker goes on
    wait_for(8)
    client.kill()
    client.wait()
    before = {
        path: path.stat().st_mtime_ns
        for record in target.glob("_parts/*.csv.json")
        for path in (record, target / record.name.removesuffix(".json"))
    }
    assert not (target / "_summary.json").exists()
    assert run_here(*words[4:-2], status=3) == said
    assert folder_files(target) == folder_files(whole)
    assert not list(target.rglob("*.partial"))
    first = [path for path in before if path.name.startswith("00.csv")]
    assert [path.stat().st_mtime_ns for path in first] == [before[path] for path in first]
