"""Speed of the batch, as ratios from one run: ``make benchmark``.

- ``score`` on invented firms, CSV to CSV, against polars reading the same input and writing the
  same output and doing nothing else: time by the clock, seconds of processor and peak memory, whole
  processes, at 100,000 and 1,000,000 rows.
- ``score`` on a Dask cluster of this machine against ``score`` alone.
- The rules alone, in memory, in firms a second of one core, against openfisca-core judging the
  same conditions on the same columns.
- One firm in process.

Every figure is the median of several runs; the machine's noise is their range.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from openfisca_peer import build, columns_of, judge

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PART = 32_768
#: what is to be reached: times polars, without readiness and with it; MiB
MEMORY = 600
BOUNDS = {100_000: (3.0, 4.0), 1_000_000: (2.0, 3.0)}

POLARS = """
import sys, time, polars as pl
source, given, target = sys.argv[1:]
out = pl.read_parquet(given)
start, busy = time.perf_counter(), time.process_time()
pl.read_csv(source)
out.write_csv(target)
print(time.perf_counter() - start, time.process_time() - busy)
"""


def main() -> None:
    """Run every benchmark and print its lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--files-only", action="store_true", help="the lines of score alone")
    arguments = parser.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {arguments.runs} runs"
    )
    with tempfile.TemporaryDirectory() as folder:
        for rows in arguments.rows:
            files(Path(folder), rows, arguments.runs)
            files(Path(folder), rows, arguments.runs, readiness=True)
        if arguments.files_only:
            return
        cluster(Path(folder), max(arguments.rows), arguments.runs)
    rules(arguments.runs)
    one_firm()


def files(folder: Path, rows: int, runs: int, readiness: bool = False) -> None:
    """``score``, with readiness or without, against polars on the same files."""
    source, target, given = folder / f"{rows}.csv", folder / "out.csv", folder / "out.parquet"
    make = [sys.executable, "sample_data/make_samples.py", "--rows", str(rows), "-o", str(source)]
    subprocess.run(make, check=True, cwd=ROOT)
    score = [sys.executable, "-m", "eligibility", "score", str(source), "--lang", "zh"]
    score += ["--model", "models/hnte", "-o"] if readiness else ["-o"]
    subprocess.run([*score, str(given)], check=True, cwd=ROOT, capture_output=True)
    ours, theirs, peaks = [], [], []
    busy: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        start = time.perf_counter()
        peak, processor = _run([*score, str(target)])
        peaks.append(peak)
        busy[0].append(processor)
        ours.append(time.perf_counter() - start)
        done = subprocess.run(
            [sys.executable, "-c", POLARS, str(source), str(given), str(folder / "polars.csv")],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        clock, processor = map(float, done.stdout.split())
        theirs.append(clock)
        busy[1].append(processor)
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    bound = BOUNDS.get(rows, BOUNDS[1_000_000])[readiness]
    print(
        f"score{', readiness' if readiness else ''}, {rows:>9,} rows: {_said(ours)} s; polars read+write {_said(theirs)} s; "
        f"ratio {_said(ratios)} (bound {bound:g}); of processor {_said(busy[0])} s and {_said(busy[1])} s; "
        f"peak {max(peaks):.0f} MiB (bound {MEMORY})",
        flush=True,
    )


def cluster(folder: Path, rows: int, runs: int) -> None:
    """``score`` on a Dask cluster of this machine, one worker a core, against ``score`` alone.

    The file is one that :func:`files` made. Both results must be the same bytes.
    """
    times: dict[str, list[float]] = {"local": [], "dask": []}
    for _ in range(runs):
        for engine, taken in times.items():
            command = [sys.executable, "-m", "eligibility", "score", str(folder / f"{rows}.csv")]
            command += ["--lang", "zh", "--engine", engine, "-o", str(folder / f"{engine}.csv")]
            start = time.perf_counter()
            subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
            taken.append(time.perf_counter() - start)
    if (folder / "local.csv").read_bytes() != (folder / "dask.csv").read_bytes():
        raise SystemExit("the cluster gave another result")
    ratios = [one / other for one, other in zip(times["dask"], times["local"], strict=True)]
    print(
        f"score --engine dask, {rows:>9,} rows: {_said(times['dask'])} s; local "
        f"{_said(times['local'])} s; ratio {_said(ratios)} on {os.cpu_count()} cores"
    )


def rules(runs: int) -> None:
    """The rules in memory, beside openfisca-core, for tables of several sizes.

    Large tables are judged in parts as ``score`` does; openfisca-core takes them whole, as it must.
    """
    from eligibility.assessment.assess import assess_table
    from eligibility.domain.facts import FirmTable
    from eligibility.intake.table import read_table
    from eligibility.schemes.registry import load_scheme

    scheme = load_scheme()
    source = ROOT / "sample_data" / "candidates.csv"
    sample = read_table(source, scheme.fields, catalogue=scheme.titles_by_code).table
    system = build(scheme.edition("e2016").lowest_codes)

    def ours(table: FirmTable) -> float:
        start = time.process_time()
        for first in range(0, table.rows, PART):
            part = {name: column[first : first + PART] for name, column in table.columns.items()}
            for assessment in assess_table(FirmTable(part, min(PART, table.rows - first)), scheme):
                assessment.verdict  # noqa: B018
        return table.rows / (time.process_time() - start)

    for rows in (1, 200, PART, 1_000_000):
        table = sample.take(np.arange(rows) % sample.rows)
        columns = columns_of(table)
        ours(table)
        rates, peers = [], []
        for _ in range(runs if rows > PART else 4 * runs):
            rates.append(ours(table))
            peers.append(judge(system, columns, rows)[0])
        ratio = statistics.median(one / other for one, other in zip(rates, peers, strict=True))
        print(
            f"rules, {rows:>9,} firms: {_said(rates)} firms/s of one core; "
            f"openfisca-core {_said(peers)}; ratio {ratio:.1f}"
        )
    found = next(assessment.verdict for assessment in assess_table(sample, scheme))
    agreed = int((judge(system, columns_of(sample), sample.rows)[1] == found).sum())
    print(f"openfisca-core gives the same verdict for {agreed} of the {sample.rows} sample firms")


def one_firm() -> None:
    """One firm from columns to record."""
    from eligibility.assessment.assess import assess_table
    from eligibility.assessment.record import records
    from eligibility.intake.table import read_table
    from eligibility.schemes.registry import load_scheme

    scheme = load_scheme()
    batch = read_table(
        ROOT / "sample_data" / "candidates.csv", scheme.fields, catalogue=scheme.titles_by_code
    )
    times = []
    for row in range(batch.table.rows):
        firm = batch.table.take(np.array([row]))
        start = time.perf_counter()
        records(assess_table(firm, scheme))
        times.append((time.perf_counter() - start) * 1000)
    print(
        f"assess, one firm: median {statistics.median(times):.2f} ms, 95 % below {sorted(times)[int(len(times) * 0.95)]:.2f} ms (bound 5)"
    )


def _run(command: list[str]) -> tuple[float, float]:
    """Run a command and give its peak memory in MiB and its seconds of processor."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_maxrss, used.ru_utime + used.ru_stime)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True, cwd=ROOT
    )
    peak, processor = done.stdout.split()
    return int(peak) / 1024, float(processor)


def _said(figures: list[float]) -> str:
    digits = 2 if max(figures) < 1000 else 0
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


if __name__ == "__main__":
    main()
