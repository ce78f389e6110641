"""A file of firms into the store: its columns, its rows, then confirmed whole or discarded."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import import_columns, import_rows, import_steps
from eligibility.app.screening import upload
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard, notices
from eligibility.domain.errors import EligibilityError

repository = guard.staff()
st.title(_("Import a file of firms"), anchor=False)
guard.news()
import_id = address.query_number(address.IMPORT)
if import_id is not None:
    st.page_link(PAGES / "register/import_page.py", label=_("← Another file"))
    with guard.refusals_shown():
        held = repository.imports.preview(import_id, limit=0)
        st.html(import_steps.import_title(held))
        import_steps.counts(held)
        import_steps.decide(repository, held)
        import_rows.rows(repository, import_id)
        import_steps.rejects(repository, held)
        import_steps.remarks(held)
    if held["status"] == "confirmed":
        st.page_link(PAGES / "register/firms_page.py", label=_("See the firms →"))
    st.stop()

upload.controls(cache.scheme())
kept, day = session.upload(), session.application_day()
try:
    if kept:
        cache.scheme().in_force(day)
        upload.sheet(kept, cache.upload_preview(kept, None, day))
        names = repository.column_names.names()
        known = tuple((row["name"], row["field_id"]) for row in names)
        seen = cache.upload_preview(kept, session.sheet(kept), day, known)
        import_steps.columns(seen)
        import_columns.confirm(repository, seen.headers)
        import_columns.names_kept(repository, names)
        has_units = upload.unit(seen.headers)
        if st.button(_("Read the rows"), type="primary", disabled=not has_units):
            with st.spinner(_("Reading and assessing…")):
                screening = cache.current(known)
            tell = import_steps.progress(len(screening.batch.table))
            made = import_steps.stage(repository, kept.name, screening, tell, known)
            session.forget_upload()
            address.set_query(address.IMPORT, made)
            st.rerun()
    else:
        st.caption(_("Choose a file; nothing is stored before you have seen it and confirmed."))
    opened = import_steps.earlier(repository.imports.recent())
except EligibilityError as error:
    notices.show_refusal(error, language())
    st.stop()
if opened is not None:
    address.set_query(address.IMPORT, opened)
    st.rerun()
