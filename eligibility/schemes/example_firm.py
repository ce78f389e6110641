"""The invented firm of a scheme, its years counted back from the day on which it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

#: years back from today of which an example may speak
YEARS = 10


def example_firm(content: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The firm as it could be typed on a day: ``facts`` by field, ``lists`` by list."""
    places = {f"year{ago}": str(today.year - ago) for ago in range(YEARS)}
    places["today"] = today.isoformat()

    def as_text(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: text.format_map(places) for name, text in texts.items()}

    return {
        "facts": as_text(content["facts"]),
        "lists": {name: [as_text(row) for row in rows] for name, rows in content["lists"].items()},
    }
