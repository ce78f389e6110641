"""A radar: one axis a group, from none in the middle to all points at the rim.

Drawn by shapes of the style sheet, which follow the light and the dark; drawings are not let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from eligibility.app.widgets.markup import Markup, tag

#: percent of the side of the picture: length of an axis, and how far out its number stands
AXIS, NUMBER = 40.0, 47.0


def radar(shares: Sequence[tuple[float, float]], words: str) -> Markup:
    """The share of the points that is certain, and that is possible, of each group.

    Parameters
    ----------
    shares : sequence of (float, float)
        Lowest and highest, /1, clockwise from the top.
    words : str
        What the picture is, for who does not see it.
    """
    count = len(shares)
    layers = {
        "rim": [1.0] * count,
        "open": [high for _low, high in shares],
        "certain": [low for low, _high in shares],
    }
    shapes = [
        tag("i", cls=name, style=f"clip-path:polygon({_polygon(parts)})")
        for name, parts in layers.items()
    ]
    numbers = []
    for place in range(count):
        x, y = _at(place, NUMBER, count)
        numbers.append(tag("span", str(place + 1), style=f"left:{x:.1f}%;top:{y:.1f}%"))
    return tag("div", *shapes, *numbers, role="img", aria_label=words, cls="radar")


def _at(place: int, distance: float, count: int) -> tuple[float, float]:
    angle = 2 * pi * place / count - pi / 2
    return 50 + distance * cos(angle), 50 + distance * sin(angle)


def _polygon(parts: Sequence[float]) -> str:
    corners = (_at(place, AXIS * part, len(parts)) for place, part in enumerate(parts))
    return ", ".join(f"{x:.1f}% {y:.1f}%" for x, y in corners)
