"""The year at a glance: the target, the funnel, what changed, whom to visit, what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from eligibility.app import address
from eligibility.app.page_files import PAGES
from eligibility.app.register import funnel, inbox, overview, overview_forecast
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard

#: days ahead that deadlines are shown for, and days back that changes are
AHEAD, BACK = 60, 7

repository = guard.staff()
today = date.today()
st.title(_("Overview"), anchor=False)
guard.news()
with guard.refusals_shown():
    tally = repository.tallies.tally(today.year)
    overview.target(repository, today.year, tally)
    if sent := repository.inbox.items():
        with st.container(key="inbox", border=True):
            st.header(_("Inbox: {n} from firms").format(n=len(sent)), anchor=False)
            inbox.list_items(sent)
    # what takes longest is drawn last, into the place where it is read first
    outlooks = st.container(key="outlook")
    if not tally.firms:
        st.info(_("No firm is held yet. Import a file of firms to begin."))
        st.page_link(PAGES / "register/import_page.py", label=_("Import a file of firms →"))
        st.stop()
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("From surveyed to certified"), anchor=False)
        funnel.funnel(tally)
        st.header(_("Next deadlines"), anchor=False)
        rows = repository.overview.deadlines(today + timedelta(days=AHEAD), limit=10)
        due = overview.deadlines(rows, today)
    with right:
        st.header(_("Where the firms are"), anchor=False)
        group = overview.groups(repository)
    st.header(_("Firms worth a visit"), anchor=False)
    visited = st.container(key="visits")
    st.header(_("What changed this week"), anchor=False)
    overview.week(repository, datetime.now(UTC) - timedelta(days=BACK))
    visit = overview_forecast.of_register(repository, today.year, outlooks, visited)

if group:
    st.switch_page(PAGES / "register/firms_page.py", query_params=group)
if firm := visit or due:
    tab = {address.TAB: "tasks"} if due else {}
    st.switch_page(PAGES / "register/firm_page.py", query_params={address.FIRM: str(firm), **tab})
