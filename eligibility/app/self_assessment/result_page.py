"""What the self-assessment says: verdict, conditions, score, first steps; to take, show or delete."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.firm import conditions, ladder, open_firm, papers, readiness, score, verdict
from eligibility.app.self_assessment import (
    draft_storage,
    form_state,
    result_summary,
    share_links,
    year_notice,
)
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.domain.errors import EligibilityError

STEPS = "eligibility/app/self_assessment/steps_page.py"

draft = form_state.draft()
if draft is None:
    st.title(_("Result"), anchor=False)
    draft_storage.nothing_open()
    st.stop()
form_state.collect()
repository = auth.repository()
with st.container(key="back"):
    st.page_link(STEPS, label=_("← Back to the steps"))
draft_storage.save(draft, repository)
try:
    told, screening = cache.assess_draft(draft)
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()
firm = screening.only
if firm is None:
    st.title(_("Result"), anchor=False)
    st.write(_("Nothing can be decided until what cannot be read is corrected in the steps."))
    st.stop()

verdict.heading(firm)
year_notice.show_year_notice(draft, told)
rungs = ladder.ladder_standing(firm)
ladder.within_reach(rungs, firm)
if sought := result_summary.first_steps(firm):
    form_state.open_step(firm.scheme.fields_by_id[sought].section, sought)
    st.switch_page(STEPS)
st.header(_("Conditions"), anchor=False)
st.caption(_("A line opens to its rule, citation, reading and the evidence reviewers ask for."))
conditions.conditions(firm)
st.header(_("Innovation score"), anchor=False)
score.score(firm)
readiness.readiness(firm, cache.model()[0])
st.page_link(
    "eligibility/app/firm/plan_page.py",
    label=_("The way to the certificate: plan, dates, worth →"),
    query_params={address.SOURCE: form_state.DRAFT},
)
st.header(_("Ladder of qualifications"), anchor=False)
ladder.ladder_block(rungs, firm)
if blank := ladder.to_fill_in(rungs, firm):
    form_state.open_step(*blank)
    st.switch_page(STEPS)
with st.container(key="keep"):
    st.header(_("Take it with you"), anchor=False)
    result_summary.downloads(screening, firm, draft)
    papers.of_firm(open_firm.from_draft(draft, firm))
    draft_storage.code(draft)
    st.header(_("Show it to a service institution"), anchor=False)
    draft_storage.sharing(draft, repository, firm.text("name") or _("The firm"))
    share_links.share_block(draft, repository, firm.text("name") or _("The firm"))
    draft_storage.deleting(draft, repository)
