"""Values by key: worked out once, given up when others are used more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from eligibility.app.keyed_cache import KeyedCache


def test_a_value_is_worked_out_once_however_many_want_it() -> None:
    cache, calls, go = KeyedCache(), [], Event()
    ready = Barrier(4)

    def work() -> int:
        calls.append(1)
        go.wait(10)
        return 7

    def want() -> int:
        ready.wait(10)
        return cache.get("plan", "a", work, most=2)

    with ThreadPoolExecutor(4) as people:
        values = [people.submit(want) for _ in range(3)]
        ready.wait(10)
        go.set()
        assert [value.result(10) for value in values] == [7, 7, 7]
    assert calls == [1]


def test_the_least_recently_used_value_of_its_kind_is_given_up() -> None:
    cache, made = KeyedCache(), list[str]()

    def want(kind: str, key: str) -> None:
        cache.get(kind, key, lambda: made.append(kind + key), most=2)

    for kind, key in [
        ("x", "a"),
        ("x", "b"),
        ("x", "a"),
        ("x", "c"),
        ("y", "d"),
        ("x", "a"),
        ("x", "b"),
    ]:
        want(kind, key)
    assert made == ["xa", "xb", "xc", "yd", "xb"]


def test_a_failure_is_not_held() -> None:
    cache = KeyedCache()

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            cache.get("plan", "a", fail, most=1)
    assert cache.get("plan", "a", lambda: 1, most=1) == 1
