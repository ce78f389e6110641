"""The firm in the address, or what to do where there is none."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, cache
from eligibility.app.firm import open_firm
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import draft_storage, form_state
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.store import STAFF


def firm(title: str) -> OpenFirm:
    """The firm that is open, with the way back; a page under this title ends where none is."""
    source, key = address.source(), address.chosen_firm()
    # a page that is not of one's role cannot be linked to
    screens = auth.actor().role in STAFF
    with guard.refusals_shown():
        match source:
            case address.REGISTERED:
                result = _of_register()
            case form_state.DRAFT:
                result = _of_draft()
            case _:
                result = open_firm.from_file(key) if key else None
    if result is None:
        st.title(title, anchor=False)
        st.write(_lacking(source, key))
        if screens:
            st.page_link(
                PAGES / "screening/screening_page.py", label=_("Choose one from the table")
            )
        st.page_link(
            PAGES / "self_assessment/start_page.py",
            label=_("Or fill in the facts of one by hand"),
        )
        st.stop()
    if source == address.FILE and screens:
        with st.container(key="back"):
            st.page_link(PAGES / "screening/screening_page.py", label=_("← All firms"))
    return result


def _of_register() -> OpenFirm | None:
    """A firm of the register; the store refuses it to whoever may not see it."""
    firm_id = address.query_number(address.FIRM)
    return None if firm_id is None else open_firm.from_register(auth.repository(), firm_id)


def _of_draft() -> OpenFirm | None:
    """The self-assessment that is open here, kept before it is judged."""
    draft = draft_storage.restore(auth.repository())
    if draft is None:
        return None
    form_state.collect()
    draft_storage.save(draft, auth.repository())
    screening = cache.assess_draft(draft)[1]
    return None if screening.only is None else open_firm.from_draft(draft, screening.only)


def _lacking(source: str, key: str | None) -> str:
    if source == address.REGISTERED:
        return _("This firm has not been assessed yet; enter its figures first.")
    if source == form_state.DRAFT:
        return (
            _("Nothing can be decided until what cannot be read is corrected in the steps.")
            if form_state.draft()
            else _("No self-assessment is open here.")
        )
    if key:
        return _("This firm is not in the table now; after a reload, upload the file again.")
    return _("No firm is open yet.")
