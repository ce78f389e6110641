"""What others rely on: the first client, and the lines of the document."""

from __future__ import annotations

import os
import re
import subprocess

import httpx
import pytest

from tests.browser.server import ROOT
from tests.web_api.v1_client import Client

DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CURL = [block for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL) if "curl" in block]


def test_the_first_client_goes_on_working(address: str, token: str) -> None:
    client = Client(address, token)
    firm = {"name": "甲", "staff_total": 120, "st_staff": 9}
    assert client.verdicts([firm], "2026-05-10") == [("ineligible", 0, 100)]
    assert client.unmet(firm, "2026-05-10") == {"st_staff_ratio": "第十一条（四）"}
    assert client.why_refused({**firm, "staff_total": "many"}) == (
        422, "staff_total", "a number, such as 12.5",
    )  # fmt: skip


@pytest.mark.parametrize("line", CURL)
def test_every_curl_of_the_document_is_answered(line: str, address: str, token: str) -> None:
    own = {**os.environ, "ADDRESS": address, "TOKEN": token}
    answered = subprocess.run(
        ["sh", "-c", line.replace("curl -s", "curl -s --fail-with-body", 1)],
        cwd=ROOT, env=own, capture_output=True, check=False,
    )  # fmt: skip
    assert answered.returncode == 0, answered.stdout
    assert answered.stdout


def test_the_document_names_every_call_and_no_other(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]
    calls = {f"{method.upper()} {path}" for path, of in described.items() for method in of}
    assert set(re.findall(r"^\| `((?:GET|POST) [^`]+)`", DOCUMENT, re.MULTILINE)) == calls | {
        "GET /api/v1/openapi.json"
    }
