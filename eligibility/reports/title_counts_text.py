"""Titles by qualification beside what is wanted, as a terminal shows them; see city.title_counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eligibility.city.title_counts import TargetCount, TitleCount
from eligibility.domain.law import Citation, Figure
from eligibility.domain.records import cite, words
from eligibility.i18n import Language
from eligibility.reports.firm_text import doubt
from eligibility.reports.number_format import number
from eligibility.reports.paper import Point
from eligibility.reports.record_types import TitleFigure, TitleRecord, TitleTarget
from eligibility.reports.terminal import terminal_lines


def title_counts_points(counts: Sequence[TitleCount], year: int, language: Language) -> str:
    """Every qualification: titles, firms that can get it, titles that end, and its targets."""
    head = language.text("Titles by qualification, {year}").format(year=year)
    return "\n".join([head, *terminal_lines(_points(counts, language))])


def title_counts_records(counts: Sequence[TitleCount]) -> list[TitleRecord]:
    """The same as plain data."""
    return [
        {
            "scheme": one.scheme.id,
            "title": words(one.scheme.title),
            "titles": one.titles,
            "unknown": one.unknown,
            "ready": one.ready,
            "ending": one.ending,
            "ends": {str(year): count for year, count in one.ends.items()},
            "targets": [_record(each) for each in one.targets],
            "stock": _figure(one.stock),
        }
        for one in counts
    ]


def _points(counts: Sequence[TitleCount], language: Language) -> Iterator[Point]:
    say = language.text
    for one in counts:
        sentence = say(
            "{title}: {titles} firms have it ({unknown} do not say), {ready} more can get it now, "
            "{ending} titles end in the year"
        )
        yield Point(
            sentence.format(
                title=language.of(one.scheme.title),
                titles=one.titles,
                unknown=one.unknown,
                ready=one.ready,
                ending=one.ending,
            )
        )
        if one.ends:
            years = say(", ").join(
                say("{year}: {n}").format(year=year, n=count) for year, count in one.ends.items()
            )
            yield Point(say("by the year of their last day: {years}").format(years=years), 1)
        if one.stock is not None:
            wanted = say("wanted at the year's end: {n}").format(n=number(one.stock.value))
            yield Point(wanted + _source(one.stock, language), 1)
        for each in one.targets:
            yield from _target(each, language)


def _target(each: TargetCount, language: Language) -> Iterator[Point]:
    say, target = language.text, each.target
    for figure, sentence in (
        (target.stock, say("wanted since {year}: {n} in all. {reading}: {titles} ({unknown} do not say)")),
        (target.each_year, say("wanted since {year}: {n} a year. {reading}: {titles} ({unknown} do not say)")),
    ):  # fmt: skip
        if figure is not None:
            text = sentence.format(
                year=target.year,
                n=number(figure.value),
                reading=language.of(target.says),
                titles=each.titles,
                unknown=each.unknown,
            )
            yield Point(text + _source(figure, language), 1)


def _source(figure: Figure, language: Language) -> str:
    if not isinstance(figure.source, Citation):
        return f" [{language.text('assumed')}]"
    record = cite(figure.source)
    assert record is not None
    return f" [{record['document']}{doubt(record, language)}]"


def _record(each: TargetCount) -> TitleTarget:
    target = each.target
    return {
        "year": target.year,
        "counts": target.counts,
        "says": words(target.says),
        "stock": _figure(target.stock),
        "each_year": _figure(target.each_year),
        "titles": each.titles,
        "unknown": each.unknown,
    }


def _figure(figure: Figure | None) -> TitleFigure | None:
    if figure is None:
        return None
    source = cite(figure.source) if isinstance(figure.source, Citation) else figure.source
    return {"value": figure.value, "unit": figure.unit, "source": source}
