"""A clock that is moved by hand, and sign-ins that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from eligibility.domain.errors import NotAllowed
from eligibility.store import Accounts

#: Argon2 as cheap as it gets; what a real one costs is the library's matter
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LOGIN, PASSWORD = "Li.Na@example.org", "correct horse battery"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 5, 10, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def refused(doors: Accounts, login: str = LOGIN, password: str = "wrong", source: str = "") -> str:
    with pytest.raises(NotAllowed) as refusal:
        doors.sign_in(login, password, source)
    return str(refusal.value)
