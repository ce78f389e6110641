"""Around every request: who may reach the app at all, and what browsers are told to refuse.

A store without an administrator is a tool for one person at this very machine. Until there is
one the app does not start on another address, and answers no request that came from elsewhere:
through a proxy, or by a name that another site made point here.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
import secrets
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eligibility.app import cache
from eligibility.app.web import cookies, first_page
from eligibility.app.web.gate import Gate
from eligibility.app.widgets import page_script
from eligibility.domain.errors import NotAllowed
from eligibility.domain.text import msgid
from eligibility.i18n import language
from eligibility.trusted_proxies import PROXIES, trusted_proxies

log = logging.getLogger("eligibility.app")

VISIT_BYTES = 16
#: seconds that a browser is told from others, and finds its drafts again: half a year
VISIT_FOR = 180 * 24 * 3600
#: a year, in seconds
HTTPS_ONLY = "max-age=31536000"
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
ALONE = msgid(
    "There is no administrator yet, so this app answers only this machine itself. Create one there: "
    "python -m eligibility create-admin LOGIN"
)


def refuse_exposed() -> None:
    """Stop the start where others could reach the app and no administrator is there to let them.

    Raises
    ------
    SystemExit
        With the sentence that says what to do.
    """
    address = st.get_option("server.address")
    if not _loopback(address or "") and not cache.accounts().has_administrator():
        error = NotAllowed(
            "The app would listen on {address}, where others can reach it, but there is no "
            "administrator. Create one first: python -m eligibility create-admin LOGIN",
            address=address or "0.0.0.0",
        )
        raise SystemExit(error.message.say(language(os.environ.get("LANG"))))


class Guard:
    """Refuses others while there is no administrator; puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._has_administrator = False
        self._warning_given = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        cookies.read_prefixed(scope)
        self._warn_of_proxy(scope)
        if not from_here(scope) and not await run_in_threadpool(self._administrator_exists):
            await self._refuse(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if new := _visit(scope):
                    headers.append("set-cookie", new)
                if scope["scheme"] == "https":
                    headers.setdefault("strict-transport-security", HTTPS_ONLY)
                    _secure_cookies(message)
            await send(message)

        await self.app(scope, receive, answer)

    def _warn_of_proxy(self, scope: Scope) -> None:
        """Say once that a proxy speaks for its clients without being named."""
        if not self._warning_given and not trusted_proxies():
            self._warning_given = any(name in Headers(scope=scope) for name in FORWARDED)
            if self._warning_given:
                log.warning("the headers of a proxy are not believed: name it in %s", PROXIES)

    def _administrator_exists(self) -> bool:
        # the last administrator stays, so one yes holds for good
        self._has_administrator = self._has_administrator or cache.accounts().has_administrator()
        return self._has_administrator

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        spoken = language(Headers(scope=scope).get("accept-language"))
        await PlainTextResponse(spoken.text(ALONE), 403)(scope, receive, send)

    @cached_property
    def _headers(self) -> dict[str, str]:
        return {
            "content-security-policy": policy(),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            # Streamlit says of its own files how long they last
            "cache-control": "no-store",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }


def from_here(scope: Scope) -> bool:
    """Is this a request of a browser on this machine, by this machine's own name, by no proxy?"""
    seen = HTTPConnection(scope)
    server = scope.get("server") or ("",)
    named = seen.url.hostname or ""
    return (
        _loopback(server[0])
        and _loopback(named)
        and not any(name in seen.headers for name in FORWARDED)
    )


def policy() -> str:
    """What pages may load: this site alone, and of inline scripts Streamlit's first page's and ours."""
    page = Path(st.__file__).with_name("static") / "index.html"
    inline = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    inline += [page_script.SCRIPT, first_page.script()]
    hashes = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline
    ]
    scripts = " ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            # Streamlit and its tables put their styles into the page
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _visit(scope: Scope) -> str | None:
    """The cookie that a browser without one is given with its first page."""
    request = Request(scope)
    if "text/html" not in request.headers.get("accept", "") or cookies.VISIT in request.cookies:
        return None
    response = Response()
    cookies.put(response, request, cookies.VISIT, secrets.token_urlsafe(VISIT_BYTES), VISIT_FOR)
    return response.headers["set-cookie"]


def _secure_cookies(start: Message) -> None:
    """Let Streamlit's own cookies go over https only as well; it does not know of the proxy's."""
    start["headers"] = [
        (name, value + b"; Secure")
        if name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        else (name, value)
        for name, value in start["headers"]
    ]


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


MIDDLEWARE = [Middleware(Guard), Middleware(Gate), Middleware(first_page.FirstPage)]
