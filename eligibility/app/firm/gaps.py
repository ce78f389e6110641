"""What is lacking: every condition not met and every item below its best, with the way there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import badge
from eligibility.domain.facts import years_of
from eligibility.domain.open_points import gap_state
from eligibility.domain.records import CitationRecord
from eligibility.planning.gap_record import open_ways
from eligibility.planning.record_types import (
    FindingGap,
    GapsRecord,
    ItemGap,
    SettlingRecord,
    TierRecord,
    WayRecord,
)
from eligibility.reports.number_format import enough, exact
from eligibility.screening import Firm


def gaps(record: GapsRecord, firm: Firm, by: date, today: date) -> None:
    """Conditions not met on a day, then items of the score; only ways that are still open."""
    if not record["findings"]:
        st.html(tag("p", _("No condition is unmet or open."), cls="notice"))
    years = years_of(by.year)
    still_open = open_ways(record, today.year)
    findings(still_open["findings"], firm, years=years)
    if still_open["items"]:
        title = _("Items of the score below their best: {n}").format(n=len(still_open["items"]))
        with st.expander(title):
            st.html(tag("div", *(_item(item, firm, years) for item in still_open["items"])))


def findings(records: Sequence[FindingGap], firm: Firm, *, years: Sequence[int]) -> None:
    """Conditions not met, with their distances; ``years`` are those of the figures."""
    st.html(tag("div", *(_finding(each, firm, years) for each in records)))


def citation_text(citation: CitationRecord) -> Markup:
    """Document and article, and a word where they are not known well."""
    doubt = fmt.confidence(citation["confidence"])
    words = [tag("span", doubt, cls="doubt")] if doubt else []
    return tag("small", fmt.citation(citation), *words)


def _finding(gap: FindingGap, firm: Firm, years: Sequence[int]) -> Markup:
    lines: list[str] = []
    if gap["score"]:
        sentence = _("{low}–{high} points, more than {mark} needed")
        lines.append(sentence.format(**gap["score"], mark=gap["required"]))
    if gap["tier"]:
        lines.append(_tier(gap["tier"]))
    if gap["status"] == "unmet" and not gap["needs"]:
        lines.append(gap["rule"][language().id])
    lines += [_group(group) for group in gap["needs"]]
    lines += _remedies(gap["settled_by"], firm, years)
    if gap["needs"]:
        sentence = _("evidence: {papers}").format(papers=gap["evidence"][language().id])
        lines.append(tag("small", sentence))
    head = [badge(gap_state(gap)), " ", tag("b", gap["title"][language().id])]
    return _block([*head, citation_text(gap["citation"])], lines)


def _item(item: ItemGap, firm: Firm, years: Sequence[int]) -> Markup:
    points = f"{fmt.interval(item['low'], item['high'])} / {item['max']}"
    lines: list[str] = []
    for step in item["steps"]:
        ways = [_group(group) for group in step["needs"]]
        sentence = _("{n} points").format(
            n=fmt.interval(step["points"]["low"], step["points"]["high"])
        )
        lines.append(join([tag("b", sentence), ": ", *_between(ways, _("; and "))]))
    lines += _remedies(item["settled_by"], firm, years)
    if item["high"] > item["low"] and not any(item["settled_by"].values()):
        lines.append(_("within its grade left to the experts"))
    elif not item["steps"] and not any(item["settled_by"].values()):
        lines.append(_("nothing that can still be done moves it"))
    head = [tag("b", item["title"][language().id]), " ", points]
    return _block([*head, citation_text(item["citation"])], lines)


def _block(head: list[str], lines: list[str]) -> Markup:
    listed = [tag("ul", *(tag("li", line) for line in lines))] if lines else []
    return tag("div", tag("p", *head), *listed, cls="gap")


def _group(group: Sequence[WayRecord]) -> Markup:
    """Ways of which one is enough."""
    if not group:
        return join([_("the years of its figures are over: they can be checked, not added to")])
    titles = [way["title"][language().id] for way in group]
    # a figure that two ways move is named once
    ways = [_way(way, again=titles[place] in titles[:place]) for place, way in enumerate(group)]
    return join(list(_between(ways, _(", or "))))


def _between(parts: Sequence[str], between: str) -> Iterator[str]:
    for place, part in enumerate(parts):
        if place:
            yield between
        yield part


def _way(way: WayRecord, *, again: bool = False) -> str:
    """How far one figure has to move; ``again`` after another way that moves the same."""
    title = way["title"][language().id]
    to = way["to"]
    if isinstance(to, str):
        return _("{days} more days, from {day} on").format(days=way["more"], day=to)
    if way["how"]:
        how = way["how"][language().id]
        title = how if again else _("{field} ({how})").format(field=title, how=how)
    if way["kind"] == "yes_no":
        return _("to be shown: {field}").format(field=title)
    if way["kind"] == "rating":
        return _("{field}: {steps} grades better").format(field=title, steps=way["more"])
    more = enough(way["more"], way["unit"], language())
    if to is None:
        return _("{field}: {more} more").format(field=title, more=more)
    return _("{field}: {more} more, to {to}").format(
        field=title, more=more, to=enough(to, way["unit"], language())
    )


def _tier(tier: TierRecord) -> str:
    """The line that holds, and the bracket that gave it."""
    line = fmt.limit(tier["line"])
    if tier["up_to"] is None:
        sentence = _("the line is {line}, as the latest year is above {amount}")
        return sentence.format(
            line=line, amount=exact(tier["above"] or 0, tier["unit"], language())
        )
    sentence = _("the line is {line}, as the latest year is up to {amount}")
    return sentence.format(line=line, amount=exact(tier["up_to"], tier["unit"], language()))


def _remedies(by: SettlingRecord, firm: Firm, years: Sequence[int]) -> Iterator[str]:
    """What settles an open one: facts to fill in, evidence to show."""
    fields = firm.scheme.fields_by_id
    for names, sentence in (
        (by["facts"], _("fact missing: ")),
        (by["evidence"], _("evidence missing for: ")),
    ):
        if names:
            yield sentence + fmt.field_titles(names, fields, years)
