"""Finds fields of the catalogue (国家重点支持的高新技术领域) for a sentence about a product.

Each lowest-level node is a document in three parts: its own title and terms, what firms call its
products (the scheme's everyday names), and with less weight its section, which is the titles above it
and the texts beside it. Sentence and documents are cut into pairs of characters and Latin words,
weighed by TF-IDF and compared by cosine. What a node excludes is no part of its document, so it can
speak only against it.

A suggestion by likeness of words, never a finding: whoever chooses reads the node's own text. An
accepted field is among the first five for 97 of 100 held-out sentences, and the first for 82
(tests/finder/test_finder.py says how far to trust that).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from eligibility.domain.errors import InputError
from eligibility.domain.text import msgid
from eligibility.finder.english import translate_english
from eligibility.schemes.catalogue import TechnicalField
from eligibility.schemes.registry import Scheme

#: weights of a node's section and of its products against its own text; 0.2 and 0.4, and 0 to 2,
#: were tried on the tuning sentences
SECTION_WEIGHT, PRODUCTS_WEIGHT = 0.4, 1.0
#: of the tuning sentences 99 in 100 are more like their best match than this
FAINT = 0.12
FAINTLY = msgid(
    "Only faintly alike: perhaps no field of the catalogue fits, or say it in other words."
)
#: what stands in more than this share of the nodes (技术, 系统, 设备) tells nothing
COMMON_SHARE = 0.1
#: scores are compared and shown to this many decimals, so that equal ones are ties
DECIMALS = 4
#: characters that only join: no word of the catalogue is sought across them
JOINING = str.maketrans(dict.fromkeys("的和及与了把", " "))
PIECE = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


@dataclass(frozen=True)
class Term:
    """A part of the sentence that the catalogue has too.

    Attributes
    ----------
    text : str
        ``sentence[start:end]``.
    stands_for : str
        The text itself where the catalogue has it, else the title of the field whose everyday
        name it is.
    """

    text: str
    start: int
    end: int
    stands_for: str


@dataclass(frozen=True)
class Exclusion:
    """What the catalogue takes out of a field (…除外).

    Attributes
    ----------
    code : str
        The node where it stands: the match itself or a node above it.
    text : str
        The catalogue's words.
    touched : tuple of str
        Parts of the sentence that stand in it; none does not mean that it does not apply.
    """

    code: str
    text: str
    touched: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """One lowest-level field that a sentence may belong to.

    Attributes
    ----------
    path : tuple of str
        Titles of the nodes above, from the top.
    score : float
        Likeness to the sentence, above 0; it orders matches of one sentence and is no probability.
    terms : tuple of Term
        What they have in common, in the order of the sentence.
    exclusion : Exclusion or None
        None where nothing is excluded.
    """

    code: str
    title: str
    path: tuple[str, ...]
    score: float
    terms: tuple[Term, ...]
    exclusion: Exclusion | None

    @property
    def faint(self) -> bool:
        """Whether sentences of the catalogue's firms are hardly ever so unlike their field."""
        return self.score < FAINT


def find(scheme: Scheme, text: str, count: int = 5, on: date | None = None) -> list[Match]:
    """The fields most like a sentence about a product, best first.

    Parameters
    ----------
    scheme : Scheme
        With a catalogue.
    text : str
        The sentence as the firm would say it, in Chinese; English words of common products are
        understood as well.
    count : int
        At most so many matches.
    on : date, optional
        The catalogue is that of the edition in force on this day; today if omitted.

    Returns
    -------
    list of Match
        Lowest-level fields only, equal scores in the order of their codes; empty where no telling
        word is shared.

    Raises
    ------
    InputError
        If the scheme has no catalogue.
    """
    catalogue = scheme.catalogue(scheme.in_force(on or date.today()))
    if not catalogue:
        raise InputError("{scheme} has no catalogue of technical fields.", scheme=scheme.title)
    return _index(catalogue).matches(_Sentence(text), count)


class _Sentence:
    """A sentence in the catalogue's way of writing, every character knowing its place of origin."""

    def __init__(self, text: str) -> None:
        self.text = text
        origins = [(part, place) for place, char in enumerate(text) for part in _plain(char)]
        plain = "".join(part for part, _ in origins)
        places = [(place, place) for _, place in origins]
        # English words stand in Chinese, and the whole of each is their place
        for start, end, chinese in reversed(list(translate_english(plain))):
            whole = (places[start][0], places[end - 1][1])
            plain = f"{plain[:start]} {chinese} {plain[end:]}"
            places[start:end] = [whole] * (len(chinese) + 2)
        self.plain = plain
        self._places = places

    def part(self, span: tuple[int, int]) -> tuple[str, int, int]:
        """What stands there as it was written, and its places in the text."""
        start, end = self._places[span[0]][0], self._places[span[1] - 1][1] + 1
        return self.text[start:end], start, end


class _Index:
    """The documents of one catalogue, weighed once."""

    def __init__(self, catalogue: tuple[TechnicalField, ...]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        by_code = {node.code: node for node in catalogue}
        above = {node.parent for node in catalogue}
        self._nodes = sorted(
            (node for node in catalogue if node.code not in above), key=lambda node: node.code
        )
        self._ways = [tuple(_way(node, by_code)) for node in self._nodes]
        own = [f"{node.title}。{node.terms}" for node in self._nodes]
        paths = ["。".join(node.title for node in way) for way in self._ways]
        beside: dict[str, list[str]] = {}
        for node, mine in zip(self._nodes, own, strict=True):
            beside.setdefault(node.parent, []).append(mine)
        sections = [
            "。".join([path, *beside[node.parent]])
            for node, path in zip(self._nodes, paths, strict=True)
        ]
        products = ["。".join(node.products) for node in self._nodes]
        self._own = [_plain(f"{mine}。{path}") for mine, path in zip(own, paths, strict=True)]
        self._texts = [
            f"{mine}。{_plain(product)}" for mine, product in zip(self._own, products, strict=True)
        ]
        self._vectors = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
        self._vectors.fit(self._texts)
        self._weights: Any = (
            self._vectors.transform(own)
            + SECTION_WEIGHT * self._vectors.transform(sections)
            + PRODUCTS_WEIGHT * self._vectors.transform(products)
        ).T
        standing = Counter(gram for text in self._texts for gram in set(_grams(text)))
        everywhere = COMMON_SHARE * len(self._nodes)
        self._common = {gram for gram, nodes in standing.items() if nodes > everywhere}

    def matches(self, sentence: _Sentence, count: int) -> list[Match]:
        likeness = (self._vectors.transform([sentence.plain]) @ self._weights).toarray()[0]
        scores = np.round(likeness, DECIMALS)
        result: list[Match] = []
        for place in np.argsort(-scores, kind="stable"):
            if len(result) >= count or scores[place] <= 0:
                break
            terms = self._terms(sentence, place)
            if terms:
                node, way = self._nodes[place], self._ways[place]
                result.append(
                    Match(
                        code=node.code,
                        title=node.title,
                        path=tuple(upper.title for upper in way),
                        score=float(scores[place]),
                        terms=terms,
                        exclusion=self._exclusion(sentence, (node, *reversed(way))),
                    )
                )
        return result

    def _terms(self, sentence: _Sentence, place: int) -> tuple[Term, ...]:
        """What the sentence shares with a node, in its order."""
        title, own = self._nodes[place].title, self._own[place]
        terms: dict[tuple[int, int], Term] = {}
        for span in self._common_parts(sentence.plain, self._texts[place]):
            text, start, end = sentence.part(span)
            official = sentence.plain[slice(*span)] in own
            # two parts of the Chinese of one English phrase are that phrase once
            terms.setdefault((start, end), Term(text, start, end, text if official else title))
        return tuple(terms.values())

    def _common_parts(self, plain: str, node_text: str) -> Iterator[tuple[int, int]]:
        """Places of the longest telling parts of a text that stand in another too."""
        for start, piece in _pieces(plain):
            if piece.isascii():
                if piece in _grams(node_text) and self._tells(piece):
                    yield start, start + len(piece)
                continue
            at = 0
            while at < len(piece):
                end = at
                while end < len(piece) and piece[at : end + 1] in node_text:
                    end += 1
                if end > at and self._tells(piece[at:end]):
                    yield start + at, start + end
                at = max(end, at + 1)

    def _tells(self, part: str) -> bool:
        return not self._common.issuperset(_grams(part))

    def _exclusion(
        self, sentence: _Sentence, upwards: tuple[TechnicalField, ...]
    ) -> Exclusion | None:
        for node in upwards:
            if node.exclusion:
                touched = [
                    sentence.part(span)[0]
                    for span in self._common_parts(sentence.plain, _plain(node.exclusion))
                ]
                return Exclusion(node.code, node.exclusion, tuple(dict.fromkeys(touched)))
        return None


@cache
def _index(catalogue: tuple[TechnicalField, ...]) -> _Index:
    return _Index(catalogue)


def _way(node: TechnicalField, by_code: Mapping[str, TechnicalField]) -> list[TechnicalField]:
    """The nodes above one, from the top."""
    way: list[TechnicalField] = []
    while node.parent:
        node = by_code[node.parent]
        way.insert(0, node)
    return way


def _plain(text: str) -> str:
    """The text with full-width and capital letters made plain."""
    return unicodedata.normalize("NFKC", text).lower()


def _pieces(plain: str) -> Iterator[tuple[int, str]]:
    """Unbroken Chinese and Latin parts of a plain text with their places; bare numbers tell nothing."""
    for piece in PIECE.finditer(plain.translate(JOINING)):
        if not piece.group().isdigit():
            yield piece.start(), piece.group()


def _grams(text: str) -> list[str]:
    """Pairs of neighbours of the Chinese parts, Latin words whole."""
    grams: list[str] = []
    for _, piece in _pieces(_plain(text)):
        if piece.isascii():
            grams.append(piece)
        else:
            grams += [piece[at : at + 2] for at in range(len(piece) - 1)]
    return grams
