"""The app on a free port of this machine, and the browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served() -> Iterator[str]:
    """The address of a running app, which ends with the block; its store is gone then too."""
    with TemporaryDirectory() as data, started(free_port(), Path(data)) as (address, _):
        yield address


@contextmanager
def started(port: int, data: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """An app on that port with its store in a folder, and its process."""
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        f"--server.port={port}",
    ]
    app = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"ELIGIBILITY_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address, app
    finally:
        app.terminate()
        app.wait(timeout=20)


def settled(page: Page) -> None:
    """Wait until the page has been drawn and nothing runs any more."""
    page.wait_for_selector(".stMain .brand", timeout=60_000)
    page.wait_for_timeout(400)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')"
        " && document.querySelector('.stApp')?.dataset.testScriptState !== 'running'",
        timeout=60_000,
    )
    page.wait_for_timeout(500)


def _wait(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if urlopen(f"{address}/_stcore/health", timeout=2).status == 200:
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer within {seconds:.0f} s")
