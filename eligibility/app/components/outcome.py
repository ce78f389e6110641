"""The end of a self-assessment: what to do first, and the result as files."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import export
from eligibility.app.drafts import Draft
from eligibility.app.firms import Firm, Screening
from eligibility.app.markup import tag
from eligibility.language import Language

#: how many things a person can do first
FIRST = 3


def first_steps(firm: Firm, language: Language) -> None:
    """The nearest gaps, what is unmet before what is open."""
    _ = language.text
    gaps = firm.first_gaps(FIRST, language)
    if gaps:
        st.header(_("What to do first"), anchor=False)
        st.html(tag("ol", *(tag("li", gap) for gap in gaps), cls="first"))


def downloads(screening: Screening, firm: Firm, draft: Draft, language: Language) -> None:
    """The result and the entries as files."""
    _ = language.text
    shown = screening.table(language)
    files = (
        (_("Result as JSON"), "result.json", partial(export.judged, firm)),
        (_("Result as CSV"), "result.csv",
         partial(export.scored, screening, shown, language, "csv")),
        (_("My entries as JSON"), "entries.json", partial(export.draft, draft.state)),
    )  # fmt: skip
    with st.container(horizontal=True, key="downloads"):
        for label, name, made in files:
            st.download_button(
                label,
                data=made,
                file_name=name,
                mime=export.MIMES[name.rpartition(".")[2]],
                on_click="ignore",
                icon=":material/download:",
            )
