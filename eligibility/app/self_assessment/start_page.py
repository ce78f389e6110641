"""The door of the self-assessment: what it does, needs and keeps; begin, go on, or look first."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import auth, cache
from eligibility.app.self_assessment import draft_storage, form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.example import example
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag

STEPS = "eligibility/app/self_assessment/steps_page.py"
PAPERS = "eligibility/app/self_assessment/papers_page.py"

st.title(_("Does your firm qualify as a high-tech enterprise?"), anchor=False)
st.write(
    _(
        "Six steps in the order of the official form give you the verdict on every condition with "
        "its article, the score as a range, and what to do first."
    )
)
facts = {
    _("What you need"): _(
        "the audit reports of the last three years, the R&D ledger or special report, the list "
        "of IP rights, the headcount; what you lack may stay blank"
    ),
    _("How long"): _("about 15 minutes; you can stop at any time and go on later"),
    _("Who sees it"): _("nobody, until you share it with an institution that you choose"),
}
st.html(
    tag("dl", *(tag("div", tag("dt", term), tag("dd", said)) for term, said in facts.items()),
        cls="start")
)  # fmt: skip
repository, held = auth.repository(), form_state.draft()
with st.container(horizontal=True, key="start-tools"):
    if held is not None and st.button(_("Go on with what is open"), type="primary"):
        st.switch_page(STEPS)
    if st.button(
        _("Begin another") if held else _("Begin"), type="secondary" if held else "primary"
    ):
        form_state.open_draft(Draft())
        st.switch_page(STEPS)
    if st.button(_("Begin with your papers")):
        st.switch_page(PAPERS)
    shown = example(cache.scheme(), date.today())
    if shown and st.button(_("See an example")):
        form_state.open_draft(shown)
        st.switch_page(STEPS)

st.header(_("Go on with a return code"), anchor=False)
if draft_storage.reopen(repository):
    st.switch_page(STEPS)
if (own := repository.drafts.own_drafts()) and draft_storage.choice(own, repository):
    st.switch_page(STEPS)
