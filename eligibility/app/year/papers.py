"""The report of a year, and the workbook of its firms, to take away.

They are made off the script's thread, so what makes them does not ask for the session.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app import cache
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import downloads, paper_buttons
from eligibility.city.year import CityYear
from eligibility.i18n import Language
from eligibility.register import register_year
from eligibility.register.year_candidates import YearCandidates
from eligibility.screening import Screening

if TYPE_CHECKING:
    from eligibility.city.chances import FirmChances
    from eligibility.city.portfolio_state import PortfolioState


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
    chances = partial(register_year.model_chances, model, city=city_year.city)
    paper = {
        kind: partial(
            year_paper,
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
    offered: paper_buttons.Offered = (
        (_("Year's report (Word)"), "docx", paper["docx"]),
        (_("Year's report (PDF)"), "pdf", paper["pdf"]),
    )
    if isinstance(firms, Screening):
        workbook = partial(downloads.staff_workbook, firms, language())
        offered += ((_("Staff's workbook (Excel)"), "xlsx", workbook),)
    paper_buttons.paper_buttons(
        downloads.file_stem(carrier or language().of(city_year.city.title), city_year.year), offered
    )


def year_paper(
    city_year: CityYear,
    chances_of: Callable[[PortfolioState], FirmChances],
    language: Language,
    kind: str,
    target_after: int | None = None,
    *,
    register_target: int | None = None,
    carrier: str | None = None,
) -> bytes:
    """The year of a city or carrier with the forecast of the next, as Word or PDF."""
    from eligibility.reports.year_paper import year_paper as paper_of

    made_paper = paper_of(
        city_year,
        chances_of,
        language,
        target_after,
        register_target=register_target,
        carrier=carrier,
        scheme=cache.scheme(),
    )
    return downloads.paper_file(made_paper, kind)
