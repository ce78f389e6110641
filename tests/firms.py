"""Firms for tests: the base firm of the cases, and tables built from plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from eligibility.domain.facts import RATINGS, Field, FirmTable
from eligibility.schemes.registry import SCHEMES, Scheme, load_scheme
from eligibility.schemes.yaml_file import read_yaml

HNTE = load_scheme("hnte")
CASES = SCHEMES / "hnte" / "cases"
BASE: Mapping[str, Any] = read_yaml(CASES / "base.yaml")["firm"]


def table(*firms: Mapping[str, Any], scheme: Scheme = HNTE) -> FirmTable:
    """A table of firms given as field id → plain value; None or absent is blank."""
    given = {name for firm in firms for name in firm}
    return FirmTable(
        {
            field.id: _column(field, [firm.get(field.id) for firm in firms])
            for field in scheme.fields
            if field.id in given
        },
        len(firms),
    )


def base(**changes: Any) -> dict[str, Any]:
    """The base firm with changes."""
    return {**BASE, **changes}


def _column(field: Field, values: Sequence[Any]) -> np.ndarray:
    if field.kind == "date":
        return np.array(values, dtype="datetime64[D]")
    if field.kind in ("text", "code"):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else _number(field, value) for value in values])


def _number(field: Field, value: Any) -> float:
    assert not isinstance(value, date)
    return float(RATINGS.index(value)) if field.kind == "rating" else float(value)
