"""The example of a scheme as a draft to look at."""

from __future__ import annotations

from datetime import date

from eligibility.app.self_assessment.draft import Draft
from eligibility.schemes.registry import Scheme


def example(scheme: Scheme, today: date) -> Draft | None:
    """The firm of the scheme's ``example.yaml``, as it would apply today; None where it has none.

    It is stored only once something of it is changed.
    """
    firm = scheme.example(today)
    return Draft(facts=firm["facts"], lists=firm["lists"]) if firm else None
