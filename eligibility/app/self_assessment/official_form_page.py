"""The official form beside the self-assessment: its cells and texts; nothing here changes the verdict."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.firm import application_form
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import (
    draft_storage,
    fields,
    form_state,
    official_form,
    progress,
    text_desk,
)
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.application_form.contents import contents_of_draft
from eligibility.domain.errors import EligibilityError

repository = auth.repository()
draft = draft_storage.restore(repository)
st.title(_("Official form"), anchor=False)
if draft is None:
    draft_storage.nothing_open()
    st.stop()
form_state.collect()
try:
    told, screening = cache.assess_draft(draft, readiness=False)
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()
sheet = fields.Sheet(cache.scheme(), draft, told)
firm, contents = screening.only, contents_of_draft(draft.state, told, cache.scheme())
if firm is None or contents is None:
    progress.stop_to_correct(sheet)
elif contents.rules is None:
    st.write(_("The form of this edition is not held."))
else:
    text_desk.renew_fingerprints(draft, contents)
    with st.container(key="keeping"):
        draft_storage.save(draft, repository)
    address.show_in_address(address.draft_query())
    st.page_link(
        PAGES / "self_assessment/result_page.py",
        label=_("← Back to the result"),
        query_params=address.draft_query(),
    )
    st.write(
        _(
            "Optional, and apart from the verdict: what the official application asks beyond the "
            "steps. Numbers stand where the lists give them; no sentence is written for you."
        )
    )
    progress.show_unread(sheet)
    official_form.progress(official_form.cells(firm, contents))
    official_form.parts(sheet, contents)
    application_form.form_buttons(firm, contents)
