"""The example of a scheme as a draft to look at."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment.draft import EXAMPLE, Draft
from eligibility.domain.calendar_window import by_calendar_year
from eligibility.schemes.registry import Scheme


def example(scheme: Scheme, today: date) -> Draft | None:
    """The firm of the scheme's ``example.yaml``, as it would apply today; None where it has none.

    It is stored only once something of it is changed.
    """
    firm = scheme.example(today)
    if firm is None:
        return None
    facts, lists = (
        by_calendar_year(firm[part], today.year, scheme.latest_year_ids)
        for part in ("facts", "lists")
    )
    return Draft(facts=facts, lists=lists, template=EXAMPLE)
