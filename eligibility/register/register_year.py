"""The year of the register: its candidates, their chances to apply and be certified, the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.city.certificates import Stock
from eligibility.city.chances import (
    FirmChances,
    applicant_chances,
    chances_by_model,
    chances_without_model,
    year_after,
)
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import City
from eligibility.city.year import CityYear, YearRequest, city_year
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import ApplicationRound
from eligibility.readiness.model import Model
from eligibility.register.year_candidates import YearCandidates
from eligibility.schemes.registry import Scheme

#: months without an import or an edit after which a year is not forecast
FRESH_MONTHS = 12


def register_year(
    pool: YearCandidates, request: YearRequest, model: Model | None = None
) -> CityYear:
    """The year of the candidates of a register: the one record that every page and file reads.

    Parameters
    ----------
    pool : YearCandidates
        Of the year of the request.
    request : YearRequest
        A target that it leaves out is the register's own, else the city's.

    Raises
    ------
    InputError
        If nobody is a candidate, or the figures are out of date.
    """
    city, scheme, today = request.city, request.scheme, request.as_of
    check_fresh(pool, today)
    if not pool.firms:
        raise InputError("No firm of the register can be certified in {year}.", year=pool.year)
    if request.target is None:
        request = replace(request, target=year_target(city, pool.year, pool))
    standing = assess_state(pool.table, scheme)
    return city_year(
        standing,
        pool_chances(model, standing, city, pool, scheme, today),
        request,
        already=pool.already,
        has_applied=pool.has_applied,
        is_open=closed_batch(city, pool.year, scheme, today) is None,
    )


def check_fresh(pool: YearCandidates, today: date) -> None:
    """Raise InputError where no figure was imported or edited for twelve months."""
    last = pool.figures_changed
    if last is not None and _months_between(last, today) >= FRESH_MONTHS:
        raise InputError(
            "No figures were imported or edited since {day}: a forecast of {year} would rest on what "
            "is no longer so. Import the firms' latest figures first.",
            day=last,
            year=pool.year,
        )


def _months_between(day: date, today: date) -> int:
    months = 12 * (today.year - day.year) + today.month - day.month
    return months - (today.day < day.day)


def year_target(city: City, year: int, pool: YearCandidates | None = None) -> int:
    """How many firms are to be certified in a year: the register's own number wins over the city's.

    Raises
    ------
    InputError
        If neither sets any.
    """
    if pool is not None and pool.target is not None:
        return pool.target
    return int(city.target(year).certified.value)


def closed_batch(
    city: City, year: int, scheme: Scheme, today: date | None = None
) -> ApplicationRound | None:
    """The last batch of a year, if it has closed."""
    return scheme.overlay(city.region).last_batch(year, today or date.today())


def assess_state(firms: FirmTable, scheme: Scheme) -> PortfolioState:
    """Where the firms of a table stand."""
    return PortfolioState(firms, assess_table(firms, scheme))


def stock(pool: YearCandidates, scheme: Scheme) -> Stock:
    """Certificates on record in the year and the next."""
    law = scheme.in_force(date(pool.year, 1, 1))
    return pool.certificates.stock(law, pool.year, pool.year + 1)


def pool_chances(
    model: Model | None,
    standing: PortfolioState,
    city: City,
    pool: YearCandidates,
    scheme: Scheme,
    today: date | None = None,
) -> FirmChances:
    """Chances of the firms that a year of the register counts.

    Each counts for its chance to apply as well, unless its application is in; once the last batch
    has closed nobody else applies. Of a year that comes after one still open they are those of
    firms not certified in that one.
    """
    chances = applicant_chances(
        model_chances(model, standing, city), standing, city, pool.renewal, pool.has_applied,
        pool.history, is_closed=closed_batch(city, pool.year, scheme, today) is not None,
    )  # fmt: skip
    if not pool.again.any() or closed_batch(city, pool.year - 1, scheme, today):
        return chances
    return year_after(replace(chances, now=np.where(pool.again, chances.now, 0)), chances)


def model_chances(model: Model | None, standing: PortfolioState, city: City) -> FirmChances:
    """Chances by the model where there is one, else as the city assumes them."""
    if model is None:
        return chances_without_model(standing, city)
    return chances_by_model(model.draws, model.training, standing, city, model.at_prior)
