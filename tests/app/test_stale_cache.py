"""What takes long is shown as last worked out, and worked out once for all changes meanwhile."""

# Private names: only the cache itself knows that a failed run has ended.

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Timer
from time import monotonic, sleep

import pytest

from eligibility.app.stale_cache import CachedValue, StaleCache

#: seconds, for what must happen
SOON = 5.0


class Work:
    """Something to work out that ends when it is let, and counts how often it was begun."""

    def __init__(self) -> None:
        self.state, self.begun, self.let = 0, 0, Event()
        self.let.set()
        self.fails = False

    def __call__(self) -> str:
        self.begun += 1
        held = self.state
        assert self.let.wait(SOON)
        if self.fails:
            raise OSError("the store is away")
        return f"value of {held}"


@pytest.fixture
def work() -> Work:
    return Work()


def look(latest: StaleCache[str], work: Work) -> CachedValue[str]:
    return latest.of("key", lambda: work.state, work)


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + SOON
    while not holds():
        assert monotonic() < end
        sleep(0.005)


def test_the_first_is_waited_for_and_what_has_not_changed_is_worked_out_once(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=0.0)
    first = look(latest, work)
    assert (first.value, first.current) == ("value of 0", True)
    assert look(latest, work) == first
    assert work.begun == 1


def test_after_a_change_the_last_is_shown_at_once_and_the_next_when_it_is_there(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=0.01, rest=0.0)
    first = look(latest, work)
    work.state = 1
    work.let.clear()
    shown = look(latest, work)
    assert (shown.value, shown.at, shown.current) == (first.value, first.at, False)
    work.let.set()
    until(lambda: look(latest, work).current)
    after = look(latest, work)
    assert after.value == "value of 1"
    assert after.at > first.at


def test_what_was_written_is_worked_out_again_without_anybody_looking(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eligibility.app.stale_cache.LATER", 0.01)
    latest: StaleCache[str] = StaleCache(patience=0.0, rest=0.0)
    look(latest, work)
    latest.refresh()
    work.state += 1
    latest.refresh()
    until(lambda: work.begun == 2)
    until(lambda: look(latest, work).current)
    assert (look(latest, work).value, work.begun) == ("value of 1", 2)
    # nothing was written since
    latest.refresh()
    sleep(0.05)
    assert work.begun == 2


def test_what_comes_soon_is_waited_for(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=SOON, rest=0.0)
    look(latest, work)
    work.state = 1
    assert look(latest, work).value == "value of 1"


def test_what_took_longer_than_anybody_waits_is_not_waited_for_the_next_time(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=0.1, rest=0.0)
    work.let.clear()
    Timer(0.2, work.let.set).start()
    look(latest, work)
    work.state = 1
    work.let.clear()
    began = monotonic()
    assert not look(latest, work).current
    assert monotonic() - began < 0.1
    work.let.set()


def test_many_changes_and_many_looks_meanwhile_are_worked_out_once(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=0.0, rest=0.0)
    look(latest, work)
    work.let.clear()
    for state in range(1, 30):
        work.state = state
        assert not look(latest, work).current
        until(lambda: work.begun == 2)
    work.let.set()
    until(lambda: look(latest, work).current)
    assert look(latest, work).value == "value of 29"
    assert work.begun == 3


def test_it_rests_after_each_for_longer_than_it_took(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=SOON, rest=1e9)
    look(latest, work)
    work.state = 1
    for _ in range(5):
        assert look(latest, work).value == "value of 0"
    assert work.begun == 1


def test_what_fails_is_told_and_tried_again_at_the_next_look(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=SOON, rest=0.0)
    work.fails = True
    with pytest.raises(OSError, match="away"):
        look(latest, work)
    work.fails = False
    assert look(latest, work).value == "value of 0"
    work.state, work.fails = 1, True
    with pytest.raises(OSError, match="away"):
        look(latest, work)
    work.fails = False
    assert look(latest, work).value == "value of 1"


def test_what_fails_after_the_patience_of_all_who_looked_is_told_to_the_next(work: Work) -> None:
    latest: StaleCache[str] = StaleCache(patience=0.0, rest=0.0)
    look(latest, work)
    work.state, work.fails = 1, True
    work.let.clear()
    assert not look(latest, work).current
    work.let.set()
    until(lambda: not latest._coming)
    with pytest.raises(OSError, match="away"):
        look(latest, work)
    # it is told once, and of what has changed meanwhile it says nothing
    work.let.clear()
    assert not look(latest, work).current
    work.let.set()
    until(lambda: not latest._coming)
    work.state, work.fails = 2, False
    assert look(latest, work).value == "value of 0"
    until(lambda: look(latest, work).current)


def test_another_key_is_another_value_and_the_ones_asked_for_longest_ago_are_let_go() -> None:
    latest: StaleCache[int] = StaleCache()
    begun = []

    def made(key: int) -> int:
        begun.append(key)
        return key

    for key in [*range(32), 0, 32, 0, 1]:
        assert latest.of(key, lambda: "state", lambda key=key: made(key)).value == key
    assert begun == [*range(33), 1]
