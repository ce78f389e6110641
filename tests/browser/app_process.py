"""An app of the tests as a process of its own, forked from one that has imported it all, once a run."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.browser.app_imports"])


class AppProcess(FORKS.Process):
    """``python -m streamlit`` with these arguments, once it is started; what it says goes to a file.

    ``change`` is called in it before it serves.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        change: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.arguments, self.environment = list(arguments), dict(environment)
        self.log, self.change = log, change

    def run(self) -> None:
        os.chdir(ROOT)
        os.environ.clear()
        os.environ.update(self.environment)
        file = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        for descriptor in (1, 2):
            os.dup2(file, descriptor)
        if self.change:
            self.change()
        sys.argv = ["streamlit", *self.arguments]
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end, under the name that other processes have for it."""
        self.join(timeout)
