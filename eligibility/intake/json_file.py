"""A JSON file of one firm: facts by field, and lists of rows."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from eligibility.domain.errors import InputError
from eligibility.intake.source import InputFile

#: bytes of a file that one firm can have to say
LARGEST = 10_000_000
Scalar = str | int | float | bool
Rows = list[dict[str, Scalar]]


class FirmEntries(NamedTuple):
    """What a JSON file says of a firm: facts by field id, rows by list id; no blanks."""

    facts: dict[str, Scalar]
    lists: dict[str, Rows]


def read_json_file(path: Path, lists_key: str) -> FirmEntries:
    """Read a JSON object of ``facts`` and lists, either of which may be absent.

    Parameters
    ----------
    path : Path
    lists_key : str
        What the object calls its lists: ``lists``, or ``ledgers`` as in a self-assessment.

    Raises
    ------
    InputError
        If the file cannot be opened, is too large, is no JSON, or holds something else than texts and
        numbers by field and by column.
    """
    with InputFile(path).open() as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InputError(
            "{file} is too large: more than {allowed} MB.", file=path.name, allowed=LARGEST // 10**6
        )
    try:
        entries = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError("{file} cannot be read: it is no JSON file.", file=path.name) from error
    facts = _scalars(entries.get("facts", {})) if isinstance(entries, dict) else None
    lists = _lists(entries.get(lists_key, {})) if isinstance(entries, dict) else None
    if facts is None or lists is None:
        raise InputError(
            "{file}: expected an object with “facts”, a text or number by field, and “{lists}”, rows by "
            "list.",
            file=path.name,
            lists=lists_key,
        )
    return FirmEntries(facts, lists)


def _scalars(values: Any) -> dict[str, Scalar] | None:
    """The same without blanks; None where it is no object of texts and finite numbers."""
    if not isinstance(values, dict):
        return None
    filled = {name: value for name, value in values.items() if value is not None}
    fits = all(
        isinstance(value, str | bool)
        or (isinstance(value, int | float) and abs(value) < 1e300 and math.isfinite(value))
        for value in filled.values()
    )
    return filled if fits else None


def _lists(lists: Any) -> dict[str, Rows] | None:
    if not isinstance(lists, dict) or not all(isinstance(rows, list) for rows in lists.values()):
        return None
    read = {name: [_scalars(row) for row in rows] for name, rows in lists.items()}
    whole = {name: [row for row in rows if row is not None] for name, rows in read.items()}
    return whole if whole == read else None
