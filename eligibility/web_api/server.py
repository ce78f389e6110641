"""The server: the app that answers, and uvicorn that runs it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from eligibility import __version__
from eligibility.api import readiness_judge
from eligibility.store import Engine, open_store
from eligibility.web_api import problem
from eligibility.web_api.authentication import Authentication
from eligibility.web_api.request_log import Metrics, RequestLog
from eligibility.web_api.routes import REFUSALS, router

#: requests that are worked on at a time: more only take the processor from one another
THREADS = 4


@dataclass(frozen=True)
class Limits:
    """What one process takes.

    Attributes
    ----------
    bytes : int
        Of one request.
    calls_per_minute : int
        Of one token.
    files_at_once : int
        Files being scored.
    """

    bytes: int = 50 << 20
    calls_per_minute: int = 6000
    files_at_once: int = 2


def create_app(engine: Engine, model: Path | None = None, limits: Limits = Limits()) -> FastAPI:
    """The web API over a store, which holds the tokens.

    Parameters
    ----------
    engine : Engine
        From ``open_store``.
    model : Path, optional
        Folder of a trained model; without one nothing is said of readiness.
    limits : Limits, optional

    Raises
    ------
    ModelRefused
        If the model cannot be trusted or used.
    """
    metrics = Metrics()
    token = Depends(Authentication(engine, limits.calls_per_minute))
    app = FastAPI(
        title="Eligibility",
        summary="Is a firm eligible for certification as a high-tech enterprise, and what is missing?",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        # their pages load scripts of other sites
        docs_url=None,
        redoc_url=None,
        lifespan=_few_threads,
    )
    judge = readiness_judge(model) if model is not None else None
    app.include_router(router(judge, model, limits.files_at_once), dependencies=[token])
    app.add_middleware(RequestLog, metrics=metrics, most_bytes=limits.bytes)
    problem.add_handlers(app)

    @app.get("/healthz", summary="Is the server there?", response_class=JSONResponse)
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok", "version": __version__})

    @app.get(
        "/metrics", summary="Counters for Prometheus", response_class=Response,
        dependencies=[token], responses=REFUSALS | {200: {"content": {"text/plain": {}}}},
    )  # fmt: skip
    def metrics_text() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return app


@asynccontextmanager
async def _few_threads(_: FastAPI) -> AsyncIterator[None]:
    """While the server runs: requests work one after another rather than all at once."""
    current_default_thread_limiter().total_tokens = THREADS
    yield


def serve(
    host: str, port: int, model: Path | None, proxies: list[str], limits: Limits = Limits()
) -> None:
    """Answer until the process is told to end.

    ``proxies`` are the addresses whose ``X-Forwarded-For`` and ``-Proto`` hold.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    uvicorn.run(
        create_app(open_store(), model, limits),
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=proxies or [],
    )
