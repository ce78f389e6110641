"""The desk: what is before one person today and this week, and whom one call settles."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.page_files import PAGES
from eligibility.app.register import courses, desk, inbox
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.register.desk import agenda

repository = guard.staff()
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title(_("Desk"), anchor=False)
    person = desk.person(repository)
guard.news()
with guard.refusals_shown():
    day = agenda(repository, person, date.today(), cache.city(), cache.scheme())
    desk.numbers(day)
    left, right = st.columns((2, 3), gap="large")
    with left:
        st.header(_("Today and this week"), anchor=False)
        desk.tasks(repository, day)
        if day.inbox:
            st.header(_("Inbox: {n} from firms").format(n=len(day.inbox)), anchor=False)
            inbox.list_items(day.inbox)
        desk.templates(repository, day)
        courses.record_course(repository)
    with right:
        st.header(_("One call settles it"), anchor=False)
        firm = desk.calls(day)
        st.header(_("Small gaps"), anchor=False)
        firm = desk.gaps(day) or firm
    st.header(_("Deadlines of the next 90 days and the next batch"), anchor=False)
    desk.deadlines(day)
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("The team"), anchor=False)
        adviser = desk.team(day)
    with right:
        st.header(_("Firms without an adviser"), anchor=False)
        firm = desk.firms_without_adviser(day) or firm

if adviser is not None:
    st.switch_page(PAGES / "register/firms_page.py", query_params={address.ADVISER: str(adviser)})
if firm:
    st.switch_page(PAGES / "register/firm_page.py", query_params={address.FIRM: str(firm)})
