"""The folder of the pages, wherever the package is."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parent
