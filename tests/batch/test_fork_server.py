"""What workers are forked from can be forked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from eligibility.batch.fork_server import ENVIRONMENT, PRELOAD

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_it_has_no_thread_that_may_hold_a_lock() -> None:
    lines = [
        "from pathlib import Path",
        *(f"import {module}" for module in PRELOAD),
        "for task in Path('/proc/self/task').iterdir(): print((task / 'comm').read_text().strip())",
    ]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    own, *others = run.stdout.splitlines()
    assert own
    # Arrow's, which sees to its locks itself
    assert set(others) <= {"jemalloc_bg_thd"}
