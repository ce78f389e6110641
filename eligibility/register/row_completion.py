"""Completion of a file's rows by the figures that the register holds: a blank takes nothing away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eligibility.assessment.ladder import joint_fields_by_id
from eligibility.store import Repository

Row = Mapping[str, Any]


def complete_rows(repository: Repository, rows: Sequence[Row]) -> dict[int, Row]:
    """Rows that leave blank what is held of their firms for the same application, completed, by place.

    Firms are known by their credit codes. What the register will hold once the rows are in it is
    what they are to be judged by.

    Parameters
    ----------
    rows : sequence of mappings
        Field id → value, with ``application_date`` as an ISO text, as ``table_facts`` gives them.
    """
    ids = repository.firms.ids_by_code(row["uscc"] for row in rows if row.get("uscc"))
    firm_of = {place: ids.get(row.get("uscc", "")) for place, row in enumerate(rows)}
    places_by_year: dict[int, dict[int, int]] = {}
    for place, firm in firm_of.items():
        if firm is not None:
            year = int(str(rows[place]["application_date"])[:4])
            places_by_year.setdefault(year, {})[place] = firm
    fields = joint_fields_by_id()
    completed: dict[int, Row] = {}
    for year, firms in places_by_year.items():
        held = repository.records.figures_of_firms(firms.values(), year)
        for place, firm in firms.items():
            row = rows[place]
            blanks = held.get(firm, {}).keys() - row.keys()
            more = {name: held[firm][name] for name in blanks if name in fields}
            if more:
                completed[place] = {**row, **more}
    return completed
