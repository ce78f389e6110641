"""One firm's way to the certificate, wherever the firm was met."""

from __future__ import annotations

import streamlit as st

from eligibility.app.firm import plan_sections, selected_firm, verdict
from eligibility.app.translation import text as _

opened = selected_firm.firm(_("Plan of one firm"))
verdict.heading(opened.firm)
st.page_link(
    opened.home.script,
    label=_("Every condition and the score →"),
    query_params=opened.home.query,
)
plan_sections.plan(opened)
