"""The first page is told where its server is, and nothing else of it changes."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

testing = pytest.importorskip("starlette.testclient")

import streamlit  # noqa: E402
from starlette.staticfiles import StaticFiles  # noqa: E402

from eligibility.app.web import first_page, guard  # noqa: E402

PAGE = Path(streamlit.__file__).with_name("static")
HTML = {"accept": "text/html,*/*"}


@pytest.fixture
def browser() -> testing.TestClient:
    return testing.TestClient(first_page.FirstPage(StaticFiles(directory=PAGE, html=True)))


def test_every_script_of_the_page_is_one_that_the_policy_allows_and_ours_is_the_first(
    browser: testing.TestClient,
) -> None:
    said = browser.get("/", headers=HTML)
    scripts = re.findall(r"<script>(.*?)</script>", said.text, re.DOTALL)
    assert scripts[0] == first_page.script()
    assert int(said.headers["content-length"]) == len(said.content)
    as_shipped = (PAGE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script>(.*?)</script>", as_shipped, re.DOTALL) == scripts[1:]
    for script in scripts:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in guard.policy()


def test_what_is_asked_by_its_head_alone_is_not_said_to_be_empty(
    browser: testing.TestClient,
) -> None:
    said = browser.head("/", headers=HTML)
    assert int(said.headers["content-length"]) == (PAGE / "index.html").stat().st_size
