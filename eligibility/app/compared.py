"""Two editions of the law side by side: what stayed, what reads otherwise, where a number moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eligibility.vocabulary import Citation, msgid

SAME, WORDS, NUMBERS, NEW, GONE = "same", "words", "numbers", "new", "gone"
#: icon and word of each kind of change
CHANGE_WORDS: Mapping[str, str] = {
    SAME: msgid("● as before"),
    WORDS: msgid("◐ worded otherwise"),
    NUMBERS: msgid("△ other numbers"),
    NEW: msgid("＋ new"),
    GONE: msgid("－ dropped"),
}
#: a number as it is shown, with its sign of percent; a year only names an edition
NUMBER = re.compile(r"(?<![\d,.])(?!(?:19|20)\d\d(?![\d,.%]))\d[\d,]*(?:\.\d+)?(?:\s?%)?")


@dataclass(frozen=True)
class Clause:
    """One rule of an edition as it is shown: in one piece, or step by step as a scale is."""

    title: str
    says: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True)
class Pair:
    """A rule in the older and in the newer edition; None where an edition has none of the kind."""

    old: Clause | None
    new: Clause | None

    @property
    def title(self) -> str:
        """The newer title, where there is one."""
        held = self.new or self.old
        return held.title if held else ""

    @property
    def change(self) -> str:
        """The kind of change, one of those of ``CHANGE_WORDS``."""
        if self.old is None or self.new is None:
            return NEW if self.old is None else GONE
        if self.old.says == self.new.says:
            return SAME
        alike = _numbers(*self.old.says) == _numbers(*self.new.says)
        moved = any(moved for says in self.told(self.new) for _piece, moved in says)
        return WORDS if alike and not moved else NUMBERS

    def told(self, side: Clause) -> Iterator[list[tuple[str, bool]]]:
        """A side step by step: its pieces, each with whether the other side lacks that number.

        Steps are compared in their order where both have as many, else with all of the other.
        """
        other = self.old if side is self.new else self.new
        for place, step in enumerate(side.says):
            if other is None:
                yield [(step, False)]
                continue
            paired = len(other.says) == len(side.says)
            yield list(_parts(step, other.says[place : place + 1] if paired else other.says))


def pairs(old: Mapping[str, Clause], new: Mapping[str, Clause]) -> list[Pair]:
    """Every rule once, in the newer order; one that was dropped stands where it stood before."""
    return [Pair(old.get(name), new.get(name)) for name in _order(list(old), list(new))]


def _parts(said: str, beside: Sequence[str]) -> Iterator[tuple[str, bool]]:
    known, end = _numbers(*beside), 0
    for found in NUMBER.finditer(said):
        if _plain(found.group()) not in known:
            yield said[end : found.start()], False
            yield found.group(), True
            end = found.end()
    yield said[end:], False


def _numbers(*said: str) -> frozenset[str]:
    return frozenset(_plain(number) for each in said for number in NUMBER.findall(each))


def _plain(number: str) -> str:
    return number.replace(" ", "").rstrip(",")


def _order(old: Sequence[str], new: Sequence[str]) -> list[str]:
    ordered = list(new)
    for place, name in enumerate(old):
        if name not in new:
            after = old[place - 1] if place else None
            ordered.insert(ordered.index(after) + 1 if after else 0, name)
    return ordered
