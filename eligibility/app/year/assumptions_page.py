"""What the institution assumes: its targets, batches, weights, costs, days and effects, each with its source."""

from __future__ import annotations

import streamlit as st

from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.year import assumptions, practice_checks
from eligibility.store import LEADS

repository = guard.only(LEADS)
st.title(_("Assumptions"), anchor=False)
st.caption(
    _(
        "Numbers that no law sets. What is changed here holds at once for everyone: in plans, deadlines, "
        "the year and the desk. Say where each comes from; what nobody says is assumed."
    )
)
guard.news()
with guard.refusals_shown():
    assumptions.problems()
    chosen = assumptions.group()
    if chosen == "checks":
        practice_checks.checks(repository)
    else:
        assumptions.numbers(repository, chosen)
        assumptions.additions(repository, chosen)
    st.header(_("Changes so far"), anchor=False)
    assumptions.history(repository)
