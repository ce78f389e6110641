"""The year of a city or carrier: how many will be certified, whom to support, what to teach."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.firm import plan_results
from eligibility.app.page_files import PAGES
from eligibility.app.screening import upload
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard, notices
from eligibility.app.year import candidates, forecast, papers, support
from eligibility.domain.errors import EligibilityError
from eligibility.register import register_year
from eligibility.reports.year_text import city_record

st.title(_("The year"), anchor=False)
repository = guard.staff()
guard.news()
city, model, held, last = cache.city(), cache.model()[0], None, None
try:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        registered = candidates.of_register(repository)
        years = candidates.years(of_register=registered)
        if years:
            year = st.selectbox(_("Year of application"), years, key=address.YEAR, width=160)
            by_model = forecast.chances(model is not None)
            whole = not registered or candidates.sees_all_firms(repository)
            aim = forecast.aim(whole=whole)
    if not registered:
        upload.source(session.upload())
    if not years:
        candidates.other_file()
        st.stop()
    if registered:
        last = candidates.closed_batch(year, city, cache.scheme())
        held = cache.register_candidates(repository, year)
    if held and not held.firms:
        candidates.nobody()
        candidates.candidates_summary(repository, held, open_=last is None)
        papers.of_register(repository, papers.no_outlook(year), held, by_model=by_model)
        st.stop()
    goal = register_year.year_target(city, year, held)
    key = session.target_key(goal if held else None)
    target, days = forecast.inputs(city, goal, year, key, whole=whole)
    already = forecast.already(year) if not registered else 0
    with st.spinner(_("Working out the year…")):
        if held:
            made = cache.year_of(held, target, days, by_model=by_model, aim=aim)
        else:
            made = cache.year(year, target, already, days, by_model=by_model, aim=aim)
except EligibilityError as error:
    notices.show_refusal(error, language())
    if held:
        papers.of_register(repository, error.message, held, by_model=by_model)
    st.stop()
record = city_record(made)
keys = plan_results.firm_ids(held, made) if held else plan_results.firm_keys(cache.current(), made)

forecast.basis(made)
forecast.numbers(record, open_=last is None, whole=whole)
forecast.plot(made.portfolio.without, whole=whole)
if held:
    candidates.candidates_summary(repository, held, open_=last is None)
    candidates.certificates(held, made, cache.scheme(), whole=whole)
st.header(_("Whom to support"), anchor=False)
support.comparison(record["support"], whole=whole)
support.bound(record["support"])
if opened := support.choices(record["support"], keys, _("Open") if held else _("Plan")):
    page = PAGES / "register/firm_page.py" if held else PAGES / "firm/plan_page.py"
    st.switch_page(page, query_params={address.FIRM: opened})
st.header(_("Training needs"), anchor=False)
support.training(record["training"])
st.header(_("Deadlines"), anchor=False)
support.deadlines(record["deadlines"])
st.header(_("Where the firms are"), anchor=False)
forecast.shares(made, candidates.carrier_kinds(repository) if held else {})
papers.of_year(repository, made, held, by_model=by_model)
