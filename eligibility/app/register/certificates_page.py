"""Certified firms: who would still be certified, what is due, what the stock will be."""

from __future__ import annotations

from datetime import date

import streamlit as st

from eligibility.app import address, cache
from eligibility.app.page_files import PAGES
from eligibility.app.register import certificates
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard

repository = guard.staff()
today = date.today()
st.title(_("Certified firms"), anchor=False)
guard.news()
opened = None
with guard.refusals_shown():
    with st.spinner(_("Checking the certificates…")):
        firms = cache.certificate_holders(repository)
    if not firms:
        st.info(
            _("No valid certificate is on record. Record certified applications, or import them.")
        )
        st.page_link(PAGES / "register/applications_page.py", label=_("Applications"))
        st.stop()
    certificates.summary(firms, today)
    shown = certificates.choose(firms, today)
    with st.container(key="wide"):
        opened = certificates.table(shown)
    certificates.files(shown, today)
    certificates.stock(repository, today)

if opened is not None:
    query = {address.FIRM: str(opened), address.TAB: "certificate"}
    st.switch_page(PAGES / "register/firm_page.py", query_params=query)
