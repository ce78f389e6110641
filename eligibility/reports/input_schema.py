"""What an input file and a firm's record may hold, in two published forms that programs check by.

Table Schema (Frictionless) describes the columns of a file, JSON Schema (2020-12) one firm of
``assess`` and of the web API. Both are made from the fields of a scheme; amounts are in CNY.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from eligibility.domain.facts import RATINGS, Field
from eligibility.intake.codes import CODE_PATTERN
from eligibility.schemes.registry import Scheme

#: kind of field to type of Table Schema; numbers and texts that are something more follow below
_TYPES = {
    "money": "number", "number": "number", "count": "integer", "date": "date",
    "yes_no": "boolean", "rating": "string", "catalogue": "string", "code": "string",
    "text": "string",
}  # fmt: skip


def table_schema(scheme: Scheme, on: date | None = None) -> dict[str, Any]:
    """The columns of an input file as Table Schema, as asked on a day (today)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": f"{scheme.title.zh} · {scheme.title.en}",
        "fieldsMatch": ["partial"],
        "missingValues": ["", "-", "/"],
        "fields": [_column(field) for field in _fields(scheme, on)],
    }


def firm_schema(scheme: Scheme, on: date | None = None) -> dict[str, Any]:
    """One firm as JSON Schema: field id to value, null and what is left out being missing."""
    fields = _fields(scheme, on)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{scheme.title.zh} · {scheme.title.en}",
        "type": "object",
        "properties": {field.id: _value(field) for field in fields},
        "additionalProperties": False,
        "anyOf": [{"required": ["uscc"]}, {"required": ["name"]}],
    }


def _fields(scheme: Scheme, on: date | None) -> Sequence[Field]:
    return scheme.fields_on(on or date.today())


def _bounds(field: Field) -> dict[str, float]:
    return {
        name: bound
        for name, bound in (("minimum", field.minimum), ("maximum", field.maximum))
        if bound is not None
    }


def _column(field: Field) -> dict[str, Any]:
    constraints: dict[str, Any] = dict(_bounds(field)) if field.kind != "rating" else {}
    if field.kind == "rating":
        constraints["enum"] = list(RATINGS)
    if field.kind == "code":
        constraints["pattern"] = CODE_PATTERN
    column: dict[str, Any] = {
        "name": field.id,
        "type": _TYPES[field.kind],
        "title": field.title.zh,
        "description": f"{field.title.en}. {field.help.en}".strip(),
    }
    if field.kind == "yes_no":
        column |= {
            "trueValues": ["是", "true", "yes", "1"],
            "falseValues": ["否", "false", "no", "0"],
        }
    if field.kind == "count":
        column["groupChar"] = ","
    if constraints:
        column["constraints"] = constraints
    if field.unit:
        column["unit"] = field.unit
    return column


def _value(field: Field) -> dict[str, Any]:
    words = {"title": field.title.zh, "description": field.title.en}
    match field.kind:
        case "yes_no":
            return words | {"type": ["boolean", "null"]}
        case "date":
            return words | {"type": ["string", "null"], "format": "date"}
        case "rating":
            return words | {"enum": [*RATINGS, None]}
        case "code":
            return words | {"type": ["string", "null"], "pattern": CODE_PATTERN}
        case "catalogue":
            return words | {"type": ["string", "integer", "null"]}
        case "text":
            return words | {"type": ["string", "null"]}
    kind = "integer" if field.kind == "count" else "number"
    return words | {"type": [kind, "null"], **_bounds(field)}
