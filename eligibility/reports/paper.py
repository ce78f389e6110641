"""What a paper says, before it is a file: headings, texts, lists, tables and bars, in one language.

One content serves terminal, Word and PDF. Whatever came from a firm is plain text here; each renderer puts it
in as text and never as markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from eligibility.i18n import Language

#: what no XML file may hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: the text of a cell; None is left to be filled in, and marked
Cell = str | None


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2; those of level 1 stand in the contents."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True)
class Text:
    """One paragraph: plain, strong, or a note in small print."""

    text: str
    tone: Literal["plain", "strong", "note"] = "plain"


@dataclass(frozen=True)
class Point:
    """One entry of a list: its text, its depth from 0, and what a terminal marks it with."""

    text: str
    depth: int = 0
    mark: Literal["met", "unmet", "undetermined", "item", "warning"] | None = None


@dataclass(frozen=True)
class Points:
    """A list; an entry stands under the last one of less depth."""

    points: tuple[Point, ...]


@dataclass(frozen=True)
class Grid:
    """A table; ``widths`` are parts of the page's width, ``right`` the columns of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Bars:
    """A bar chart of some series over the same labels."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]


Block = Heading | Text | Points | Grid | Bars


@dataclass(frozen=True)
class Paper:
    """A whole paper: its title, the lines under it, and its blocks in order.

    ``lead`` is what it says in short, on its first page, before the contents.
    """

    title: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    language: Language
    lead: tuple[Text | Points, ...] = ()


def printable(text: str) -> str:
    """The text with a mark in place of every character that no document can hold."""
    return _UNPRINTABLE.sub("\ufffd", text)
