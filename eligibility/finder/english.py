"""English words of products in Chinese, in which alone the catalogue of fields is held."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

_WORDS = Path(__file__).with_name("english_words.tsv")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
#: words of the longest phrase
LONGEST = 4


@cache
def english_words() -> Mapping[str, str]:
    """English words and phrases, in the singular, with what they are in Chinese."""
    with _WORDS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["english"]: row["chinese"].lower() for row in rows}


def translate_english(text: str) -> Iterator[tuple[int, int, str]]:
    """The known English phrases of a text in small letters, the longest first at each place.

    Yields
    ------
    tuple of int, int and str
        Start and end in the text, and the Chinese; none overlap, in the order of the text.
    """
    words = list(_WORD.finditer(text))
    known = english_words()
    at = 0
    while at < len(words):
        for count in range(min(LONGEST, len(words) - at), 0, -1):
            some = words[at : at + count]
            # a phrase has nothing but spaces between its words
            between = (text[a.end() : b.start()] for a, b in pairwise(some))
            phrase = " ".join(word.group() for word in some)
            chinese = next((known[form] for form in _singulars(phrase) if form in known), None)
            if chinese and all(gap.isspace() for gap in between):
                yield some[0].start(), some[-1].end(), chinese
                at += count
                break
        else:
            at += 1


@cache
def english_names(texts: tuple[str, ...], most: int) -> tuple[str, ...]:
    """English phrases whose Chinese stands in these texts, in their order, at most so many."""
    names: dict[str, None] = {}
    for text in map(str.lower, texts):
        places = {english: text.find(chinese) for english, chinese in english_words().items()}
        names |= dict.fromkeys(
            sorted((n for n in places if places[n] >= 0), key=places.__getitem__)
        )
    return tuple(names)[:most]


def _singulars(phrase: str) -> Iterator[str]:
    yield phrase
    for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
        if phrase.endswith(ending):
            yield phrase.removesuffix(ending) + instead
