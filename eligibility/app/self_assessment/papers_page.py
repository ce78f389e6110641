"""Papers beside questions: files go in, a person ticks what holds, and the form is filled with it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import form_state, papers
from eligibility.app.translation import text as _
from eligibility.app.widgets import frame

STEPS, BOOKS = (PAGES / f"self_assessment/{name}_page.py" for name in ("steps", "reconciliation"))

opened = form_state.draft()
with st.container(key="back"):
    st.page_link(
        STEPS if opened else PAGES / "self_assessment/start_page.py",
        label=_("← Back to the steps") if opened else _("← Back to the start"),
        query_params=address.draft_query(opened.step) if opened else None,
    )
st.title(_("Begin with your papers"), anchor=False)
st.write(
    _(
        "Tax returns, statements, R&D tables and lists of rights, as PDF, Excel, Word, CSV or zip. They "
        "are read on this server and shown to you; the files are not stored. Only what you tick goes into "
        "the form, with the name of its file and where in it the figure stands."
    )
)
frame.paper_limits()
reading = papers.read_uploads(cache.scheme(), date.today())
if reading is None:
    st.stop()
scheme = cache.scheme()
papers.count(reading)
papers.whose(reading, form_state.draft())
papers.unread(reading)
choices = papers.conflicts(reading, scheme)
chosen = papers.facts(reading, scheme)
papers.doubts(reading, scheme)
with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="papers-tools"):
    if st.button(_("Fill the form with what is ticked"), type="primary", key="fill"):
        form_state.open_draft(
            papers.filled_draft(form_state.draft(), [*chosen, *choices], reading, scheme)
        )
        st.switch_page(STEPS)
    st.page_link(BOOKS, label=_("The three books: do books, tax return and application agree? →"))
