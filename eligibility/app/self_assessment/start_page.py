"""The door of the self-assessment: what it does, needs and keeps; begin, go on, or look first."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import draft_storage, form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.example import example
from eligibility.app.self_assessment.register_figures import from_register
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import tag

STEPS, PRECHECK, PAPERS = (
    PAGES / f"self_assessment/{name}_page.py" for name in ("steps", "precheck", "papers")
)

st.title(_("Does your firm qualify as a high-tech enterprise?"), anchor=False)
st.write(
    _(
        "Ten questions show in two minutes which of the nine conditions stand. The full form then "
        "gives the score as a range, what decides it, and what to do by when."
    )
)
repository, held = auth.repository(), form_state.draft()
from_institution = from_register(repository, cache.scheme(), date.today())
with st.container(horizontal=True, key="start-tools"):
    if held is not None and st.button(_("Go on with what is open"), type="primary"):
        st.switch_page(STEPS, query_params=address.draft_query(held.step))
    if from_institution and st.button(_("Begin with the figures that your institution holds")):
        form_state.open_draft(from_institution)
        st.switch_page(STEPS, query_params=address.draft_query(from_institution.step))
    if st.button(_("Ten questions first"), type="secondary" if held else "primary"):
        form_state.open_draft(Draft())
        st.switch_page(PRECHECK, query_params=address.draft_query())
    if st.button(_("Begin another") if held else _("Begin the full form")):
        form_state.open_draft(Draft())
        st.switch_page(STEPS, query_params=address.draft_query(Draft().step))
    if st.button(_("Begin with your papers")):
        st.switch_page(PAPERS)
    shown = example(cache.scheme(), date.today())
    if shown and st.button(_("See an example"), type="tertiary"):
        form_state.open_draft(shown)
        st.switch_page(STEPS, query_params=address.draft_query(shown.step))
if draft_storage.choice(repository) and (opened := form_state.draft()):
    st.switch_page(STEPS, query_params=address.draft_query(opened.step))
facts = {
    _("What you need"): _(
        "the audit reports of the last three years, the R&D ledger or special report, the list "
        "of IP rights, the headcount; what you lack may stay blank"
    ),
    _("How long"): _("two minutes for the ten questions, about 15 for the full form"),
    _("Who sees it"): _("nobody, until you share it with an institution that you choose"),
}
st.html(
    tag("dl", *(tag("div", tag("dt", term), tag("dd", said)) for term, said in facts.items()),
        cls="start")
)  # fmt: skip
with st.expander(_("Go on with a return code")):
    if draft_storage.reopen(repository) and (opened := form_state.draft()):
        st.switch_page(STEPS, query_params=address.draft_query(opened.step))
