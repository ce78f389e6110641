"""Applications of the firms looked after, and what became of them: what a model learns from."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, register, state
from eligibility.app.components import guard, outcomes, upload

language = state.language()
_ = language.text

repository = guard.staff(language)
st.title(_("Applications and outcomes"), anchor=False)
guard.news(language)
opened = None
with guard.told(language):
    rows = repository.applications.outcomes()
    if rows:
        opened = outcomes.listed(rows, language)
    else:
        st.info(_("No application is recorded yet; record one below, or import a register."))
    outcomes.record(repository, language)
    with st.expander(_("Import a register of outcomes")):
        st.caption(
            _("One application a row: credit code, year of application, certified (yes/no).")
        )
        kept = upload.register(language)
        if kept is not None:
            held = register.read_register(kept.name, kept.content, repository, cache.scheme())
            if outcomes.matched(repository, held, language):
                state.forget_register()
                st.rerun()
    st.header(_("For training"), anchor=False)
    outcomes.training_file(repository, cache.scheme(), language)

if opened is not None:
    st.switch_page("eligibility/app/staff/firm.py", query_params={state.FIRM: str(opened)})
