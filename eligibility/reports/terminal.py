"""A paper, or its lists alone, as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import east_asian_width

from eligibility.reports.paper import Bars, Grid, Heading, Paper, Point, Points, Text, printable

MARKS = {"met": "+", "unmet": "x", "undetermined": "?", "item": "·", "warning": "!"}
INDENT = 2


def terminal_lines(points: Iterable[Point]) -> Iterator[str]:
    """Each entry as one line, its mark before it; what stands under it begins below its text."""
    columns = [INDENT]
    for point in points:
        del columns[point.depth + 1 :]
        mark = f"{MARKS[point.mark]} " if point.mark else ""
        yield f"{' ' * columns[point.depth]}{mark}{point.text}"
        columns.append(columns[point.depth] + len(mark) + INDENT)


def paper_lines(paper: Paper) -> Iterator[str]:
    """A paper as lines of text; tables with their columns below each other, a note unmarked."""
    yield from (printable(line) for line in (paper.title, *paper.lines))
    for block in paper.blocks:
        match block:
            case Heading(text, level):
                yield ""
                yield printable(text) if level > 1 else f"# {printable(text)}"
            case Text(text):
                yield printable(text)
            case Points(points):
                yield from terminal_lines(points)
            case Grid():
                yield from _grid_lines(block, paper.language.text("[to fill in]"))
            case Bars(title, labels, series):
                yield title
                for place, label in enumerate(labels):
                    values = ", ".join(f"{name} {figures[place]:g}" for name, figures in series)
                    yield f"{' ' * INDENT}{label}: {values}"


def _grid_lines(grid: Grid, blank: str) -> Iterator[str]:
    rows = [[printable(blank if cell is None else cell) for cell in row] for row in grid.rows]
    rows.insert(0, [printable(cell) for cell in grid.head])
    widths = [max(_columns(row[place]) for row in rows) for place in range(len(grid.head))]
    for row in rows:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _columns(cell))
            cells.append(space + cell if place in grid.right else cell + space)
        yield (" " * INDENT + "  ".join(cells)).rstrip()


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: a wide character has two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
