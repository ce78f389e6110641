"""Folder of models; apart from what reads them, as that takes a second to import."""

from __future__ import annotations

import os
from pathlib import Path

from eligibility.package_files import package_file

MODEL, MANIFEST, METRICS, CARD = (
    "readiness.joblib",
    "manifest.json",
    "metrics.json",
    "MODEL_CARD.md",
)
FILES = (MODEL, MANIFEST, METRICS, CARD)


def models_folder() -> Path:
    """The one folder that models are read from."""
    folder = os.environ.get("ELIGIBILITY_MODELS")
    return Path(folder) if folder else package_file("models")
