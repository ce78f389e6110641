"""One firm's way to the certificate: what is lacking, when, the cheapest plan, its worth, what if."""

from __future__ import annotations

import streamlit as st

from eligibility.app import planned, state
from eligibility.app.components import chosen, gaps, ladder, notices, verdict, way, whatif
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text

firm = chosen.firm(_("Plan of one firm"), language)
verdict.heading(firm, language)
st.page_link(
    "eligibility/app/firm.py",
    label=_("Every condition and the score →"),
    query_params={state.FIRM: state.chosen_firm() or ""},
)
day = state.application_day()
try:
    first = planned.way(firm, day, planned.Asked())
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()

st.header(_("What is lacking now"), anchor=False)
st.caption(
    _("Distances are exact: less would not be enough. A link leads to the input that tries it.")
)
gaps.gaps(first["gaps"], firm, language)

st.header(_("What if"), anchor=False)
whatif.what_if_block(firm, first["gaps"], language)

st.header(_("Plan"), anchor=False)
asked = way.asked(first, firm, language)
try:
    made = planned.way(firm, day, asked)
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
st.subheader(_("Plan to be ready by {by}").format(by=made["by"]), anchor=False)
way.plans(made, firm, language)
way.must_hold(made, firm, language)

st.header(_("Outlook by batch"), anchor=False)
way.outlook(made["projection"], made["plan"]["earliest"], language)
st.header(_("What it is worth"), anchor=False)
way.worth(made["worth"], language)
st.header(_("Ladder of qualifications"), anchor=False)
ladder.ladder_block(firm, language)
