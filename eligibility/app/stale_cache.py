"""Stale-while-revalidate cache: what takes seconds, as last worked out, while the next is worked out.

Twenty people change firms all day, and each change moves the year. Whoever writes says so (``refresh``),
and one thread works out the next, once for all changes meanwhile. Whoever looks before it is there sees
the last at once, marked as such.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock, Timer
from time import monotonic, sleep
from typing import Generic, TypeVar

T = TypeVar("T")
#: seconds that somebody who looks waits for the next, if the last took no longer
PATIENCE = 0.5
#: seconds that what takes longer than that is begun later, so that the page that asks is drawn first
LATER = 1.0
#: times as long as it took, until the next is begun: a sixth of one processor at most
REST = 5.0
#: what is held at once; what was asked for longest ago goes first
MOST = 32


@dataclass(frozen=True)
class CachedValue(Generic[T]):
    """A value, and whether it is of the state that holds now.

    Attributes
    ----------
    at : datetime
        When it was begun to be worked out.
    """

    value: T
    at: datetime
    current: bool


@dataclass(frozen=True)
class _Result(Generic[T]):
    state: Hashable
    value: T
    at: datetime
    took: float
    rest_until: float


@dataclass(frozen=True)
class _Failure:
    state: Hashable
    error: Exception


class StaleCache(Generic[T]):
    """Values by key, each worked out again when its state is another."""

    def __init__(self, patience: float = PATIENCE, rest: float = REST) -> None:
        self._patience, self._rest = patience, rest
        self._lock = Lock()
        self._results: dict[Hashable, _Result[T]] = {}
        self._failures: dict[Hashable, _Failure] = {}
        self._coming: dict[Hashable, Future[None]] = {}
        #: what each held value is worked out by
        self._sources: dict[Hashable, tuple[Callable[[], Hashable], Callable[[], T]]] = {}
        self._timers: dict[Hashable, Timer] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="latest")

    def of(
        self,
        key: Hashable,
        state: Callable[[], Hashable],
        work: Callable[[], T],
        *,
        patient: bool = True,
    ) -> CachedValue[T]:
        """The value of now, if it is held or comes soon; the last one otherwise.

        The first one is waited for, and the next if the last came soon.

        Parameters
        ----------
        state
            Names what the value is worked out from; asked before it is.
        patient
            Whether the next is waited for, if there is a last one to be shown.

        Raises
        ------
        Exception
            What ``work`` raised, told at the look that waited for it or at the next one while
            nothing has changed; then it is tried again.
        """
        self._sources[key] = state, work
        if (result := self._result(key)) is None or result.state != (now := state()):
            if result is not None and (failed := self._failure(key)) and failed.state == now:
                raise failed.error
            coming = self._start(key, state, work)
            if coming is not None:
                soon = patient and result is not None and result.took <= self._patience
                done, _ = wait([coming], self._patience * soon if result else None)
                for each in done:
                    if each.exception():
                        self._failure(key)
                    each.result()
            result = self._result(key)
            assert result is not None
        return CachedValue(result.value, result.at, current=result.state == state())

    def refresh(self) -> None:
        """Something was written: what is held and not of now is worked out again, without a look."""
        with self._lock:
            for key, result in self._results.items():
                if key not in self._timers:
                    # others write too, and the page that did is drawn first
                    wait = max(LATER, result.rest_until - monotonic())
                    timer = self._timers[key] = Timer(wait, self._follow, [key])
                    timer.daemon = True
                    timer.start()

    def _follow(self, key: Hashable) -> None:
        with self._lock:
            self._timers.pop(key, None)
            result, source = self._results.get(key), self._sources.get(key)
        if result is None or source is None:
            return
        # a store that is away is told at the next look
        with suppress(Exception):
            if result.state != source[0]():
                self._start(key, *source)

    def _result(self, key: Hashable) -> _Result[T] | None:
        with self._lock:
            if (result := self._results.pop(key, None)) is not None:
                self._results[key] = result
            return result

    def _failure(self, key: Hashable) -> _Failure | None:
        """What went wrong and was not told yet; it is told now."""
        with self._lock:
            return self._failures.pop(key, None)

    def _start(
        self, key: Hashable, state: Callable[[], Hashable], work: Callable[[], T]
    ) -> Future[None] | None:
        """The next one on its way; None while the last has to rest."""
        with self._lock:
            coming, result = self._coming.get(key), self._results.get(key)
            if coming is None and (result is None or monotonic() >= result.rest_until):
                later = LATER if result and result.took > self._patience else 0.0
                coming = self._thread.submit(self._work, key, state, work, later)
                self._coming[key] = coming
            return coming

    def _work(
        self, key: Hashable, state: Callable[[], Hashable], work: Callable[[], T], later: float
    ) -> None:
        of: Hashable = None
        try:
            sleep(later)
            at, began = datetime.now(UTC), monotonic()
            of = state()
            value = work()
            took = monotonic() - began
            with self._lock:
                self._failures.pop(key, None)
                self._results.pop(key, None)
                self._results[key] = _Result(of, value, at, took, monotonic() + self._rest * took)
                while len(self._results) > MOST:
                    oldest = next(iter(self._results))
                    del self._results[oldest]
                    self._sources.pop(oldest, None)
        except Exception as error:
            with self._lock:
                self._failures[key] = _Failure(of, error)
            raise
        finally:
            with self._lock:
                del self._coming[key]
