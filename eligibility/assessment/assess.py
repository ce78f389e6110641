"""Assessment pipeline: FirmTable → Assessment, by the edition in force on each application date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.evaluate import evaluate, verdict
from eligibility.assessment.readings import OtherReading, other_readings
from eligibility.assessment.scoring import score
from eligibility.assessment.shortfalls import Gaps, gaps
from eligibility.assessment.warnings import warnings
from eligibility.domain.arrays import Codes
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval, Warning
from eligibility.schemes.registry import Scheme, load_scheme


@dataclass(frozen=True)
class Assessment:
    """Assessment of firms under one edition: findings, score, verdict, warnings, gaps.

    ``rows`` are their places in the table given to :func:`assess`, shape (n,).
    """

    scheme: Scheme
    law: Edition
    rows: NDArray[np.intp]
    firms: FirmTable
    score: ScoreInterval
    findings: Mapping[str, Finding]

    @cached_property
    def verdict(self) -> Codes:
        """MET (eligible), UNMET (ineligible) or UNDETERMINED, shape (n,)."""
        return verdict(self.findings)

    @cached_property
    def warnings(self) -> tuple[Warning, ...]:
        """Signs that a person should look."""
        return warnings(self.firms, self.law, self.scheme, self.findings)

    @cached_property
    def gaps(self) -> Gaps:
        """Gaps: the distance of each firm to every condition that it does not meet."""
        return gaps(self.findings, self.score, self.law, self.firms)

    @cached_property
    def other_readings(self) -> list[OtherReading]:
        """Sensitivity of the results to other interpretations of unclear clauses."""
        return other_readings(self.firms, self.findings, self.score, self.law, self.scheme)


# a sum or share that no float holds is infinite, which every comparison bears
@np.errstate(over="ignore")
def assess_table(firms: FirmTable, scheme: Scheme | None = None) -> list[Assessment]:
    """Assess a table of firms.

    Parameters
    ----------
    firms : FirmTable
        One row a firm; ``application_date`` is never blank.
    scheme : Scheme, optional
        High-tech enterprises unless another is given.

    Returns
    -------
    list of Assessment
        One for each edition of the law that some row falls under; together they hold every row.

    Raises
    ------
    DateNotCovered
        If an application date falls outside every edition.
    """
    scheme = scheme or load_scheme()
    return [_assess(firms, rows, law, scheme) for law, rows in _by_edition(firms, scheme)]


def _assess(firms: FirmTable, rows: NDArray[np.intp], law: Edition, scheme: Scheme) -> Assessment:
    part = firms if len(rows) == firms.rows else firms.take(rows)
    points = score(part, law, scheme)
    return Assessment(scheme, law, rows, part, points, evaluate(part, points, law, scheme))


def _by_edition(firms: FirmTable, scheme: Scheme) -> Iterator[tuple[Edition, NDArray[np.intp]]]:
    dates = firms.dates("application_date")
    left = np.ones(firms.rows, dtype=np.bool_)
    while left.any():
        law = scheme.in_force(dates[left].min().item())
        until = np.datetime64(law.in_force_to or dates.max(), "D")
        rows = left & (dates <= until)
        yield law, np.flatnonzero(rows)
        left &= ~rows
