"""Run queue (concurrency limit): pages are drawn one after the other, as long as each is quick.

Python runs one thread at a time. Five pages drawn at once take as long as five in turn, each of
them as long as all, and hold up each other on Streamlit's locks besides. So a page waits for the one
before it; one that takes long loses its turn to the next, and goes on beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic

#: seconds; most pages take a fifth of it
LONG = 0.3


class RunQueue:
    """One turn at a time, in no promised order."""

    def __init__(self, long: float = LONG) -> None:
        self._long = long
        self._free = Condition()
        self._holder: object | None = None
        self._since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until nobody holds the turn, or has held it too long; then hold it for this block."""
        mine = object()
        with self._free:
            while self._holder and (left := self._since + self._long - monotonic()) > 0:
                self._free.wait(left)
            self._holder, self._since = mine, monotonic()
        try:
            yield
        finally:
            with self._free:
                if self._holder is mine:
                    self._holder = None
                    self._free.notify()


_pages = RunQueue()
turn = _pages.turn
