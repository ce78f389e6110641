"""Rows of cells with their places, whatever kind of file they come from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eligibility.intake.cells import visible
from eligibility.intake.layouts import column_letters

#: the same texts are asked about by every form that a page may be
TEXTS = 1 << 14


@dataclass(frozen=True)
class Cell:
    """A text with its extent from left to right: columns of a sheet, points of a page."""

    text: str
    start: float
    end: float
    name: str


@dataclass(frozen=True)
class Row:
    """The cells of one row that are not blank, from left to right; ``place`` is its sheet or page."""

    place: str
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """All its texts."""
        return " ".join(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Strip:
    """Rows that belong together: a sheet, or all pages of a document; or a page that is a picture."""

    file: str
    place: str
    rows: tuple[Row, ...]
    is_picture: bool = False


def sheet_rows(place: str, rows: Iterable[Sequence[str]]) -> tuple[Row, ...]:
    """The rows of a sheet, given as texts."""
    return tuple(
        Row(
            place,
            tuple(
                Cell(seen, column, column + 1, f"{column_letters(column)}{number}")
                for column, text in enumerate(texts)
                if text and (seen := visible(text))
            ),
        )
        for number, texts in enumerate(rows, 1)
    )


#: what stands before a label: numbers of headings, 其中, 减, 加
_PREFIX = re.compile(
    r"^(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|[①-⑳]|\d{1,3}[、.．](?!\d)"
    r"|其中\s*[:：]|其中|减\s*[:：]|加\s*[:：]|[*＊△▲#☆]+)\s*"
)
#: what stands behind: formulas, where to fill in, how to write a loss
_REMARK = re.compile(
    r"\((?:[^()]*(?:填写|填列|填报|亏损|损失以|收入以|号)[^()]*|[\s\d.+\-*/×÷=%≤…,，行列－＋]+|单位[^()]*)\)"
)
_SYMBOLS = re.compile(r"[\W_]+")


@lru_cache(TEXTS)
def label_key(text: str) -> str:
    """A label without numbering, formulas, remarks, spaces and punctuation."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", visible(text)))
    while (shorter := _REMARK.sub("", plain)) != plain:
        plain = shorter
    while (match := _PREFIX.match(plain)) and match.end() < len(plain):
        plain = plain[match.end() :]
    return _SYMBOLS.sub("", plain).lower()


@lru_cache(TEXTS)
def plain_text(text: str) -> str:
    """A text without spaces and differences of width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


_NUMBER_MARK = re.compile(r"(?:第|行次?)?\s*(\d{1,3})(?:\.0{1,2})?\s*行?")


def line_number(text: str) -> str | None:
    """The number of a line that a cell holds, as 7, 7.00 or 第7行; None for any other text."""
    match = _NUMBER_MARK.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    return str(int(match[1])) if match else None


_FIGURE = re.compile(
    r"[(（]?[-+－−△▲Δ∆]?[¥￥]?\s*(?:\d{1,3}(?:[,，' ]\s?\d{3})+|\d+)?(?:\s?[.．]\s?\d+)?\s*(?:[%％]|亿元|万元|元|人|个|件|项)?[)）]?"
)
_LOSS = re.compile(r"^([(（]?)[△▲Δ∆]")


def with_sign(text: str) -> str:
    """A figure with a minus where accounts print a triangle before it."""
    return _LOSS.sub(r"\1-", text)


#: how accounts write that there is nothing
DASHES = frozenset("- -- --- — —— – ─ －".split())
#: these, and what is not to be filled in
MARKS = DASHES | frozenset("* ＊ ** *** / \\ ×".split())


@lru_cache(TEXTS)
def is_figure(text: str) -> bool:
    """Whether a text is a number, or a mark that stands in the place of one."""
    stripped = text.strip()
    return stripped in MARKS or (
        any(letter.isdigit() for letter in stripped) and _FIGURE.fullmatch(stripped) is not None
    )


def forget_texts() -> None:
    """Let go of the texts of papers that were asked about, which may be of persons."""
    for function in (label_key, plain_text, is_figure):
        function.cache_clear()
