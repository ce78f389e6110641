"""The score: a bar of what is certain, open and out of reach, and its items in order."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.assessment.record import pass_mark
from eligibility.assessment.record_types import ItemRecord
from eligibility.domain.law import Item, ItemGroup
from eligibility.reports.number_format import percent
from eligibility.screening import Firm


def score(firm: Firm) -> None:
    """The bar with the line to pass, and every item under it."""
    score = firm.record["score"]
    low, high, total = score["low"], score["high"], score["total"]
    points, mark = fmt.interval(low, high), pass_mark(score)
    words = _("{points} of {total} points; more than {mark} are needed").format(
        points=points, total=total, mark=mark
    )
    items = {item["id"]: item for item in score["items"]}
    legend = (
        ("certain", _("certain"), low),
        ("open", _("still open"), high - low),
        ("beyond", _("out of reach"), total - high),
    )
    st.html(
        tag(
            "section",
            tag("p", tag("strong", words)),
            tag(
                "div",
                bar(low, high, total),
                tag(
                    "span",
                    tag("span", fmt.number(mark)),
                    cls="mark",
                    style=f"left:{mark / total:.2%}",
                ),
                cls="total",
                role="img",
                aria_label=words,
            ),
            tag(
                "p",
                *(
                    tag("span", tag("i", cls=zone), f"{word} {fmt.number(size)}")
                    for zone, word, size in legend
                ),
                cls="legend",
            ),
            tag(
                "table",
                _head(),
                *(_group(firm, group, items) for group in firm.law.score.groups),
                cls="items",
            ),
            cls="score",
        )
    )


def bar(low: float, high: float, most: float) -> Markup:
    """Three zones side by side."""
    return tag(
        "span",
        tag("i", cls="certain", style=f"width:{low / most:.2%}"),
        tag("i", cls="open", style=f"width:{(high - low) / most:.2%}"),
        cls="bar",
    )


def _head() -> Markup:
    heads = (_("Item"), _("Points"), "", _("Band"), _("Observed"))
    return tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads)))


def _group(firm: Firm, group: ItemGroup, items: Mapping[str, ItemRecord]) -> Markup:
    most = _("up to {n} points").format(n=fmt.number(group.max))
    title = tag(
        "th",
        language().of(group.title),
        tag("span", most, cls="most"),
        scope="colgroup",
        colspan="5",
    )
    rows = [_item(firm, items[item.id]) for item in group.items]
    return tag("tbody", tag("tr", title, cls="group"), *rows)


def _item(firm: Firm, item: ItemRecord) -> Markup:
    missing = fmt.field_titles(item["missing"], firm.scheme.fields_by_id, firm.years)
    observed = _observed_text(item, firm.law.items[item["id"]])
    notes = [tag("small", _("missing: {names}").format(names=missing))] if missing else []
    readings = item["interpretation"]
    for other in readings["changed_by"] if readings else []:
        points = fmt.interval(other["low"], other["high"])
        says = other["other_says"][language().id]
        notes.append(
            tag(
                "small",
                _("Read otherwise ({reading}): {points} points").format(
                    reading=says, points=points
                ),
                cls="turned",
            )
        )
    return tag(
        "tr",
        tag("td", item["title"][language().id]),
        tag("td", tag("b", fmt.interval(item["low"], item["high"])), f" / {item['max']}", cls="n"),
        tag("td", bar(item["low"], item["high"], item["max"]), cls="small-bar"),
        tag("td", item["band"] or ""),
        tag("td", observed, *notes),
    )


def _observed_text(item: ItemRecord, rule: Item) -> str:
    observed, unit = item["observed"], item["unit"]
    if observed is None:
        return (
            "" if item["missing"] else _("own rating") if item["band"] else _("judged by experts")
        )
    if unit == "yes_no":
        return _("yes") if observed else _("no")
    if unit == "/1":
        lines = [(band.at_least, band.above, band.at_most) for band in rule.bands]
        bounds = [bound for band in lines for bound in band if bound is not None]
        return percent(observed, min(bounds, key=lambda bound: abs(bound - observed), default=None))
    return fmt.quantity(observed, unit, language())
