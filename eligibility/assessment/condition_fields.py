"""Which fields a condition looks at, found by asking it of a firm that states nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.domain.law import Edition
from eligibility.intake.table import IntakeOptions, from_records
from eligibility.schemes.registry import Scheme


def condition_fields(scheme: Scheme, law: Edition) -> Mapping[str, tuple[str, ...]]:
    """Ids of fields by condition, those that others are formed of beside them.

    A condition names what it misses of a firm without any figure. What those figures are formed of
    follows them: the terms of a difference, and the amounts that a list of their section adds up.
    """
    return _condition_fields(scheme, law.in_force_from)


@cache
def _condition_fields(scheme: Scheme, day: date) -> Mapping[str, tuple[str, ...]]:
    fields = {field.id: field for field in scheme.fields_of(scheme.in_force(day))}

    def with_parts(name: str) -> Iterator[str]:
        yield name
        field = fields.get(name)
        if field is None:
            return
        yield from field.difference_of or ()
        for ledger in scheme.lists.values():
            if ledger.section == field.section and field.year is not None:
                parts = (f"{stem}_y{field.year}" for stem in ledger.amounts)
                yield from (part for part in parts if part in fields)

    options = IntakeOptions(application_date=day)
    blank = from_records([{"name": "-"}], list(fields.values()), options).table
    (assessment,) = assess_table(blank, scheme)
    return {
        finding["id"]: tuple(
            dict.fromkeys(part for name in finding["missing"] for part in with_parts(name))
        )
        for finding in record(assessment, 0)["findings"]
    }
