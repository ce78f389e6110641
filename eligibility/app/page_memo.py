"""Memo of one run of a page: what it asks of the store again and again while it is drawn, asked once.

Nothing of it outlives the run, callbacks and fragments run outside of it, and the store asks the
rights of whoever acts in every transaction all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_values: ContextVar[dict[Hashable, Any] | None] = ContextVar("page memo", default=None)


@contextmanager
def page_run() -> Iterator[None]:
    """Around a run of a whole page."""
    token = _values.set({})
    try:
        yield
    finally:
        _values.reset(token)


def once(key: Hashable, ask: Callable[[], T]) -> T:
    """What ``ask`` gives, asked once in a run of a page; asked each time outside of one."""
    values = _values.get()
    if values is None:
        return ask()
    if key not in values:
        values[key] = ask()
    value: T = values[key]
    return value


def forget() -> None:
    """Something was written: ask anew."""
    if (values := _values.get()) is not None:
        values.clear()
