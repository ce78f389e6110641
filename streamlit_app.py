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
        st.Page(PAGES / "plan.py", title=_("Plan"), url_path="plan"),
        st.Page(PAGES / "year.py", title=_("Year"), url_path="year"),
        st.Page(PAGES / "form.py", title=_("Fill in by hand"), url_path="form"),
        st.Page(PAGES / "field.py", title=_("Technical field"), url_path="field"),
        st.Page(PAGES / "rules.py", title=_("Rules"), url_path="rules"),
    ],
    position="top",
)
page.run()
frame.footer()
