"""All firms that staff look after: a list to search, sort, change and take away."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.page_files import PAGES
from eligibility.app.register import firms, firms_query, identity
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard

repository = guard.staff()
st.title(_("All firms"), anchor=False)
guard.news()
address.keep_list()
scheme = cache.scheme()
with guard.refusals_shown():
    choice = firms_query.choice(address.list_query(), repository.casework.list_columns())
    if address.list_query().get(address.PAIRS):
        identity.pairs(repository)
        st.stop()
    identity.notice(repository)
    firms.filters(repository, choice)
    page, choice = firms_query.page_of_firms(repository, choice)
    if not page.rows:
        firms.nothing(choice)
        identity.former_and_archived(repository)
        st.stop()
    ticked, opened = firms.rows(repository, page, choice, scheme)
    firms.bulk(repository, ticked, page, choice)
    firms.downloads(repository, choice, page.count, scheme)
    identity.former_and_archived(repository)

if opened is not None:
    st.switch_page(PAGES / "register/firm_page.py", query_params={address.FIRM: str(opened)})
