"""The gate before Streamlit: what of its protocol a visitor may use, how much, and as whom.

Streamlit trusts the browser: its socket takes orders that concern everybody, such as to clear every
cache, its upload route takes files that no page asked for, and its files are given to whoever has
their address. Here only what pages of this app need goes on.
"""

from __future__ import annotations

import asyncio
import logging
import re
from http import HTTPStatus

import streamlit as st
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from eligibility.app import cache
from eligibility.app.web import cookies, origins, upload_fields
from eligibility.app.web.server import LONGEST_MESSAGE
from eligibility.app.web.sessions import Browser, Bucket, Session, Sessions
from eligibility.domain.text import msgid
from eligibility.i18n import language
from eligibility.store.throttling import network

log = logging.getLogger("eligibility.app")

STREAM, UPLOAD, MEDIA = "/_stcore/stream", "/_stcore/upload_file/", "/media/"
#: of Streamlit's own routes: what its page asks for when it starts
OPEN = frozenset({"/_stcore/health", "/_stcore/host-config"})
#: Streamlit's own routes, of which nothing else is open: metrics, the agents' interface, components
CLOSED = ("/_stcore", "/component/", "/app/static/")
#: what pages send: runs and their end, uploads, the sign of life, files made on demand
MESSAGES = frozenset(
    {"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "deferred_file"}
)
#: messages of one socket: so many at once, and so many a second; more have to wait
AT_ONCE, A_SECOND = 100, 20.0
#: seconds that a session waits for its tab to come back, and that a file may take to arrive
RECONNECT, LONGEST_UPLOAD = 120.0, 600.0
#: addresses of files in what the server sends; their lengths are fixed, as nothing ends them
FILES = re.compile(rb"/media/[0-9a-f]{32}|/_stcore/upload_file/[0-9a-f-]{36}/[0-9a-f-]{36}")
POLICY, TOO_BIG, BUSY, MALFORMED = 1008, 1009, 1013, 1002

NO_FIELD = msgid("This page takes no file; nothing was stored.")
NO_LENGTH = msgid("The size of the file is missing; nothing was stored.")
NO_ROOM = msgid("Too many or too large files at once; close other pages, or try again later.")
NOT_YOURS = msgid("This file belongs to another page or sign-in.")


class Gate:
    """Lets through what pages need of Streamlit's routes and of its socket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.sessions = Sessions()
        self._base = "/" + (st.get_option("server.baseUrlPath") or "").strip("/")
        self._endings: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or socket, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._base if self._base != "/" else "")
        if scope["type"] == "websocket":
            if path == STREAM:
                await self._stream(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": POLICY})
        elif path.startswith(UPLOAD):
            await self._upload(path, scope, receive, send)
        elif path.startswith(MEDIA):
            await self._media(path, scope, receive, send)
        elif path.startswith(CLOSED) and path not in OPEN:
            await self._refuse(HTTPStatus.NOT_FOUND, None, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    # --- the socket ---

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not origins.is_own(scope):
            log.warning("socket refused: it comes from a page of another site")
            await send({"type": "websocket.close", "code": POLICY})
            return
        browser, address = cookies.browser(scope), address_of(scope)
        with self.sessions.socket(browser, address) as has_place:
            if not has_place:
                log.warning("socket refused: too many of one browser or address, or of all")
                await send({"type": "websocket.close", "code": BUSY})
                return
            socket = Socket(self.sessions, browser, address, receive, send)
            try:
                await self.app(self._own_session(scope, browser), socket.receive, socket.send)
            finally:
                if socket.session is not None:
                    socket.session.sockets -= 1
                    self._end_later(socket.session)

    def _own_session(self, scope: Scope, browser: Browser | None) -> Scope:
        """The request without the id of a session that is not this browser's to go on with."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        words = [each.strip() for each in headers.get("sec-websocket-protocol", "").split(",")]
        # Streamlit hides in it the XSRF token and the session to go on with
        if len(words) > 2 and self.sessions.find(words[2], browser) is None:
            headers["sec-websocket-protocol"] = ", ".join(words[:2])
        protocols = words[:2] if len(words) > 2 else scope.get("subprotocols", [])
        return {**scope, "headers": headers.raw, "subprotocols": protocols}

    def _end_later(self, session: Session) -> None:
        async def end() -> None:
            await asyncio.sleep(RECONNECT)
            self.sessions.end(session)

        task = asyncio.create_task(end())
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    # --- files ---

    async def _upload(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        session = self.sessions.find(path[len(UPLOAD) :].partition("/")[0], cookies.browser(scope))
        headers = Headers(scope=scope)
        foreign = "origin" in headers and not origins.is_own(scope)
        if session is None or foreign or path not in session.files:
            await self._refuse(HTTPStatus.FORBIDDEN, NOT_YOURS, scope, receive, send)
        elif scope["method"] == "DELETE":
            await self.app(scope, receive, send)
        elif scope["method"] != "PUT":
            await self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, None, scope, receive, send)
        elif not upload_fields.are_shown(session.id):
            await self._refuse(HTTPStatus.FORBIDDEN, NO_FIELD, scope, receive, send)
        elif not (size := headers.get("content-length", "")).isascii() or not size.isdigit():
            await self._refuse(HTTPStatus.LENGTH_REQUIRED, NO_LENGTH, scope, receive, send)
        elif not self.sessions.has_room(session, int(size)):
            await self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, NO_ROOM, scope, receive, send)
        else:
            session.arriving += int(size)
            try:
                async with asyncio.timeout(LONGEST_UPLOAD):
                    await self.app(scope, receive, send)
            finally:
                session.arriving -= int(size)

    async def _media(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        browser = cookies.browser(scope)
        session = self.sessions.of_file(path.partition(".")[0], browser)
        if session is None or not await run_in_threadpool(_is_signed_in, scope):
            await self._refuse(HTTPStatus.FORBIDDEN, NOT_YOURS, scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, answer)

    async def _refuse(
        self, status: HTTPStatus, sentence: str | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        words = language(Headers(scope=scope).get("accept-language"))
        text = status.phrase if sentence is None else words.text(sentence)
        await PlainTextResponse(text, status)(scope, receive, send)


class Socket:
    """One socket: what the browser sends is sifted, what the server sends is read for addresses."""

    def __init__(
        self,
        sessions: Sessions,
        browser: Browser | None,
        address: str,
        receive: Receive,
        send: Send,
    ) -> None:
        self.session: Session | None = None
        self._sessions, self._browser, self._address = sessions, browser, address
        self._receive, self._send = receive, send
        self._pace = Bucket(AT_ONCE, A_SECOND)
        self._warning_given = False

    async def receive(self) -> Message:
        """The next message that may go on; one too many waits, one that may not go on is dropped."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            while pause := self._pace.take():
                await asyncio.sleep(pause)
            content = message.get("bytes")
            if not isinstance(content, bytes):
                return await self._end(MALFORMED)
            if len(content) > LONGEST_MESSAGE:
                return await self._end(TOO_BIG)
            try:
                kind = kind_of(content)
            except DecodeError:
                return await self._end(MALFORMED)
            if kind in MESSAGES and (kind != "file_urls_request" or self._may_upload()):
                return message
            if not self._warning_given:
                log.warning("message refused: %s", kind)
                self._warning_given = True

    async def send(self, message: Message) -> None:
        """Hand on what the server sends, and remember the session and the files it names."""
        if message["type"] == "websocket.send" and (content := message.get("bytes")):
            if self.session is None:
                forward = ForwardMsg.FromString(content)
                if forward.HasField("new_session"):
                    name = forward.new_session.initialize.session_id
                    self.session = self._sessions.attach(name, self._browser, self._address)
            if self.session is not None:
                for path in FILES.findall(content):
                    self.session.add_file(path.decode())
        await self._send(message)

    def _may_upload(self) -> bool:
        return self.session is not None and upload_fields.are_shown(self.session.id)

    async def _end(self, code: int) -> Message:
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}


def kind_of(content: bytes) -> str | None:
    """What a browser's message asks for; of the operations without a run, which one."""
    message = BackMsg.FromString(content)
    kind: str | None = message.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = message.backend_operation_request.WhichOneof("payload")
    return kind


def address_of(scope: Scope) -> str:
    """What counts as one address of the client; the proxy's headers are read already."""
    client = scope.get("client")
    return network(client[0]) if client else ""


def _is_signed_in(scope: Scope) -> bool:
    """Does the sign-in of these cookies still hold, if there is one?"""
    browser_cookies = HTTPConnection(scope).cookies
    if cookies.SIGN_IN not in browser_cookies:
        return True
    return cache.accounts().signed_in(cookies.token(browser_cookies)) is not None
