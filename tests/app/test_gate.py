"""The gate before Streamlit's own protocol, tried on a running server as a stranger would."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import caching
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytest.importorskip("playwright", reason="needs Playwright: pip install -r requirements-dev.txt")

from eligibility.app.web import gate, server
from eligibility.store import Accounts, Repository, Role, open_store
from tests import empty_store
from tests.browser.server import free_port, started
from tests.plain_browser import PlainBrowser

PASSWORD = "correct horse battery"
#: seconds after which the server of these tests ends a session without a tab
RECONNECT = 3
MEGABYTE = 1 << 20


def be_watched() -> None:
    """Say in the log when all caches are cleared, and wait less long for a tab to come back."""
    clear = caching.cache_resource.clear
    caching.cache_resource.clear = lambda: (print("CACHES CLEARED", flush=True), clear())
    gate.RECONNECT = RECONNECT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A running app with an administrator and a manager."""
    empty_store.put(folder)
    engine = open_store(f"sqlite:///{folder / 'eligibility.sqlite'}")
    accounts = Accounts(engine, b"k" * 32)
    accounts.create_administrator("chief", PASSWORD)
    signed = accounts.signed_in(accounts.sign_in("chief", PASSWORD))
    assert signed is not None
    Repository(engine, signed.principal).administration.add_account(
        "staff", PASSWORD, Role.MANAGER, once=False
    )
    engine.dispose()
    with started(free_port(), folder, change=be_watched) as (running, _):
        yield running


@pytest.fixture
def visitor(address: str) -> Iterator[httpx.Client]:
    """The HTTP half of a browser that has loaded a page."""
    with httpx.Client(base_url=address, headers={"origin": address}) as client:
        client.get("/", headers={"accept": "text/html"})
        client.get("/_stcore/health")
        yield client


@pytest.fixture
def staff(visitor: httpx.Client) -> httpx.Client:
    """The same, signed in."""
    form = asyncio.run(drawn(visitor, "account")).text()
    csrf = re.search('name="csrf" value="([0-9a-f]+)"', form)
    assert csrf
    fields = {"login": "staff", "password": PASSWORD, "csrf": csrf[1], "back": "/"}
    assert visitor.post("/auth/sign-in", data=fields).headers["location"] == "/"
    return visitor


def tab(client: httpx.Client) -> PlainBrowser:
    """A tab of that browser, with its cookies."""
    held = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return PlainBrowser(str(client.base_url).rstrip("/"), held)


async def drawn(client: httpx.Client, path: str) -> PlainBrowser:
    """A page drawn in a tab that is then closed."""
    async with tab(client) as page:
        await page.open(path)
    return page


async def upload_address(page: PlainBrowser) -> str:
    """Where the server lets this session put a file."""
    asked = BackMsg()
    asked.file_urls_request.request_id = "1"
    asked.file_urls_request.file_names.append("a.csv")
    await page.send(asked)
    answer = await asyncio.wait_for(page.hear("file_urls_response"), 5)
    return str(answer.file_urls[0].upload_url)


def put(client: httpx.Client, path: str, size: int) -> int:
    """Upload a file of so many bytes; the status."""
    token = client.cookies.get("_streamlit_xsrf") or ""
    sent = {"file": ("a.csv", bytes(size), "text/csv")}
    return client.put(path, files=sent, headers={"x-xsrftoken": token}, timeout=60).status_code


# --- messages ---


@pytest.mark.parametrize(
    "asked",
    [
        BackMsg(clear_cache=True),
        BackMsg(set_run_on_save=True),
        BackMsg(load_git_info=True),
        BackMsg(debug_shutdown_runtime=True),
    ],
    ids=lambda asked: asked.WhichOneof("type"),
)
def test_an_order_that_no_page_gives_is_not_obeyed(
    asked: BackMsg, visitor: httpx.Client, folder: Path
) -> None:
    async def ordered() -> str:
        async with tab(visitor) as page:
            await page.open("rules")
            await page.send(asked)
            # answered in order: whatever the message did is done by then
            await page.send(BackMsg(app_heartbeat=True))
            await page.hear("heartbeat_ack")
            await page.open("start")
            return page.text()

    assert asyncio.run(ordered())
    log = (folder / "log").read_text(encoding="utf-8")
    assert "CACHES CLEARED" not in log
    assert f"message refused: {asked.WhichOneof('type')}" in log


def test_an_operation_that_no_page_asks_for_is_not_done(
    visitor: httpx.Client, folder: Path
) -> None:
    async def ordered() -> None:
        async with tab(visitor) as page:
            await page.open("rules")
            asked = BackMsg()
            asked.backend_operation_request.session_id = page.session
            asked.backend_operation_request.install_skills.SetInParent()
            await page.send(asked)
            await page.send(BackMsg(app_heartbeat=True))
            await page.hear("heartbeat_ack")

    asyncio.run(ordered())
    assert "message refused: install_skills" in (folder / "log").read_text(encoding="utf-8")


def test_a_message_of_three_megabytes_closes_the_socket(visitor: httpx.Client) -> None:
    async def sent() -> int:
        async with tab(visitor) as page:
            await page.open("rules")
            asked = BackMsg()
            asked.rerun_script.query_string = "x" * (3 * MEGABYTE)
            await page.send(asked)
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(page.hear("heartbeat_ack"), 10)
            assert closed.value.rcvd
            return closed.value.rcvd.code

    assert asyncio.run(sent()) == 1009


@pytest.mark.parametrize("content", [b"\xff\xff\xff", "text"], ids=["bytes", "text"])
def test_what_is_no_message_closes_the_socket_and_leaves_no_trace(
    content: bytes | str, address: str, folder: Path
) -> None:
    async def sent() -> int:
        at = address.removeprefix("http://")
        async with connect(
            f"ws://{at}/_stcore/stream", origin=address, subprotocols=["streamlit"]
        ) as socket:
            await socket.send(content)
            await asyncio.wait_for(socket.wait_closed(), 10)
            return socket.close_code or 0

    assert asyncio.run(sent()) == 1002
    assert "Traceback" not in (folder / "log").read_text(encoding="utf-8")


def test_messages_without_end_are_slowed_down(visitor: httpx.Client) -> None:
    async def seconds(count: int) -> float:
        async with tab(visitor) as page:
            began = time.monotonic()
            for _ in range(count):
                await page.send(BackMsg(app_heartbeat=True))
            for _ in range(count):
                await page.hear("heartbeat_ack")
            return time.monotonic() - began

    # a hundred at once, and twenty a second from there
    assert asyncio.run(seconds(90)) < 1
    assert asyncio.run(seconds(140)) > 1.5


@pytest.mark.parametrize(
    "origin",
    [
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:9999",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "null",
        None,
    ],
)
def test_a_page_of_another_site_opens_no_socket(origin: str | None, address: str) -> None:
    at = address.removeprefix("http://")
    named = origin and origin.format(port=at.rpartition(":")[2])

    async def opened() -> None:
        async with connect(f"ws://{at}/_stcore/stream", origin=named, subprotocols=["streamlit"]):
            pass

    with pytest.raises(InvalidStatus):
        asyncio.run(opened())


def test_a_browser_opens_so_many_tabs_and_no_more(visitor: httpx.Client) -> None:
    async def opened(count: int) -> int:
        tabs = [tab(visitor) for _ in range(count)]
        tried = await asyncio.gather(*(each.connect() for each in tabs), return_exceptions=True)
        for each in tabs:
            await each.__aexit__()
        return sum(each is None for each in tried)

    assert asyncio.run(opened(40)) == 24
    # closed ones make room
    assert asyncio.run(opened(10)) == 10


# --- sessions ---


def test_a_session_goes_on_in_its_own_browser_and_in_no_other(
    visitor: httpx.Client, address: str
) -> None:
    async def followed(client: httpx.Client, session: str) -> bool:
        page = tab(client)
        await page.connect(session)
        await page.open("rules")
        await page.__aexit__()
        return page.session == session

    async def went() -> tuple[bool, bool, bool]:
        async with tab(visitor) as page:
            await page.open("rules")
        with httpx.Client(base_url=address) as other:
            # an active session is not there for another browser either
            async with tab(visitor) as active:
                await active.open("rules")
                stolen_active = await followed(other, active.session)
            other.get("/", headers={"accept": "text/html"})
            stolen = await followed(other, page.session)
        return await followed(visitor, page.session), stolen, stolen_active

    assert asyncio.run(went()) == (True, False, False)


def test_a_session_does_not_go_on_under_another_sign_in(staff: httpx.Client) -> None:
    async def went() -> tuple[bool, bool]:
        async with tab(staff) as page:
            await page.open("overview")
        del staff.cookies["eligibility_sign_in"]
        again = tab(staff)
        await again.connect(page.session)
        await again.open("overview")
        await again.__aexit__()
        return again.session == page.session, "form" in again.text()

    assert asyncio.run(went()) == (False, True)


# --- uploads ---


def test_a_file_is_taken_of_a_session_that_shows_a_field_for_it_only(staff: httpx.Client) -> None:
    async def tried() -> list[int]:
        async with tab(staff) as page:
            await page.open("rules")
            bare = f"/_stcore/upload_file/{page.session}/11111111-2222-3333-4444-555555555555"
            statuses = [put(staff, bare, 1000)]
            with pytest.raises(TimeoutError):
                await upload_address(page)
            await page.open("firms")
            # a name of one's own choosing is none that the server gave out
            statuses.append(put(staff, bare, 1000))
            path = await upload_address(page)
            statuses.append(put(staff, path, 1000))
            with httpx.Client(base_url=str(staff.base_url)) as other:
                other.get("/", headers={"accept": "text/html"})
                other.get("/_stcore/health")
                statuses.append(put(other, path, 1000))
            await page.open("rules")
            statuses.append(put(staff, path, 1000))
        return statuses

    assert asyncio.run(tried()) == [403, 403, 204, 403, 403]


def test_files_of_one_session_take_a_hundred_megabytes_at_most_and_go_with_it(
    staff: httpx.Client,
) -> None:
    async def uploaded(page: PlainBrowser) -> int:
        return put(staff, await upload_address(page), 45 * MEGABYTE)

    async def tried() -> list[int]:
        statuses = []
        async with AsyncExitStack() as tabs:
            for _ in range(3):
                page = await tabs.enter_async_context(tab(staff))
                await page.open("firms")
                statuses += [await uploaded(page) for _ in range(3)]
        # the sessions' tabs are closed: their files go, so that there is room again
        async with tab(staff) as page:
            await page.open("firms")
            for _ in range(10 * RECONNECT):
                if (last := await uploaded(page)) == 204:
                    break
                await asyncio.sleep(1)
        return [*statuses, last]

    # two of each session, four of the address
    assert asyncio.run(tried()) == [204, 204, 413, 204, 204, 413, 413, 413, 413, 204]


def test_a_file_of_no_stated_size_is_not_taken(staff: httpx.Client) -> None:
    async def tried() -> int:
        async with tab(staff) as page:
            await page.open("firms")
            path = await upload_address(page)
            token = {"x-xsrftoken": staff.cookies["_streamlit_xsrf"]}
            return staff.put(path, content=iter([b"x"]), headers=token).status_code

    assert asyncio.run(tried()) == 411


# --- files to take away, and other routes ---


def test_a_file_goes_to_the_browser_and_the_sign_in_it_was_made_for_only(
    staff: httpx.Client,
) -> None:
    async def tried() -> list[int]:
        async with tab(staff) as page:
            await page.open("firms")
            button = next(e for e in page.elements() if e.WhichOneof("type") == "download_button")
            asked = BackMsg()
            wanted = asked.backend_operation_request
            wanted.session_id = page.session
            wanted.deferred_file.file_id = button.download_button.deferred_file_id
            await page.send(asked)
            told = await asyncio.wait_for(page.hear("backend_operation_response"), 30)
            path = told.deferred_file.url
            answer = staff.get(path)
            assert answer.headers["cache-control"] == "no-store"
            statuses = [answer.status_code, httpx.get(staff.base_url.join(path)).status_code]
            with httpx.Client(base_url=str(staff.base_url)) as other:
                other.get("/", headers={"accept": "text/html"})
                statuses.append(other.get(path).status_code)
            csrf = re.search(
                'name="csrf" value="([0-9a-f]+)"', (await drawn(staff, "account")).text()
            )
            assert csrf
            held = dict(staff.cookies)
            staff.post("/auth/sign-out", data={"csrf": csrf[1]})
            statuses.append(staff.get(path).status_code)
            staff.cookies.update(held)
            statuses.append(staff.get(path).status_code)
        return statuses

    assert asyncio.run(tried()) == [200, 403, 403, 403, 403]


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/agent/interact",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/bidi-components/x",
        "/_stcore/health/",
        "/component/x/index.html",
        "/app/static/x",
    ],
)
def test_routes_that_no_page_needs_are_closed(path: str, visitor: httpx.Client) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert visitor.request(method, path).status_code == 404


# --- who is behind a proxy ---


def guesses(address: str, clients: Sequence[str], count: int) -> list[str]:
    """What each wrong password is answered, one after the other, of clients in turn."""
    with httpx.Client(base_url=address, headers={"origin": address}) as browser:
        browser.get("/", headers={"accept": "text/html"})
        csrf = re.search(
            'name="csrf" value="([0-9a-f]+)"', asyncio.run(drawn(browser, "account")).text()
        )
        assert csrf
        fields = {"login": "chief", "password": "a wrong one", "csrf": csrf[1], "back": "/"}
        told = []
        for place in range(count):
            header = {"x-forwarded-for": clients[place % len(clients)]}
            place_ = browser.post("/auth/sign-in", data=fields, headers=header).headers["location"]
            signed = parse_qs(urlsplit(place_).query)["said"][0]
            told.append(URLSafeTimedSerializer("whatever").loads_unsafe(signed)[1][0])
        return told


@pytest.mark.parametrize(
    ("proxies", "stopped"),
    [
        # two clients behind one named proxy are two, and one is one
        ("127.0.0.1", {("203.0.113.1", "203.0.113.2"): False, ("203.0.113.3",): True}),
        # a header that nobody named speaks for itself is not believed
        ("", {("203.0.113.1", "203.0.113.2"): True}),
        ("10.0.0.0/8", {("203.0.113.1", "203.0.113.2"): True}),
    ],
)
def test_the_address_is_what_a_named_proxy_says_and_else_the_peers(
    proxies: str, stopped: dict[tuple[str, ...], bool], tmp_path: Path
) -> None:
    empty_store.put(tmp_path)
    engine = open_store(f"sqlite:///{tmp_path / 'eligibility.sqlite'}")
    Accounts(engine, b"k" * 32).create_administrator("chief", PASSWORD)
    engine.dispose()
    named = {"ELIGIBILITY_TRUSTED_PROXIES": proxies}
    with started(free_port(), tmp_path, environment=named) as (address, _):
        told = {clients: guesses(address, clients, 8) for clients in stopped}
    found = {clients: any("Too many" in each for each in said) for clients, said in told.items()}
    assert found == stopped, told
    warned = "headers of a proxy are not believed" in (tmp_path / "log").read_text(encoding="utf-8")
    assert warned == (not proxies)


def test_a_proxy_that_is_no_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGIBILITY_TRUSTED_PROXIES", "127.0.0.1, office")
    with pytest.raises(SystemExit, match="office, which is no IP address"):
        server.configure()


# --- logs ---


def test_no_log_line_holds_the_message_of_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    lines = """
import logging
from eligibility.app.web import errors
from streamlit.logger import get_logger
class Secret(Exception):
    def __str__(self): return "甲公司 97205000"
errors.keep_messages_out()
for log in (get_logger("streamlit.runtime.x"), logging.getLogger("uvicorn.error"), logging.getLogger()):
    try:
        raise Secret
    except Secret as error:
        log.exception("made on demand: %s", error)
        log.error("it was", exc_info=error)
        log.warning(error)
log.warning("counted %d of %d", 1, 2)
"""
    ended = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=True, timeout=60
    )
    assert "97205000" not in ended.stderr
    assert ended.stderr.count("Secret <- <string>:10 <module>") == 12
    assert "counted 1 of 2" in ended.stderr
