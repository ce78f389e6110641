"""The app's door: language and pages. ``streamlit run streamlit_app.py`` opens it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from eligibility.app import state
from eligibility.app.components import frame

PAGES = Path("eligibility") / "app"

st.set_page_config(layout="wide", page_icon=frame.ICON)
frame.style()
frame.masthead()
_ = state.language().text
frame.own_words(state.language())
page = st.navigation(
    [
        st.Page(PAGES / "screening.py", title=_("Firms"), default=True),
        st.Page(PAGES / "firm.py", title=_("One firm"), url_path="firm"),
        st.Page(PAGES / "start.py", title=_("Self-assessment"), url_path="start"),
        st.Page(PAGES / "wizard.py", title=_("Steps"), url_path="steps", visibility="hidden"),
        st.Page(PAGES / "result.py", title=_("Result"), url_path="result", visibility="hidden"),
        st.Page(PAGES / "rules.py", title=_("Rules"), url_path="rules"),
    ],
    position="top",
)
page.run()
frame.footer()
