"""One firm's way to the certificate, wherever the firm was met."""

from __future__ import annotations

import streamlit as st

from eligibility.app import session
from eligibility.app.firm import plan_sections, selected_firm, verdict

language = session.language()
_ = language.text

opened = selected_firm.firm(_("Plan of one firm"), language)
verdict.heading(opened.firm, language)
st.page_link(
    opened.home.script,
    label=_("Every condition and the score →"),
    query_params=opened.home.query,
)
plan_sections.plan(opened, language)
