"""State of a portfolio of firms: the findings and items of each, as arrays.

The assessments of a table come one for each edition; here they are one set of columns again, in
the table's order, and can be asked which unmet conditions a remedy could meet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment
from eligibility.comparisons import above
from eligibility.domain.arrays import Bools, Codes, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Condition, Item
from eligibility.domain.results import MET, UNDETERMINED, UNMET


@dataclass(frozen=True)
class PortfolioState:
    """Findings and items of all firms of a table; every array has shape (n,), in its order."""

    firms: FirmTable
    assessments: Sequence[Assessment]

    @cached_property
    def verdict(self) -> Codes:
        """MET (eligible), UNMET (ineligible) or UNDETERMINED."""
        return self._gather(lambda assessment: assessment.verdict, np.int8)

    @cached_property
    def score(self) -> Floats:
        """The middle of each firm's score, points."""
        return self._gather(
            lambda assessment: (assessment.score.low + assessment.score.high) / 2, np.float64
        )

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """Every condition of the editions that apply."""
        return {c.id: c for assessment in self.assessments for c in assessment.law.conditions}

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every scored item of the editions that apply."""
        return {
            name: i for assessment in self.assessments for name, i in assessment.law.items.items()
        }

    @cached_property
    def unmet(self) -> Mapping[str, Bools]:
        """Where each condition is unmet."""
        return {name: self._status(name) == UNMET for name in self.conditions}

    @cached_property
    def undetermined_conditions(self) -> Mapping[str, Bools]:
        """Where each condition is undetermined."""
        return {name: self._status(name) == UNDETERMINED for name in self.conditions}

    @cached_property
    def below(self) -> Mapping[str, Bools]:
        """Where each item cannot have its full points as the facts stand, or a fact is missing."""

        def short(name: str) -> Callable[[Assessment], Bools]:
            def of(assessment: Assessment) -> Bools:
                if name not in assessment.law.items:
                    return np.zeros(len(assessment.rows), dtype=np.bool_)
                item = assessment.score.items[name]
                blank = np.zeros(len(assessment.rows), dtype=np.bool_)
                for rows in item.missing.values():
                    blank |= rows
                return blank | (item.high < assessment.law.items[name].max)

            return of

        return {name: self._gather(short(name), np.bool_) for name in self.items}

    def could_meet(self, remedies: Collection[str]) -> Mapping[str, Bools]:
        """Where each condition is unmet and a remedy of these gaps could meet it.

        A condition can be met if it is addressed itself; the score, if it would pass once the
        addressed items had their full points.
        """

        def score_passes(assessment: Assessment) -> Bools:
            points = np.zeros(len(assessment.rows))
            for group in assessment.law.score.groups:
                best = sum(
                    np.full(len(assessment.rows), item.max)
                    if item.id in remedies
                    else assessment.score.items[item.id].high
                    for item in group.items
                )
                points += np.minimum(best, group.max)
            return above(points, assessment.law.score.pass_mark)

        return {
            name: self.unmet[name]
            & (
                self._gather(score_passes, np.bool_)
                if condition.judges == "score"
                else np.bool_(name in remedies)
            )
            for name, condition in self.conditions.items()
        }

    def _status(self, condition: str) -> Codes:
        def of(assessment: Assessment) -> Codes:
            if condition in assessment.findings:
                return assessment.findings[condition].status
            # a condition that the firm's edition does not know asks nothing of it
            return np.full(len(assessment.rows), MET, dtype=np.int8)

        return self._gather(of, np.int8)

    def _gather(
        self, of: Callable[[Assessment], NDArray[Any]], kind: type[np.generic]
    ) -> NDArray[Any]:
        column = np.empty(self.firms.rows, dtype=kind)
        for assessment in self.assessments:
            column[assessment.rows] = of(assessment)
        return column
