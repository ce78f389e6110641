"""What the pages show of a firm's plan and of a city's year: worked out once, then only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.city.certificates import certificates
from eligibility.city.deadlines import Deadline, for_batch, for_certificate
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import City
from eligibility.city.year import CityYear
from eligibility.i18n import Language
from eligibility.planning.actions import Actions
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.lead_times import LeadTimes, lead_times
from eligibility.planning.next_batch import next_batch
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.readiness_plan import Judge
from eligibility.planning.record_types import PlanRecord
from eligibility.register import register_year
from eligibility.register.year_candidates import YearCandidates
from eligibility.reports.firm_summary import FirmSummary
from eligibility.schemes.registry import Scheme
from eligibility.screening import Firm, Screening

#: what a firm is shown before it asks for anything: what is judged is what comes next
FOR_NEXT_BATCH = PlanRequest(next_batch=True)


@dataclass(frozen=True)
class Outlook:
    """A year of the register on one look.

    Attributes
    ----------
    candidates, city_year
        The firms that the year counts, and the year; None where it counts none.
    season, coming
        The same of the year that visits are for: the next one, once the last batch of this one has
        closed.
    """

    candidates: YearCandidates
    city_year: CityYear | None
    season: YearCandidates
    coming: CityYear | None


def plan_for_firm(
    firm: Firm,
    on: date,
    request: PlanRequest,
    judge: Judge | None = None,
    actions: Actions | None = None,
    times: LeadTimes | None = None,
) -> PlanRecord:
    """One firm's way to the certificate from a day on; ``judge`` says the readiness asked for.

    Actions and lead times are those shipped unless given.

    Raises
    ------
    InputError
        If the day asked for lies before the firm's figures.
    """
    times = (times or lead_times()).for_scheme(firm.scheme)
    return firm_plan(
        firm.assessment.firms,
        firm.row,
        firm.scheme,
        on,
        request,
        judge=judge,
        actions=actions,
        times=times,
    )


def summary(
    firm: Firm, region: str, today: date, language: Language, *, with_amounts: bool = True
) -> FirmSummary:
    """What the first screen of a firm's result says, for the next batch of a region."""
    overlay = firm.scheme.overlay(region)
    batch = next_batch(firm.table, firm.scheme, overlay, today)
    return FirmSummary(
        firm.record, batch, firm.scheme, overlay, today, language, with_amounts=with_amounts
    )


def application_years(screening: Screening) -> list[int]:
    """The years that firms of the file apply in, the latest first."""
    return sorted(set(screening.batch.table.application_years.tolist()), reverse=True)


def coming_years() -> list[int]:
    """The years that firms of the register are looked at for: this one and the next."""
    this_year = date.today().year
    return [this_year, this_year + 1]


def state_of_file(screening: Screening, year: int, scheme: Scheme) -> PortfolioState:
    """Where the firms that apply in a year stand."""
    table = screening.batch.table
    of_year = table.application_years == year
    if of_year.all():
        return PortfolioState(table, screening.assessments)
    return register_year.assess_state(table.take(of_year), scheme)


def firm_ids(pool: YearCandidates, city_year: CityYear) -> list[str]:
    """The ids of the firms of the register chosen for support, in the order of the choices."""
    return [str(pool.firms[place]) for place in _places(city_year)]


def firm_keys(screening: Screening, city_year: CityYear) -> list[str]:
    """The keys of the firms of a file chosen for support, in the order of the choices."""
    of_year = np.flatnonzero(screening.batch.table.application_years == city_year.year)
    return [screening.keys[place] for place in of_year[_places(city_year)]]


def _places(city_year: CityYear) -> NDArray[np.intp]:
    return city_year.options.firm[[reason.option for reason in city_year.portfolio.reasons]]


def deadlines(
    outcomes: Sequence[Mapping[str, Any]], city: City, scheme: Scheme, day: date
) -> list[Deadline]:
    """What a firm has before it: for its certificate if it holds one, else for the next batch.

    Parameters
    ----------
    outcomes : sequence of mappings
        The firm's applications on record.
    day : date
        What is due before it is left out, but for the work before a batch that is still open.
    """
    law, overlay = scheme.in_force(day), scheme.overlay(city.region)
    stock_certificates = certificates([row for row in outcomes if row["certified"]], law)
    valid = np.flatnonzero(
        (stock_certificates.issue_days <= np.datetime64(day))
        & (stock_certificates.ends > np.datetime64(day))
    )
    if len(valid):
        issued, ends = (
            days[valid[-1]].item()
            for days in (stock_certificates.issue_days, stock_certificates.ends)
        )
        return [due for due in for_certificate(issued, law, overlay, ends) if due.day >= day]
    batches = overlay.batches_from(day)
    return for_batch(batches[0], overlay) if batches else []
