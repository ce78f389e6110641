"""The radar of the score's groups: what is certain lies within what is possible, and the rim is all."""

from __future__ import annotations

import re

from eligibility.app.firm.radar import AXIS, radar


def corners(style: str) -> list[tuple[float, float]]:
    numbers = [float(each) for each in re.findall(r"([\d.]+)%", style)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def distances(picture: str, layer: str) -> list[float]:
    (style,) = re.findall(rf'class="{layer}" style="([^"]*)"', picture)
    return [((x - 50) ** 2 + (y - 50) ** 2) ** 0.5 for x, y in corners(style)]


def test_each_group_is_an_axis_whose_length_is_its_share_of_the_points() -> None:
    picture = radar([(0.5, 1.0), (0.0, 0.25), (1.0, 1.0), (0.1, 0.4)], "four groups")
    assert [round(each / AXIS, 2) for each in distances(picture, "rim")] == [1, 1, 1, 1]
    assert [round(each / AXIS, 2) for each in distances(picture, "open")] == [1, 0.25, 1, 0.4]
    assert [round(each / AXIS, 2) for each in distances(picture, "certain")] == [0.5, 0, 1, 0.1]
    assert 'role="img" aria-label="four groups"' in picture
