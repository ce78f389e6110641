"""``serve``: the web API."""

from __future__ import annotations

from typing import Annotated

import typer

from eligibility.cli.common import ModelFolder, Tongue, refusals


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8502,
    model: ModelFolder = None,
    lang: Tongue = None,
) -> None:
    """Answer other programs over HTTP at /api/v1; docs/api.md shows each call."""
    from eligibility.trusted_proxies import trusted_proxies
    from eligibility.web_api.server import serve as run

    with refusals(lang):
        run(host, port, model, trusted_proxies())
