"""Assessment of an import's rows: each by what the register will hold of its firm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eligibility.app import cache
from eligibility.assessment.ladder import joint_fields
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.register.row_completion import complete_rows
from eligibility.screening import Screening, screen
from eligibility.store import Repository, table_facts

Row = Mapping[str, Any]
#: rows judged between two moves of the bar
STEP = 50


def judge_rows(
    repository: Repository,
    screening: Screening,
    tell: Callable[[int], None] = lambda _count: None,
) -> Iterator[tuple[Row, Row]]:
    """Facts of each row and its assessment, by what the register holds of its firm where the row is blank."""
    rows = list(table_facts(screening.batch.table, joint_fields()))
    completed = complete_rows(repository, rows)
    places = list(completed)
    batch = from_records(
        completed.values(),
        joint_fields(),
        IntakeOptions(covered_from=cache.scheme().covered_from),
        catalogue=cache.scheme().titles_by_code,
    )
    again = screen(batch, cache.scheme(), cache.model()[0])
    # a row that contradicts what is held is judged by itself
    firms = {places[row - 1]: number for number, row in enumerate(batch.rows.tolist())}
    for place, row in enumerate(rows):
        if place % STEP == 0:
            tell(place)
        number = firms.get(place)
        firm = screening.firm(place) if number is None else again.firm(number)
        yield row, firm.record
