"""``serve`` and ``app``: the web API and the app, for who installed the package."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
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


def app(context: typer.Context) -> None:
    """Open the app; what follows goes to Streamlit, such as --server.port 8600."""
    if find_spec("streamlit") is None:
        raise ModuleNotFoundError(name="streamlit")
    # by its path: importing the app starts it
    script = Path(__file__).parents[1] / "app" / "streamlit_app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), *context.args]
    os.execv(sys.executable, command)
