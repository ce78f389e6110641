"""The blocks of a paper on a page: the same words as in Word and PDF, under the same headings."""

from __future__ import annotations

from collections.abc import Sequence

from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.app.widgets.table import table
from eligibility.reports.paper import Block, Grid, Heading, Points, Text

MARKS = {**ICONS, "warning": "△", "item": "·"}


def sections(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """The heading of each section with the blocks below it."""
    parts: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            parts.append((block.text, []))
        elif parts:
            parts[-1][1].append(block)
    return parts


def markup(blocks: Sequence[Block]) -> Markup:
    """Blocks one below the other."""
    return tag("div", *(_element(block) for block in blocks), cls="paper-blocks")


def _element(block: Block) -> Markup:
    match block:
        case Heading(text=text):
            return tag("h3", text)
        case Text(text=text, tone="strong"):
            return tag("p", tag("strong", text))
        case Text(text=text, tone=tone):
            return tag("p", text, cls="muted" if tone == "note" else "")
        case Points(points=points):
            lines = (f"{MARKS[point.mark or 'item']} {point.text}" for point in points)
            return tag("ul", *(tag("li", line) for line in lines), cls="rows")
        case Grid(head=head, rows=rows, right=right):
            blank = _("[to fill in]")
            cells = [[blank if cell is None else cell for cell in row] for row in rows]
            return table(head, cells, numbers=sorted(right), cls="fit")
    return tag("p")
