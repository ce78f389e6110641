"""Tables of one row a firm and year, laid as one row a firm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from eligibility.domain.text import Message, msgid
from eligibility.intake.cells import MISSING, normal
from eligibility.intake.firm_names import name_key
from eligibility.intake.header_labels import FieldNames
from eligibility.intake.headers import HeaderMap
from eligibility.intake.layouts import RearrangedBlock, Table, cell_year, year_text

_YEAR_HEADS = frozenset(
    ("年度", "年份", "年", "会计年度", "财务年度", "所属年度", "数据年度", "统计年度", "报告年度", "报告期", "所属期",
     "所属期间", "期间", "year", "fiscalyear", "period", "fy")
)  # fmt: skip
LONG = msgid("One row a firm and year: {rows} rows were laid together as {count} firms.")


def year_column(headers: HeaderMap) -> int | None:
    """The column that says which year a row is of, in a table whose figures name none."""
    if not headers.yearless or not headers.has_identity:
        return None
    for position, header in enumerate(headers.headers):
        plain = re.sub(r"\(.*?\)|[\W_]", "", normal(header))
        if plain in _YEAR_HEADS and header in headers.unknown:
            return position
    return None


def firm_years(
    headers: HeaderMap, rows: Iterator[Sequence[str]], year_at: int, names: FieldNames
) -> Table:
    """A table of one row a firm and year as one row a firm.

    Parameters
    ----------
    headers : HeaderMap
        Of the table as it is.
    rows : iterator of lists of str
        Below its header.
    year_at : int
        The column of the year.
    names : FieldNames
    """
    identity = [
        column.position for column in headers.columns if column.field.id in ("uscc", "name")
    ]
    groups: dict[str, list[tuple[int, Sequence[str], str]]] = {}
    before = ""
    count = 0
    for number, row in enumerate(rows, headers.lines):
        lines = [row[position].strip() for position in identity]
        year = cell_year(row[year_at]) if normal(row[year_at]) not in MISSING else None
        if not any(cell.strip() for cell in row):
            continue
        if any(lines):
            before = next(name_key(text) for text in lines if text)
        count += 1
        if year is None or (not any(lines) and not before):
            # what has no year stands for itself, and is judged as any row is
            groups[f"\0{number}"] = [(number, row, "")]
            continue
        word = year_text(row[year_at])
        key = before
        while any(word == other for _, _, other in groups.get(key, [])):
            key += "\0"
        groups.setdefault(key, []).append((number, row, word))
    words = dict.fromkeys(word for group in groups.values() for _, _, word in group if word)
    plain = [place for place in range(len(headers.headers)) if place != year_at and headers.headers[place] not in headers.yearless]  # fmt: skip
    series = [headers.headers.index(name) for name in headers.yearless]
    head = [headers.headers[place] for place in plain] + [f"{word} {headers.headers[place]}" for place in series for word in words]  # fmt: skip
    columns: list[list[str]] = [[] for _ in head]
    cells: list[list[tuple[int, int]]] = [[] for _ in head]
    for group in groups.values():
        found = [_once(group, place, names) for place in plain]
        found += [_of_year(group, place, word) for place in series for word in words]
        for at, (text, cell) in enumerate(found):
            columns[at].append(text)
            cells[at].append(cell)
    numbers = np.array([group[0][0] + 1 for group in groups.values()], np.int64)
    remark = Message(LONG, {"rows": count, "count": len(groups)})
    return Table([head], RearrangedBlock(columns, numbers, cells), remark)


def _once(
    group: Sequence[tuple[int, Sequence[str], str]], place: int, names: FieldNames
) -> tuple[str, tuple[int, int]]:
    """What a firm says once: in the row of its latest year, or the only one that says anything."""
    filled = [
        (row[place].strip(), (number, place)) for number, row, _ in group if row[place].strip()
    ]
    if len({text for text, _ in filled}) == 1:
        return filled[0]
    for number, row, word in group:
        if not word or names.is_latest(cell_year(word)):
            return row[place].strip(), (number, place)
    return "", (-1, -1)


def _of_year(
    group: Sequence[tuple[int, Sequence[str], str]], place: int, word: str
) -> tuple[str, tuple[int, int]]:
    for number, row, other in group:
        if other == word:
            return row[place].strip(), (number, place)
    return "", (-1, -1)
