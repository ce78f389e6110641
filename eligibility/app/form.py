"""The facts of one firm by hand, in the order of the official form."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import inputs, notices, progress
from eligibility.app.example import example
from eligibility.vocabulary import EligibilityError, years_of

language = state.language()
_ = language.text

st.title(_("Assess one firm by hand"), anchor=False)
st.write(
    _(
        "About 15 minutes with the audit reports of the last three years, the list of IP rights "
        "and the headcount at hand. A blank stays blank: it leaves a condition open and never "
        "decides it. Entries are kept while this page is open and seen by nobody else."
    )
)
day = state.entry("application_date") or state.application_day()
with st.container(horizontal=True, key="form-tools"):
    st.button(_("Fill in an example"), on_click=lambda: state.fill_form(example(day)))
    st.button(_("Clear everything"), on_click=lambda: state.fill_form({}), type="tertiary")

scheme = cache.scheme()
try:
    sheet = inputs.Sheet(
        scheme=scheme,
        law=scheme.in_force(day),
        years=years_of(day.year),
        operating=cache.operating(state.entry("registered_on"), day),
        language=language,
    )
except EligibilityError as error:
    notices.refused(error, language)
    st.button(_("Start again with today's date"), on_click=state.forget_day)
    st.stop()

above = st.container()
inputs.sections(sheet)
values = inputs.entries(sheet)
state.keep_entries(values)
firm, batch = cache.typed(values, _("Firm without a name"), day)
with above:
    progress.issues(batch, scheme, sheet.years, language)
progress.progress(firm, language)
