"""Formula injection: texts that a spreadsheet would run are written so that they stay texts.

A spreadsheet takes a cell for a formula by its first mark, some after blanks or marks that cannot be
seen, some also by the full-width mark of a Chinese keyboard.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: ranges of blanks, controls and marks that cannot be seen, as a regular expression has them
_UNSEEN = (
    "\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    "\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
#: what begins a formula, in ASCII, full width and small
_BEGINS = "=+@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-"
#: a tab or line end is disarmed whatever follows: some programs begin a new cell there
_FORMULA = f"(?:[\t\r\n]|[{_UNSEEN}]*[{_BEGINS}])"
#: what only looks like one
_NUMBER = r" *[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%? *"
_IS_FORMULA, _IS_NUMBER = re.compile(_FORMULA), re.compile(_NUMBER)
_FIRST = re.compile(f"[{_UNSEEN}{_BEGINS}]")
#: every letter that a formula can begin with, and the bytes that these letters begin with in UTF-8
_LETTERS = _FIRST.findall("".join(map(chr, range(0x10000))))
_FIRST_BYTES = np.isin(np.arange(256), [letter.encode()[0] for letter in _LETTERS])


@cache
def _firsts() -> pa.StringArray:
    """The letters as an array; few texts begin with one, so few are looked at closely."""
    # made when first used: the first array made of a list imports pandas
    return pa.array(_LETTERS)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula; never a number such as -5."""
    return _IS_FORMULA.match(text) is not None and _IS_NUMBER.fullmatch(text) is None


def escape_formula(text: str) -> str:
    """The text, with an apostrophe before it if it may be taken for a formula."""
    return f"'{text}" if is_formula(text) else text


def escape_text(text: str) -> str:
    """As :func:`escape_formula`, for a cell that is a text whatever it looks like: +1 is no number there."""
    return f"'{text}" if _IS_FORMULA.match(text) else text


def escape_formulas(table: pa.Table) -> pa.Table:
    """The table with every text as :func:`escape_formula` gives it, nulls and numbers as they are."""
    for place, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            continue
        column = table.column(place)
        if not any(map(_may_begin_formula, column.chunks)):
            continue
        first = pc.utf8_slice_codeunits(column, 0, 1)
        if not pc.any(pc.is_in(first, value_set=_firsts())).as_py():
            continue
        runs = pc.and_not(
            pc.match_substring_regex(column, f"^{_FORMULA}"),
            pc.match_substring_regex(column, f"^{_NUMBER}$"),
        )
        escaped = pc.if_else(runs, pc.binary_join_element_wise("'", column, ""), column)
        table = table.set_column(place, field, escaped)
    return table


def _may_begin_formula(texts: pa.StringArray) -> bool:
    """Whether some text begins with a byte that a formula can begin with; far cheaper than its letter."""
    _, offsets, content = texts.buffers()
    if content is None or not content.size:
        return False
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    firsts = np.frombuffer(content, np.uint8)[ends[:-1][ends[1:] > ends[:-1]]]
    return bool(_FIRST_BYTES[firsts].any())
