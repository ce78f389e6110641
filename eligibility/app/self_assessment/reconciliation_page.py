"""Three books: how the figures of books, tax return and application hang together, and what is left over."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import (
    book_figures,
    draft_storage,
    form_state,
    papers,
    reconciliation,
)
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import frame
from eligibility.domain.facts import years_of
from eligibility.evidence.paper_amounts import merge_statements, settled_amounts
from eligibility.evidence.reconciliation import reconcile
from eligibility.evidence.record import reconciliation_record
from eligibility.reports.reconciliation_paper import reconciliation_paper

repository, scheme = auth.repository(), cache.scheme()
draft, rules = draft_storage.restore(repository), scheme.reconciliation
assert rules is not None
st.title(_("The three books"), anchor=False)
firm = book_figures.firm_of_form(draft)
if draft is not None:
    back, query = PAGES / "self_assessment/result_page.py", address.draft_query()
    st.page_link(back, label=_("← Back to the result"), query_params=query)
st.write(
    _(
        "Books, tax return and application show R&D, income and staff each on its own basis. Every difference "
        "gets its rule here; what none explains is what reviewers and the tax office ask about."
    )
)
day = firm.application_date if firm is not None else date.today()
years, held = years_of(day.year), form_state.latest_papers()
with st.expander(_("Papers and figures to compare"), expanded=held is None):
    with st.container(key="own-papers"):
        frame.paper_limits(".st-key-own-papers")
        reading = papers.read_uploads(scheme, day) or held
    of_file = book_figures.figures_file(rules, years)
stated = merge_statements(
    book_figures.gather_statements(draft, firm, reading, rules, years), of_file
)
answer, typed = st.container(), None
choices = book_figures.disagreements(stated, rules)
amounts, accuracy = settled_amounts(stated, choices)
if amounts:
    law = scheme.in_force(day)
    record = reconciliation_record(reconcile(amounts, rules, law, accuracy))
    name = (firm and firm.text("name")) or (reading and reading.name) or ""
    paper = reconciliation_paper(record, law.title, language(), name)
    with answer:
        reconciliation.standing(record)
    reconciliation.result(paper)
    st.header(_("Differences that you state"), anchor=False)
    every = st.toggle(_("All differences, not only those that could explain a rest"))
    items = book_figures.difference_items(record, amounts, rules, every=every)
    typed = book_figures.figures_table("differences", items, stated, amounts, rules, years)
    reconciliation.explanation(paper, day.year)
with st.expander(_("All figures, and where they come from"), expanded=not amounts):
    figures = book_figures.basis_items(rules)
    typed = book_figures.figures_table("figures", figures, stated, amounts, rules, years) or typed
    is_kept = bool(amounts) and st.button(_("Keep the figures with the self-assessment"))
if typed or is_kept:
    if draft is None:
        form_state.open_draft(draft := Draft())
    if typed:
        book_figures.keep_figures(draft, typed)
    else:
        book_figures.keep_statements(draft, stated, amounts)
    draft_storage.save(draft, repository)
    st.rerun()
