"""The steps of the self-assessment, one a screen; every change is stored."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state, who
from eligibility.app.components import arrival, inputs, keeping, lists, notices, progress, steps
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text
RESULT = "eligibility/app/result.py"

draft = state.draft()
if draft is None:
    st.title(_("Self-assessment"), anchor=False)
    keeping.nothing_open(language)
    st.stop()
state.collect()
# a place of its own, so that what is said there moves no input and no scroll
with st.container(key="keeping"):
    keeping.save(draft, who.repository(), language)
try:
    told, screening = cache.assessed(draft, readiness=False)
except EligibilityError as error:
    notices.refused(error, language)
    st.button(_("Start again with today's date"), on_click=state.forget_day)
    st.stop()

sheet = inputs.Sheet(cache.scheme(), draft, told, language)
firm = screening.only
step = draft.step if draft.step in sheet.steps else next(iter(sheet.steps))
left, right = st.columns([1, 4], gap="medium")
title = language.of(sheet.scheme.sections[step])
with left:
    steps.steps(step, sheet, firm)
    arrival.arrive(step, title, draft.sought)
with right:
    st.title(title, anchor=False)
    for ledger in sheet.scheme.lists.values():
        if ledger.section == step:
            lists.table(ledger.id, sheet)
    inputs.fields(step, sheet)
    if steps.onward(step, sheet):
        st.switch_page(RESULT)
progress.progress(firm, sheet)
