"""One firm: verdict, conditions, score."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import conditions, notices, readiness, score, verdict
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text


key = state.chosen_firm()
try:
    firm = cache.current().find(key) if key else None
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()

if firm is None:
    st.title(_("One firm"), anchor=False)
    st.write(
        _("This firm is not in the table now; after a reload, upload the file again.")
        if key
        else _("No firm is open yet.")
    )
    st.page_link("eligibility/app/screening.py", label=_("Choose one from the table"))
    st.page_link("eligibility/app/start.py", label=_("Or fill in the facts of one by hand"))
    st.stop()

with st.container(key="back"):
    st.page_link("eligibility/app/screening.py", label=_("← All firms"))
verdict.heading(firm, language)
st.header(_("Conditions"), anchor=False)
st.caption(_("A line opens to its rule, citation, reading and the evidence reviewers ask for."))
conditions.conditions(firm, language)
st.header(_("Innovation score"), anchor=False)
score.score(firm, language)
readiness.readiness(firm, cache.model()[0], language)
