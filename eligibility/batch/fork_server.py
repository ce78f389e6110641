"""A process from which workers of this machine are forked: what they need is imported there, once.

Not this process itself is forked: it has threads (of Arrow, of Dask), whose locks nobody would ever
release in a fork, and handlers of signals that are those of a command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver
from typing import Any

#: what a worker imports, some of it with its first part; Arrow imports pandas where it is installed.
#: None of it may start a thread but that of Arrow's jemalloc, which sees to its locks in a fork
PRELOAD = (
    "distributed",
    "pandas",
    "eligibility.cli",
    "eligibility.batch.cluster",
    "eligibility.batch.parts",
)
#: of a worker, which does one thing at a time
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@contextmanager
def fork_server() -> Iterator[Mapping[str, str]]:
    """Start it; it imports while this process goes on. What it cannot import a worker imports.

    Yields
    ------
    mapping of str to str
        Settings with which Dask forks its workers; none where the platform has no such process.
    """
    # on other systems libraries do not bear being forked, or nothing can be forked
    if sys.platform != "linux":
        yield {}
        return
    server: Any = forkserver._forkserver
    is_ours = server._forkserver_pid is None
    os.environ.update(ENVIRONMENT)  # as Dask does when it starts a worker
    forkserver.set_forkserver_preload(list(PRELOAD))
    forkserver.ensure_running()
    try:
        yield {"distributed.worker.multiprocessing-method": "forkserver"}
    finally:
        # it ends with this process anyhow; waited for, it leaves nothing behind, and its time is told
        if is_ours:
            server._stop()
