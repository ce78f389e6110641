"""Own points of a scored item from a checklist of what the guideline names for it.

The guideline names the elements of an item and its highest points, and not what each is worth. So
each is taken to be worth the same: an assumption for the firm's own rating, which is no finding. The
experts judge the item as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import floor

from eligibility.domain.law import Element, Item


@dataclass(frozen=True)
class OwnPoints:
    """What a checklist comes to.

    Attributes
    ----------
    points : int or None
        Whole points, at most those of the item; None where nothing is ticked, which decides nothing.
    present, lacking : tuple of Element
        In the order of the text.
    """

    points: int | None
    present: Sequence[Element]
    lacking: Sequence[Element]


def own_points(item: Item, present_ids: Collection[str]) -> OwnPoints:
    """Points of an item by the elements that a firm has, each worth the same, rounded down.

    Parameters
    ----------
    item : Item
        With elements.
    present_ids : collection of str
        Ids of the elements that are there; others than the item's are left out.
    """
    present = tuple(each for each in item.elements if each.id in present_ids)
    lacking = tuple(each for each in item.elements if each.id not in present_ids)
    if not present:
        return OwnPoints(None, present, lacking)
    return OwnPoints(floor(item.max * len(present) / len(item.elements)), present, lacking)
