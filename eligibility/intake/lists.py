"""Lists behind the counts (台账) read by columns: texts as they were typed, one row a thing.

Which lists there are and what counts of them stands in the scheme's folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.facts import Field, Kind
from eligibility.domain.law import Edition
from eligibility.domain.results import UNMET
from eligibility.domain.text import Message, Wording
from eligibility.intake.cells import CellFormat, CellTrouble, normal, parse
from eligibility.schemes.lists import Count, ListColumn, ListDefinition, ListRows

Rows = Sequence[Mapping[str, str | None]]
#: a list's own column of numbers
NUMBERED = ("序号", "编号", "No.")
#: characters before a title that leave it one, as in 专利权名称
MOST_BEFORE = 4
_BRACKETS = re.compile(r"\([^()]*\)")
_PUNCTUATION = re.compile(r"[\W_]+")


def rows_with_entries(rows: Rows) -> list[dict[str, str]]:
    """The rows that say anything, blanks left out of each."""
    said = (
        {name: text for name, text in row.items() if text is not None and text.strip()}
        for row in rows
    )
    return [row for row in said if row]


def without_titles(ledger: ListDefinition, rows: Rows) -> tuple[list[dict[str, str]], int]:
    """The rows that are no header pasted along with the list, and how many were left out.

    A row is left out only if every cell of it reads like the title of some column of the list; a
    row of one cell never is.
    """
    titles = {_plain(title) for column in ledger.columns for title in column.titles}
    titles |= {_plain(title) for title in NUMBERED}
    said = rows_with_entries(rows)
    kept = [
        row
        for row in said
        if len(row) < 2 or not all(_titled(text, titles) for text in row.values())
    ]
    return kept, len(said) - len(kept)


def count_list(
    ledger: ListDefinition, rows: Rows, law: Edition, applied: np.datetime64
) -> Count | None:
    """What a list says of its fields; None where it has no row.

    Parameters
    ----------
    ledger : ListDefinition
    rows : sequence of mapping of column id to text
        As typed; amounts in 万元.
    law : Edition
    applied : datetime64[D]
        Date of application.
    """
    typed = rows_with_entries(rows)
    if not typed:
        return None
    read = read_ledger(ledger, typed)
    result = ledger.count(read, law, applied.astype(object).year, applied)
    reasons = list(result.reasons)
    for (row, _), trouble in read.troubles.items():
        # what was typed wrongly is the reason, not that nothing was typed
        if result.status[row] != UNMET:
            reasons[row] = trouble
    return Count(result.fields, result.status, tuple(reasons))


def read_ledger(ledger: ListDefinition, rows: Rows) -> ListRows:
    """Texts as columns; what cannot be read is named with row and column."""
    troubles: dict[tuple[int, str], Message] = {}
    columns: dict[str, NDArray[Any]] = {}
    for column in ledger.columns:
        texts = [row.get(column.id) for row in rows]
        values = [_value(text, column, troubles, row) for row, text in enumerate(texts)]
        columns[column.id] = _array(values, column.kind)
    return ListRows(columns, troubles, len(rows), normal)


def main_share(products: ListDefinition, rows: Rows) -> float | None:
    """Income of the main products over that of all products; None where a row leaves it open."""
    read = read_ledger(products, rows_with_entries(rows))
    income, main = read.columns["income"], read.columns["main"]
    total = fsum(income)
    if not read.rows or np.isnan(income).any() or np.isnan(main).any() or not total:
        return None
    return fsum(income[main == 1]) / total


def _value(
    text: str | None, column: ListColumn, troubles: dict[tuple[int, str], Message], row: int
) -> Any:
    if text is None or not text.strip():
        return None
    if column.words:
        word = column.words.get(normal(text))
        if word is None:
            troubles[row, column.id] = Message("{value} is not understood", {"value": text})
        return word
    try:
        return parse(text.strip().removesuffix("年"), FORMATS[column.kind])
    except CellTrouble as trouble:
        troubles[row, column.id] = Message(
            "{value} is not understood; expected: {expected}",
            {"value": text, "expected": trouble.expected},
        )
        return None


def _plain(text: str) -> str:
    """A title without brackets and what is in them, spaces and punctuation."""
    return _PUNCTUATION.sub("", _BRACKETS.sub("", normal(text)))


def _titled(text: str, titles: Set[str]) -> bool:
    """Whether a cell is one of the titles, or one with a short word before it."""
    plain = _plain(text)
    return plain in titles or any(
        plain.endswith(title) and len(plain) - len(title) <= MOST_BEFORE
        for title in titles
        if len(title) > 1
    )


def _array(values: list[Any], kind: Kind) -> NDArray[Any]:
    if kind == "date":
        return np.array([np.datetime64("NaT") if v is None else v for v in values], "M8[D]")
    if kind == "text":
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _format(kind: Kind, power: int = 0, minimum: float | None = None) -> CellFormat:
    blank = Wording(zh="", en="")
    return CellFormat(
        Field(
            id=kind, kind=kind, unit="", section="", title=blank, help=blank, source=blank,
            stem=kind, stem_title=blank, minimum=minimum,
        ),
        power,
    )  # fmt: skip


FORMATS: Mapping[Kind, CellFormat] = {
    "text": _format("text"),
    "date": _format("date"),
    "count": _format("count", minimum=0),
    "yes_no": _format("yes_no"),
    "money": _format("money", power=4, minimum=0),
}
