"""The steps of the self-assessment, one a screen; every change is stored."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import (
    draft_storage,
    fields,
    form_state,
    lists,
    live_figures,
    progress,
    steps,
    tracks,
    year_notice,
)
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices, page_script
from eligibility.domain.errors import EligibilityError

RESULT, PAPERS = (PAGES / f"self_assessment/{name}_page.py" for name in ("result", "papers"))

repository = auth.repository()
draft = draft_storage.restore(repository)
if draft is None:
    st.title(_("Self-assessment"), anchor=False)
    draft_storage.nothing_open()
    st.stop()
form_state.collect()
# a place of its own, so that what is summary there moves no input and no scroll
with st.container(key="keeping"):
    draft_storage.save(draft, repository)
try:
    told, screening = cache.assess_draft(draft, readiness=False)
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.button(_("Start again with today's date"), on_click=form_state.forget_day)
    st.stop()

sheet = fields.Sheet(cache.scheme(), draft, told)
firm = screening.only
steps.follow_address(draft, sheet)
step = draft.step if draft.step in sheet.steps else next(iter(sheet.steps))
left, right = st.columns([1, 4], gap="medium")
title = language().of(sheet.scheme.sections[step])
with left:
    steps.steps(step, sheet, firm)
    page_script.arrive(step, title, draft.sought)
    with st.container(horizontal=True, vertical_alignment="center", key="beside-steps"):
        draft_storage.storage_popover(draft, repository)
        st.page_link(PAPERS, label=_("Fill in from papers →"))
with right:
    st.title(title, anchor=False)
    live_figures.conditions(step, sheet, firm)
    for ledger in sheet.scheme.lists.values():
        if ledger.section == step:
            lists.table(ledger.id, sheet)
    fields.fields(step, sheet)
    if step == next(iter(sheet.steps)):
        tracks.track_choice(sheet)
    # below the switches that ask for it
    fields.further(step, sheet)
    # what comes and goes with an entry has its room below all that is pressed: it moves nothing
    with st.container(key="end-of-step"):
        if steps.step_buttons(step, sheet):
            st.switch_page(RESULT, query_params=address.draft_query())
        year_notice.show_year_notice(draft, told)
        signs = live_figures.signs(step, sheet, firm)
        live_figures.show_signs(signs, sheet, firm)
notes = [*year_notice.year_sentences(draft, told), *(text for text, _warning in signs)]
progress.progress(firm, sheet, notes)
