"""Ten questions before the form: which of the conditions stand, which are in doubt, what to look up."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.firm import stress
from eligibility.app.self_assessment import draft_storage, fields, form_state, precheck_parts
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.assessment.precheck import precheck
from eligibility.domain.errors import EligibilityError

repository = auth.repository()
draft = draft_storage.restore(repository)
st.title(_("Ten questions first"), anchor=False)
st.caption(_("Answer what you know. All of it goes over into the full form."))
if draft is None:
    draft_storage.nothing_open()
    st.stop()
form_state.collect()
with st.container(key="keeping"):
    draft_storage.save(draft, repository)
address.show_in_address(address.draft_query())
try:
    reading, screening = cache.assess_draft(draft, readiness=False)
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()
scheme, firm = cache.scheme(), screening.only
sheet = fields.Sheet(scheme, draft, reading)
shares, options = precheck_parts.shares(draft), precheck_parts.options(draft, scheme)
answers = precheck(firm.table, scheme, shares, options) if firm else []
questions, marks = st.columns([3, 2], gap="medium")
with questions:
    precheck_parts.questions(sheet)
with marks:
    precheck_parts.answer_line(answers)
    precheck_parts.marks(answers, sheet)
    # room for a block that comes and goes with the answers
    with st.container(key="below-marks"):
        draft_storage.storage_popover(draft, repository)
        if firm:
            stress.stress(firm)
with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="progress"):
    precheck_parts.sentence(answers)
    if st.button(_("Go on to the full form →"), type="primary", key="to-form"):
        form_state.open_step(draft.step)
        st.switch_page(precheck_parts.STEPS, query_params=address.draft_query(draft.step))
