"""A small table of texts; on a phone each row becomes a block, every cell beside its head."""

from __future__ import annotations

from collections.abc import Sequence

from eligibility.app.widgets.markup import Markup, tag


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    cls: str = "",
) -> Markup:
    """Rows under heads; ``numbers`` are the places of columns to set flush right."""
    flush = ["figure" if place in numbers else "" for place in range(len(heads))]
    head = (tag("th", text, scope="col", cls=c) for text, c in zip(heads, flush, strict=True))
    body = (
        tag(
            "tr",
            *(
                tag("td", text, data_label=label, cls=c)
                for text, label, c in zip(row, heads, flush, strict=True)
            ),
        )
        for row in rows
    )
    whole = [tag("thead", tag("tr", *head)), tag("tbody", *body)]
    return tag("table", *whole, cls=f"stacks {cls}".strip())
