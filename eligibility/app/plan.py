"""One firm's way to the certificate, wherever the firm was met."""

from __future__ import annotations

import streamlit as st

from eligibility.app import state
from eligibility.app.components import chosen, plan, verdict

language = state.language()
_ = language.text

opened = chosen.firm(_("Plan of one firm"), language)
verdict.heading(opened.firm, language)
st.page_link(
    opened.home.script,
    label=_("Every condition and the score →"),
    query_params=opened.home.query,
)
plan.plan(opened, language)
