"""The answer of the three books: each bridge in each year, the steps, and the explanation to take away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import downloads, paper_blocks, paper_buttons
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.reports.paper import Paper

Record = Mapping[str, Any]


def standing(record: Record) -> None:
    """Whether all that could be compared is explained, and how each bridge stands in each year."""
    steps = [step for bridge in record["bridges"] for step in bridge["steps"]]
    compared = sum(step["rest"] is not None for step in steps)
    rests = sum(bool(step["rest"]) for step in steps)
    if rests:
        sentence = _("{n} of {count} figures compared leave a rest that is not explained:")
        status, sentence = "unmet", sentence.format(n=rests, count=compared).rstrip(":：")
    elif compared:
        sentence = _("All {count} figures compared are explained to the cent.")
        status, sentence = "met", sentence.format(count=compared)
    else:
        status, sentence = "undetermined", _("No figure could be compared with another.")
    st.html(tag("p", f"{ICONS[status]} {sentence}", cls=f"verdict {status}"))
    cards = (
        tag(
            "div",
            tag("h3", bridge["title"][language().id]),
            tag("ul", *(_year(bridge, year) for year in record["years"]), cls="rows"),
        )
        for bridge in record["bridges"]
    )
    st.html(tag("div", *cards, cls="start books"))


def _year(bridge: Record, year: int) -> Markup:
    steps = [step for step in bridge["steps"] if step["year"] == year]
    rests = [step["rest"] for step in steps if step["rest"]]
    missing = sum(bool(step["missing"]) for step in steps)
    if rests:
        status, word = "unmet", _("{n} rest(s), the largest {amount}").format(
            n=len(rests), amount=f"{max(rests, key=abs):,.2f}"
        )  # fmt: skip
    elif not any(step["rest"] is not None for step in steps):
        status, word = "undetermined", _("nothing to compare yet")
    else:
        status, word = "met", _("explained to the cent")
    parts = [tag("b", str(year)), tag("span", f"{ICONS[status]} {word}", cls=f"status {status}")]
    if missing:
        parts.append(tag("small", _("{n} not compared").format(n=missing)))
    return tag("li", *parts)


def result(paper: Paper) -> None:
    """The rests, and which differences could explain each: the first part of the explanation."""
    for title, blocks in paper_blocks.sections(paper.blocks)[:1]:
        with st.expander(title, expanded=True):
            st.html(paper_blocks.markup(blocks))


def explanation(paper: Paper, year: int) -> None:
    """The other parts of the explanation, and the whole of it as Word and PDF."""
    for title, blocks in paper_blocks.sections(paper.blocks)[1:]:
        with st.expander(title):
            st.html(paper_blocks.markup(blocks))
    st.header(_("Take it with you"), anchor=False)
    st.caption(
        _("The explanation of differences: every step with its rule, the rests, and where reviewers would ask.")
    )  # fmt: skip
    files = tuple(
        (label, kind, partial(downloads.paper_file, paper, kind))
        for label, kind in ((_("Explanation (Word)"), "docx"), (_("Explanation (PDF)"), "pdf"))
    )
    stem = downloads.file_stem(paper.title, year)
    paper_buttons.paper_buttons(stem, files, key="papers")
