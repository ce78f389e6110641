"""One firm: verdict, conditions, score."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import conditions, notices, readiness, score, verdict
from eligibility.app.firms import Firm
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text


def chosen() -> Firm | None:
    """The firm in the address, from the form or from the table."""
    key = state.chosen_firm()
    if key == state.OWN_FIRM:
        entries = state.entries()
        if entries is None:
            return None
        typed, _batch = cache.typed(entries, _("Firm without a name"), state.application_day())
        return cache.judged(typed) if typed else None
    return cache.current().find(key) if key else None


try:
    firm = chosen()
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()

if firm is None:
    st.title(_("One firm"), anchor=False)
    st.write(
        _("This firm is not in the table now; after a reload, upload the file again.")
        if state.chosen_firm()
        else _("No firm is open yet.")
    )
    st.page_link("eligibility/app/screening.py", label=_("Choose one from the table"))
    st.page_link("eligibility/app/form.py", label=_("Or fill in the facts of one by hand"))
    st.stop()

with st.container(key="back"):
    if state.chosen_firm() == state.OWN_FIRM:
        st.page_link("eligibility/app/form.py", label=_("← Back to the form"))
    else:
        st.page_link("eligibility/app/screening.py", label=_("← All firms"))
verdict.heading(firm, language)
st.header(_("Conditions"), anchor=False)
st.caption(_("A line opens to its rule, citation, reading and the evidence reviewers ask for."))
conditions.conditions(firm, language)
st.header(_("Innovation score"), anchor=False)
score.score(firm, language)
readiness.readiness(firm, cache.model()[0], language)
