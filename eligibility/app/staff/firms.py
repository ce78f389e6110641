"""All firms that staff look after: a list to search, sort, change and take away."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, clients, state
from eligibility.app.components import guard, portfolio

language = state.language()
_ = language.text

repository = guard.staff(language)
st.title(_("All firms"), anchor=False)
guard.news(language)
state.keep_list()
scheme, choice = cache.scheme(), clients.choice(state.asked())
with guard.told(language):
    portfolio.views(repository, language)
    portfolio.filters(repository, choice, language)
    page, choice = clients.listed(repository, choice)
    if not page.rows:
        portfolio.nothing(choice, language)
        st.stop()
    ticked, opened = portfolio.rows(page, choice, scheme, language)
    portfolio.bulk(repository, ticked, page, choice, language)
    portfolio.downloads(repository, choice, page.count, scheme, language)

if opened is not None:
    st.switch_page("eligibility/app/staff/firm.py", query_params={state.FIRM: str(opened)})
