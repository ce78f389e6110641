"""The report of a year, and the workbook of its firms, to take away.

They are made off the script's thread, so what makes them does not ask for the session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app import cache
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import downloads, paper_buttons
from eligibility.city.annual_results import Scope
from eligibility.city.settings import City
from eligibility.city.year import CityYear
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language
from eligibility.register import register_year
from eligibility.register.year_candidates import YearCandidates
from eligibility.screening import Screening
from eligibility.store import LEADS, Repository

if TYPE_CHECKING:
    from eligibility.city.chances import FirmChances
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.readiness.model import Model


def of_year(
    repository: Repository, city_year: CityYear, pool: YearCandidates | None, *, by_model: bool
) -> None:
    """The year's papers: of the register's firms, or of those of a file."""
    if pool is None:
        of_file(city_year, cache.current(), by_model=by_model)
    else:
        of_register(repository, city_year, pool, by_model=by_model)


def no_outlook(year: int) -> Message:
    """Why a year is not forecast for which nobody is left."""
    return Message(msgid("No firm of the register can be certified in {year}."), {"year": year})


def of_file(city_year: CityYear, screening: Screening, *, by_model: bool) -> None:
    """The report of the year of a file's firms as Word and PDF, and the staff's workbook."""
    st.header(_("Papers"), anchor=False)
    st.caption(
        _(
            "The report holds target and certified, the funnel, shares by district, industry and "
            "carrier, common gaps, support, and the forecast of the next year."
        )
    )
    model = cache.model()[0] if by_model else None
    chances = partial(register_year.model_chances, model, city=city_year.city)
    write = partial(year_paper, city_year, chances, language())
    offered: paper_buttons.Offered = (
        (_("Year's report (Word)"), "docx", partial(write, "docx")),
        (_("Year's report (PDF)"), "pdf", partial(write, "pdf")),
        (
            _("Staff's workbook (Excel)"),
            "xlsx",
            partial(downloads.staff_workbook, screening, language()),
        ),
    )
    stem = downloads.file_stem(language().of(city_year.city.title), city_year.year)
    paper_buttons.paper_buttons(stem, offered)


def of_register(
    repository: Repository, city_year: CityYear | Message, pool: YearCandidates, *, by_model: bool
) -> None:
    """The workbook of the register, and the report of its year as Word and PDF: of all its firms, a district or a carrier.

    Where its year is not forecast a message says why, and the report what happened.
    """
    st.header(_("Papers"), anchor=False)
    st.caption(
        _(
            "The report says what happened: target and result, firms certified, refused and pending, certificates ended, the survey, the team's work, R&D; then the outlook of this page."
        )
    )
    scopes = {_("All firms"): Scope()}
    for district in repository.overview.distinct("district"):
        scopes[_("District: {name}").format(name=district)] = Scope(district=district)
    if repository.rights().role in LEADS:
        for carrier in repository.administration.carriers():
            name = carrier["name"]
            scopes[_("Carrier: {name}").format(name=name)] = Scope(carrier=name)
    whose = st.selectbox(_("Report on"), list(scopes), width=360)
    model = cache.model()[0] if by_model else None
    write = partial(
        _register_paper, repository, city_year, pool, scopes[whose], cache.city(), language(), model
    )
    offered: paper_buttons.Offered = (
        (_("Year's report (Word)"), "docx", partial(write, kind="docx")),
        (_("Year's report (PDF)"), "pdf", partial(write, kind="pdf")),
        (
            _("Staff's workbook of all firms (Excel)"),
            "xlsx",
            partial(_register_workbook, repository, pool.year, language(), model),
        ),
    )
    place = scopes[whose].carrier or scopes[whose].district or pool.carrier
    stem = downloads.file_stem(place or language().of(cache.city().title), pool.year)
    paper_buttons.paper_buttons(stem, offered)


def _register_paper(
    repository: Repository,
    city_year: CityYear | Message,
    pool: YearCandidates,
    scope: Scope,
    city: City,
    language: Language,
    model: Model | None,
    *,
    kind: str,
) -> bytes:
    from eligibility.register.year_report import report_paper
    from eligibility.register.year_results import annual_results

    scheme = cache.scheme()
    results = annual_results(repository, pool.year, scheme, date.today(), scope)
    paper = report_paper(results, city_year, pool, scheme, city, language, model)
    return downloads.paper_file(paper, kind)


def _register_workbook(
    repository: Repository, year: int, language: Language, model: Model | None
) -> bytes:
    from eligibility.register.register_workbook import register_workbook

    return downloads.file_bytes(
        "xlsx",
        lambda path: register_workbook(
            path, repository, year, cache.scheme(), date.today(), language, model
        ),
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
