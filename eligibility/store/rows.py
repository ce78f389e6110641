"""Validation and conversion of values to rows: what both databases take alike."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Integer, Table, insert
from sqlalchemy import String as Text

from eligibility.domain.errors import InputError

#: of an integer column on PostgreSQL; SQLite would take more
LARGEST = 2**31 - 1
#: a character that no encoding has
UNPAIRED = re.compile("[\ud800-\udfff]")

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
    """Values that both databases take alike: known columns, lengths kept, texts and numbers whole.

    Raises
    ------
    InputError
        That names the field, and what is wrong with its value.
    """
    for name, value in values.items():
        if name not in table.c:
            raise InputError("There is no field {field}.", field=name)
        column = table.c[name]
        if isinstance(value, str) and isinstance(column.type, Text):
            length = column.type.length
            if length and len(value) > length:
                raise InputError(
                    "{field} is too long: {length} characters, expected at most {allowed}.",
                    field=name, length=len(value), allowed=length,
                )  # fmt: skip
            check_text(name, value)
        # an id that is out of range belongs to nothing, which is for the database to say
        if isinstance(column.type, Integer) and not column.foreign_keys and value is not None:
            _check_whole(name, value)
    return dict(values)


def check_text(field: str, value: str) -> None:
    """Raise InputError where a text has a character that is none: NUL, or half a pair."""
    if "\0" in value or (not value.isascii() and UNPAIRED.search(value)):
        raise InputError("{field} holds a character that is no text.", field=field)


def _check_whole(field: str, value: Any) -> None:
    """Raise InputError where a number is not whole, or larger than PostgreSQL's integer holds."""
    fits = isinstance(value, int | float | np.number) and -LARGEST - 1 <= value <= LARGEST
    if not fits or float(value) % 1:
        raise InputError(
            "{field}: {value} cannot be stored; expected a whole number up to {largest}.",
            field=field, value=repr(value), largest=f"{LARGEST:,}",
        )  # fmt: skip


def add_row(connection: Connection, table: Table, values: Facts) -> int:
    """Add one row; its key."""
    new_id = connection.execute(insert(table).values(**clean(table, values)))
    (key,) = new_id.inserted_primary_key or (0,)
    return int(key)


def only(values: Facts, names: Iterable[str]) -> Row:
    """Values of the fields that may be given here; InputError for any other."""
    if unknown := set(values) - set(names):
        raise InputError("There is no field {field}.", field=", ".join(sorted(unknown)))
    return dict(values)


def slices(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Parts of a list, or of a stream, short enough for one statement."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
