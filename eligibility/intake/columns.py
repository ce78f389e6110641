"""Whole columns of cells as values: what is written plainly at once, the rest cell by cell.

A parser of Arrow reads plain numbers and ISO dates natively; texts that repeat are read once each.
Only cells that are left over go through ``cells.parse``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import Field
from eligibility.domain.text import Message
from eligibility.intake import codes
from eligibility.intake.cells import (
    FIRST_DAY,
    INVISIBLE,
    LAST_DAY,
    MISSING,
    CellFormat,
    CellTrouble,
    Value,
    parse,
)

#: errors, texts that are guarded, and marks that no reader sees, among them that of a formula
_ODD_TEXT = f'^(?:="|#)|[{INVISIBLE}\r\n\v\f\x85\u2028\u2029]'
NUMERIC = ("money", "number", "count")
#: blanks as they are usually written; rarer spellings are left to ``cells.parse``
BLANKS = sorted(
    {form for word in MISSING for form in (word, word.upper(), word.capitalize(), word.title())}
    | {"NaN"}
)
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_WORDS = pa.dictionary(pa.int32(), pa.string())
#: amounts are held exactly to the fen: this many decimals of a yuan
_FEN = 2
#: integers up to here are sure to survive a product with a power of ten, rounded
_SURE = 1e15
_REMEMBERED = 1 << 17


@dataclass(frozen=True)
class ColumnValues:
    """The values of one column, and what is wrong with some of its cells by row."""

    values: NDArray[Any]
    troubles: Mapping[int, Message]


def blank_values(field: Field, rows: int) -> NDArray[Any]:
    """A column with nothing entered, held as the field's kind is."""
    if field.kind in ("text", "code"):
        return np.full(rows, None, dtype=object)
    if field.kind == "date":
        return np.full(rows, np.datetime64("NaT"), dtype="M8[D]")
    return np.full(rows, np.nan)


def to_field_unit(figures: Floats, power: int) -> tuple[Floats, Bools]:
    """Figures times a power of ten, rounded as the decimal product of their texts would be.

    Parameters
    ----------
    figures : array of shape (n,)
        Nearest floats of decimal texts.
    power : int
        Of the column's unit, 0 or more.

    Returns
    -------
    amounts, sure : arrays of shape (n,)
        ``sure`` is False where more decimals or digits stand than the shortcut can vouch for. It
        vouches for texts of up to 15 digits: a figure that is the nearest float to n / 10ᵏ with
        n <= 10¹⁵ can have no other text of that length, and n / 100 is rounded once.
    """
    if power == 0:
        return figures, np.ones(len(figures), dtype=np.bool_)
    scale = 10.0 ** (power + _FEN)
    with np.errstate(invalid="ignore", over="ignore"):
        whole = np.rint(figures * scale)
        sure = ((whole / scale == figures) & (np.abs(whole) < _SURE)) | np.isnan(figures)
    return whole / 10.0**_FEN, sure


@dataclass
class ColumnReader:
    """Reads one column of a sheet, block after block."""

    form: CellFormat
    #: its texts hardly repeat, so looking each up would gain nothing
    distinct: bool = False
    _as_text: bool = False
    _read: dict[str, Value | CellTrouble] = field(default_factory=dict)

    @property
    def type(self) -> pa.DataType:
        """What the parser should make of the column."""
        kind = self.form.field.kind
        if self._plain_number:
            return pa.string() if self._as_text else pa.float64()
        if self.distinct or kind == "code":
            return pa.string()
        return pa.date32() if kind == "date" and not self._as_text else _WORDS

    @property
    def _plain_number(self) -> bool:
        """True if a cell may be a number that needs no more than its unit."""
        return self.form.field.kind in NUMERIC and self.form.power >= 0

    def native(self, column: pa.ChunkedArray) -> ColumnValues | None:
        """The values of a column that came as ``type``; None if its texts are needed."""
        if pa.types.is_string(column.type):
            return self.texts(column)
        if pa.types.is_dictionary(column.type):
            return self._words(column)
        if pa.types.is_date(column.type):
            days = _days(column)
            return ColumnValues(days, {}) if _in_range(days) else None
        figures, sure = to_field_unit(_floats(column), self.form.power)
        return (
            ColumnValues(figures, {}) if sure.all() and not self._misfits(figures).any() else None
        )

    def texts(self, column: pa.ChunkedArray) -> ColumnValues:
        """The values of a column of texts."""
        kind = self.form.field.kind
        texts = _combine(column)
        if self._plain_number:
            return self._numbers(texts)
        if kind == "code":
            return self._codes(texts)
        if kind == "text" and self.distinct:
            trimmed = _trim(texts)
            odd = pc.fill_null(pc.match_substring_regex(trimmed, _ODD_TEXT), False)
            return self._with_rest(_objects(trimmed), texts, odd.to_numpy(zero_copy_only=False))
        if kind == "date" and not self._as_text:
            try:
                days = _days(pc.cast(_trim(texts), pa.date32()))
            except pa.ArrowInvalid:
                self._as_text = True
            else:
                if _in_range(days):
                    return ColumnValues(days, {})
        return self._words(pa.chunked_array([texts.dictionary_encode()]))

    def each(self, texts: Sequence[str]) -> ColumnValues:
        """The values of texts, one by one."""
        values = blank_values(self.form.field, len(texts))
        troubles = {}
        for place, text in enumerate(texts):
            value = self._value(text)
            if isinstance(value, CellTrouble):
                troubles[place] = value.expectation
            elif value is not None:
                values[place] = value
        return ColumnValues(values, troubles)

    def _value(self, text: str) -> Value | CellTrouble:
        if text in self._read:
            return self._read[text]
        value: Value | CellTrouble
        try:
            value = parse(text, self.form)
        except CellTrouble as trouble:
            value = trouble
        if len(self._read) < _REMEMBERED:
            self._read[text] = value
        return value

    def _numbers(self, texts: pa.StringArray) -> ColumnValues:
        trimmed = _trim(texts)
        try:
            figures = _floats(pc.cast(trimmed, pa.float64()))
            left = np.zeros(len(texts), dtype=np.bool_)
        except pa.ArrowInvalid:
            self._as_text = True
            plain = pc.match_substring_regex(trimmed, _PLAIN)
            figures = _floats(pc.cast(pc.if_else(plain, trimmed, None), pa.float64()))
            left = pc.fill_null(pc.invert(plain), False).to_numpy(zero_copy_only=False).copy()
        amounts, sure = to_field_unit(figures, self.form.power)
        left |= ~sure | self._misfits(amounts)
        return self._with_rest(amounts, texts, left)

    def _codes(self, texts: pa.StringArray) -> ColumnValues:
        trimmed = _trim(texts)
        left = ~codes.well_formed(trimmed) & pc.is_valid(trimmed).to_numpy(zero_copy_only=False)
        return self._with_rest(_objects(trimmed), texts, left)

    def _with_rest(
        self, values: NDArray[Any], texts: pa.StringArray, remaining: Bools
    ) -> ColumnValues:
        """The values, with the cells that are left over read one by one."""
        places = np.flatnonzero(remaining)
        if not len(places):
            return ColumnValues(values, {})
        rest = self.each(texts.take(pa.array(places)).to_pylist())
        values = values.copy()
        values[places] = rest.values
        return ColumnValues(
            values, {int(places[at]): expected for at, expected in rest.troubles.items()}
        )

    def _words(self, column: pa.ChunkedArray) -> ColumnValues:
        """The values of a column of texts that repeat: each is read once."""
        parts: list[NDArray[Any]] = []
        troubles: dict[int, Message] = {}
        start = 0
        for chunk in column.chunks:
            read = self.each([word or "" for word in chunk.dictionary.to_pylist()] + [""])
            places = chunk.indices.fill_null(len(chunk.dictionary)).to_numpy(zero_copy_only=False)
            parts.append(read.values[places])
            if read.troubles:
                for row in np.flatnonzero(np.isin(places, list(read.troubles))):
                    troubles[start + int(row)] = read.troubles[int(places[row])]
            start += len(chunk)
        return ColumnValues(
            np.concatenate(parts) if parts else blank_values(self.form.field, 0), troubles
        )

    def _misfits(self, figures: Floats) -> Bools:
        """True where a figure is not one the field allows."""
        bounds = self.form.field
        with np.errstate(invalid="ignore"):
            wrong: Bools = np.isinf(figures)
            if bounds.minimum is not None:
                wrong |= figures < bounds.minimum
            if bounds.maximum is not None:
                wrong |= figures > bounds.maximum
            if bounds.kind == "count":
                wrong |= ~np.isnan(figures) & (figures != np.floor(figures))
        return wrong


@cache
def _blanks() -> pa.StringArray:
    # made when first used: the first array made of a list imports pandas
    return pa.array(BLANKS, pa.string())


def _trim(texts: pa.StringArray) -> pa.StringArray:
    """Texts without outer spaces; null where they say that nothing is entered."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.is_in(trimmed, value_set=_blanks()), pa.scalar(None, pa.string()), trimmed)


def _objects(texts: pa.StringArray) -> NDArray[np.object_]:
    objects: NDArray[np.object_] = texts.to_numpy(zero_copy_only=False)
    return objects


def _combine(column: pa.ChunkedArray) -> pa.StringArray:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _floats(column: pa.ChunkedArray | pa.Array) -> Floats:
    # all chunks at once, as there are many
    figures = pc.fill_null(column, np.nan).to_numpy()
    return np.require(figures, np.float64, "W")


def _days(column: pa.ChunkedArray | pa.Array) -> NDArray[np.datetime64]:
    numbers = pc.fill_null(column.cast(pa.int32()), 0).to_numpy()
    days: NDArray[np.datetime64] = numbers.astype("M8[D]")
    if column.null_count:
        days[column.is_null().to_numpy(zero_copy_only=False)] = np.datetime64("NaT")
    return days


def _in_range(days: NDArray[np.datetime64]) -> bool:
    outside = (days < np.datetime64(FIRST_DAY)) | (days > np.datetime64(LAST_DAY))
    return not outside.any()
