"""The year of a city or carrier: how many will be certified, whom to support, what to teach."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, planned, state
from eligibility.app.components import forecast, notices, papers, support, upload
from eligibility.planning.city import load_city
from eligibility.reports.city import city_record
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text

st.title(_("The year"), anchor=False)
try:
    screening = cache.current()
    years = planned.application_years(screening)
    city = load_city()
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
upload.source(state.upload(), language)
if not years:
    st.write(_("The file holds no firm that could be read."))
    st.page_link("eligibility/app/screening.py", label=_("See why, or choose another file"))
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    year = st.selectbox(_("Year of application"), years, key=state.YEAR, width=160)
    model = cache.model()[0]
    words = {True: _("by the model"), False: _("as assumed")}
    by_model = model is not None and st.segmented_control(
        _("Chances"),
        [True, False],
        default=True,
        required=True,
        format_func=words.__getitem__,
        key=state.CHANCES_BY,
    )
try:
    target, already, days = forecast.asked(city, year, language)
    with st.spinner(_("Working out the year…")):
        made = cache.year(year, target, already, days, by_model=bool(by_model))
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
record, keys = city_record(made), planned.supported(screening, made)

forecast.basis(made, language)
forecast.numbers(record, language)
forecast.plot(made.portfolio.without, language)
st.header(_("Whom to support"), anchor=False)
support.compared(record["support"], language)
if opened := support.choices(record["support"], keys, language):
    st.switch_page("eligibility/app/plan.py", query_params={state.FIRM: opened})
st.header(_("Training needs"), anchor=False)
support.training(record["training"], language)
st.header(_("Deadlines"), anchor=False)
support.deadlines(record["deadlines"], language)
st.header(_("Where the firms are"), anchor=False)
forecast.shares(made, language)
st.header(_("Papers"), anchor=False)
papers.of_year(made, screening, language, by_model=bool(by_model))
