"""Guesses are slowed down by login and address; nobody is locked out by another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Lock
from time import sleep
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from eligibility.domain.errors import NotAllowed
from eligibility.store import Accounts, throttling
from eligibility.store.schema import sign_in_attempts
from tests.store.sign_in_attempts import LOGIN, PASSWORD, Clock, refused


def spend(doors: Accounts, login: str = LOGIN, source: str = "") -> None:
    """Use up the failures that cost nothing."""
    for _ in range(throttling.FREE):
        assert "wrong" in refused(doors, login, source=source)


def let_through(doors: Accounts, clock: Clock, sources: Sequence[str], hours: float = 1) -> int:
    """How many guesses are let through if each source tries again and again."""
    tried, until = 0, clock.at + timedelta(hours=hours)
    while clock.at < until:
        with doors.engine.begin() as connection:
            for source in sources:
                with suppress(NotAllowed):
                    throttling.count_attempt(connection, "chief", source, "", clock.at)
                    tried += 1
        clock.move(seconds=60 if len(sources) > 1 else 20)
    return tried


def test_after_five_failures_each_one_more_makes_the_wait_longer_up_to_two_minutes(
    doors: Accounts, clock: Clock
) -> None:
    for login in (LOGIN, "nobody"):
        spend(doors, login)
        for seconds in (2, 4, 8, 16, 32, 64, 120, 120):
            told = refused(doors, login, PASSWORD)
            assert f"try again in {seconds} seconds" in told
            # trying while one has to wait makes it no longer
            clock.move(seconds=seconds - 1)
            assert "try again in 1 seconds" in refused(doors, login, PASSWORD)
            clock.move(seconds=1)
            assert "wrong" in refused(doors, login)
    clock.move(seconds=120)
    assert doors.sign_in(LOGIN, PASSWORD)


def test_nobody_locks_another_person_out(doors: Accounts, clock: Clock) -> None:
    spend(doors, source="203.0.113.7")
    assert "Too many" in refused(doors, source="203.0.113.7")
    assert doors.sign_in(LOGIN, PASSWORD, "198.51.100.1")
    # nor where both come by one address, if the browser is known
    assert doors.sign_in(LOGIN, PASSWORD, "203.0.113.7", "her browser")
    assert let_through(doors, clock, ["203.0.113.7"]) < throttling.FREE_OF_LOGIN


def test_a_known_browser_has_a_count_of_its_own(doors: Accounts) -> None:
    for _ in range(throttling.FREE):
        with pytest.raises(NotAllowed, match="wrong"):
            doors.sign_in(LOGIN, "wrong", "198.51.100.1", "her browser")
    with pytest.raises(NotAllowed, match="Too many"):
        doors.sign_in(LOGIN, PASSWORD, "203.0.113.7", "her browser")
    assert doors.sign_in(LOGIN, PASSWORD, "198.51.100.1")


def test_addresses_of_one_ipv6_network_count_as_one(doors: Accounts) -> None:
    for place in range(throttling.FREE):
        assert "wrong" in refused(doors, source=f"2001:db8:1:2::{place + 1:x}")
    assert "Too many" in refused(doors, source="2001:db8:1:2:ffff::1")
    assert "wrong" in refused(doors, source="2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, counts_as: str) -> None:
    assert throttling.network(address) == counts_as


def test_a_login_is_guessed_a_hundred_times_an_hour_at_most_from_everywhere_together(
    doors: Accounts, clock: Clock
) -> None:
    sources = [f"203.0.113.{place}" for place in range(6)]
    assert let_through(doors, clock, sources) <= 100
    assert let_through(doors, clock, sources) <= 100


def test_a_success_of_a_day_to_come_forgives_nothing(doors: Accounts, clock: Clock) -> None:
    clock.move(days=2)
    doors.sign_in(LOGIN, PASSWORD)
    clock.move(days=-2)
    spend(doors)
    assert "Too many" in refused(doors, LOGIN, PASSWORD)


def test_a_success_forgives_the_failures_before_it(doors: Accounts, clock: Clock) -> None:
    for _ in range(3):
        for _ in range(throttling.FREE - 1):
            refused(doors)
            clock.move(seconds=1)
        assert doors.sign_in(LOGIN, PASSWORD)
        clock.move(seconds=1)


def test_one_address_that_tries_many_logins_is_throttled_and_others_are_not(
    doors: Accounts,
) -> None:
    for place in range(throttling.FREE_OF_SOURCE):
        refused(doors, f"guess{place}", source="203.0.113.7")
    assert "Too many" in refused(doors, LOGIN, PASSWORD, source="203.0.113.7")
    assert doors.sign_in(LOGIN, PASSWORD, "203.0.113.7", "her browser")
    assert doors.sign_in(LOGIN, PASSWORD, "198.51.100.1")


def test_guesses_made_at_the_same_moment_are_all_counted(doors: Accounts) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(12) as threads:
        said = list(threads.map(lambda _: refused(doors), range(12)))
    assert sum("Too many" in sentence for sentence in said) == 12 - throttling.FREE
    with doors.engine.connect() as connection:
        assert len(connection.execute(select(sign_in_attempts)).all()) == throttling.FREE


class Crowded(PasswordHasher):
    """A hasher that takes a moment and notes how many are at it at one time."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.now, self.most, self.lock = 0, 0, Lock()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        sleep(0.01)
        with self.lock:
            self.now -= 1
        return super().verify(hash, password)


def test_two_passwords_are_checked_at_one_time_and_the_rest_wait(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    hasher = Crowded()
    doors = Accounts(engine, b"k" * 32, hasher=hasher)
    doors.create_administrator(LOGIN, PASSWORD)
    with ThreadPoolExecutor(20) as threads:
        tokens = list(
            threads.map(
                lambda place: doors.sign_in(LOGIN, PASSWORD, f"203.0.113.{place}"), range(20)
            )
        )
    assert len(set(tokens)) == 20
    assert hasher.most == 2


def test_a_success_of_a_clock_that_was_ahead_excuses_no_guess(
    doors: Accounts, clock: Clock
) -> None:
    clock.move(days=2)
    ahead = doors.sign_in(LOGIN, PASSWORD)
    clock.move(days=-2)
    said = [refused(doors) for _ in range(40)]
    assert sum("Too many" in sentence for sentence in said) == 40 - throttling.FREE
    assert doors.signed_in(ahead) is None, "it would go on for nine days"


def test_failures_of_a_clock_that_was_ahead_lock_nobody_out(doors: Accounts, clock: Clock) -> None:
    clock.move(days=2)
    for _ in range(throttling.FREE):
        refused(doors)
    clock.move(days=-2)
    token = doors.sign_in(LOGIN, PASSWORD)
    clock.move(seconds=-30)
    assert doors.signed_in(token), "clocks of two machines differ by as much"
