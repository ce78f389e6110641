"""The app on a free port of this machine, and the browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Error, Page

from eligibility.store.engine import FILE_NAME
from tests import empty_store
from tests.browser.app_process import AppProcess

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
#: nothing runs, nothing drawn is out of date
QUIET = (
    "!document.querySelector('[data-testid=stStatusWidget], [data-stale=true]')"
    " && document.querySelector('.stApp')?.dataset.testScriptState !== 'running'"
)

#: milliseconds between two looks, and of quiet after which a page is taken to be drawn
LOOK, STILL = 50, 500
#: whether it was quiet for so long on end within the milliseconds that are left; looked for in the
#: page itself, where a look costs a tenth of one from outside
STAYS_QUIET = f"""async (left) => {{
    const end = Date.now() + left
    let quiet = 0
    while (quiet < {STILL} && Date.now() < end) {{
        await new Promise((done) => setTimeout(done, {LOOK}))
        quiet = ({QUIET}) ? quiet + {LOOK} : 0
    }}
    return quiet >= {STILL}
}}"""


def chromium() -> str | None:
    """Where Chromium is, if it is; first the one without windows, which takes half the processor."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def served(data: Path | None = None) -> Iterator[str]:
    """The address of a running app, which ends with the block.

    Its store is in ``data``; in a folder that ends with the block if omitted.
    """
    with running(data) as (address, _app):
        yield address


@contextmanager
def running(data: Path | None = None) -> Iterator[tuple[str, AppProcess | subprocess.Popen[bytes]]]:
    """The address of a running app and its process, which ends with the block."""
    with TemporaryDirectory() as folder, started(free_port(), data or Path(folder)) as made:
        yield made


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def started(
    port: int,
    data: Path,
    *options: str,
    database: str = "",
    program: Sequence[str] = (),
    change: Callable[[], None] | None = None,
    log: str = "log",
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[str, AppProcess | subprocess.Popen[bytes]]]:
    """An app on that port with its store in a folder and these options, and its process.

    ``database`` is the URL of a store elsewhere; ``change`` is called in the process before it serves;
    ``log`` is the name of the file in the folder that has what it says.
    ``program`` is what Python runs, as ``-m streamlit``, with the same arguments; if omitted, the
    process is forked from one that has imported the app, and finds an empty store where there is
    none, which saves three seconds of processor.
    """
    if not (program or database or (data / FILE_NAME).exists()):
        empty_store.put(data)
    arguments = ["run", "streamlit_app.py", f"--server.port={port}", *options]
    own = {
        "ELIGIBILITY_DATA": str(data),
        "ELIGIBILITY_DATABASE_URL": database,
        "ELIGIBILITY_SECRET": "",
        **environment,
    }
    everything = {**os.environ, **own}
    app: AppProcess | subprocess.Popen[bytes]
    if program:
        with (data / log).open("w", encoding="utf-8") as file:
            app = subprocess.Popen(
                [sys.executable, *program, *arguments],
                cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=everything,
            )  # fmt: skip
    else:
        app = AppProcess(arguments, everything, data / log, change)
        app.start()
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address)
        yield address, app
    finally:
        app.terminate()
        app.wait(20)


def settled(page: Page) -> None:
    """Wait until the page has been drawn and nothing has run for half a second on end."""
    page.wait_for_selector(".stMain .brand", timeout=60_000)
    until = time.monotonic() + 60
    # not wait_for_function: it evaluates a text within the page, which the page's policy forbids
    while not _stays_quiet(page, until - time.monotonic()):
        if time.monotonic() > until:
            raise TimeoutError("the page is still being drawn")


def _stays_quiet(page: Page, seconds: float) -> bool:
    try:
        return bool(page.evaluate(STAYS_QUIET, seconds * 1000))
    except Error as gone:  # a page that is being left answers nothing
        if "Execution context was destroyed" not in str(gone):
            raise
        page.wait_for_selector(".stMain .brand", timeout=60_000)
        return False


def wait_until_healthy(address: str, seconds: float = 60) -> None:
    """Wait until a server at that address says that the app is well."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if urlopen(f"{address}/_stcore/health", timeout=2).status == 200:
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer within {seconds:.0f} s")
