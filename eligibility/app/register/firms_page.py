"""All firms that staff look after: a list to search, sort, change and take away."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.register import firms, firms_query
from eligibility.app.widgets import guard

language = session.language()
_ = language.text

repository = guard.staff(language)
st.title(_("All firms"), anchor=False)
guard.news(language)
address.keep_list()
scheme, choice = cache.scheme(), firms_query.choice(address.list_query())
with guard.refusals_shown(language):
    firms.views(repository, language)
    firms.filters(repository, choice, language)
    page, choice = firms_query.page_of_firms(repository, choice)
    if not page.rows:
        firms.nothing(choice, language)
        st.stop()
    ticked, opened = firms.rows(page, choice, scheme, language)
    firms.bulk(repository, ticked, page, choice, language)
    firms.downloads(repository, choice, page.count, scheme, language)

if opened is not None:
    st.switch_page(
        "eligibility/app/register/firm_page.py", query_params={address.FIRM: str(opened)}
    )
