"""A browser without a picture: speaks Streamlit's protocol, holds what is drawn and what is typed.

It does what the page of a real browser does between a click and the last thing drawn, but for the
drawing, so that twenty of them cost less than the server that they ask.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

#: seconds for one drawing of a page
PATIENCE = 60.0
#: bytes of one message
LARGEST = 2**26
FAILED = re.compile("Something went wrong on this page|页面出错")


class Failed(Exception):
    """A page that shows an error, or never ends."""


class PlainBrowser:
    """One session of the app.

    Parameters
    ----------
    address : str
        Of the app.
    cookies : str
        What the browser sends, as in the header.

    Attributes
    ----------
    socket : ClientConnection or None
        The connection while the page is open.
    seconds : list of (str, float)
        What each run of a page was for, and from the asking to the last thing drawn.
    session : str
        Id of the session, once a page was drawn.
    """

    def __init__(self, address: str, cookies: str = "") -> None:
        self.address, self.cookies = address, cookies
        self.session = ""
        self.seconds: list[tuple[str, float]] = []
        self.query = ""
        self._page, self._path, self._session = "", "", ""
        self._drawn: dict[tuple[int, ...], Any] = {}
        self._run: dict[tuple[int, ...], Any] = {}
        self._states: dict[str, WidgetState] = {}
        self._pages: dict[str, str] = {}
        # large elements, which a browser keeps and the server then only names
        self._cached: dict[str, ForwardMsg] = {}
        self.socket: ClientConnection | None = None

    async def __aenter__(self) -> PlainBrowser:
        """Connect, as a page just loaded does."""
        await self.connect()
        return self

    async def connect(self, session: str = "") -> None:
        """Open a socket; go on with the session of that id, as a page does that lost its own."""
        at = urlsplit(self.address)
        self.socket = await connect(
            f"ws://{at.netloc}/_stcore/stream",
            origin=self.address,  # type: ignore[arg-type]
            subprotocols=["streamlit", *(["-", session] if session else [])],  # type: ignore[list-item]
            additional_headers={"Cookie": self.cookies} if self.cookies else {},
            max_size=LARGEST,
        )

    async def __aexit__(self, *_: object) -> None:
        """Close the page."""
        if self.socket is not None:
            await self.socket.close()

    # --- what a person does ---

    async def open(self, path: str, query: str = "", what: str = "") -> None:
        """A page of the app by its navigation."""
        self._path, self.query, self._states = path, query, {}
        self._page = self._pages.get(path, "")
        await self._ask(what or path)

    async def type(self, key: str, text: str, what: str) -> None:
        """Type into the text input or text area of that key or label, and leave it."""
        self._state(self.find(("text_input", "text_area"), key).id).string_value = text
        await self._ask(what)

    async def choose(self, key: str, index: int, what: str) -> None:
        """Choose of a drop-down by place."""
        held = self.find(("selectbox",), key)
        self._state(held.id).string_value = held.options[index]
        await self._ask(what)

    async def press(self, label: str, what: str) -> None:
        """Press a button, and send what is typed into its form."""
        self._state(self.find(("button",), label).id).trigger_value = True
        await self._ask(what)

    async def tick(self, key: str, what: str) -> None:
        """Tick the box of that key or label."""
        self._state(self.find(("checkbox",), key).id).bool_value = True
        await self._ask(what)

    def fill(self, key: str, text: str) -> None:
        """Type into an input of a form, which asks for nothing before it is sent."""
        self._state(self.find(("text_input", "text_area"), key).id).string_value = text

    # --- what a person sees ---

    def elements(self) -> Iterator[Any]:
        """Everything drawn."""
        return iter(self._drawn.values())

    def text(self) -> str:
        """Everything drawn as HTML, headings and texts."""
        told = [each.html.body for each in self.elements() if each.WhichOneof("type") == "html"]
        told += [each.heading.body for each in self.elements() if each.HasField("heading")]
        told += [each.markdown.body for each in self.elements() if each.HasField("markdown")]
        told += [each.code.code_text for each in self.elements() if each.HasField("code")]
        return "\n".join(told)

    def find(self, kinds: tuple[str, ...], named: str) -> Any:
        """The widget of one of these kinds whose key or label is the one given."""
        for each in self.elements():
            kind = each.WhichOneof("type")
            if kind in kinds:
                held = getattr(each, kind)
                if held.label == named or held.id.endswith(f"-{named}"):
                    return held
        raise Failed(f"{self._path}: nothing is called {named}")

    # --- the protocol ---

    async def send(self, message: BackMsg) -> None:
        """Send any message, as a program may that is no browser."""
        assert self.socket is not None
        await self.socket.send(message.SerializeToString())

    async def hear(self, kind: str) -> Any:
        """The next message of that kind; others are passed over."""
        assert self.socket is not None
        while True:
            told = ForwardMsg.FromString(await self.socket.recv(decode=False))
            if told.WhichOneof("type") == kind:
                return getattr(told, kind)

    def _state(self, widget: str) -> WidgetState:
        return self._states.setdefault(widget, WidgetState(id=widget))

    async def _ask(self, what: str) -> None:
        asked = BackMsg()
        wanted = asked.rerun_script
        wanted.query_string, wanted.page_name = self.query, self._path
        wanted.page_script_hash = self._page
        wanted.context_info.timezone, wanted.context_info.locale = "Asia/Shanghai", "en-US"
        at = f"{self.address}/{self._path}"
        wanted.context_info.url = f"{at}?{self.query}" if self.query else at
        wanted.widget_states.widgets.extend(self._states.values())
        wanted.cached_message_hashes.extend(self._cached)
        start = time.perf_counter()
        assert self.socket is not None
        await self.socket.send(asked.SerializeToString())
        # a press counts once
        for name in [n for n, held in self._states.items() if held.HasField("trigger_value")]:
            del self._states[name]
        try:
            await asyncio.wait_for(self._hear(), PATIENCE)
        except TimeoutError as error:
            raise Failed(f"{what}: not drawn within {PATIENCE:.0f} s") from error
        self.seconds.append((what, time.perf_counter() - start))
        if FAILED.search(self.text()) or any(e.HasField("exception") for e in self.elements()):
            raise Failed(f"{what}: the page shows an error")

    async def _hear(self) -> None:
        assert self.socket is not None
        while True:
            told = ForwardMsg.FromString(await self.socket.recv(decode=False))
            match told.WhichOneof("type"):
                case "new_session":
                    self._run = {}
                    self._session = told.new_session.initialize.session_id
                    self._page = told.new_session.page_script_hash
                    self.session = told.new_session.initialize.session_id
                case "navigation":
                    for page in told.navigation.app_pages:
                        self._pages[page.url_pathname] = page.page_script_hash
                        if page.page_script_hash == told.navigation.page_script_hash:
                            self._path = page.url_pathname
                    self._page = told.navigation.page_script_hash
                case "page_info_changed":
                    self.query = told.page_info_changed.query_string
                case "delta":
                    if told.metadata.cacheable:
                        self._cached[told.hash] = told
                    self._draw(told)
                case "ref_hash":
                    whole = ForwardMsg()
                    whole.CopyFrom(self._cached[told.ref_hash])
                    whole.metadata.CopyFrom(told.metadata)
                    self._draw(whole)
                case "script_finished" if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
                case "script_finished" if (
                    told.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
                ):
                    raise Failed("the page cannot be compiled")
        self._drawn = self._run
        ids = {getattr(getattr(e, e.WhichOneof("type")), "id", "") for e in self.elements()}
        self._states = {name: held for name, held in self._states.items() if name in ids}

    def _draw(self, told: ForwardMsg) -> None:
        if told.delta.WhichOneof("type") != "new_element":
            return
        element = told.delta.new_element
        self._run[tuple(told.metadata.delta_path)] = element
        kind = element.WhichOneof("type")
        held = getattr(element, kind)
        # what the program puts into an input takes the place of what was typed
        if getattr(held, "set_value", False) and held.id in self._states:
            del self._states[held.id]


def share(found: list[float], part: float) -> float:
    """The value below which that part of the found ones lies."""
    return sorted(found)[min(int(len(found) * part), len(found) - 1)]


Sleep = Callable[[float], Any]
