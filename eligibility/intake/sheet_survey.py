"""A sheet of a workbook: what it holds, before it is laid out, and its rows as texts.

It runs in the reader process and imports nothing that starts slowly.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from html import unescape
from typing import Any

from eligibility.intake.number_formats import FORMULA_MARK, display_text
from eligibility.intake.workbook_caps import Caps, Refusal

# each stops at the next "<", so that no sheet, however it is made, is gone through twice
_STYLED = re.compile(
    rb"<(?:\w+:)?c( [^<>]*[^<>/])>\s*(?:<(?:\w+:)?f[^<>]*/>|<(?:\w+:)?f[^<>]*>[^<]*</(?:\w+:)?f>)?"
    rb"\s*<(?:\w+:)?v>\s*[0-9.eE+-]+\s*</"
)
_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d{1,9})["']""")
_PLACED = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)(\d+)["']""")
_TYPE = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
_UNSOLVED = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\b[^<]*?\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*\st=["']e["'])[^<>]*?\sr=["']([A-Z]+)(\d+)["'][^<>]*>"""
    rb"""((?:(?!</?(?:\w+:)?c\b).)*)</(?:\w+:)?c>""",
    re.S,
)
_ERROR_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
#: bits of a key that hold the column; a sheet has 16,384 of them
_COLUMN_BITS = 14
#: bits of a key that hold the format of a cell
_STYLE_BITS = 16


class SheetSurvey:
    """What has to be known of a sheet before it is laid out."""

    def __init__(self, caps: Caps, styles: Mapping[int, str]) -> None:
        self._caps, self.styles = caps, styles
        self._rows = self._width = 0
        #: row, column and format of cells that may show another number than they hold, as keys
        self.format_keys = array("Q")
        #: what stands in error cells, and in formulas without a result, by row and column
        self.errors: dict[int, dict[int, str]] = {}

    def add(self, xml: bytes) -> None:
        """Look over some whole rows."""
        self._measure(xml)
        if b't="e"' in xml or b"t='e'" in xml:
            for letters, row, inside in _ERROR.findall(xml):
                value = _ERROR_VALUE.search(inside)
                self.errors.setdefault(_number(row) - 1, {})[_column(letters) - 1] = (
                    value[1].decode("utf-8", "replace") if value else "#N/A"
                )
        if b"<f" in xml or b":f" in xml:
            for attributes, formula in _UNSOLVED.findall(xml):
                place, kind = _PLACED.search(attributes), _TYPE.search(attributes)
                if place and (kind is None or kind[1] != b"str"):
                    text = FORMULA_MARK + unescape(formula.decode("utf-8", "replace"))
                    self.errors.setdefault(_number(place[2]) - 1, {})[_column(place[1]) - 1] = text
        if self.styles and not self.styles.keys().isdisjoint(map(int, set(_STYLE.findall(xml)))):
            for attributes in _STYLED.findall(xml):
                style, place = _STYLE.search(attributes), _PLACED.search(attributes)
                kind = _TYPE.search(attributes)
                if (
                    style
                    and place
                    and int(style[1]) in self.styles
                    and (kind is None or kind[1] == b"n")
                ):
                    self.format_keys.append(_key(place[2], place[1]) << _STYLE_BITS | int(style[1]))

    def _measure(self, xml: bytes) -> None:
        places = _PLACE.findall(xml)
        rows, width = self._rows, self._width
        if places:
            rows = max(rows, *map(_number, {row for _, row in places}))
            width = max(
                width, *(_column(letters) for letters in {letters for letters, _ in places})
            )
        lines = _ROW.split(xml)
        cells = [len(_CELL.findall(line)) for line in lines]
        if len(places) < len(lines) - 1 + sum(cells):
            # what names no place stands behind the one before it
            rows, width = rows + len(lines) - 1, max(width, *cells)
        self._rows, self._width = rows, width
        if rows * width > self._caps.cells:
            raise Refusal("cells")


_NO_ERRORS: Mapping[int, str] = {}


class SheetCells:
    """A sheet that was laid out, with what its reader leaves out."""

    def __init__(self, cells: Any, survey: SheetSurvey) -> None:
        self._cells, self._errors, self._styles = cells, survey.errors, survey.styles
        self._format_keys = sorted(set(survey.format_keys))

    def rows(self) -> Iterator[list[str]]:
        """Every row as texts, from the first of the sheet on."""
        if not self._cells.height:
            return
        left: int = self._cells.start[1]
        blank = [""] * left
        errors, formatted = self._errors, self._format_keys
        at = 0
        for row, values in enumerate(self._cells.iter_rows()):
            texts = blank + [cell_text(value) for value in values]
            behind = (row + 1) << _COLUMN_BITS + _STYLE_BITS
            while at < len(formatted) and formatted[at] < behind:
                key, style = divmod(formatted[at], 1 << _STYLE_BITS)
                column = (key & ((1 << _COLUMN_BITS) - 1)) - left
                at += 1
                if 0 <= column < len(values) and isinstance(values[column], int | float):
                    text = display_text(float(values[column]), self._styles[style])
                    texts[left + column] = texts[left + column] if text is None else text
            for column, text in errors.get(row, _NO_ERRORS).items():
                if left <= column < len(texts):
                    texts[column] = text
            yield texts


def _key(row: bytes, letters: bytes) -> int:
    return max(_number(row) - 1, 0) << _COLUMN_BITS | (_column(letters) - 1)


def _number(digits: bytes) -> int:
    """A row; Python itself refuses to read a number of thousands of digits."""
    if len(digits) > 10:
        raise Refusal("damaged")
    return int(digits)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    if number > 1 << _COLUMN_BITS:
        raise Refusal("damaged")
    return number


def cell_text(value: object) -> str:
    """A cell of a workbook as the text a person would have typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        # a workbook holds 15 digits; what stands behind them is noise of binary arithmetic
        return f"{value:.15g}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
