"""The next batch that a firm can apply in: its day, the years of its figures, and where it stands then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.facts import FirmTable, years_of
from eligibility.domain.law import ApplicationRound, Overlay
from eligibility.planning.projection import project
from eligibility.schemes.registry import Scheme


@dataclass(frozen=True)
class NextBatch:
    """The next batch as a firm would meet it if nothing were done.

    Attributes
    ----------
    round : ApplicationRound
    years : tuple of int
        Calendar years of its three figures.
    years_ahead : tuple of int
        Those of them that the firm's figures do not reach, taken to be as the year before.
    record : mapping
        The firm as it would be assessed on the last day of the batch.
    """

    round: ApplicationRound
    years: tuple[int, ...]
    years_ahead: tuple[int, ...]
    record: AssessmentRecord

    def can_change(self, today: date) -> bool:
        """Whether the latest of its years is still running."""
        return self.years[-1] >= today.year


def next_batch(firm: FirmTable, scheme: Scheme, overlay: Overlay, today: date) -> NextBatch | None:
    """The next batch of a region that a firm can apply in; None where none is known to come.

    Parameters
    ----------
    firm : FirmTable
        One row; its ``application_date`` tells the years of its figures.
    """
    applied, first = int(firm.application_years[0]), first_year(firm, scheme)
    coming = [batch for batch in overlay.batches_from(today) if batch.year >= first]
    if not coming:
        return None
    batch = min(coming, key=lambda each: each.due)
    then = project(firm, batch.due, scheme)
    (assessment,) = assess_table(then, scheme)
    years = tuple(years_of(batch.year))
    return NextBatch(
        batch,
        years,
        tuple(year for year in years if year >= applied),
        record(assessment, 0),
    )


def first_year(firms: FirmTable, scheme: Scheme, row: int = 0) -> int:
    """The first year that a firm can apply in: that of its figures, or that in which its title ends.

    Who holds a title is certified again in the year of its expiry (国科发火〔2016〕195号 四、3).
    """
    applied = int(firms.application_years[row])
    if scheme.holding is None:
        return applied
    last_day = firms.dates(scheme.holding.until)[row]
    return applied if np.isnat(last_day) else max(applied, last_day.item().year)
