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
class Standing:
    """Findings and items of all firms of a table; every array has shape (n,), in its order."""

    firms: FirmTable
    assessments: Sequence[Assessment]

    @cached_property
    def verdict(self) -> Codes:
        """MET (eligible), UNMET (ineligible) or UNDETERMINED."""
        return self._gathered(lambda found: found.verdict, np.int8)

    @cached_property
    def score(self) -> Floats:
        """The middle of each firm's score, points."""
        return self._gathered(lambda found: (found.score.low + found.score.high) / 2, np.float64)

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """Every condition of the editions that apply."""
        return {c.id: c for found in self.assessments for c in found.law.conditions}

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every scored item of the editions that apply."""
        return {name: i for found in self.assessments for name, i in found.law.items.items()}

    @cached_property
    def unmet(self) -> Mapping[str, Bools]:
        """Where each condition is unmet."""
        return {name: self._status(name) == UNMET for name in self.conditions}

    @cached_property
    def undetermined(self) -> Mapping[str, Bools]:
        """Where each condition is undetermined."""
        return {name: self._status(name) == UNDETERMINED for name in self.conditions}

    @cached_property
    def below(self) -> Mapping[str, Bools]:
        """Where each item cannot have its full points as the facts stand, or a fact is missing."""

        def short(name: str) -> Callable[[Assessment], Bools]:
            def of(found: Assessment) -> Bools:
                if name not in found.law.items:
                    return np.zeros(len(found.rows), dtype=np.bool_)
                item = found.score.items[name]
                blank = np.zeros(len(found.rows), dtype=np.bool_)
                for rows in item.missing.values():
                    blank |= rows
                return blank | (item.high < found.law.items[name].max)

            return of

        return {name: self._gathered(short(name), np.bool_) for name in self.items}

    def could_meet(self, addressed: Collection[str]) -> Mapping[str, Bools]:
        """Where each condition is unmet and a remedy of these gaps could meet it.

        A condition can be met if it is addressed itself; the score, if it would pass once the
        addressed items had their full points.
        """

        def score_passes(found: Assessment) -> Bools:
            points = np.zeros(len(found.rows))
            for group in found.law.score.groups:
                best = sum(
                    np.full(len(found.rows), item.max)
                    if item.id in addressed
                    else found.score.items[item.id].high
                    for item in group.items
                )
                points += np.minimum(best, group.max)
            return above(points, found.law.score.pass_mark)

        return {
            name: self.unmet[name]
            & (
                self._gathered(score_passes, np.bool_)
                if condition.judges == "score"
                else np.bool_(name in addressed)
            )
            for name, condition in self.conditions.items()
        }

    def _status(self, condition: str) -> Codes:
        def of(found: Assessment) -> Codes:
            if condition in found.findings:
                return found.findings[condition].status
            # a condition that the firm's edition does not know asks nothing of it
            return np.full(len(found.rows), MET, dtype=np.int8)

        return self._gathered(of, np.int8)

    def _gathered(
        self, of: Callable[[Assessment], NDArray[Any]], kind: type[np.generic]
    ) -> NDArray[Any]:
        column = np.empty(self.firms.rows, dtype=kind)
        for found in self.assessments:
            column[found.rows] = of(found)
        return column
