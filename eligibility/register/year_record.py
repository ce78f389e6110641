"""The year of the register as plain data: what ``portfolio --store`` prints."""

from __future__ import annotations

from datetime import date
from typing import Any

from eligibility.city.portfolio import Aim
from eligibility.city.settings import City
from eligibility.readiness.model import Model
from eligibility.register.register_year import register_year
from eligibility.register.year_candidates import year_candidates
from eligibility.reports.year_text import city_record
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def year_record(
    repository: Repository,
    year: int,
    city: City,
    scheme: Scheme,
    today: date,
    model: Model | None = None,
    *,
    target: int | None = None,
    days: float | None = None,
    aim: Aim = Aim.EXPECTED,
) -> dict[str, Any]:
    """What is said of a year of the register, JSON-ready: ``tally`` beside ``city_record``.

    Raises
    ------
    InputError
        If nobody is a candidate, or the figures are out of date.
    """
    pool = year_candidates(repository, year, scheme, today)
    of_year = register_year(pool, city, scheme, today, model, target=target, days=days, aim=aim)
    return {
        **city_record(of_year, pool.target if target is None else None),
        "tally": repository.tallies.tally(year).record(),
    }
