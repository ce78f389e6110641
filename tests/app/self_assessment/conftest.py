"""An empty store for the pages of a firm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eligibility.app import cache
from eligibility.store import VISITOR, Repository, close_stores
from tests import empty_store


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The store of the app, empty."""
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    empty_store.put(tmp_path)
    close_stores()
    yield Repository(cache.engine(), VISITOR)
    close_stores()
