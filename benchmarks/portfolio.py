"""What the year of 5,000 firms costs beside the start of the program: processor seconds.

``python benchmarks/portfolio.py [-n FIRMS]`` runs ``portfolio`` as a command, with the model's fifty
draws, on a file of invented firms and on one of a single firm, whose seconds are the start. The median
of ``REPEATS`` each; exit status 1 if the difference is above ``LIMIT``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 3
#: processor seconds, user and system, of all threads
LIMIT = 2.0


def write_firms(count: int, path: Path) -> None:
    """A file of invented firms."""
    make = [sys.executable, "sample_data/make_samples.py", "--rows", str(count), "-o", str(path)]
    subprocess.run(make, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def seconds(path: Path) -> float:
    """Processor seconds of one run of the command."""
    command = [sys.executable, "-m", "eligibility", "portfolio", str(path), "--as-of", "2026-03-01"]
    command += ["--model", "models/hnte", "--format", "json", "--lang", "en"]
    before = os.times()
    subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = os.times()
    return (
        after.children_user - before.children_user + after.children_system - before.children_system
    )


def main() -> int:
    """Run, and say what it cost."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("-n", type=int, default=5000, help="firms")
    count = asked.parse_args().n
    medians = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in (1, count):
            path = Path(folder) / f"{rows}.csv"
            write_firms(rows, path)
            runs = [seconds(path) for _ in range(REPEATS)]
            medians.append(statistics.median(runs))
            listed = " ".join(f"{each:.2f}" for each in runs)
            print(f"{rows:6,} firms: {medians[-1]:.2f} s of processor   ({listed})")
    difference = medians[1] - medians[0]
    print(f"besides the start: {difference:.2f} s, limit {LIMIT:.1f} s")
    return int(difference > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
