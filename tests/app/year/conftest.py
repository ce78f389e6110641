"""Staff in May, and a year with firms in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eligibility.register import register_year
from eligibility.store import close_stores
from tests.app.year.year_pages import YEAR
from tests.staff_pages import Staffed, fill


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    # as in May, whatever the day of the test
    monkeypatch.setattr(register_year, "closed_batch", lambda *_: None)
    yield made
    made.engine.dispose()
    close_stores()


@pytest.fixture
def filled(staffed: Staffed) -> Staffed:
    fill(staffed.repository, YEAR)
    staffed.repository.administration.set_target(YEAR, 40, 0)
    return staffed
