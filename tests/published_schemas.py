"""The published schemas of records, and what holds against them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


def schema_of(name: str) -> dict[str, Any]:
    """The published schema of a record."""
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def check_record(name: str, record: object) -> None:
    """Fail unless a record, as JSON, fits its published schema."""
    Draft202012Validator(schema_of(name)).validate(json.loads(json.dumps(record, allow_nan=False)))
