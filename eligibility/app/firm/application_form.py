"""The official application form of a firm, filled from its figures and lists, to take away.

It is made off the script's thread, so what makes it does not ask for the session.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import downloads, paper_buttons
from eligibility.application_form.contents import FormContents
from eligibility.i18n import Language
from eligibility.reports.application_paper import application_paper, application_workbook
from eligibility.screening import Firm


def form_buttons(firm: Firm, contents: FormContents) -> None:
    """The form as Word, PDF and workbook, with the cover list of materials."""
    st.header(_("Take the form with you"), anchor=False)
    st.caption(_("In the layout of the printed form, with the materials in the order of the law."))
    stem = downloads.file_stem(_("form {firm}").format(firm=contents.name), firm.application_date)
    offered: paper_buttons.Offered = (
        (_("Form (Word)"), "docx", partial(form_paper, firm, contents, language(), "docx")),
        (_("Form (PDF)"), "pdf", partial(form_paper, firm, contents, language(), "pdf")),
        (_("Form (Excel)"), "xlsx", partial(form_workbook, firm, contents, language())),
    )
    paper_buttons.paper_buttons(stem, offered, key="form-papers")


def form_paper(firm: Firm, contents: FormContents, language: Language, kind: str) -> bytes:
    """The form as Word or PDF."""
    return downloads.paper_file(application_paper(firm.record, contents, language), kind)


def form_workbook(firm: Firm, contents: FormContents, language: Language) -> bytes:
    """The form as a workbook."""
    return downloads.file_bytes(
        "xlsx", lambda path: application_workbook(path, firm.record, contents, language)
    )
