"""The annual average of persons, from the months of a year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eligibility.domain.errors import InputError

MONTHS = 12


def annual_average(months: Sequence[tuple[float, float]]) -> float:
    """Annual average of monthly averages (全年月平均数, 三、（五）3), in persons.

    Parameters
    ----------
    months : sequence of (persons at the start, persons at the end)
        The months in which the firm operated: twelve, or fewer in a year it opened or closed.

    Raises
    ------
    InputError
        If there is no month or more than twelve, or a number is negative.

    Examples
    --------
    >>> annual_average([(10, 12)] * 12)
    11.0
    """
    if not 1 <= len(months) <= MONTHS:
        raise InputError(
            "A year has one to twelve months of operation; {count} were given.", count=len(months)
        )
    if any(person < 0 for month in months for person in month):
        raise InputError("A number of persons cannot be negative.")
    return float(np.mean(months))
