"""One firm that staff looks after: everything known of it, and the work on it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.register import casework, correct, dossier
from eligibility.app.widgets import calendar, guard

language = session.language()
_ = language.text

repository = guard.staff(language)
firm_id = address.query_number(address.FIRM)
with st.container(key="back"):
    st.page_link(
        "eligibility/app/register/firms_page.py",
        label=_("← All firms"),
        query_params=address.last_list(),
    )
if firm_id is None:
    st.title(_("One firm"), anchor=False)
    st.info(_("No firm is open yet; choose one from the list."))
    st.stop()

with guard.refusals_shown(language):
    firm = repository.firms.get(firm_id)
    with st.container(horizontal=True, vertical_alignment="top", key="dossier"):
        dossier.heading(firm, language)
        dossier.master(repository, firm, language)
    guard.news(language)
    match dossier.tabs(language):
        case "beside":
            dossier.beside(repository, firm, language)
        case "plan":
            dossier.way(repository, firm, language)
        case "history":
            dossier.history(repository, firm, language)
        case "tasks":
            casework.tasks(repository, firm, language)
            calendar.of_firm(repository, firm, language)
        case "notes":
            casework.notes(repository, firm, language)
        case "documents":
            casework.documents(repository, firm, cache.scheme().in_force(date.today()), language)
            dossier.firm_papers(repository, firm, language)
        case "figures":
            correct.figures(repository, firm, language)
        case _:
            dossier.assessment(repository, firm, language)
