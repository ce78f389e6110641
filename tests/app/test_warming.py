"""The server loads what pages share before anybody asks, and follows what other programs write."""

# Private names: how often a year is worked out is counted where it is.

from __future__ import annotations

import gc
import logging
import time
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from eligibility.app import cache
from eligibility.app.firm.plan_results import Outlook
from eligibility.app.stale_cache import StaleCache
from eligibility.app.web import warming
from tests.browser.server import free_port, started
from tests.commands import run
from tests.staff_pages import Staffed


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
    frozen = gc.get_freeze_count()
    with caplog.at_level(logging.ERROR, logger="eligibility.app"):
        warming.load()
    assert "ValueError" in caplog.text
    assert "甲公司" not in caplog.text
    # those that ended meanwhile are no longer counted
    assert gc.get_freeze_count() <= frozen


def test_what_a_command_writes_moves_the_year_without_a_look_at_a_page(
    staffed: Staffed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staffed.firm(name="甲云科技有限公司")
    year, outlooks = date.today().year, StaleCache[Outlook](patience=0, rest=0)
    certified: list[int] = []
    work_out = cache._outlook

    def outlook(*asked: Any) -> Outlook:
        result = work_out(*asked)
        certified.append(result.candidates.already)
        return result

    monkeypatch.setattr(cache, "_outlooks", lambda: outlooks)
    monkeypatch.setattr(cache, "_outlook", outlook)
    monkeypatch.setattr("eligibility.app.stale_cache.LATER", 0.01)
    monkeypatch.setattr(warming, "WATCH", 0.02)
    cache.outlook(staffed.repository, year)
    stop = Event()
    Thread(target=warming.follow_writes, args=(stop,), daemon=True).start()
    try:
        path = tmp_path / "名单.txt"
        path.write_text("甲云科技有限公司 GR202615000001", encoding="utf-8")
        run("published-list", path, "--on", f"{year}-01-28", "--confirm")
        until = time.monotonic() + 20
        while certified[-1] != 1:
            assert time.monotonic() < until, "the year is as it was before the command"
            time.sleep(0.02)
    finally:
        stop.set()
    assert certified == [0, 1]
