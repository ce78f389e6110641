"""What-if analysis: one firm assessed again with other figures, or with a blank filled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.assessment.shortfalls import HAIR, apply_levers
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.results import Lever
from eligibility.schemes.registry import Scheme


def movable(firm: FirmTable, scheme: Scheme) -> Mapping[str, Lever]:
    """Fields of one firm, a table of one row, that are known and have room to move; not its day."""
    law = scheme.in_force(firm.dates("application_date")[0].item())
    return {
        name: lever
        for name, lever in scheme.levers(firm, law).items()
        if lever.room[0] > 0
        and not np.isnan(lever.present[0])
        and scheme.fields_by_id[lever.field].kind != "date"
    }


def what_if(
    firm: FirmTable,
    scheme: Scheme,
    *,
    facts: Mapping[str, float | date] | None = None,
    shifts: Mapping[str, float] | None = None,
) -> Assessment:
    """Assess one firm with other facts.

    Parameters
    ----------
    firm : FirmTable
        A table of one row.
    scheme : Scheme
    facts : mapping of field id to figure, optional
        Facts in place of those held, held as ``Field.kind`` says.
    shifts : mapping of lever id to amount, optional
        How much more of each, in the unit of the lever's field, once ``facts`` holds.

    Raises
    ------
    InputError
        If a lever is moved back, or farther than there is room.
    """
    firm = firm.with_columns(
        {
            name: np.array([value], dtype="M8[D]" if isinstance(value, date) else np.float64)
            for name, value in (facts or {}).items()
        }
    )
    law = scheme.in_force(firm.dates("application_date")[0].item())
    levers = scheme.levers(firm, law)
    for name, amount in (shifts or {}).items():
        room = float(levers[name].room[0])
        if not 0 <= amount <= room + HAIR:
            raise InputError(
                "{field}: {amount} more is not possible; expected from 0 to {room}.",
                field=scheme.fields_by_id[levers[name].field].title,
                amount=amount,
                room=room,
            )
    amounts = {name: np.array([amount]) for name, amount in (shifts or {}).items()}
    (assessment,) = assess_table(apply_levers(firm, law, scheme, amounts), scheme)
    return assessment
