"""What the self-assessment says: verdict, conditions, score, first steps; to take, show or delete."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, opened, state, who
from eligibility.app.components import (
    conditions,
    keeping,
    ladder,
    notices,
    outcome,
    papers,
    readiness,
    score,
    verdict,
)
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text
STEPS = "eligibility/app/wizard.py"

draft = state.draft()
if draft is None:
    st.title(_("Result"), anchor=False)
    keeping.nothing_open(language)
    st.stop()
state.collect()
repository = who.repository()
with st.container(key="back"):
    st.page_link(STEPS, label=_("← Back to the steps"))
keeping.save(draft, repository, language)
try:
    told, screening = cache.assessed(draft)
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
firm = screening.only
if firm is None:
    st.title(_("Result"), anchor=False)
    st.write(_("Nothing can be decided until what cannot be read is corrected in the steps."))
    st.stop()

verdict.heading(firm, language)
rungs = ladder.climbed(firm, language)
ladder.within_reach(rungs, firm, language)
if sought := outcome.first_steps(firm, language):
    state.go(firm.scheme.fields_by_id[sought].section, sought)
    st.switch_page(STEPS)
st.header(_("Conditions"), anchor=False)
st.caption(_("A line opens to its rule, citation, reading and the evidence reviewers ask for."))
conditions.conditions(firm, language)
st.header(_("Innovation score"), anchor=False)
score.score(firm, language)
readiness.readiness(firm, cache.model()[0], language)
st.page_link(
    "eligibility/app/plan.py",
    label=_("The way to the certificate: plan, dates, worth →"),
    query_params={state.SOURCE: state.DRAFT},
)
st.header(_("Ladder of qualifications"), anchor=False)
ladder.ladder_block(rungs, firm, language)
if blank := ladder.to_fill_in(rungs, firm, language):
    state.go(*blank)
    st.switch_page(STEPS)
with st.container(key="keep"):
    st.header(_("Take it with you"), anchor=False)
    outcome.downloads(screening, firm, draft, language)
    papers.of_firm(opened.from_draft(draft, firm), language)
    keeping.code(draft, language)
    st.header(_("Show it to a service institution"), anchor=False)
    keeping.sharing(draft, repository, firm.text("name") or _("The firm"), language)
    keeping.deleting(draft, repository, language)
