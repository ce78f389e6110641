"""The report of a year of the register: its results, and the outlook of the firms that may still be certified."""

from __future__ import annotations

from datetime import date

from eligibility.city.annual_results import AnnualResults, Scope
from eligibility.city.settings import City
from eligibility.city.year import CityYear, Share, YearRequest
from eligibility.domain.errors import InputError, NotFound
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.readiness.model import Model
from eligibility.register.register_year import model_chances, register_year
from eligibility.register.year_candidates import YearCandidates, year_candidates
from eligibility.register.year_results import EVERYONE, annual_results
from eligibility.reports.paper import Paper
from eligibility.reports.year_paper import year_paper
from eligibility.reports.year_results_text import results_paper
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def year_report(
    repository: Repository,
    year: int,
    scheme: Scheme,
    city: City,
    as_of: date,
    language: Language,
    model: Model | None = None,
    scope: Scope = EVERYONE,
) -> Paper:
    """The year-end report of the register, or of one district or carrier of it.

    Raises
    ------
    NotFound
        If no firm of the register is within the scope.
    """
    results = annual_results(repository, year, scheme, as_of, scope)
    if not results.firms:
        raise NotFound(
            "No firm of the register is in {place}.",
            place=scope.carrier or scope.district or language.of(city.title),
        )
    pool = year_candidates(repository, year, scheme, as_of)
    of_year: CityYear | Message
    try:
        of_year = register_year(pool, YearRequest(city, year, as_of, scheme=scheme), model)
    except InputError as error:
        # what happened is reported all the same, and why nothing is said of what is to come
        of_year = error.message
    return report_paper(results, of_year, pool, scheme, city, language, model)


def report_paper(
    results: AnnualResults,
    of_year: CityYear | Message,
    pool: YearCandidates,
    scheme: Scheme,
    city: City,
    language: Language,
    model: Model | None,
) -> Paper:
    """The report of results, with the outlook of a year that was worked out, or why there is none."""
    if isinstance(of_year, Message) or not results.scope.is_whole:
        outlook = of_year if isinstance(of_year, Message) else scope_share(of_year, results.scope)
        place = pool.carrier or language.of(city.title)
        return results_paper(results, place, scheme, language, outlook)
    return year_paper(
        of_year,
        lambda later: model_chances(model, later, city),
        language,
        pool.target_after,
        register_target=pool.target,
        carrier=pool.carrier,
        scheme=scheme,
        results=results,
    )


def scope_share(of_year: CityYear, scope: Scope) -> Share | None:
    """What a year says of one district or carrier; None where it counts nobody there."""
    if scope.carrier is not None:
        return of_year.by_carrier.get(scope.carrier)
    return of_year.by_district.get(scope.district)
