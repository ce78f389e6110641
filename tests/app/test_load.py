"""Several people at once, and a server killed under them: no error, no write lost or stored twice."""

# Private names: the signer remembers the key of one store a process; `load` is a script beside the
# program.

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

pytest.importorskip("playwright", reason="needs Playwright: pip install -r requirements-dev.txt")

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import load

from eligibility.store import LOCAL, Repository, open_store
from tests.browser.server import free_port, started
from tests.plain_browser import PlainBrowser

pytestmark = pytest.mark.slow
PEOPLE, SECONDS = 6, 15.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELIGIBILITY_DATA", str(tmp_path))
    monkeypatch.delenv("ELIGIBILITY_DATABASE_URL", raising=False)
    monkeypatch.delenv("ELIGIBILITY_SECRET", raising=False)
    load.cookies._signer.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    load.cookies._signer.cache_clear()


def test_six_people_at_once_meet_no_error_and_everything_said_to_be_stored_is_there_once(
    folder: Path,
) -> None:
    held, ledger = load.fill(), load.Ledger()
    with started(free_port(), folder) as (address, _):
        asyncio.run(load.crowd(address, held, PEOPLE, 0, SECONDS, ledger))
    assert ledger.errors == []
    assert list(load.missing(ledger)) == []
    assert ledger.drafts, "nobody filled in a draft"
    assert ledger.texts, "nobody wrote a note"
    log = (folder / "log").read_text(encoding="utf-8")
    assert "ERROR" not in log
    assert "Traceback" not in log
    # what is looked for would be found missing
    ledger.texts.append("note nobody wrote")
    assert any("nobody wrote" in line for line in load.missing(ledger))


def test_a_server_killed_while_firms_type_keeps_every_answered_change_and_nothing_half(
    folder: Path,
) -> None:
    answered: dict[str, dict[str, str]] = {}
    asked: dict[str, dict[str, str]] = {}

    async def types(address: str, number: int) -> None:
        draw = random.Random(number)
        async with PlainBrowser(address) as browser:
            await browser.open("start")
            await browser.press("Begin the full form", "begin")
            await browser.type("entry:registered_on", "2015-01-01", "type")
            shown = (e.code.code_text for e in browser.elements() if e.WhichOneof("type") == "code")
            code, facts = next(shown), {"registered_on": "2015-01-01"}
            answered[code] = dict(facts)
            for name, text in load.firm_facts(draw):
                facts[name] = text
                asked[code] = dict(facts)
                await browser.type(f"entry:{name}", text, "type")
                answered[code] = dict(facts)

    async def until_killed(address: str, kill: object) -> None:
        people = [asyncio.create_task(types(address, number)) for number in range(4)]
        for _ in range(600):
            await asyncio.sleep(0.1)
            if len(answered) == len(people) and all(len(each) > 3 for each in answered.values()):
                break
        await asyncio.sleep(random.Random().uniform(0, 0.3))
        app.kill()
        for person in people:
            with suppress(ConnectionClosed, OSError):
                await person

    with started(free_port(), folder) as (address, app):
        asyncio.run(until_killed(address, app))
        app.wait()
    assert len(answered) == 4
    # the second start finds a store to go on with
    with started(free_port(), folder) as (address, _):
        asyncio.run(load._warm(address))
    engine = open_store()
    local = Repository(engine, LOCAL)
    for code, facts in answered.items():
        held = local.drafts.get(code)["state"]["facts"]
        assert held in (facts, asked[code]), "half a change, or one that was answered is gone"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    engine.dispose()
