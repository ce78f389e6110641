"""Commands run in this process, as their own would: what is tested of them is what they say and write."""

from __future__ import annotations

import io
import os
import sys
from contextlib import chdir
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

from eligibility.cli import main

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_data"


def run(*words: Any, status: int | None = 0, **environment: str) -> CompletedProcess[str]:
    """A command at the root of the project, whose exit status is looked at unless that is None."""
    arguments = ["eligibility", *map(str, words)]
    out, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        chdir(ROOT),
        patch.multiple(sys, argv=arguments, stdout=out, stderr=errors, meta_path=[*sys.meta_path]),
        patch.dict(os.environ, environment),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    texts = [_text(stream) for stream in (out, errors)]
    assert status is None or code == status, texts[1]
    return CompletedProcess(arguments, code, *texts)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    held = stream.buffer
    assert isinstance(held, io.BytesIO)
    return held.getvalue().decode("utf-8").replace(os.linesep, "\n")
