"""The stock of the register's certificates at the year's end, from the firms that may still be certified."""

from __future__ import annotations

from datetime import date

from eligibility.assessment.assess import assess_table
from eligibility.city.chances import applicant_chances, chances_by_model, chances_without_model
from eligibility.city.forecast import forecast
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import City
from eligibility.city.stock_forecast import StockForecast, stock_forecast
from eligibility.readiness.model import Model
from eligibility.register.year_candidates import CLOSED, USUAL, year_candidates
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def stock_outlook(
    repository: Repository, scheme: Scheme, city: City, as_of: date, model: Model | None = None
) -> StockForecast:
    """The stock at the end of the year of a day.

    Firms count for their chance to apply and to be certified, by the model or as the city assumes;
    once the last batch has closed only those whose application is in.
    """
    year = as_of.year
    closed = scheme.overlay(city.region).last_batch(year, as_of) is not None
    pool = year_candidates(repository, year, CLOSED if closed else USUAL, scheme)
    standing = PortfolioState(pool.table, assess_table(pool.table, scheme))
    own = (
        chances_without_model(standing, city)
        if model is None
        else chances_by_model(model.draws, model.training, standing, city)
    )
    chances = applicant_chances(own, standing, city, pool.renewal, pool.has_applied, pool.history)
    shock = city.forecast.year_shock.value
    of_year = forecast(chances.now, target=0, already=pool.already, year_shock=shock)
    return stock_forecast(pool.certificates, of_year, city, as_of)
