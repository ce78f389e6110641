"""One thing that a firm sent, beside what the register holds; without one, all of them."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address
from eligibility.app.page_files import PAGES
from eligibility.app.register import inbox
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard

repository = guard.staff()
with st.container(key="back"):
    st.page_link(PAGES / "register/overview_page.py", label=_("← Overview"))
with guard.refusals_shown():
    origin = address.origin()
    if origin is None:
        st.title(_("Inbox"), anchor=False)
        inbox.list_items(repository.inbox.items(), most=200)
    else:
        inbox.side_by_side(repository, origin)
