"""What is lacking: every condition not met and every item below its best, with the way there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.app.widgets.status import badge
from eligibility.reports.number_format import exact
from eligibility.screening import Firm

Record = Mapping[str, Any]


def gaps(record: Record, firm: Firm) -> None:
    """Conditions not met, then items of the score; each way leads to the input that tries it."""
    if not record["findings"]:
        st.html(tag("p", _("No condition is unmet or open."), cls="notice"))
    findings(record["findings"], firm)
    if record["items"]:
        title = _("Items of the score below their best: {n}").format(n=len(record["items"]))
        with st.expander(title):
            st.html(tag("div", *(_item(item, firm) for item in record["items"])))


def findings(records: Sequence[Record], firm: Firm, *, years: Sequence[int] | None = None) -> None:
    """Conditions not met, with exact distances; those of other ``years`` have no inputs to link."""
    st.html(tag("div", *(_finding(each, firm, years) for each in records)))


def citation_text(citation: Record) -> Markup:
    """Document and article, and a word where they are not known well."""
    doubt = fmt.confidence(citation["confidence"])
    words = [tag("span", doubt, cls="doubt")] if doubt else []
    return tag("small", fmt.citation(citation), *words)


def anchor(name: str) -> str:
    """The id of the input that tries a figure."""
    return f"if-{name}"


def _finding(gap: Record, firm: Firm, years: Sequence[int] | None) -> Markup:
    linked = years is None
    lines: list[str] = []
    if gap["score"]:
        sentence = _("{low}–{high} points, more than {mark} needed")
        lines.append(sentence.format(**gap["score"], mark=gap["required"]))
    if gap["tier"]:
        lines.append(_tier(gap["tier"]))
    if gap["status"] == "unmet" and not gap["needs"]:
        lines.append(gap["rule"][language().id])
    lines += [_group(group, linked) for group in gap["needs"]]
    lines += _remedies(gap["settled_by"], firm, years)
    if gap["needs"]:
        sentence = _("evidence: {papers}").format(papers=gap["evidence"][language().id])
        lines.append(tag("small", sentence))
    head = [badge(gap["status"]), " ", tag("b", gap["title"][language().id])]
    return _block([*head, citation_text(gap["citation"])], lines)


def _item(item: Record, firm: Firm) -> Markup:
    points = f"{fmt.interval(item['low'], item['high'])} / {item['max']}"
    lines: list[str] = []
    for step in item["steps"]:
        ways = [_group(group, True) for group in step["needs"]]
        sentence = _("{n} points").format(
            n=fmt.interval(step["points"]["low"], step["points"]["high"])
        )
        lines.append(join([tag("b", sentence), ": ", *_between(ways, _("; and "))]))
    lines += _remedies(item["settled_by"], firm, None)
    if item["high"] > item["low"] and not any(item["settled_by"].values()):
        lines.append(_("within its grade left to the experts"))
    elif not item["steps"] and not any(item["settled_by"].values()):
        lines.append(_("nothing in the latest year moves it"))
    head = [tag("b", item["title"][language().id]), " ", points]
    return _block([*head, citation_text(item["citation"])], lines)


def _block(head: list[str], lines: list[str]) -> Markup:
    listed = [tag("ul", *(tag("li", line) for line in lines))] if lines else []
    return tag("div", tag("p", *head), *listed, cls="gap")


def _group(group: Sequence[Record], with_links: bool) -> Markup:
    """Ways of which one is enough."""
    if not group:
        return join([_("no figure of the latest year reaches it alone")])
    ways = [_way(way, with_links) for way in group]
    return join(list(_between(ways, _(", or "))))


def _between(parts: Sequence[str], between: str) -> Iterator[str]:
    for place, part in enumerate(parts):
        if place:
            yield between
        yield part


def _way(way: Record, with_links: bool) -> Markup:
    """How far one figure has to move, leading to the input that tries it."""
    title = way["title"][language().id]
    if way["kind"] == "date":
        sentence = _("{days} more days, from {day} on")
        return join([sentence.format(days=way["more"], day=way["to"])])
    if way["how"]:
        title = _("{field} ({how})").format(field=title, how=way["how"][language().id])
    if way["kind"] == "yes_no":
        words = _("to be shown: {field}").format(field=title)
    elif way["kind"] == "rating":
        words = _("{field}: {steps} grades better").format(field=title, steps=way["more"])
    elif way["to"] is None:
        more = exact(way["more"], way["unit"], language())
        words = _("{field}: {more} more").format(field=title, more=more)
    else:
        words = _("{field}: {more} more, to {to}").format(
            field=title,
            more=exact(way["more"], way["unit"], language()),
            to=exact(way["to"], way["unit"], language()),
        )
    # a figure that is blank is first to be filled in
    return _to_input(words, way["field"] if way["to"] is None else way["lever"], with_links)


def _tier(tier: Record) -> str:
    """The line that holds, and the bracket that gave it."""
    line = fmt.limit(tier["line"])
    if tier["up_to"] is None:
        sentence = _("the line is {line}, as the latest year is above {amount}")
        return sentence.format(line=line, amount=exact(tier["above"], tier["unit"], language()))
    sentence = _("the line is {line}, as the latest year is up to {amount}")
    return sentence.format(line=line, amount=exact(tier["up_to"], tier["unit"], language()))


def _remedies(
    by: Mapping[str, Sequence[str]], firm: Firm, years: Sequence[int] | None
) -> Iterator[Markup]:
    """What settles an open one: facts to fill in, evidence to show."""
    for names, sentence in (
        (by["facts"], _("fact missing: ")),
        (by["evidence"], _("evidence missing for: ")),
    ):
        if names:
            links = [_field(name, firm, years) for name in names]
            yield join([sentence, *_between(links, _(", "))])


def _field(name: str, firm: Firm, years: Sequence[int] | None) -> Markup:
    title = fmt.field_title(firm.scheme.fields_by_id[name], years or firm.years)
    return _to_input(title, name, years is None)


def _to_input(words: str, name: str, with_links: bool) -> Markup:
    link = {"href": f"#{anchor(name)}", "target": "_self"}
    return tag("a", words, **link) if with_links else tag("span", words)
