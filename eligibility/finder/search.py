"""Finds fields of the catalogue (国家重点支持的高新技术领域) for a sentence about a product.

Each lowest-level node is a document: its own title and terms, and with less weight its section,
which is the titles above it and the texts beside it. Sentence and documents are cut into single characters, pairs of characters and Latin
words, weighed by TF-IDF and compared by cosine; everyday words of the scheme add the catalogue's
words for them. What a node excludes is no part of its document, so it can speak only against it.

A suggestion by likeness of words, never a finding: whoever chooses reads the node's own text. An
accepted field is among the first five for 85 of 100 held-out sentences, for 78 without everyday
words (tests/test_finder.py says how far to trust that).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from eligibility.scheme import EverydayWord, Scheme, TechnicalField
from eligibility.vocabulary import InputError

#: weight of a node's section against its own text; 0 to 1 were tried on the tuning sentences
SECTION_WEIGHT = 0.4
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
        The catalogue's words for it: an everyday word's meaning, else the text itself.
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


def find(scheme: Scheme, text: str, count: int = 5) -> list[Match]:
    """The fields most like a sentence about a product, best first.

    Parameters
    ----------
    scheme : Scheme
        With a catalogue.
    text : str
        The sentence, in Chinese, as the firm would say it.
    count : int
        At most so many matches.

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
    if not scheme.catalogue:
        raise InputError("{scheme} has no catalogue of technical fields.", scheme=scheme.title)
    return _index(scheme.catalogue).matches(_Sentence(text, scheme.everyday_words), count)


class _Sentence:
    """A sentence in the catalogue's way of writing, every character knowing its place of origin."""

    def __init__(self, text: str, everyday: Sequence[EverydayWord]) -> None:
        self.text = text
        origins = [(part, place) for place, char in enumerate(text) for part in _plain(char)]
        self.plain = "".join(part for part, _ in origins)
        self._places = [place for _, place in origins]
        self.everyday = [
            (found.span(), word.means)
            for word in everyday
            for says in word.says
            for found in _spoken(says).finditer(self.plain)
        ]

    @property
    def query(self) -> str:
        return "。".join([self.plain, *dict.fromkeys(means for _, means in self.everyday)])

    def term(self, span: tuple[int, int], stands_for: str = "") -> Term:
        start, end = self._places[span[0]], self._places[span[1] - 1] + 1
        text = self.text[start:end]
        return Term(text, start, end, stands_for or text)


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
        self._texts = [_plain(f"{mine}。{path}") for mine, path in zip(own, paths, strict=True)]
        self._vectors = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
        self._vectors.fit(self._texts)
        self._weights: Any = (
            self._vectors.transform(own) + SECTION_WEIGHT * self._vectors.transform(sections)
        ).T
        standing = Counter(gram for text in self._texts for gram in set(_grams(text)))
        everywhere = COMMON_SHARE * len(self._nodes)
        self._common = {gram for gram, nodes in standing.items() if nodes > everywhere}
        self._words = {gram for gram in standing if len(gram) > 1} - self._common

    def matches(self, sentence: _Sentence, count: int) -> list[Match]:
        # single characters rank, but a sentence that shares nothing else is not of this catalogue
        if self._words.isdisjoint(_grams(sentence.query)):
            return []
        likeness = (self._vectors.transform([sentence.query]) @ self._weights).toarray()[0]
        scores = np.round(likeness, DECIMALS)
        found: list[Match] = []
        for place in np.argsort(-scores, kind="stable"):
            if len(found) >= count or scores[place] <= 0:
                break
            terms = self._terms(sentence, self._texts[place])
            if terms:
                node, way = self._nodes[place], self._ways[place]
                found.append(
                    Match(
                        code=node.code,
                        title=node.title,
                        path=tuple(upper.title for upper in way),
                        score=float(scores[place]),
                        terms=terms,
                        exclusion=self._exclusion(sentence, (node, *reversed(way))),
                    )
                )
        return found

    def _terms(self, sentence: _Sentence, node_text: str) -> tuple[Term, ...]:
        """What the sentence shares with a text, itself or by an everyday word, in its order.

        Single characters are told only where there is no word.
        """
        spans = list(self._shared(sentence.plain, node_text))
        words = [span for span in spans if span[1] - span[0] > 1]
        meant = [
            sentence.term(span, means)
            for span, means in sentence.everyday
            if any(end - start > 1 for start, end in self._shared(_plain(means), node_text))
        ]
        shared = [sentence.term(span) for span in words or ([] if meant else spans)]
        return tuple(sorted({*shared, *meant}, key=lambda term: (term.start, term.end)))

    def _shared(self, plain: str, node_text: str) -> Iterator[tuple[int, int]]:
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
                    sentence.term(span).text
                    for span in self._shared(sentence.plain, _plain(node.exclusion))
                    if span[1] - span[0] > 1
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


@cache
def _spoken(word: str) -> re.Pattern[str]:
    """An everyday word where it stands; a Latin one only whole (IC is no part of NICE)."""
    plain = _plain(word)
    edge = r"(?<![a-z0-9]){}(?![a-z0-9])" if plain.isascii() else "{}"
    return re.compile(edge.format(re.escape(plain)))


def _plain(text: str) -> str:
    """The text with full-width and capital letters made plain."""
    return unicodedata.normalize("NFKC", text).lower()


def _pieces(plain: str) -> Iterator[tuple[int, str]]:
    """Unbroken Chinese and Latin parts of a plain text with their places; bare numbers tell nothing."""
    for piece in PIECE.finditer(plain.translate(JOINING)):
        if not piece.group().isdigit():
            yield piece.start(), piece.group()


def _grams(text: str) -> list[str]:
    """Single characters and pairs of the Chinese parts, Latin words whole."""
    grams: list[str] = []
    for _, piece in _pieces(_plain(text)):
        if piece.isascii():
            grams.append(piece)
        else:
            grams += piece
            grams += [piece[at : at + 2] for at in range(len(piece) - 1)]
    return grams
