"""Values as rows hold them: what both databases take alike, and no more than a column holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Table, insert
from sqlalchemy import String as Text

from eligibility.vocabulary import InputError

T = TypeVar("T")
Row = dict[str, Any]
Facts = Mapping[str, Any]


def plain(facts: Facts) -> Row:
    """Facts as JSON holds them: numbers as given, days as ISO texts, blanks left out.

    Raises
    ------
    InputError
        If a value is none of text, number, yes/no, day or a list or mapping of them.
    """
    held = {key: _plain(value, key) for key, value in facts.items()}
    return {key: value for key, value in held.items() if value is not None}


def _plain(value: Any, key: str) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if math.isinf(value):
            raise InputError("{field}: an endless number cannot be stored.", field=key)
        return None if math.isnan(value) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(part, key) for part in value]
    raise InputError(
        "{field}: {value} cannot be stored; expected a text, number, yes/no or day.",
        field=key, value=repr(value),
    )  # fmt: skip


def clean(table: Table, values: Facts) -> Row:
    """Values that both databases take alike: known columns, lengths kept, no NUL characters."""
    for name, value in values.items():
        if name not in table.c:
            raise InputError("There is no field {field}.", field=name)
        kind = table.c[name].type
        if isinstance(value, str) and isinstance(kind, Text):
            if kind.length and len(value) > kind.length:
                raise InputError(
                    "{field} is too long: {length} characters, expected at most {allowed}.",
                    field=name, length=len(value), allowed=kind.length,
                )  # fmt: skip
            if "\0" in value:
                raise InputError("{field} holds a character that is no text.", field=name)
    return dict(values)


def add_row(connection: Connection, table: Table, values: Facts) -> int:
    """Add one row; its key."""
    made = connection.execute(insert(table).values(**clean(table, values)))
    (key,) = made.inserted_primary_key or (0,)
    return int(key)


def only(values: Facts, allowed: Iterable[str]) -> Row:
    """Values of the fields that may be given here; InputError for any other."""
    if unknown := set(values) - set(allowed):
        raise InputError("There is no field {field}.", field=", ".join(sorted(unknown)))
    return dict(values)


def slices(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Parts of a list, or of a stream, short enough for one statement."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
