"""The stock of the register's certificates at the year's end, from the firms that may still be certified."""

from __future__ import annotations

from datetime import date

from eligibility.city.forecast import forecast
from eligibility.city.settings import City
from eligibility.city.stock_forecast import StockForecast, stock_forecast
from eligibility.readiness.model import Model
from eligibility.register.register_year import assess_state, pool_chances
from eligibility.register.year_candidates import year_candidates
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def stock_outlook(
    repository: Repository, scheme: Scheme, city: City, as_of: date, model: Model | None = None
) -> StockForecast:
    """The stock at the end of the year of a day; firms count for the chances that the year gives them."""
    pool = year_candidates(repository, as_of.year, scheme, as_of)
    chances = pool_chances(model, assess_state(pool.table, scheme), city, pool, scheme, as_of)
    shock = city.forecast.year_shock.value
    of_year = forecast(chances.now, target=0, already=pool.already, year_shock=shock)
    return stock_forecast(pool.certificates, of_year, city, as_of)
