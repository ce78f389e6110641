"""What the pages show of a firm's plan and of a city's year: worked out once, then only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from eligibility.app.firms import Firm, Screening
from eligibility.assessment.assess import assess_table
from eligibility.planning.brief import brief
from eligibility.planning.chances import Chances, chances_by_model, chances_without_model
from eligibility.planning.city import City
from eligibility.planning.readying import Judge
from eligibility.planning.standing import Standing
from eligibility.planning.year import CityYear
from eligibility.readiness.model import Model
from eligibility.scheme import Scheme


@dataclass(frozen=True)
class Asked:
    """What a plan is to be made for; money in CNY, readiness /1."""

    by: date | None = None
    score: float | None = None
    readiness: float | None = None
    income: tuple[float, ...] = ()
    first_time: bool = True


def way(firm: Firm, on: date, asked: Asked, judge: Judge | None = None) -> dict[str, Any]:
    """One firm's way to the certificate from a day on; ``judge`` says the readiness asked for.

    Raises
    ------
    InputError
        If the day asked for lies before the firm's figures.
    """
    firms, row = firm.assessment.firms, firm.row
    staff, assets = (
        None if np.isnan(figure) else float(figure)
        for figure in (firms.numbers(name)[row] for name in ("staff_total", "total_assets_y3"))
    )
    return brief(
        firms,
        row,
        firm.scheme,
        on,
        by=asked.by,
        score_at_least=asked.score,
        income=asked.income,
        staff=staff,
        assets=assets,
        first_time=asked.first_time,
        readiness=asked.readiness,
        judge=judge,
    )


def application_years(screening: Screening) -> list[int]:
    """The years that firms of the file apply in, the latest first."""
    return sorted(set(screening.batch.table.application_years.tolist()), reverse=True)


def standing(screening: Screening, year: int, scheme: Scheme) -> Standing:
    """Where the firms that apply in a year stand."""
    table = screening.batch.table
    of_year = table.application_years == year
    if of_year.all():
        return Standing(table, screening.assessments)
    firms = table.take(of_year)
    return Standing(firms, assess_table(firms, scheme))


def supported(screening: Screening, made: CityYear) -> list[str]:
    """The keys of the firms chosen for support, in the order of the choices."""
    of_year = np.flatnonzero(screening.batch.table.application_years == made.year)
    firms = made.options.firm[[reason.option for reason in made.portfolio.reasons]]
    return [screening.keys[place] for place in of_year[firms]]


def model_chances(model: Model | None, standing: Standing, city: City) -> Chances:
    """Chances by the model where there is one, else as the city assumes them."""
    if model is None:
        return chances_without_model(standing, city)
    return chances_by_model(model.draws, model.learned, standing, city)
