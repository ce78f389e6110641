"""Lead times: when something started becomes something that counts, and when applications are taken."""

from __future__ import annotations

import calendar
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import model_validator

from eligibility.domain.errors import InputError
from eligibility.domain.text import Wording
from eligibility.planning.assumptions import HERE, Figure, Settings, read_settings

MONTHS = 12


class RightKind(Settings):
    """A kind of intellectual property: the lever it moves and its months from filing to grant."""

    id: str
    title: Wording
    lever: str
    months: Figure


class Batch(Settings):
    """Recurring application deadline: the last day of a batch, in any year."""

    month: int
    day: int
    source: Wording


class LeadTimes(Settings):
    """Everything of lead_times.yaml."""

    kinds: tuple[RightKind, ...]
    batches: tuple[Batch, ...]
    years_ahead: Figure

    @model_validator(mode="after")
    def _has_deadlines(self) -> LeadTimes:
        if not self.batches or self.years_ahead.value < 1:
            raise ValueError("a batch and a year ahead are needed, so that there is a deadline")
        return self

    def kind(self, kind_id: str) -> RightKind:
        """The kind of that id.

        Raises
        ------
        InputError
            If there is none.
        """
        for kind in self.kinds:
            if kind.id == kind_id:
                return kind
        raise InputError(
            "There is no kind of right {kind}; there are: {known}.",
            kind=kind_id,
            known=", ".join(kind.id for kind in self.kinds),
        )

    def deadlines(self, on: date) -> list[date]:
        """The last days to apply from a day on, in this year and those looked ahead."""
        years = range(on.year, on.year + int(self.years_ahead.value) + 1)
        days = sorted(
            date(year, batch.month, batch.day) for year in years for batch in self.batches
        )
        return [day for day in days if day >= on]


@cache
def lead_times(path: Path = HERE / "lead_times.yaml") -> LeadTimes:
    """Lead times and batches as the file has them."""
    return read_settings(path, LeadTimes)


def months_after(day: date, months: float) -> date:
    """The day so many whole months later (or earlier), the last of a shorter month."""
    count = day.year * MONTHS + day.month - 1 + round(months)
    year, month = divmod(count, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
