"""Tables whose lines stand across, laid with their lines down."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eligibility.documents.columns import Head, assign, overlap
from eligibility.documents.grid import Cell, Row, is_figure
from eligibility.documents.lines import LineReader

_PROJECT = re.compile(r"(?i)rd\s*\d+")
#: labels of one row by which a table is known to be turned
ACROSS = 4


def transpose(rows: Sequence[Row], reader: LineReader) -> list[Row] | None:
    """A table whose lines stand across, laid with its lines down; None if it is none."""
    start = next((place for place, row in enumerate(rows) if reader.labels_in(row) >= ACROSS), None)
    if start is None:
        return None
    # heads of several rows: the lower ones say more
    near = range(max(start - 2, 0), min(start + 3, len(rows)))
    levels = [rows[place] for place in near if not _has_figures(rows[place])]
    labels: list[Cell] = []
    for cell in (cell for row in reversed(levels) for cell in row.cells):
        head = Head("", cell.start, cell.end, cell.text)
        if reader.is_label(cell) and not any(overlap(other, head) > 0 for other in labels):
            labels.append(cell)
    body = [row for row in rows[start + 1 :] if _has_figures(row) and _row_title(row)]
    heads = [Head(str(place), cell.start, cell.end, cell.text) for place, cell in enumerate(labels)]
    columns: dict[str, list[Cell]] = {head.column: [] for head in heads}
    titles = []
    # a blank column between any two, so that none is next to another's head
    for place, row in enumerate(body, 1):
        titles.append(Cell(_row_title(row), 2 * place, 2 * place + 1, row.cells[0].name))
        for cell, head in assign([cell for cell in row.cells if is_figure(cell.text)], heads):
            columns[head.column].append(Cell(cell.text, 2 * place, 2 * place + 1, cell.name))
    lines = [
        Row(rows[start].place, (Cell(cell.text, 0, 1, cell.name), *columns[str(place)]))
        for place, cell in enumerate(labels)
    ]
    return [*rows[: near[0]], Row(rows[start].place, tuple(titles)), *lines] if body else None


def _has_figures(row: Row) -> bool:
    return any(is_figure(cell.text) for cell in row.cells)


def _row_title(row: Row) -> str:
    """What a row of a turned table is called: its project, or that it is the total."""
    texts = [cell.text for cell in row.cells if not is_figure(cell.text)]
    projects = (text for text in texts if _PROJECT.fullmatch(text.strip()))
    return next(projects, texts[0] if texts else "")
