"""Lists of a paper as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligibility.reports.paper import Point

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
