"""Commands that write files, and the many firms that keep them busy."""

from __future__ import annotations

import csv
import io
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from eligibility.cli import app

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_data" / "candidates.csv"
FIRM = "91150105XNBU6HUA33"
#: rows of the sample times this take seconds to score
MANY = 200
#: stands where the number of a firm will, and nowhere else
NUMBER = "\0"
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


def many(path: Path, times: int = MANY) -> int:
    """The sample, many times over, as other firms; its number of rows."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file))
    place, code = head.index("name"), head.index("uscc")
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    for line in lines:
        line[place], line[code] = f"{NUMBER}{line[place]}", ""
        written.writerow(line)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(head)
        for number in range(times):
            file.write(text.getvalue().replace(NUMBER, str(number)))
    return times * len(lines)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
