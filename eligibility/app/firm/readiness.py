"""How ready a firm is, learned from past applications: apart from the law, never a status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app.page_files import PAGES
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.assessment.record_types import ReadinessRecord
from eligibility.reports.firm_text import titles
from eligibility.screening import Firm

if TYPE_CHECKING:
    from eligibility.readiness.model import Model


def readiness(firm: Firm, model: Model | None) -> None:
    """The chance with its interval, sample, weak points and caveats; nothing without a model."""
    if model is None:
        return
    st.header(_("Readiness, learned from past applications"), anchor=False)
    st.caption(_("An estimate, apart from the law: it alters no condition and no point above."))
    readiness = firm.record["readiness"]
    if readiness is None:
        words = _("The model knows other rules than those in force on this date; it says nothing.")
        st.html(tag("p", words, cls="notice"))
        return
    st.html(
        tag(
            "section",
            *(demonstration() if readiness["model"]["invented"] else ()),
            *_chance(readiness, firm),
            interval_bar(readiness["probability"], *readiness["interval"]),
            tag("p", readiness["model"]["text"][language().id], cls="muted"),
            *_outside(readiness, firm),
            *_factors(readiness, firm),
            caveats(readiness["model"]["invented"]),
            cls="readiness",
        )
    )
    st.page_link(PAGES / "reference/model_page.py", label=_("About this model →"))


def readiness_block(firm: Firm, model: Model | None) -> None:
    """The same, closed: the very end of a page that a firm reads."""
    if model is None:
        return
    with st.expander(_("An estimate learned from past applications; no part of the result")):
        readiness(firm, model)


def demonstration() -> Iterable[Markup]:
    """The band that stands across whatever a model of invented applications says."""
    yield tag(
        "p",
        tag("strong", _("Demonstration model")),
        tag("span", _("learned from invented applications; no evidence for any firm")),
        cls="demonstration",
    )


def caveats(synthetic: bool) -> Markup:
    """What has to stand beside every number of a model."""
    # the card belongs to training, which imports scikit-learn; with a model it is there already
    from eligibility.readiness.model_card import caveats as said_of

    return tag("ul", *(tag("li", words) for words in said_of(language(), synthetic)), cls="caveats")


def interval_bar(chance: float, low: float, high: float) -> Markup:
    """A line from nought to one, the interval on it and a mark at the chance; the text says it."""
    return tag(
        "div",
        tag("i", cls="reach", style=f"left:{low:.2%};width:{high - low:.2%}"),
        tag("i", cls="at", style=f"left:{chance:.2%}"),
        cls="interval",
        aria_hidden="true",
    )


def _chance(readiness: ReadinessRecord, firm: Firm) -> Iterable[Markup]:
    low, high = (fmt.chance(end) for end in readiness["interval"])
    values = {"chance": fmt.chance(readiness["probability"]), "low": low, "high": high}
    if not readiness["conditional"]:
        words = _("about {chance} ({low}–{high})").format(**values)
        yield tag("p", tag("strong", words), " ", tag("small", _("interval (90%)")), cls="chance")
        return
    conditions = titles(readiness["not_before"], firm.law, language())
    words = _("not before these are met: {conditions}").format(conditions=conditions)
    yield tag("p", tag("strong", words), cls="chance")
    words = _(
        "Conditional: were they met, about {chance} ({low}–{high} in 9 of 10 cases); until then "
        "there is none."
    )
    yield tag("p", words.format(**values))


def _outside(readiness: ReadinessRecord, firm: Firm) -> Iterable[Markup]:
    if readiness["outside"]:
        words = _("Beyond all that the model has seen, so the chance is a guess: {conditions}")
        names = titles(readiness["outside"], firm.law, language())
        yield tag("p", words.format(conditions=names), cls="notice")


def _factors(readiness: ReadinessRecord, firm: Firm) -> Iterable[Markup]:
    if not readiness["contributions"]:
        yield tag("p", _("This estimator does not tell the parts of its chance."), cls="muted")
        return
    rows = [
        tag(
            "tr",
            tag("td", titles([part["id"]], firm.law, language())),
            tag("td", fmt.chance(part["chance"]), cls="n"),
            tag("td", _share(part["chance"])),
        )
        for part in readiness["contributions"]
    ]
    heads = (_("Condition, the weakest first"), _("Chance that it survives review"), "")
    yield tag(
        "table",
        tag("thead", tag("tr", *(tag("th", head, scope="col") for head in heads))),
        tag("tbody", *rows),
        cls="factors",
    )


def _share(chance: float) -> Markup:
    return tag(
        "span",
        tag("i", cls="certain", style=f"width:{chance:.2%}"),
        cls="bar",
        aria_hidden="true",
    )
