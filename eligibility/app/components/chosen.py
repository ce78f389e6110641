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
        key = state.chosen_firm()
        found = cache.current().find(key) if key else None
    except EligibilityError as error:
        notices.refused(error, language)
        st.stop()
    if found is None:
        st.title(title, anchor=False)
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
    return found
