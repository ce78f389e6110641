"""Staff in May, and a year with firms in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eligibility.register import register_year
from eligibility.store import close_stores
from tests.app.year.year_pages import YEAR
from tests.staff_pages import Staffed, fill
from tests.store_snapshot import Snapshot


@pytest.fixture
def staffed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffed]:
    made = Staffed(tmp_path, monkeypatch)
    # as in May, whatever the day of the test
    monkeypatch.setattr(register_year, "closed_batch", lambda *_: None)
    yield made
    made.engine.dispose()
    close_stores()


@pytest.fixture(scope="session")
def year_of_sample(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The firms of the sample in a year with a target: imported once, and copied."""
    with pytest.MonkeyPatch.context() as patch:
        made = Staffed(tmp_path_factory.mktemp("year"), patch)
        fill(made.repository, YEAR)
        made.repository.administration.set_target(YEAR, 40, 0)
        snapshot = Snapshot(made.engine)
        made.engine.dispose()
        close_stores()
    return snapshot


@pytest.fixture
def filled(year_of_sample: Snapshot, staffed: Staffed) -> Staffed:
    year_of_sample.put_into(staffed.engine)
    return staffed
