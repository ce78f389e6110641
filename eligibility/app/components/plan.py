"""One firm's way to the certificate: what is lacking, what if, the cheapest plan, dates, worth."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache
from eligibility.app.components import gaps, guard, ladder, papers, way, whatif
from eligibility.app.opened import Opened
from eligibility.app.planned import Asked
from eligibility.language import Language


def plan(opened: Opened, language: Language) -> None:
    """All of it, for a firm met anywhere; the papers tell the plan that is asked for here."""
    _ = language.text
    firm = opened.firm
    with guard.told(language):
        first = cache.way(firm, opened.on, Asked())

    st.header(_("What is lacking now"), anchor=False)
    st.caption(
        _("Distances are exact: less would not be enough. A link leads to the input that tries it.")
    )
    gaps.gaps(first["gaps"], firm, language)

    st.header(_("What if"), anchor=False)
    whatif.what_if_block(firm, first["gaps"], language)

    st.header(_("Plan"), anchor=False)
    asked = way.asked(first, firm, language, by_model=cache.model()[0] is not None)
    with guard.told(language), st.spinner(_("Looking for the cheapest plan…")):
        made = cache.way(firm, opened.on, asked)
    st.subheader(_("Plan to be ready by {by}").format(by=made["by"]), anchor=False)
    way.plans(made, firm, language)
    way.must_hold(made, firm, language)

    st.header(_("Outlook by batch"), anchor=False)
    way.outlook(made["projection"], made["plan"]["earliest"], language)
    st.header(_("What it is worth"), anchor=False)
    way.worth(made["worth"], language)
    st.header(_("Ladder of qualifications"), anchor=False)
    ladder.ladder_block(ladder.climbed(firm, language), firm, language)
    st.header(_("Papers"), anchor=False)
    papers.of_firm(opened, language, asked)
