"""Columns of figures: their heads, and which figure stands under which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eligibility.documents.grid import Cell

#: points of a page that a figure may stand beside its head
PAGE_GAP = 60


@dataclass(frozen=True)
class Head:
    """The head of a column where it stands."""

    column: str
    start: float
    end: float
    text: str
    power: int | None = None


def overlap(cell: Cell, head: Cell | Head) -> float:
    """How far two share columns or points; negative: the gap between them."""
    return min(cell.end, head.end) - max(cell.start, head.start)


def assign(cells: Sequence[Cell], heads: Sequence[Head]) -> list[tuple[Cell, Head]]:
    """Each figure with the head above it, as far as that is certain.

    In a sheet they share a column, or the head spans the one to its right. On a page they overlap, or
    are as many as the heads, or one head is much nearer than the next.
    """
    is_sheet = all(head.end - head.start <= 1 for head in heads)
    if not is_sheet and len(cells) == len(heads):
        overlapping = sum(any(overlap(cell, head) > 0 for head in heads) for cell in cells)
        if overlapping < len(cells) or len({_nearest(cell, heads)[0] for cell in cells}) < len(cells):  # fmt: skip
            order = sorted(heads, key=lambda head: head.start)
            return list(zip(sorted(cells, key=lambda cell: cell.start), order, strict=True))
    assigned: dict[int, tuple[Cell, float]] = {}
    for cell in cells:
        place, gap, next_gap = _nearest(cell, heads)
        certain = gap < 0 or (gap <= 0 if is_sheet else gap * 2 < min(next_gap, 2 * PAGE_GAP))
        if certain and (place not in assigned or gap < assigned[place][1]):
            assigned[place] = (cell, gap)
    return [(cell, heads[place]) for place, (cell, _) in assigned.items()]


def _nearest(cell: Cell, heads: Sequence[Head]) -> tuple[int, float, float]:
    """The nearest head, of two as near the left one; its gap (negative: overlap), and the next one's."""
    order = sorted(
        (-overlap(cell, head), head.start > cell.start, place) for place, head in enumerate(heads)
    )
    gaps = [gap for gap, _, _ in order]
    return order[0][2], gaps[0], gaps[1] if len(gaps) > 1 else float("inf")
