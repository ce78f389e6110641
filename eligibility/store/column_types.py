"""Column types (JSON, compressed JSON, UTC moments, days) that both databases hold alike."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import Date, DateTime, LargeBinary, Text, TypeDecorator
from sqlalchemy.engine import Dialect

from eligibility.domain.errors import InputError, StoreUnavailable

T = TypeVar("T")

#: what the reading of a value raises that is not what it should be
UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, zlib.error)


def damage_error() -> StoreUnavailable:
    """Error for a stored value that cannot be read."""
    return StoreUnavailable(
        "The store is damaged: a value in it cannot be read. Restore the last backup."
    )


class _CheckedType(TypeDecorator[T]):
    """A value of a store: what the database holds and cannot be read as one is said to be damage."""

    cache_ok = True

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], T | None] | None:
        """The reading of a value; StoreUnavailable where it cannot be read."""
        process = super().result_processor(dialect, coltype)
        if process is None:
            return None

        def read(value: Any) -> T | None:
            try:
                return process(value)
            except UNREADABLE as error:
                raise damage_error() from error

        return read


class Json(_CheckedType[Any]):
    """JSON as text: numbers come back exactly as they were given, whichever the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To text; NaN is refused, for a blank is a key left out."""
        return None if value is None else _json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """From text."""
        return None if value is None else json.loads(value)


class CompressedJson(_CheckedType[Any]):
    """JSON, compressed: a result record is 12 KB of mostly repeated titles and citations."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """To bytes."""
        return None if value is None else zlib.compress(_json(value).encode(), level=1)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """From bytes."""
        return None if value is None else json.loads(zlib.decompress(value))


def _json(value: Any) -> str:
    """JSON that every database holds; InputError where a text or a number in it is none."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except UnicodeEncodeError as error:
        # before the sign that cannot be written, to find it by
        before = error.object[max(0, error.start - 20) : error.start]
        raise InputError(
            "A text holds a character that is no text, after: {before}", before=before
        ) from error
    except ValueError as error:
        raise InputError("A number without end, or none at all, cannot be stored.") from error
    return text


class Moment(_CheckedType[datetime]):
    """A moment in UTC; SQLite knows no time zones, so none is stored."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """To UTC without zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """To a moment with its zone."""
        return None if value is None else value.replace(tzinfo=UTC)


class Day(_CheckedType[date]):
    """A day."""

    impl = Date
    cache_ok = True
