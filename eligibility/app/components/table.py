"""A small table of texts."""

from __future__ import annotations

from collections.abc import Sequence

from eligibility.app.markup import Markup, tag

Rows = Sequence[Sequence[str]]


def table(
    heads: Sequence[str], rows: Rows, *, numbers: Sequence[int] = (), cls: str = ""
) -> Markup:
    """Rows under heads; ``numbers`` are the places of columns to set flush right."""

    def cell(name: str, place: int, *children: str, **attributes: str) -> Markup:
        return tag(name, *children, cls="figure" if place in numbers else "", **attributes)

    head = tag("tr", *(cell("th", place, text, scope="col") for place, text in enumerate(heads)))
    body = (tag("tr", *(cell("td", place, text) for place, text in enumerate(row))) for row in rows)
    return tag("div", tag("table", tag("thead", head), tag("tbody", *body), cls=cls), cls="wide")
