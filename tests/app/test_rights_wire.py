"""What Streamlit runs beside a page, asked for over the websocket by a tab whose sign-in has ended."""

# Private names: the tab is a plain browser that sends what a plain browser does not.

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="needs Playwright: pip install -r requirements-dev.txt")

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from eligibility.app import cache
from eligibility.app.register.firms_query import assess_facts
from eligibility.schemes.registry import load_scheme
from tests import accounts
from tests.browser.server import free_port, started
from tests.firms import base
from tests.plain_browser import PATIENCE, PlainBrowser

pytestmark = pytest.mark.slow
SECRET = "甲秘密公司"

#: seconds after which nothing more is under way
SILENCE = 1.0


class Tab(PlainBrowser):
    """A tab that remembers its fragments and can ask for a file or for one fragment."""

    fragments: set[str] = set()  # noqa: RUF012 of the one tab of this test

    def _draw(self, told: ForwardMsg) -> None:
        super()._draw(told)
        self.fragments = self.fragments | {told.delta.fragment_id} - {""}

    async def send(self, message: BackMsg, *ends: Callable[[ForwardMsg], bool]) -> list[ForwardMsg]:
        """Send, and hear until each of these ends was among what was heard."""
        assert self.socket is not None
        await self.socket.send(message.SerializeToString())
        heard: list[ForwardMsg] = []
        while not all(any(map(end, heard)) for end in ends):
            told = await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE)
            heard.append(ForwardMsg.FromString(told))
        return heard

    async def hear_out(self) -> None:
        """Hear what is still under way, until there is silence."""
        assert self.socket is not None
        with suppress(TimeoutError):
            while True:
                await asyncio.wait_for(self.socket.recv(decode=False), SILENCE)


def answered(told: ForwardMsg) -> bool:
    return told.HasField("backend_operation_response")


def ran(told: ForwardMsg) -> bool:
    return told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY and told.HasField(
        "script_finished"
    )


def ran_in_part(told: ForwardMsg) -> bool:
    return told.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def words(heard: list[ForwardMsg]) -> str:
    return "\n".join(str(each.delta.new_element.html.body) for each in heard)


@pytest.mark.parametrize("what", ["file", "fragment"])
def test_a_part_of_a_page_and_a_file_over_the_wire_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    accounts.own_store(tmp_path, monkeypatch)
    chief = accounts.chief()
    firm = chief.firms.add({"name": SECRET})
    facts = base(application_date=date(2026, 5, 10), name=SECRET, st_staff=8)
    chief.records.add_assessment(firm, facts, assess_facts(facts, load_scheme()).record)
    cookie = "; ".join(f"{name}={value}" for name, value in accounts.cookie("chief").items())
    cache.engine().dispose()
    token = cache.accounts().sign_in("chief", accounts.PASSWORD)

    async def look(address: str) -> tuple[list[ForwardMsg], list[ForwardMsg]]:
        answers = []
        async with Tab(address, cookie) as tab:
            await tab.open("start")
            await tab.open("plan", f"of=register&firm={firm}")
            assert SECRET in tab.text()
            asked = BackMsg()
            if what == "file":
                offered: Any = next(
                    each.download_button for each in tab.elements()
                    if each.WhichOneof("type") == "download_button"
                )  # fmt: skip
                asked.backend_operation_request.request_id = "1"
                asked.backend_operation_request.session_id = tab._session
                payload = asked.backend_operation_request.deferred_file
                payload.file_id = offered.deferred_file_id
            else:
                (asked.rerun_script.fragment_id,) = tab.fragments
                asked.rerun_script.query_string = tab.query
                asked.rerun_script.page_script_hash = tab._page
            answers.append(await tab.send(asked, answered if what == "file" else ran_in_part))
            await tab.hear_out()
            cache.accounts().sign_out(token, everywhere=True)
            # the answer to the file may be overtaken by the page, which is drawn anew at once
            answers.append(await tab.send(asked, ran))
        return answers[0], answers[1]

    with started(free_port(), tmp_path) as (address, _):
        before, after = asyncio.run(look(address))
    accounts.forget()
    if what == "file":
        (made,) = [
            each.backend_operation_response
            for each in before
            if each.HasField("backend_operation_response")
        ]
        assert made.deferred_file.url
        refused = [
            each.backend_operation_response
            for each in after
            if each.HasField("backend_operation_response")
        ]
        assert all(each.error_msg and not each.deferred_file.url for each in refused)
    else:
        assert any(each.HasField("delta") for each in before)
    assert "You are signed out" in words(after)
    assert not any(SECRET in str(each) for each in after)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert SECRET not in log
