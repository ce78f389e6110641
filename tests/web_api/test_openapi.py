"""The published description holds: whatever it allows is answered as it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip


def test_whatever_the_description_allows_is_answered_as_it_says(
    address: str, token: str, tmp_path: Path
) -> None:
    description = httpx.get(f"{address}/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    script = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [script, "run", f"{address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}",
         "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", "6",
         "--seed", "2026", "--generation-deterministic", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert f"Tested: {len(description['paths'])}" in done.stdout
