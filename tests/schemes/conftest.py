"""The shipped law with an invented revision, and with an invented scheme beside it."""

# Private names: an app of this process may have kept the settings of the schemes as shipped, which an amended law
# would not be seen behind.

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eligibility.app import cache
from eligibility.schemes.registry import SCHEMES, Scheme, load_scheme, scheme_roots
from tests.schemes.revision import THIRD, amended_root

#: a scheme is no test
collect_ignore = ["third"]


@pytest.fixture(scope="session")
def revised_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of schemes with the measures of 2027 among the editions."""
    return amended_root(tmp_path_factory.mktemp("revised"))


@pytest.fixture
def revised(revised_root: Path) -> Iterator[Scheme]:
    """The high-tech enterprises as they would be with the measures of 2027, for the whole process."""
    cache._of_all.clear()
    with scheme_roots(revised_root):
        yield load_scheme()
    cache._of_all.clear()


@pytest.fixture
def three_schemes() -> Iterator[None]:
    """The invented scheme beside those shipped, for the whole process."""
    with scheme_roots(THIRD, SCHEMES):
        yield
