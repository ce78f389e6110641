"""One firm that staff looks after: everything known of it, and the work on it."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address
from eligibility.app.page_files import PAGES
from eligibility.app.register import (
    casework,
    certificate,
    documents,
    dossier,
    exchange,
    figure_editor,
    firm_deadlines,
    identity,
    visits,
)
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard

repository = guard.staff()
firm_id = address.query_number(address.FIRM)
with st.container(key="back"):
    st.page_link(
        PAGES / "register/firms_page.py",
        label=_("← All firms"),
        query_params=address.last_list(),
    )
if firm_id is None:
    st.title(_("One firm"), anchor=False)
    st.info(_("No firm is open yet; choose one from the list."))
    st.stop()

with guard.refusals_shown():
    firm = repository.firms.get(firm_id)
    with st.container(horizontal=True, vertical_alignment="top", key="dossier"):
        dossier.heading(firm)
        dossier.master(repository, firm)
        identity.merge_with(repository, firm)
        identity.archive(repository, firm)
    guard.news()
    match dossier.tabs():
        case "beside":
            dossier.compare_assessments(repository, firm)
        case "plan":
            dossier.plan(repository, firm)
        case "certificate":
            certificate.of_firm(repository, firm)
        case "history":
            identity.history(repository, firm)
            dossier.history(repository, firm)
        case "tasks":
            casework.tasks(repository, firm)
            visits.visits(repository, firm)
            firm_deadlines.of_firm(repository, firm)
        case "notes":
            casework.notes(repository, firm)
        case "documents":
            documents.documents(repository, firm)
            dossier.firm_papers(repository, firm)
        case "figures":
            figure_editor.figures(repository, firm)
        case "exchange":
            exchange.exchange(repository, firm)
        case _:
            dossier.assessment(repository, firm)
