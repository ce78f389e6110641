"""The server loads what pages share before anybody asks for a page."""

from __future__ import annotations

import gc
import logging
import time
from pathlib import Path

import pytest

from eligibility.app import cache
from eligibility.app.web import warming
from tests.browser.server import free_port, started


def test_a_server_that_nobody_has_asked_holds_the_model_already(tmp_path: Path) -> None:
    with started(free_port(), tmp_path, program=("-m", "streamlit")) as (_, app):
        held = Path(f"/proc/{app.pid}/maps")
        until = time.monotonic() + 60
        while "sklearn" not in held.read_text(encoding="utf-8"):
            assert time.monotonic() < until, "the model is not loaded"
            time.sleep(0.2)
    assert "not loaded" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_what_cannot_be_loaded_stands_in_the_log_without_its_message_and_the_server_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ValueError("甲公司 of 91150000")

    monkeypatch.setattr(cache, "city", broken)
    with caplog.at_level(logging.ERROR, logger="eligibility.app"):
        warming.load()
    assert "ValueError" in caplog.text
    assert "甲公司" not in caplog.text
    assert gc.get_freeze_count() == 0
