"""Real processes that use a store, to be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Child:
    """A real process of its own that runs ``work(say, *arguments)``; forked, so that it starts at once."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        processes = multiprocessing.get_context("fork")
        self._heard, say = processes.Pipe(duplex=False)
        self.process = processes.Process(target=work, args=(say.send, *arguments))
        self.process.start()
        say.close()

    def hear(self) -> Any:
        """What the child says next; EOFError when it is gone."""
        return self._heard.recv()

    def kill_9(self) -> list[Any]:
        """End it without a chance to tidy up; what it had said before."""
        os.kill(self.process.pid or 0, signal.SIGKILL)
        self.process.join()
        left = []
        with suppress(EOFError, OSError):
            while True:
                left.append(self.hear())
        return left
