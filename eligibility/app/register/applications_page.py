"""Applications of the firms looked after, and what became of them: what a model learns from."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import applications, published_list
from eligibility.app.screening import upload
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.register import outcome_file

repository = guard.staff()
st.title(_("Applications and outcomes"), anchor=False)
guard.news()
opened = None
with guard.refusals_shown():
    rows = repository.applications.outcomes()
    if rows:
        with st.container(key="wide"):
            opened = applications.applications_table(rows)
    else:
        st.info(_("No application is recorded yet; record one below, or import a register."))
    applications.record(repository)
    with st.expander(_("Match a published list")):
        published_list.match_list(repository)
    with st.expander(_("Import a register of outcomes")):
        st.caption(
            _("One application a row: credit code, year of application, certified (yes/no).")
        )
        kept = upload.register()
        if kept is not None:
            held = outcome_file.read_register(kept.name, kept.content, repository, cache.scheme())
            if applications.confirm_outcomes(repository, held):
                session.forget_register()
                st.rerun()
    st.header(_("For training"), anchor=False)
    applications.training_file(repository, cache.scheme())

if opened is not None:
    st.switch_page(PAGES / "register/firm_page.py", query_params={address.FIRM: str(opened)})
