"""The year of a city or carrier: how many will be certified, whom to support, what to teach."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, planned, state
from eligibility.app.components import forecast, guard, notices, papers, pool, support, upload
from eligibility.reports.city import city_record
from eligibility.vocabulary import EligibilityError

SCREENING = "eligibility/app/screening.py"
language = state.language()
_ = language.text

st.title(_("The year"), anchor=False)
repository = guard.staff(language)
guard.news(language)
city, model = cache.city(), cache.model()[0]
try:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        registered = pool.of_register(repository, language)
        years = pool.years(registered=registered)
        if years:
            year = st.selectbox(_("Year of application"), years, key=state.YEAR, width=160)
            by_model = forecast.chances(model is not None, language)
            whole = not registered or pool.whole(repository)
            aim = forecast.aim(language, whole=whole)
    if not registered:
        upload.source(state.upload(), language)
    if not years:
        st.write(_("The file holds no firm that could be read."))
        st.page_link(SCREENING, label=_("See why, or choose another file"))
        st.stop()
    held = last = None
    if registered:
        last = pool.closed(year, city, cache.scheme(), language)
        held = cache.pool(repository, year, pool.stages(cache.stages(year), language))
    if held and not held.firms:
        pool.nobody(language)
        pool.told(repository, held, language)
        st.stop()
    goal = planned.target(city, year, held)
    key = state.target_key(goal if held else None)
    target, days = forecast.asked(city, goal, year, key, language, whole=whole)
    already = forecast.already(year, language) if not registered else 0
    with st.spinner(_("Working out the year…")):
        if held:
            made = cache.year_of(held, target, days, by_model=by_model, aim=aim)
        else:
            made = cache.year(year, target, already, days, by_model=by_model, aim=aim)
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
record = city_record(made)
keys = planned.visited(held, made) if held else planned.supported(cache.current(), made)

forecast.basis(made, language)
forecast.numbers(record, language, open_=last is None, whole=whole)
forecast.plot(made.portfolio.without, language, whole=whole)
if held:
    pool.told(repository, held, language)
    pool.certificates(held, made, cache.scheme(), language, whole=whole)
st.header(_("Whom to support"), anchor=False)
support.compared(record["support"], language, whole=whole)
support.bound(record["support"], language)
if opened := support.choices(record["support"], keys, _("Open") if held else _("Plan"), language):
    page = "eligibility/app/staff/firm.py" if held else "eligibility/app/plan.py"
    st.switch_page(page, query_params={state.FIRM: opened})
st.header(_("Training needs"), anchor=False)
support.training(record["training"], language)
st.header(_("Deadlines"), anchor=False)
support.deadlines(record["deadlines"], language)
st.header(_("Where the firms are"), anchor=False)
forecast.shares(made, language)
st.header(_("Papers"), anchor=False)
papers.of_year(made, held or cache.current(), language, by_model=by_model)
