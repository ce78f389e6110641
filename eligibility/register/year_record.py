"""The year of the register as plain data: what ``portfolio --store`` prints."""

from __future__ import annotations

from eligibility.city.year import YearRequest
from eligibility.domain.records import closed
from eligibility.readiness.model import Model
from eligibility.register.register_year import register_year
from eligibility.register.year_candidates import year_candidates
from eligibility.reports.record_types import YearRecord
from eligibility.reports.year_text import city_record
from eligibility.store import Repository
from eligibility.store.year_tally import TallyRecord


@closed
class RegisterYearRecord(YearRecord):
    """The year of the register: the city's year of its firms, beside the tally of them."""

    tally: TallyRecord


def year_record(
    repository: Repository, request: YearRequest, model: Model | None = None
) -> RegisterYearRecord:
    """What is said of a year of the register, JSON-ready: ``tally`` beside ``city_record``.

    Raises
    ------
    InputError
        If nobody is a candidate, or the figures are out of date.
    """
    pool = year_candidates(repository, request.year, request.scheme, request.as_of)
    of_year = register_year(pool, request, model)
    return {
        **city_record(of_year, pool.target if request.target is None else None),
        "tally": repository.tallies.tally(request.year).record(),
    }
