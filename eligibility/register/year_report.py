"""The report of a year of the register: its results, and the outlook of the firms that may still be certified."""

from __future__ import annotations

from datetime import date

from eligibility.city.annual_results import AnnualResults, Scope
from eligibility.city.settings import City
from eligibility.city.year import CityYear, Share
from eligibility.domain.errors import InputError, NotFound
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
    of_year = _outlook(pool, scheme, city, as_of, model)
    return report_paper(results, of_year, pool, scheme, city, language, model)


def report_paper(
    results: AnnualResults,
    of_year: CityYear | None,
    pool: YearCandidates,
    scheme: Scheme,
    city: City,
    language: Language,
    model: Model | None,
) -> Paper:
    """The report of results, with the outlook of a year that was worked out; None: nobody is left."""
    if of_year is None or not results.scope.is_whole:
        share = None if of_year is None else scope_share(of_year, results.scope)
        place = pool.carrier or language.of(city.title)
        return results_paper(results, place, scheme, language, share)
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


def _outlook(
    pool: YearCandidates, scheme: Scheme, city: City, as_of: date, model: Model | None
) -> CityYear | None:
    """The year as every page has it; None where nobody is left or its figures are out of date."""
    try:
        return register_year(pool, city, scheme, as_of, model)
    except InputError:
        # what happened is reported all the same
        return None
