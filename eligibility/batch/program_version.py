"""Which program runs here: versions and digests of everything that can turn a result."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from eligibility._version import __version__
from eligibility.domain.text import Message
from eligibility.readiness.paths import models_folder

#: files of the package that can turn a result
TURNING = (".py", ".yaml", ".tsv", ".mo")


def running_versions(model: str | None) -> dict[str, str]:
    """What runs in this process that can turn a result, and its version or digest."""
    running = {
        "eligibility": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": np.__version__,
        "pyarrow": pa.__version__,
        "program and editions": _digest_of_program(),
    }
    if model is not None:
        from eligibility.readiness.artifact import read_manifest, versions

        running |= versions()
        running[f"model {model}"] = read_manifest(models_folder() / model).sha256[:12]
    return running


@cache
def _digest_of_program() -> str:
    """Of every file of the package that can turn a result: the rules' code, editions, sentences."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in TURNING):
        # a checkout on Windows may have other line ends and is the same program
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()[:12]


def difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> Message | None:
    """The first thing that runs there in another version than here."""
    for what, version in ours.items():
        if theirs.get(what) != version:
            return Message(
                "it has {what} {theirs}, and {ours} runs here",
                {"what": what, "theirs": theirs.get(what, "?"), "ours": version},
            )
    return None
