"""Lead times: when something started becomes something that counts, and when applications are taken."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import model_validator

from eligibility.domain.errors import InputError
from eligibility.domain.law import Citation, Overlay, Source
from eligibility.domain.text import Wording, msgid
from eligibility.planning.assumptions import HERE, AssumedFigure, Settings, read_settings
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme, load_scheme

MONTHS = 12


class RightKind(Settings):
    """A kind of intellectual property: the lever it moves and its months from filing to grant."""

    id: str
    title: Wording
    lever: str
    months: AssumedFigure


@dataclass(frozen=True)
class RoundDeadline:
    """Recurring application deadline: the last day of a batch, in any year."""

    month: int
    day: int
    source: Wording


class LeadTimes(Settings):
    """Everything of lead_times.yaml."""

    kinds: tuple[RightKind, ...]
    #: id of the overlay that has the batches
    region: str
    years_ahead: AssumedFigure
    #: whose batches of that region
    scheme_id: str = DEFAULT_SCHEME
    #: batches that hold instead of the shipped ones
    own_overlay: Overlay | None = None

    @model_validator(mode="after")
    def _has_deadlines(self) -> LeadTimes:
        if not self.overlay.batches or self.years_ahead.value < 1:
            raise ValueError(
                msgid("a batch and a year ahead are needed, so that there is a deadline")
            )
        return self

    @property
    def overlay(self) -> Overlay:
        """The overlay of the region."""
        return self.own_overlay or load_scheme(self.scheme_id).overlay(self.region)

    def for_scheme(self, scheme: Scheme) -> LeadTimes:
        """The same with the batches of a scheme, where it has some in the region."""
        if self.region not in scheme.overlays:
            return self
        own = {"scheme_id": scheme.id, "own_overlay": scheme.overlays[self.region]}
        return self.model_copy(update=own)

    @property
    def batches(self) -> tuple[RoundDeadline, ...]:
        """The days of the overlay's latest year, which years that it does not have yet are taken by."""
        latest = self.overlay.batches[-1].year
        return tuple(
            RoundDeadline(batch.due.month, batch.due.day, _in_words(batch.source))
            for batch in self.overlay.batches
            if batch.year == latest
        )

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
        days = sorted(day for year in years for day in self._days(year))
        return [day for day in days if day >= on]

    def _days(self, year: int) -> list[date]:
        days = [batch.due for batch in self.overlay.batches if batch.year == year]
        return days or [date(year, batch.month, batch.day) for batch in self.batches]


def _in_words(source: Source) -> Wording:
    if isinstance(source, Citation):
        return source.gist
    return Wording(zh="假定，以当年通知为准", en="assumed; the notice of the year decides")


@cache
def lead_times(path: Path = HERE / "lead_times.yaml") -> LeadTimes:
    """Lead times and batches as the file has them."""
    return read_settings(path, LeadTimes)


def months_after(day: date, months: float) -> date:
    """The day so many whole months later (or earlier), the last of a shorter month."""
    count = day.year * MONTHS + day.month - 1 + round(months)
    year, month = divmod(count, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
