"""One browser for the tests of a file; each test has a context of its own, as a new visitor has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests import quick_passwords  # noqa: F401

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once a file.

    Not once a run: while it runs no other event loop can, and other files need theirs.
    """
    from playwright.sync_api import sync_playwright

    from tests.browser.server import CHROMIUM_FLAGS, chromium

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        yield made
        made.close()
