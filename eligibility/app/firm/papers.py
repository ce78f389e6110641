"""A firm's paper and workbook to take away.

They are made off the script's thread, so what makes them does not ask for the session.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import downloads, paper_buttons
from eligibility.city.settings import load_city
from eligibility.domain.errors import EligibilityError
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.planning.plan_request import PlanRequest

if TYPE_CHECKING:
    from eligibility.planning.readiness_plan import Judge
    from eligibility.planning.record_types import PlanRecord


def of_firm(open_firm: OpenFirm, request: PlanRequest | None = None) -> None:
    """A firm's paper as Word and PDF, and its workbook; the paper tells the plan asked for."""
    st.caption(
        _(
            "Verdict, findings with their articles, score, gaps, plan with dates, papers to collect, "
            "and a draft of the application's tables in which blanks are marked. The workbook holds "
            "those tables and the reviewers' sheet, with live formulas."
        )
    )
    paper_buttons.paper_buttons(_stem(open_firm), _papers(open_firm, request, workbook=True))


def first_buttons(open_firm: OpenFirm) -> None:
    """The paper as Word and PDF alone, for the head of a page."""
    offered = _papers(open_firm, None, workbook=False)
    paper_buttons.paper_buttons(_stem(open_firm), offered, key="papers-first")


def _stem(open_firm: OpenFirm) -> str:
    about = open_firm.firm.record["firm"]
    return downloads.file_stem(
        about["name"] or about["uscc"] or "", open_firm.firm.application_date
    )


def _papers(
    open_firm: OpenFirm, request: PlanRequest | None, *, workbook: bool
) -> paper_buttons.Offered:
    model = cache.model()[0]
    judge = model.readiness if model else None
    plan_request = request or plan_results.FOR_NEXT_BATCH
    paper = {
        kind: partial(firm_paper, open_firm, plan_request, language(), kind, judge)
        for kind in ("docx", "pdf")
    }
    offered: paper_buttons.Offered = (
        (_("Paper (Word)"), "docx", paper["docx"]),
        (_("Paper (PDF)"), "pdf", paper["pdf"]),
    )
    if workbook:
        sheets = partial(firm_workbook, open_firm, language())
        offered += ((_("Workbook (Excel)"), "xlsx", sheets),)
    return offered


def firm_paper(
    open_firm: OpenFirm,
    request: PlanRequest,
    language: Language,
    kind: str,
    judge: Judge | None = None,
) -> bytes:
    """One firm's paper, as Word or PDF; where no plan can be made, it says why."""
    from eligibility.reports.firm_paper import firm_paper as paper_of

    firm = open_firm.firm
    plan: PlanRecord | Message
    try:
        plan = plan_results.plan_for_firm(firm, open_firm.on, request, judge)
    except EligibilityError as error:
        plan = error.message
    paper = paper_of(
        firm.record,
        plan,
        firm.table,
        firm.scheme,
        language,
        lists=open_firm.lists,
        papers=open_firm.papers,
        sources=open_firm.sources,
        summary=plan_results.summary(firm, load_city().region, date.today(), language),
    )
    return downloads.paper_file(paper, kind)


def firm_workbook(open_firm: OpenFirm, language: Language) -> bytes:
    """One firm's official tables and the reviewers' sheet, as Excel."""
    from eligibility.reports.firm_workbook import firm_workbook as write

    firm = open_firm.firm
    return downloads.file_bytes(
        "xlsx",
        lambda path: write(
            path, firm.record, firm.table, firm.scheme, language, lists=open_firm.lists
        ),
    )
