"""One firm: verdict, conditions, score; the plan and the papers."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import (
    conditions,
    papers,
    readiness,
    score,
    selected_firm,
    stress,
    verdict,
)
from eligibility.app.page_files import PAGES
from eligibility.app.translation import text as _

opened = selected_firm.firm(_("One firm"))
firm = opened.firm
verdict.heading(firm)
st.header(_("Conditions"), anchor=False)
st.caption(_("A line opens to its rule, citation, reading and the evidence reviewers ask for."))
conditions.conditions(firm)
st.header(_("Innovation score"), anchor=False)
score.score(firm)
stress.stress(firm, opened.lists)
readiness.readiness(firm, cache.model()[0])
st.page_link(
    PAGES / "firm/plan_page.py",
    label=_("The way to the certificate: plan, dates, worth →"),
    query_params=opened.query,
)
st.header(_("Papers"), anchor=False)
papers.of_firm(opened)
