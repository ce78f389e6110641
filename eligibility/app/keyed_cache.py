"""A cache by key: the least recently used value is given up, and no value is worked out twice at once."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class KeyedCache:
    """Values of several kinds by keys that name all they rest on; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._values: defaultdict[str, OrderedDict[Hashable, Any]] = defaultdict(OrderedDict)
        self._at_work: dict[Hashable, Lock] = {}

    def get(self, kind: str, key: Hashable, work: Callable[[], T], *, most: int) -> T:
        """The value of a key, worked out if it is not held; others who want the same one wait.

        Parameters
        ----------
        most : int
            Values of the kind held at once.
        """
        with self._lock:
            at_work = self._at_work.setdefault((kind, key), Lock())
        with at_work:
            with self._lock:
                values = self._values[kind]
                if key in values:
                    values.move_to_end(key)
                    self._at_work.pop((kind, key), None)
                    value: T = values[key]
                    return value
            try:
                value = work()
                with self._lock:
                    values[key] = value
                    while len(values) > most:
                        values.popitem(last=False)
            finally:
                with self._lock:
                    self._at_work.pop((kind, key), None)
            return value

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()
