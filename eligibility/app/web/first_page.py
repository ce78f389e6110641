"""Streamlit's first page, told where its server is.

Left to itself it asks below the address of the page first, as in /start/_stcore/health, is
answered 404, and only then asks at the root: two errors in the browser at every page that is
opened by its address. Its page calls itself English, whatever it is going to say.
"""

from __future__ import annotations

import json

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eligibility.i18n import language

HTML = "text/html"
SPOKEN = b'<html lang="en">'


def script() -> str:
    """What stands before every other script of the first page."""
    path = f"/{(st.get_option('server.baseUrlPath') or '').strip('/')}"
    return f"window.__streamlit={{BACKEND_BASE_URL:location.origin+{json.dumps(path)}}}"


class FirstPage:
    """Puts the script into the first page, wherever it is served from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page with the script in it; hand on every other."""
        # the head of a page alone comes without the page that could be written into
        whole = scope["type"] == "http" and scope["method"] == "GET"
        if not whole or HTML not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        # what is compressed, or only said to be unchanged, could not be written into
        names = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
        headers = [pair for pair in scope["headers"] if pair[0] not in names]
        messages: list[Message] = []
        spoken = language(Headers(scope=scope).get("accept-language"))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                messages.append(message)
            elif messages and message["type"] == "http.response.body":
                messages.append(message)
                if not message.get("more_body"):
                    for each in _written_into(messages, spoken.tag):
                        await send(each)
            else:
                await send(message)

        await self.app({**scope, "headers": headers}, receive, answer)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] == 200 and headers.get("content-type", "").startswith(HTML)


def _written_into(messages: list[Message], tag: str) -> list[Message]:
    """The page in one piece with the script before its own, in the language of the browser."""
    start, *parts = messages
    body = b"".join(part.get("body", b"") for part in parts)
    body = body.replace(b"<script>", f"<script>{script()}</script>\n    <script>".encode(), 1)
    body = body.replace(SPOKEN, f'<html lang="{tag}">'.encode(), 1)
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):
        if name in headers:
            del headers[name]
    return [
        {**start, "headers": headers.raw},
        {"type": "http.response.body", "body": body},
    ]
