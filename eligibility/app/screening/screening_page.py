"""A file of firms → a table of verdicts; a row opens the firm."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.screening import listing, upload
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.domain.errors import EligibilityError
from eligibility.screening import filter_firms

st.title(_("Which firms are eligible?"), anchor=False)
st.write(
    _(
        "Upload a table of firms; each is judged by the rules in force on its application date, "
        "with the article for every condition."
    )
)
upload.controls(cache.scheme())
kept, day = session.upload(), session.application_day()
upload.source(kept)
try:
    cache.scheme().in_force(day)
    if kept:
        upload.sheet(kept, cache.upload_preview(kept, None, day))
        headers = cache.upload_preview(kept, session.sheet(kept), day).headers
        upload.columns_left_out(headers)
        if not upload.unit(headers):
            st.stop()
        upload.blank_bad_cells()
    with st.spinner(_("Reading and assessing…")):
        screening = cache.current()
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()

table = screening.table(language())
notices.counts(screening)
notices.rejects(screening)
if not table.num_rows:
    st.info(_("No row of this file could be scored; correct the rows above and upload it again."))
    st.stop()

learned = screening.training
shown = filter_firms(table, *listing.filters(table, learned))
place = listing.firms(shown, table.num_rows, learned)
listing.downloads(screening, shown)
if place is not None:
    st.switch_page(
        PAGES / "firm/firm_page.py",
        query_params={address.FIRM: screening.keys[place]},
    )
