"""Files that stand beside the package in a checkout, and within it where it is installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def package_file(name: str) -> Path:
    """The demonstration model's folder (``models``) or the sample firms, wherever they are."""
    beside = PACKAGE.parent / name
    return beside if beside.exists() else PACKAGE / "demonstration" / name
