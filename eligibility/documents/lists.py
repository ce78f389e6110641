"""Lists of rights, products and results on paper, read by the titles of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eligibility.documents.context import head_power, unit_power
from eligibility.documents.definitions import ListSheet
from eligibility.documents.grid import Cell, Row, is_figure, plain_text
from eligibility.domain.papers import PaperList, PaperSource
from eligibility.intake.list_titles import LIST_POWER, UNIT_WORDS, title_column
from eligibility.intake.lists import entries
from eligibility.schemes.lists import ListDefinition

#: rows in which a header is looked for
HEADER_ROWS = 40


def read_lists(
    file: str,
    rows: Sequence[Row],
    sheets: Sequence[ListSheet],
    definitions: Mapping[str, ListDefinition],
    year: int | None,
) -> list[PaperList]:
    """The lists that stand in these rows."""
    lists = []
    start = 0
    while start < len(rows):
        found = _header(rows[start:], sheets, definitions)
        if found is None:
            break
        place, sheet, columns = found
        begin = start + place + 1
        end = next(
            (
                other
                for other in range(begin, len(rows))
                if _header(rows[other : other + 1], sheets, definitions) is not None
            ),
            len(rows),
        )
        definition = definitions[sheet.list]
        unit = unit_power(rows[start : start + place + 1])
        texts = [_entry(row, columns, definition, unit) for row in rows[begin:end]]
        texts = [row for row in texts if len(row) > 1]
        kinds = entries(definition, texts)
        items = tuple(row for row, kind in zip(texts, kinds, strict=True) if kind is None)
        if items:
            header = rows[start + place]
            words = " | ".join(cell.text for cell, _ in columns)
            source = PaperSource(file, header.place, header.cells[0].name, sheet.list, words=words)
            lists.append(PaperList(sheet.list, year, items, source))
        start = end
    return lists


def _header(
    rows: Sequence[Row], sheets: Sequence[ListSheet], definitions: Mapping[str, ListDefinition]
) -> tuple[int, ListSheet, list[tuple[Cell, str]]] | None:
    """The row of titles, the list that it is of, and which cell is the title of which column."""
    for place, row in enumerate(rows[:HEADER_ROWS]):
        if len(row.cells) < 2 or any(is_figure(cell.text) for cell in row.cells):
            continue
        above = "".join(plain_text(each.text) for each in rows[:place])
        best: tuple[int, ListSheet, list[tuple[Cell, str]]] | None = None
        for sheet in sheets:
            columns = _columns(row, definitions[sheet.list])
            names = {name for _, name in columns}
            if not all(names.intersection(choice) for choice in sheet.needs):
                continue
            is_titled = any(plain_text(title) in above + row.place for title in sheet.titles)
            weight = len(names) + len(definitions[sheet.list].columns) * is_titled
            if best is None or weight > best[0]:
                best = (weight, sheet, columns)
        if best is not None:
            return place, best[1], best[2]
    return None


def _columns(row: Row, definition: ListDefinition) -> list[tuple[Cell, str]]:
    """Each title once: an exact one before one that is only like it."""
    columns: dict[str, Cell] = {}
    for exact in (True, False):
        for cell in row.cells:
            if cell in columns.values():
                continue
            name = (
                _exact_title(definition, cell.text)
                if exact
                else title_column(definition, cell.text)
            )
            if name and name not in columns:
                columns[name] = cell
    return [(cell, name) for name, cell in columns.items()]


def _exact_title(definition: ListDefinition, text: str) -> str | None:
    plain = plain_text(text).lower()
    for column in definition.columns:
        if plain in (plain_text(title).lower() for title in column.titles):
            return column.id
    return None


def _entry(
    row: Row, columns: Sequence[tuple[Cell, str]], definition: ListDefinition, unit: int | None
) -> dict[str, str]:
    entry: dict[str, str] = {}
    for head, name in columns:
        under = [
            cell for cell in row.cells if min(cell.end, head.end) - max(cell.start, head.start) > 0
        ]
        if not under:
            continue
        text = " ".join(" ".join(cell.text.split()) for cell in under)
        power = head_power(head.text) if head_power(head.text) is not None else unit
        if name in definition.amounts and power not in (None, LIST_POWER) and is_figure(text):
            text += UNIT_WORDS.get(power or 0, "")
        entry[name] = text
    return entry
