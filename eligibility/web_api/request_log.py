"""Around every request: its id, its size, one line of log without figures, and what is measured."""

from __future__ import annotations

import logging
import re
import secrets
import time
import traceback
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eligibility.domain.text import Message as Sentence
from eligibility.web_api.problem import BROKEN, TOO_LARGE, TooMuch, problem

log = logging.getLogger("eligibility.web_api")

#: an id that a client may give its request, so that both logs name the same
ID = re.compile(r"[\w.-]{1,64}")
ID_BYTES = 8
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)


class Metrics:
    """Counters of one server, as Prometheus reads them at ``/metrics``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "eligibility_requests", "Requests answered", ["call", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "eligibility_request_seconds", "Seconds to the end of the answer", ["call"],
            buckets=SECONDS, registry=self.registry,
        )  # fmt: skip
        self.firms = Counter(
            "eligibility_firms", "Firms assessed and rows rejected", ["outcome"],
            registry=self.registry,
        )  # fmt: skip


class RequestLog:
    """ASGI middleware: refuses what is too large, and leaves a line and a measurement of the rest.

    A line names the call and not its address, for an address may hold what nobody else should read.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, most_bytes: int) -> None:
        self.app = app
        self.metrics = metrics
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = Headers(scope=scope).get("x-request-id", "")
        scope["request_id"] = wanted if ID.fullmatch(wanted) else secrets.token_hex(ID_BYTES)
        began, status, read = time.perf_counter(), 0, 0

        async def receive_bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most_bytes:
                raise self._too_large()
            return message

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = scope["request_id"]
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            length = Headers(scope=scope).get("content-length", "0")
            if length.isdecimal() and int(length) > self.most_bytes:
                await self._refuse(scope, receive, answer)
            else:
                await self.app(scope, receive_bounded, answer)
        except TooMuch:
            if not status:
                await self._refuse(scope, receive, answer)
        except Exception as error:
            # its message and its lines may hold a firm's figures
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "%s failed: %s at %s:%s", scope["request_id"], type(error).__name__,
                place.filename, place.lineno,
            )  # fmt: skip
            if not status:
                failed = problem(Request(scope), HTTPStatus.INTERNAL_SERVER_ERROR, Sentence(BROKEN))
                await failed(scope, receive, answer)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        call = getattr(route, "path", "-")
        self.metrics.requests.labels(call, status).inc()
        self.metrics.seconds.labels(call).observe(seconds)
        log.info(
            "%s %s %s %d %.0f ms token %s",
            scope["request_id"], scope["method"], call, status, seconds * 1000,
            scope.get("token_id", "-"),
        )  # fmt: skip

    def _too_large(self) -> TooMuch:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return TooMuch(TOO_LARGE, status, bytes=self.most_bytes)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        sentence = Sentence(TOO_LARGE, {"bytes": self.most_bytes})
        await problem(Request(scope), status, sentence)(scope, receive, send)
