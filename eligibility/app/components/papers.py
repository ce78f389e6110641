"""Papers to take away, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from eligibility.app import cache, export
from eligibility.app.markup import tag
from eligibility.app.opened import Opened
from eligibility.app.planned import Asked
from eligibility.language import Language

Make = Callable[[], bytes]


def of_firm(opened: Opened, language: Language, asked: Asked | None = None) -> None:
    """A firm's paper as Word and PDF, and its workbook; the paper tells the plan asked for."""
    _ = language.text
    st.caption(
        _(
            "Verdict, findings with their articles, score, gaps, plan with dates, papers to collect, "
            "and a draft of the application's tables in which blanks are marked. The workbook holds "
            "those tables and the reviewers' sheet, with live formulas."
        )
    )
    told = asked or Asked()
    offered = (
        (_("Paper (Word)"), "docx", lambda: export.firm_paper(opened, told, language, "docx")),
        (_("Paper (PDF)"), "pdf", lambda: export.firm_paper(opened, told, language, "pdf")),
        (_("Workbook (Excel)"), "xlsx", lambda: export.firm_workbook(opened, language)),
    )
    name = export.named(opened.firm.text("name") or opened.firm.text("uscc"), opened.firm.applied)
    _downloads(name, offered, language)


def _downloads(name: str, offered: tuple[tuple[str, str, Make], ...], language: Language) -> None:
    """A button for each paper; where this machine cannot write PDF, a sentence says what it lacks."""
    lacking = cache.lacking_for_pdf()
    with st.container(horizontal=True, key="papers"):
        for label, kind, make in offered:
            if kind == "pdf" and lacking is not None:
                continue
            st.download_button(
                label,
                data=make,
                file_name=f"{name}.{kind}",
                mime=export.MIMES[kind],
                on_click="ignore",
                icon=":material/download:",
            )
    if lacking is not None:
        st.html(tag("p", lacking.say(language), cls="muted"))
