"""Pages are drawn in turn, and a slow one holds up nobody for long."""

# Private names: a turn that is long by then cannot be had by waiting without making the test slow.

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import monotonic, sleep

import pytest

from eligibility.app.run_queue import RunQueue

#: seconds, for what must not happen
SOON, NEVER = 5.0, 0.2


@contextmanager
def _held(turns: RunQueue) -> Iterator[Callable[[], None]]:
    """The turn is taken by another thread until the function given is called, or the block ends."""
    taken, done = Event(), Event()

    def hold() -> None:
        with turns.turn():
            taken.set()
            done.wait(SOON)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert taken.wait(SOON)
        try:
            yield lambda: (done.set(), holding.result(SOON))[0]
        finally:
            done.set()


def _take(turns: RunQueue) -> float:
    start = monotonic()
    with turns.turn():
        return monotonic() - start


def test_of_many_quick_pages_one_is_drawn_at_a_time() -> None:
    turns, inside, most = RunQueue(long=SOON), [], []

    def draw(page: int) -> None:
        with turns.turn():
            inside.append(page)
            most.append(len(inside))
            sleep(0.005)
            inside.remove(page)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(draw, range(24)))
    assert most == [1] * 24


def test_a_page_waits_while_another_is_drawn_and_goes_on_when_it_is_done() -> None:
    turns = RunQueue(long=SOON)
    with _held(turns) as end, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(_take, turns)
        with pytest.raises(TimeoutError):
            waiting.result(NEVER)
        end()
        assert waiting.result(SOON) >= NEVER


def test_a_page_that_takes_long_loses_its_turn_to_the_next() -> None:
    turns = RunQueue(long=0.05)
    with _held(turns):
        assert _take(turns) < SOON / 2
        # the next has come and gone; another waits for nobody
        assert _take(turns) < 0.05


def test_a_page_that_ends_late_does_not_end_the_turn_of_the_next() -> None:
    turns = RunQueue(long=0.05)
    with _held(turns) as end, turns.turn():
        turns._long = SOON
        end()
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(_take, turns)
            with pytest.raises(TimeoutError):
                waiting.result(NEVER)
            # so that the waiting one ends with the test
            turns._long = 0.0
            with turns._lock:
                turns._wake_first()


def test_a_page_that_fails_gives_its_turn_back() -> None:
    turns = RunQueue(long=SOON)
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    assert _take(turns) < NEVER


def test_pages_have_their_turns_in_the_order_in_which_they_came() -> None:
    turns, order = RunQueue(long=SOON), list[int]()

    def draw(page: int) -> None:
        with turns.turn():
            order.append(page)

    with ThreadPoolExecutor(8) as pool:
        with _held(turns) as end:
            waiting = []
            for page in range(8):
                waiting.append(pool.submit(draw, page))
                while len(turns._line) <= page:
                    sleep(0.001)
            end()
        for each in waiting:
            each.result(SOON)
    assert order == list(range(8))
