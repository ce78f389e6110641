"""Scoring in parts, as on several machines: ``python benchmarks/scale.py [speed] [ceiling] [kill] [s3]``.

- ``speed``: one process on one core against two workers of Dask on the same file, by the clock and in
  seconds of processor, with the memory of a worker; the rows must be the same bytes. What each takes of
  200 firms is its start, which does not grow with the file.
- ``ceiling``: what the machine itself allows: two processes that know nothing of each other, each on its
  own core and with the whole file, against one of them alone.
- ``kill``: a worker and the client are killed (SIGKILL) amid the work and the command is run again; the
  result must be the same bytes, and no finished part may have been touched.
- ``s3``: the same command from and to an object store, a server of moto on this machine (needs
  ``benchmarks/requirements.txt``).

Times by the clock say something only where the machine does nothing else; how much it did is printed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).parents[1]
SCORE = [sys.executable, "-m", "eligibility", "score"]
DAY = ["--as-of", "2026-05-10", "--lang", "zh"]
DASK = ["--engine", "dask"]
#: seconds between two looks at the memory of the workers
LOOK = 0.5


def main() -> None:
    """Run what was asked for and print its lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="for the files; a temporary one if omitted")
    parser.add_argument("--source", type=Path, help="a file of --rows firms that was made before")
    arguments = parser.parse_args()
    if strangers := set(arguments.parts) - set(PARTS):
        parser.error(f"{min(strangers)} is none of {', '.join(PARTS)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        source = folder / "firms.csv"
        if arguments.source is not None:
            source.symlink_to(arguments.source.resolve())
        else:
            make = [sys.executable, "sample_data/make_samples.py", "--rows", str(arguments.rows)]
            subprocess.run([*make, "-o", str(source)], check=True, cwd=ROOT)
        print(f"{arguments.rows:,} firms, {source.stat().st_size / 1e9:.2f} GB of CSV")
        for part in arguments.parts or ["speed"]:
            for _ in range(arguments.runs):
                PARTS[part](folder, source, arguments.rows)


def speed(folder: Path, source: Path, rows: int) -> None:
    """One process on one core, then two workers."""
    one = folder / "one.csv"
    for name in ("few-local", "few-dask"):
        shutil.rmtree(folder / name, ignore_errors=True)
    few = few_firms(source, folder / "few")
    core = str(min(os.sched_getaffinity(0)))
    starts = [
        time_command([*SCORE, str(few), "-o", f"{folder}/few-{name}/", *DAY, *engine])
        for name, engine in (("local", []), ("dask", DASK))
    ]
    print(f"200 firms: one process {starts[0]}; two workers {starts[1]}")
    alone = time_command(["taskset", "-c", core, *SCORE, str(source), "-o", str(one), *DAY])
    print(f"one process on one core: {alone}")
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    both = time_command([*SCORE, str(source), "-o", f"{out}/", *DAY, *DASK])
    print(f"two workers: {both}")
    print(
        f"by the clock {alone.seconds / both.seconds:.2f} times as fast, for {both.processor / alone.processor:.2f} "
        f"times the processor; {both.processor / rows * 1e6:.1f} s of processor for a million firms"
    )
    check_rows(out, one)


def ceiling(folder: Path, source: Path, _rows: int) -> None:
    """One process on one core, then one on each of two cores."""
    cores = sorted(os.sched_getaffinity(0))[:2]

    def score_on(core: int) -> Run:
        target = folder / f"core-{core}.csv"
        run = time_command(
            ["taskset", "-c", str(core), *SCORE, str(source), "-o", str(target), *DAY]
        )
        target.unlink()
        return run

    alone = score_on(cores[0])
    with ThreadPoolExecutor() as both:
        start = time.perf_counter()
        list(both.map(score_on, cores))
        seconds = time.perf_counter() - start
    print(f"one process on one core: {alone}")
    print(f"two processes, each on its core, the whole file each: {seconds:.1f} s")
    print(f"so two cores do {2 * alone.seconds / seconds:.2f} times what one does")


def few_firms(source: Path, folder: Path) -> Path:
    """A folder of two files of a hundred firms of a file."""
    folder.mkdir(exist_ok=True)
    with source.open("rb") as lines:
        head = lines.readline()
        for name in ("a", "b"):
            rows = [lines.readline() for _ in range(100)]
            (folder / f"{name}.csv").write_bytes(head + b"".join(rows))
    return folder


def kill(folder: Path, source: Path, _rows: int) -> None:
    """Kill a worker, then the client, and run the command again."""
    out, again = folder / "out", folder / "again"
    shutil.rmtree(again, ignore_errors=True)
    if not out.exists():
        print(f"undisturbed: {time_command([*SCORE, str(source), '-o', f'{out}/', *DAY, *DASK])}")
    command = [*SCORE, str(source), "-o", f"{again}/", *DAY, *DASK]
    client = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    total = sum(1 for _ in out.glob("*.csv"))
    wait_for(client, again, total // 4)
    worker = max(children(client.pid), key=memory)
    os.kill(worker, signal.SIGKILL)
    wait_for(client, again, total // 2)
    client.send_signal(signal.SIGKILL)
    client.wait()
    # the workers notice that nobody is there any more
    time.sleep(5)
    before = {path: path.stat() for path in finished_parts(again)}
    rerun = time_command(command)
    touched = [path for path, was in before.items() if changed(was, path.stat())]
    files = [*sorted(out.rglob("*.csv")), out / "_summary.json"]
    for path in files:
        if path.read_bytes() != (again / path.relative_to(out)).read_bytes():
            raise SystemExit(f"{path.name} is another after the kills")
    print(f"the second run: {rerun}")
    print(
        f"worker {worker} and client {client.pid} killed; {len(before)} of {total} parts were finished, "
        f"{len(touched)} of them touched by the second run; all {total}, their rejected rows and the summary are "
        "the same bytes as undisturbed"
    )


def changed(was: os.stat_result, now: os.stat_result) -> bool:
    """Whether a file was written again, or another took its place."""
    return (was.st_mtime_ns, was.st_ino) != (now.st_mtime_ns, now.st_ino)


def object_store(folder: Path, source: Path, _rows: int) -> None:
    """From and to s3, as moto has it on this machine."""
    import boto3

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    keys = {"AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented"}
    os.environ |= {**keys, "AWS_ENDPOINT_URL": address, "AWS_DEFAULT_REGION": "us-east-1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        store = boto3.client("s3")
        for _ in range(100):
            with suppress(Exception):
                store.create_bucket(Bucket="firms")
                break
            time.sleep(0.2)
        store.upload_file(str(source), "firms", "in/firms.csv")
        there = time_command(
            [*SCORE, "s3://firms/in/firms.csv", "-o", "s3://firms/out", *DAY, *DASK]
        )
        print(f"from and to s3 (moto): {there}")
        before = objects(store)
        back = folder / "back"
        for name in before:
            (back / name).parent.mkdir(parents=True, exist_ok=True)
            store.download_file("firms", f"out/{name}", str(back / name))
        one = folder / "one.csv"
        if not one.exists():
            time_command([*SCORE, str(source), "-o", str(one), *DAY])
        check_rows(back, one)
        store.delete_object(Bucket="firms", Key="out/firms-00000.csv")
        time_command([*SCORE, "s3://firms/in/firms.csv", "-o", "s3://firms/out", *DAY, *DASK])
        after = objects(store)
        anew = sorted(name for name in after if after[name] != before.get(name))
        print(f"one part deleted, run again: {len(after)} objects, written anew: {anew}")
    finally:
        server.terminate()
        server.wait()


def objects(store: object) -> dict[str, str]:
    """Names of the results, and when each was written."""
    pages = store.get_paginator("list_objects_v2").paginate(Bucket="firms", Prefix="out/")  # type: ignore[attr-defined]
    every = [each for page in pages for each in page["Contents"]]
    return {each["Key"].removeprefix("out/"): str(each["LastModified"]) for each in every}


@dataclass(frozen=True)
class Run:
    """What a command took.

    Attributes
    ----------
    seconds, processor : float
        By the clock, and of processor.
    others : float
        Seconds of processor that everything else on the machine took meanwhile.
    largest : float
        MiB of its largest process.
    """

    seconds: float
    processor: float
    others: float
    largest: float

    def __str__(self) -> str:
        return (
            f"{self.seconds:.1f} s, {self.processor:.1f} s of processor (everything else {self.others:.1f} s), "
            f"largest process {self.largest:.0f} MiB"
        )


def time_command(command: list[str]) -> Run:
    """Run a command."""
    before, busy, start = processor_seconds(), busy_seconds(), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    with largest_child(process.pid) as peak:
        _, errors = process.communicate()
    if process.returncode not in (0, 3):
        raise SystemExit(errors)
    processor = processor_seconds() - before
    others = busy_seconds() - busy - processor
    return Run(time.perf_counter() - start, processor, others, max(peak) / 2**20)


def processor_seconds() -> float:
    """Of everything started from here that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def busy_seconds() -> float:
    """That the processors of this machine worked since it was started."""
    user, nice, system, _idle, _wait, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def largest_child(pid: int) -> Iterator[list[int]]:
    """The most memory that a process or one of its children has at a time, in bytes."""
    peak, end = [0], Event()

    def look() -> None:
        while not end.wait(LOOK):
            for each in (pid, *children(pid)):
                peak[0] = max(peak[0], memory(each))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        end.set()
        thread.join()


def children(pid: int) -> list[int]:
    """The processes below a process, of any depth; read from Linux itself, as this is done often."""
    direct: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            direct += map(int, (task / "children").read_text().split())
    return [*direct, *(below for each in direct for below in children(each))]


def memory(pid: int) -> int:
    """Bytes that a process holds."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    return 0


def finished_parts(out: Path) -> list[Path]:
    """The results of parts that have a record."""
    records = out.glob("_parts/*.csv.json")
    return [out / record.name.removesuffix(".json") for record in records]


def wait_for(client: subprocess.Popen[bytes], out: Path, parts: int) -> None:
    """Wait until so many parts are finished."""
    while len(finished_parts(out)) < parts:
        if client.poll() is not None:
            raise SystemExit("the command ended by itself")
        time.sleep(0.1)


def check_rows(out: Path, one: Path) -> None:
    """Raise SystemExit unless the parts, one after the other, are the one file."""
    with one.open("rb") as whole:
        head = whole.readline()
        for part in sorted(out.glob("*.csv")):
            with part.open("rb") as lines:
                if lines.readline() != head:
                    raise SystemExit(f"{part.name} has another head")
                while block := lines.read(1 << 24):
                    if whole.read(len(block)) != block:
                        raise SystemExit(f"{part.name} has other rows")
        if whole.read(1):
            raise SystemExit("rows are missing")
    print("the parts, one after the other, are the bytes of the one file")


PARTS = {"speed": speed, "ceiling": ceiling, "kill": kill, "s3": object_store}

if __name__ == "__main__":
    main()
