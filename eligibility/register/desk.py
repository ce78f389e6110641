"""Agenda of the desk: what is before one member of staff, or all of them, today and this week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from eligibility.city.deadlines import Deadline, for_batch
from eligibility.city.settings import City
from eligibility.domain.calendar_window import calendar_key
from eligibility.register.certificate_deadlines import SharedDeadline, certificate_deadlines
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository, ResultPage, Stage

Row = Mapping[str, Any]
#: days of "this week", and days ahead that deadlines are looked at
WEEK, AHEAD = 7, 90
#: firms in each of the lists
LISTED = 12
#: stages that the next batch concerns
BEFORE_BATCH = (Stage.NURTURED, Stage.READY)


@dataclass(frozen=True)
class Agenda:
    """What is to be done, by when it is.

    Attributes
    ----------
    person : int or None
        Whose it is; None for all firms to be seen.
    overdue, due_today, due_week, due_later : ResultPage
        Open tasks: before today, today, within ``WEEK`` days, within ``AHEAD`` days. The first of
        each, and how many there are.
    visits_without_findings, planned_visits : sequences of mappings
        Visits of days past of which nobody wrote down what was found; those of the week.
    inbox : sequence of mappings
        What firms sent and is not decided.
    calls, gaps : ResultPage
        Firms that one or two facts leave open, with ``facts`` (calendar keys); firms near their
        line, with ``gap`` (the first of their record). The first of them, and how many there are.
    deadlines : sequence of SharedDeadline
        Of certificates.
    batch : sequence of Deadline
        The work before the next batch; empty where none is known.
    stages : mapping of Stage to int
    without_adviser : ResultPage
        Firms that nobody looks after.
    team : sequence of mappings
        By adviser, since the year began.
    """

    today: date
    person: int | None
    overdue: ResultPage
    due_today: ResultPage
    due_week: ResultPage
    due_later: ResultPage
    visits_without_findings: Sequence[Row]
    planned_visits: Sequence[Row]
    inbox: Sequence[Row]
    calls: ResultPage
    gaps: ResultPage
    deadlines: Sequence[SharedDeadline]
    batch: Sequence[Deadline]
    stages: Mapping[Stage, int]
    without_adviser: ResultPage
    team: Sequence[Row]

    @property
    def batch_firms(self) -> int:
        """Firms that the next batch concerns."""
        return sum(self.stages[stage] for stage in BEFORE_BATCH)


def agenda(
    repository: Repository, person: int | None, today: date, city: City, scheme: Scheme
) -> Agenda:
    """The agenda of an adviser, or of all firms to be seen where nobody is named."""
    desk = repository.desk
    week, ahead = today + timedelta(days=WEEK), today + timedelta(days=AHEAD)
    day = timedelta(days=1)
    visits = desk.visits(week, person)
    overlay = scheme.overlay(city.region)
    batches = overlay.batches_from(today)
    year = datetime(today.year, 1, 1, tzinfo=UTC)
    return Agenda(
        today,
        person,
        desk.tasks(today - day, person),
        desk.tasks(today, person, first=today),
        desk.tasks(week, person, first=today + day),
        desk.tasks(ahead, person, first=week + day),
        [row for row in visits if row["visited_on"] < today],
        [row for row in visits if row["visited_on"] >= today],
        _arrivals(repository, person),
        _with_facts(desk.nearly_determined(person, limit=LISTED), scheme),
        _with_gaps(repository, desk.nearly_eligible(person, limit=LISTED)),
        certificate_deadlines(desk.certificates(person), city, scheme, today, ahead),
        for_batch(batches[0], overlay) if batches else [],
        desk.stages(person),
        desk.without_adviser(limit=LISTED),
        desk.team(year, today),
    )


def _arrivals(repository: Repository, person: int | None) -> list[Row]:
    """What came in from a person's firms, and from firms that nobody knows yet."""
    inbox = repository.inbox.items()
    if person is None:
        return list(inbox)
    ids = {row["firm_id"] for row in inbox if row["firm_id"] is not None}
    own = repository.desk.own_firms(ids, person)
    return [row for row in inbox if row["firm_id"] is None or row["firm_id"] in own]


def _with_facts(page: ResultPage, scheme: Scheme) -> ResultPage:
    latest = scheme.latest_year_ids
    rows = [
        {
            **row,
            "facts": [
                calendar_key(name, row["as_of"].year, latest)
                for name in row["open_facts"].split(",")
            ],
        }
        for row in page.rows
    ]
    return ResultPage(rows, page.count)


def _with_gaps(repository: Repository, page: ResultPage) -> ResultPage:
    gaps = repository.firms.nearest_gaps(row["firm_id"] for row in page.rows)
    return ResultPage([{**row, "gap": gaps.get(row["firm_id"])} for row in page.rows], page.count)
