"""A running server of the web API, and a token for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from eligibility.store import Repository, Role, System, close_stores, open_store
from tests import empty_store
from tests.browser.server import ROOT, free_port


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web_api")


@pytest.fixture(scope="session")
def token(folder: Path) -> str:
    empty_store.put(folder)
    engine = open_store(f"sqlite:///{folder}/eligibility.sqlite")
    administrator = Repository(engine, System(Role.ADMINISTRATOR))
    token = administrator.api_tokens.add("平台", Role.MANAGER, days=30)
    close_stores()
    return token


@pytest.fixture(scope="session")
def address(folder: Path, token: str) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "eligibility", "serve", "--port", str(port)]
    command += ["--model", "models/hnte"]
    own = {"ELIGIBILITY_DATA": str(folder), "ELIGIBILITY_DATABASE_URL": ""}
    with (folder / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **own}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def client(address: str, token: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        yield client
