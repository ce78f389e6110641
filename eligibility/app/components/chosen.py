"""The firm in the address, or what to do where there is none."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import notices
from eligibility.app.firms import Firm
from eligibility.language import Language
from eligibility.vocabulary import EligibilityError


def firm(title: str, language: Language) -> Firm:
    """The firm chosen, with the way back; a page under this title ends where none is."""
    _ = language.text
    try:
        found = _found(language)
    except EligibilityError as error:
        notices.refused(error, language)
        st.stop()
    if found is None:
        st.title(title, anchor=False)
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
    return found


def _found(language: Language) -> Firm | None:
    """The firm in the address, from the form or from the table."""
    _ = language.text
    key = state.chosen_firm()
    if key != state.OWN_FIRM:
        return cache.current().find(key) if key else None
    entries = state.entries()
    if entries is None:
        return None
    return cache.typed(entries, _("Firm without a name"), state.application_day())[0]
