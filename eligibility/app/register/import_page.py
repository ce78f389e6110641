"""A file of firms into the store: its columns, its rows, then confirmed whole or discarded."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.register import import_steps
from eligibility.app.screening import upload
from eligibility.app.widgets import guard, notices
from eligibility.domain.errors import EligibilityError

language = session.language()
_ = language.text

repository = guard.staff(language)
st.title(_("Import a file of firms"), anchor=False)
guard.news(language)
import_id = address.query_number(address.IMPORT)
if import_id is not None:
    st.page_link("eligibility/app/register/import_page.py", label=_("← Another file"))
    with guard.refusals_shown(language):
        held = repository.imports.preview(import_id, limit=import_steps.SHOWN)
        st.html(import_steps.import_title(held))
        import_steps.counts(held, language)
        import_steps.decide(repository, held, language)
        import_steps.rejects(held, language)
        import_steps.remarks(held, language)
        import_steps.rows(held, language)
    if held["status"] == "confirmed":
        st.page_link("eligibility/app/register/firms_page.py", label=_("See the firms →"))
    st.stop()

upload.controls(cache.scheme(), language)
kept, day = session.upload(), session.application_day()
try:
    if kept:
        cache.scheme().in_force(day)
        upload.sheet(kept, cache.upload_preview(kept, None, day), language)
        seen = cache.upload_preview(kept, session.sheet(kept), day)
        import_steps.columns(seen, language)
        known = upload.unit(seen.headers, language)
        if st.button(_("Read the rows"), type="primary", disabled=not known):
            with st.spinner(_("Reading and assessing…")):
                screening = cache.current()
            tell = import_steps.progress(len(screening.batch.table), language)
            made = import_steps.stage(repository, kept.name, screening, tell)
            session.forget_upload()
            address.set_query(address.IMPORT, made)
            st.rerun()
    else:
        st.caption(_("Choose a file; nothing is stored before you have seen it and confirmed."))
    opened = import_steps.earlier(repository.imports.recent(), language)
except EligibilityError as error:
    notices.show_refusal(error, language)
    st.stop()
if opened is not None:
    address.set_query(address.IMPORT, opened)
    st.rerun()
