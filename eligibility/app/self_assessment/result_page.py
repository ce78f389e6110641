"""What the self-assessment says: verdict, conditions, score, first steps; to take, show or delete."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import auth, cache
from eligibility.app.address import draft_query, show_in_address
from eligibility.app.firm import (
    conditions,
    evidence,
    first_screen,
    ladder,
    open_firm,
    papers,
    plan_results,
    readiness,
    score,
    stress,
    verdict,
)
from eligibility.app.self_assessment import draft_storage, form_state, result_summary, year_notice
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.self_assessment.progress import STEPS, show_unread, stop_to_correct
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices, page_script
from eligibility.domain.errors import EligibilityError

repository = auth.repository()
draft = draft_storage.restore(repository)
if draft is None:
    st.title(_("Result"), anchor=False)
    draft_storage.nothing_open()
    st.stop()
form_state.collect()
draft_storage.save(draft, repository)
show_in_address(draft_query())
try:
    told, screening = cache.assess_draft(draft)
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()
firm, sheet = screening.only, Sheet(cache.scheme(), draft, told)
if firm is None:
    st.title(_("Result"), anchor=False)
    stop_to_correct(sheet)

opened = open_firm.from_draft(draft, firm)
summary = plan_results.summary(firm, cache.city().region, date.today(), language())
with st.container(horizontal=True, vertical_alignment="center", key="result-tools"):
    st.page_link(STEPS, label=_("← Back to the steps"), query_params=draft_query(draft.step))
    page_script.print_button(_("Print"))
    papers.first_buttons(opened)
show_unread(sheet)
first_screen.first_screen(firm, summary)
year_notice.show_year_notice(draft, told)
rungs = ladder.ladder_standing(firm)
ladder.within_reach(rungs, firm)
verdict.signs(firm)
if sought := result_summary.fields_to_fill(firm, summary):
    form_state.open_step(firm.scheme.fields_by_id[sought].section, sought)
    st.switch_page(STEPS, query_params=draft_query(draft.step))
result_summary.plan_link(opened)
st.header(_("Conditions"), anchor=False)
conditions.conditions(firm, opened.sources)
st.header(_("Innovation score"), anchor=False)
score.score(firm)
stress.stress(firm, opened.lists)
evidence.evidence(firm, opened.lists, opened.figures)
result_summary.calendar(firm, date.today())
if blank := result_summary.other_qualifications(rungs, firm):
    form_state.open_step(*blank)
    st.switch_page(STEPS, query_params=draft_query(draft.step))
result_summary.take_away(screening, opened, draft, repository)
readiness.readiness_block(firm, cache.model()[0])
