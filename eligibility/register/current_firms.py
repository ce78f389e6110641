"""The firms of the register as they stand on a day, as one table: what a file of them would say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility.assessment.ladder import joint_fields, joint_fields_by_id
from eligibility.city.certificates import certificates
from eligibility.domain.calendar_window import calendar_years
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.register.titles import period_on, with_recorded_title
from eligibility.register.year_candidates import MASTER
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository
from eligibility.store.fact_rows import CalendarFacts


def current_firms(
    repository: Repository, scheme: Scheme, day: date, *, latest: bool = False
) -> RowBatch:
    """Every firm that counts, by name, with all that is known of it as an application of the day has it.

    With ``latest`` a firm is taken as of the day for which its newest figures were entered, as the list of
    firms and the forecast of the year take it. A recorded certificate says that a firm has the title, whatever was answered; titles of other
    schemes are what the firm states. Rows are numbered from 1; one whose figures contradict themselves
    is among the rejects, and one without figures stands with its name alone.
    """
    rows = repository.results.firms()
    facts = repository.certificates.facts(row["id"] for row in rows)
    on_record = certificates(repository.certificates.certificates(), scheme.in_force(day))
    recorded = set(on_record.firm.tolist())
    calendar = CalendarFacts()
    records = []
    for row in rows:
        firm = row["id"]
        known = facts.get(firm, {})
        ends = max(calendar_years(known), default=day.year)
        on = _own_day(known, ends + 1, day) if latest else day
        window = calendar.cut({**known, "application_date": on.isoformat()}, on.year)
        # what is asked of the latest year alone has no field in another
        known = {name: value for name, value in window.items() if name in joint_fields_by_id()}
        period = period_on(on_record, firm, day) if firm in recorded else None
        known = with_recorded_title(known, period, day, scheme)
        known |= {name: row[name] for name in MASTER if row[name] is not None}
        records.append({**known, "application_date": on.isoformat()})
    return from_records(
        records,
        joint_fields(),
        IntakeOptions(application_date=day, covered_from=scheme.covered_from),
        catalogue=scheme.titles_by_code,
    )


def _own_day(facts: Mapping[str, Any], year: int, day: date) -> date:
    """The day for which figures of a year of application were entered, or a day in it."""
    entered = str(facts.get("application_date", ""))
    if entered.startswith(str(year)):
        return date.fromisoformat(entered)
    return date(year, 1, 1) if year < day.year else day
