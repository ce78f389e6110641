"""A file of firms into the store: its columns, its rows, then confirmed whole or discarded."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, state
from eligibility.app.components import guard, importing, notices, upload
from eligibility.vocabulary import EligibilityError

language = state.language()
_ = language.text

repository = guard.staff(language)
st.title(_("Import a file of firms"), anchor=False)
guard.news(language)
import_id = state.asked_number(state.IMPORT)
if import_id is not None:
    st.page_link("eligibility/app/staff/imports.py", label=_("← Another file"))
    with guard.told(language):
        held = repository.imports.preview(import_id, limit=importing.SHOWN)
        st.html(importing.named(held))
        importing.counts(held, language)
        importing.decide(repository, held, language)
        importing.rejects(held, language)
        importing.remarks(held, language)
        importing.rows(held, language)
    if held["status"] == "confirmed":
        st.page_link("eligibility/app/staff/firms.py", label=_("See the firms →"))
    st.stop()

upload.controls(cache.scheme(), language)
kept, day = state.upload(), state.application_day()
try:
    if kept:
        cache.scheme().in_force(day)
        upload.sheet(kept, cache.seen(kept, None, day), language)
        seen = cache.seen(kept, state.sheet(kept), day)
        importing.columns(seen, language)
        known = upload.unit(seen.headers, language)
        if st.button(_("Read the rows"), type="primary", disabled=not known):
            with st.spinner(_("Reading and assessing…")):
                screening = cache.current()
            tell = importing.progress(len(screening.batch.table), language)
            made = importing.stage(repository, kept.name, screening, tell)
            state.forget_upload()
            state.put(state.IMPORT, made)
            st.rerun()
    else:
        st.caption(_("Choose a file; nothing is stored before you have seen it and confirmed."))
    opened = importing.earlier(repository.imports.recent(), language)
except EligibilityError as error:
    notices.refused(error, language)
    st.stop()
if opened is not None:
    state.put(state.IMPORT, opened)
    st.rerun()
