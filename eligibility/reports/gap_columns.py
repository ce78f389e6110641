"""Gaps in words, a column at a time, so that a million rows cost little more than their letters.

A sentence has few kinds (a title, a rounded share, a missing field) and at most one amount of its
own. Kinds are worded once each; only amounts are written row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eligibility.assessment.shortfalls import Gap, Gaps
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.i18n import Language
from eligibility.reports.number_format import percent_digits
from eligibility.schemes.registry import Scheme

#: CNY; from here on no int64 holds an amount
INT64_END = 2.0**63

Ranks = NDArray[np.int8]


def first_gaps(
    gaps: Gaps, rows: int, count: int, scheme: Scheme, language: Language
) -> list[pa.Array]:
    """The first gaps of every firm in words: what is unmet before what is open, in article order.

    Returns
    -------
    list of pa.Array
        ``count`` columns of text, shape (rows,) each; null where there is no further gap.
    """
    in_order = list(gaps.by_condition.values())
    places = np.full((count, rows), -1, dtype=np.int64)
    pool: list[pa.Array] = [pa.array([], pa.string())]
    pool_size = 0
    for gap, rank in zip(in_order, _ranks(in_order), strict=True):
        for status in (UNMET, UNDETERMINED):
            indices = np.flatnonzero((gap.status == status) & (rank < count))
            if len(indices):
                part = _Part(gap, gaps, indices, scheme, language)
                sentences = part.unmet() if status == UNMET else part.open_points()
                pool.append(sentences.dictionary)
                places[rank[indices], indices] = pool_size + sentences.indices.to_numpy()
                pool_size += len(sentences.dictionary)
    every_sentence = pa.concat_arrays(pool)
    return [every_sentence.take(pa.array(place, mask=place < 0)) for place in places]


def _ranks(gaps: list[Gap]) -> list[Ranks]:
    """The place of each gap in each firm's list from 0; beyond every list where it is met."""
    if not gaps:
        return []
    unmet = np.stack([gap.status == UNMET for gap in gaps])
    still_open = np.stack([gap.status == UNDETERMINED for gap in gaps])
    met = np.stack([gap.status == MET for gap in gaps])
    # conditions are few, and so are gaps: small integers take an eighth of the time
    unmet_before, open_before = (gap.cumsum(axis=0, dtype=np.int8) for gap in (unmet, still_open))
    places = np.where(unmet, unmet_before, unmet_before[-1] + open_before) - np.int8(1)
    return list(np.where(met, np.iinfo(np.int8).max, places))


def _take(gap: Gap, rows: NDArray[np.intp]) -> Gap:
    return replace(
        gap,
        status=gap.status[rows],
        observed=gap.observed[rows],
        required=gap.required[rows],
        shortfall=gap.shortfall[rows],
        missing={name: blank[rows] for name, blank in gap.missing.items()},
    )


class _Part:
    """One condition in the rows where it is unmet, or where it is open."""

    def __init__(
        self, gap: Gap, gaps: Gaps, rows: NDArray[np.intp], scheme: Scheme, language: Language
    ) -> None:
        self.gap = _take(gap, rows)
        self.low, self.high = gaps.score.low[rows], gaps.score.high[rows]
        self.years = gaps.application_years[rows]
        self.scheme, self.language = scheme, language
        article = gap.condition.citation.article
        self.title = f"{language.of(gap.condition.title)} [{article}]"

    def unmet(self) -> pa.DictionaryArray:
        """What is missed, and by how much."""
        say, gap, unit = self.language.text, self.gap, self.gap.condition.unit
        if unit == "/1":
            return self._short_share()
        if unit == "day":
            sentence = say("{title}: {count} days short")
            return by_kind(
                [gap.shortfall], lambda days: sentence.format(title=self.title, count=days)
            )
        if gap.condition.line == "at_most" and unit in ("person", "CNY"):
            return self._over()
        if unit == "point":
            if gap.condition.line == "above":
                sentence = say("{title}: at most {high} points, more than {mark} needed")
            else:
                sentence = say("{title}: at most {high} points, at least {mark} needed")
            return by_kind(
                [np.round(self.high * 100), gap.required],
                lambda high, mark: sentence.format(
                    title=self.title, high=f"{high / 100:g}", mark=mark
                ),
            )
        return self._same(say("{title}: not met").format(title=self.title))

    def open_points(self) -> pa.DictionaryArray:
        """What has to be filled in, or that judgement decides."""
        say, gap = self.language.text, self.gap
        names = self.scheme.in_form_order(gap.missing)
        if names:
            blanks = np.stack([gap.missing[name] for name in names])
            first, count = blanks.argmax(axis=0), blanks.sum(axis=0)
        else:
            first = count = np.zeros(len(gap.status), dtype=np.int64)

        @cache
        def lacking(first: int, count: int, year: int) -> str:
            if count == 0:
                return ""
            field = self.language.of(self.scheme.fields_by_id[names[first]].title_in_year(year))
            if count == 1:
                return say("; missing: {field}").format(field=field)
            return say("; missing: {field} and {more} more").format(field=field, more=count - 1)

        kinds = [first, count, self.years]
        if gap.condition.judges == "score":
            sentence = say("{title}: {low}–{high} points, open to judgement")
            return by_kind(
                [np.floor(self.low), np.ceil(self.high), *kinds],
                lambda low, high, *kind: (
                    sentence.format(title=self.title, low=low, high=high) + lacking(*kind)
                ),
            )
        open_words = say("{title}: undetermined").format(title=self.title)
        return by_kind(kinds, lambda *kind: open_words + lacking(*kind))

    def _short_share(self) -> pa.DictionaryArray:
        say, gap = self.language.text, self.gap
        formed = ~np.isnan(gap.observed)
        digits = percent_digits(gap.observed, gap.required)
        shown = np.where(formed, np.round(gap.observed * 100 * 10.0**digits), 0)
        line = np.where(np.isnan(gap.required), 0, np.round(gap.required * 10_000))
        sentence = say("{title}: {share}%, at least {line}% needed")
        no_base = say("{title}: no ratio, its base is zero").format(title=self.title)

        def share(has_ratio: int, digits: int, percent: int, line: int) -> str:
            if not has_ratio:
                return no_base
            words = f"{percent / 10**digits:.{digits}f}"
            return sentence.format(title=self.title, share=words, line=f"{line / 100:g}")

        head = by_kind([formed, digits, shown, line], share).dictionary_decode()
        if gap.unit == "person":
            text = say(", {term} short by {amount} with the staff unchanged")
        elif gap.condition.part_in_whole:
            text = say(", {term} short by CNY {amount}, which adds to {whole}")
        else:
            text = say(", {term} short by CNY {amount}")
        terms = {
            "term": self.language.of(gap.condition.terms["part"]),
            "whole": self.language.of(gap.condition.terms["whole"]),
        }
        tail = self._short(text, terms)
        unsaid = pa.array(np.isnan(gap.shortfall))
        return _each(pc.binary_join_element_wise(head, pc.if_else(unsaid, "", tail), ""))

    def _over(self) -> pa.DictionaryArray:
        """By how much a ceiling is passed."""
        say = self.language.text
        if self.gap.unit == "person":
            sentence = say("{title}: {amount} over the limit")
        else:
            sentence = say("{title}: CNY {amount} over the limit")
        return _each(self._short(sentence, {"title": self.title}))

    def _short(self, sentence: str, places: dict[str, str]) -> pa.Array:
        """A sentence with the shortfall, rounded up, so that what is said is enough."""
        short = np.ceil(np.where(np.isnan(self.gap.shortfall), 0, self.gap.shortfall) - 1e-6)
        if "{wan}" in sentence:
            before, after = sentence.split("{wan}")
            amount = pa.array(np.ceil(short / 100) / 100)
        else:
            before, after = sentence.split("{amount}")
            # an amount that no whole number holds is said as it is
            large = short >= INT64_END
            whole = pa.array(np.where(large, 0, short).astype(np.int64)).cast(pa.string())
            amount = pc.if_else(pa.array(large), pa.array(short).cast(pa.string()), whole)
        return pc.binary_join_element_wise(
            before.format(**places), amount.cast(pa.string()), after.format(**places), ""
        )

    def _same(self, sentence: str) -> pa.DictionaryArray:
        return by_kind([np.zeros(len(self.gap.status))], lambda _: sentence)


def _each(sentences: pa.Array) -> pa.DictionaryArray:
    """Sentences that hardly repeat, each its own kind."""
    return pa.DictionaryArray.from_arrays(pa.array(np.arange(len(sentences))), sentences)


def by_kind(
    numbers: list[NDArray[np.generic]], say: Callable[..., str | None]
) -> pa.DictionaryArray:
    """Word each distinct combination of whole numbers once, and say which words each row has."""
    columns = [np.asarray(column).astype(np.int64) for column in numbers]
    if not len(columns[0]):
        return _each(pa.array([], pa.string()))
    lows = [int(column.min()) for column in columns]
    spans = [int(column.max()) - low + 1 for column, low in zip(columns, lows, strict=True)]
    key = columns[0] - lows[0]
    for column, low, span in zip(columns[1:], lows[1:], spans[1:], strict=True):
        key = key * span + (column - low)
    kinds = pa.array(key).dictionary_encode()
    rest, examples = kinds.dictionary.to_numpy(), []
    for low, span in zip(reversed(lows), reversed(spans), strict=True):
        rest, place = np.divmod(rest, span)
        examples.append((place + low).tolist())
    words = [say(*example) for example in zip(*reversed(examples), strict=True)]
    return pa.DictionaryArray.from_arrays(kinds.indices, pa.array(words, pa.string()))
