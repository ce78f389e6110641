"""Papers to take away, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.firm.open_firm import OpenFirm
from eligibility.app.firm.plan_results import PlanRequest
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets.markup import tag
from eligibility.city.year import CityYear
from eligibility.register.year_candidates import YearCandidates
from eligibility.screening import Screening

#: label, ending and maker of each
Offered = tuple[tuple[str, str, Callable[[], bytes]], ...]


def of_firm(open_firm: OpenFirm, request: PlanRequest | None = None) -> None:
    """A firm's paper as Word and PDF, and its workbook; the paper tells the plan asked for."""
    st.caption(
        _(
            "Verdict, findings with their articles, score, gaps, plan with dates, papers to collect, "
            "and a draft of the application's tables in which blanks are marked. The workbook holds "
            "those tables and the reviewers' sheet, with live formulas."
        )
    )
    model = cache.model()[0]
    judge = model.readiness if model else None
    plan_request = request or PlanRequest()
    paper = {
        kind: partial(downloads.firm_paper, open_firm, plan_request, language(), kind, judge)
        for kind in ("docx", "pdf")
    }
    offered: Offered = (
        (_("Paper (Word)"), "docx", paper["docx"]),
        (_("Paper (PDF)"), "pdf", paper["pdf"]),
        (_("Workbook (Excel)"), "xlsx", partial(downloads.firm_workbook, open_firm, language())),
    )
    about = open_firm.firm.record["firm"]
    name = downloads.file_stem(
        about["name"] or about["uscc"] or "", open_firm.firm.application_date
    )
    _downloads(name, offered)


def of_year(city_year: CityYear, firms: YearCandidates | Screening, *, by_model: bool) -> None:
    """The year's report as Word and PDF, and the staff's workbook where the firms are a file's."""
    st.caption(
        _(
            "The report holds target and certified, the funnel, shares by district, industry and "
            "carrier, common gaps, support, and the forecast of the next year."
        )
    )
    model = cache.model()[0] if by_model else None
    own = firms if isinstance(firms, YearCandidates) else None
    targets = (own.target, own.target_after, own.carrier) if own else (None, None, None)
    registered, target_after, carrier = targets
    chances = partial(plan_results.model_chances, model, city=city_year.city)
    paper = {
        kind: partial(
            downloads.year_paper,
            city_year,
            chances,
            language(),
            kind,
            target_after,
            register_target=registered,
            carrier=carrier,
        )
        for kind in ("docx", "pdf")
    }
    offered: Offered = (
        (_("Year's report (Word)"), "docx", paper["docx"]),
        (_("Year's report (PDF)"), "pdf", paper["pdf"]),
    )
    if isinstance(firms, Screening):
        workbook = partial(downloads.staff_workbook, firms, language())
        offered += ((_("Staff's workbook (Excel)"), "xlsx", workbook),)
    _downloads(
        downloads.file_stem(carrier or language().of(city_year.city.title), city_year.year), offered
    )


def _downloads(name: str, files: Offered) -> None:
    """A button for each paper; where this machine cannot write PDF, a sentence says what it lacks."""
    lacking = cache.lacking_for_pdf()
    with st.container(horizontal=True, key="papers"):
        for label, kind, make in files:
            if kind == "pdf" and lacking is not None:
                continue
            download_button.button(
                label,
                make,
                file_name=f"{name}.{kind}",
                mime=downloads.MIMES[kind],
                icon=":material/download:",
            )
    if lacking is not None:
        st.html(tag("p", lacking.say(language()), cls="muted"))
