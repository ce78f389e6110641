"""Run queue (concurrency limit): pages are drawn one after the other, as long as each is quick.

Python runs one thread at a time. Five pages drawn at once take as long as five in turn, each of
them as long as all, and hold up each other on Streamlit's locks besides. So a page waits for those
before it, in the order in which they came: with many at once none is passed over. One that takes
long loses its turn to the next, and goes on beside it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock
from time import monotonic

#: seconds; most pages take a fifth of it
LONG = 0.3


class RunQueue:
    """One turn at a time, first come, first served."""

    def __init__(self, long: float = LONG) -> None:
        self._long = long
        self._lock = Lock()
        self._line: deque[Condition] = deque()
        self._holder: Condition | None = None
        self._since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until those before have had their turn or held it too long; then hold it."""
        mine = Condition(self._lock)
        with self._lock:
            self._line.append(mine)
            try:
                while self._line[0] is not mine or self._wait_time() > 0:
                    # only the first in line has a time to look at
                    mine.wait(self._wait_time() if self._line[0] is mine else None)
                self._holder, self._since = mine, monotonic()
            finally:
                self._line.remove(mine)
                self._wake_first()
        try:
            yield
        finally:
            with self._lock:
                if self._holder is mine:
                    self._holder = None
                    self._wake_first()

    def _wait_time(self) -> float:
        """Seconds for which the turn is held at most."""
        return self._since + self._long - monotonic() if self._holder else 0.0

    def _wake_first(self) -> None:
        if self._line:
            self._line[0].notify()


_pages = RunQueue()
turn = _pages.turn
