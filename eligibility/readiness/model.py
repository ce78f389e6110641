"""Trained model: an estimator, the distribution it was trained on, and its predictions for firms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Bools, Floats, only_somewhere
from eligibility.domain.results import UNMET, Readiness, TrainingSummary
from eligibility.readiness.conjunction import ConjunctionClassifier
from eligibility.readiness.features import SCORE, TOTALS, FeatureLayout, features

TENTHS = np.linspace(0.1, 0.9, 9)


class Estimator(Protocol):
    """Protocol of an estimator that a model needs."""

    def chances(self, X: Floats, coverage: float = ..., carriers: Any = ...) -> Any: ...
    def draws(
        self, X: Floats, count: int, random_state: Any = ..., carriers: Any = ..., year: bool = ...
    ) -> Floats: ...


@dataclass(frozen=True)
class FeatureDistribution:
    """Distribution of each feature among past applications, to detect extrapolation.

    Attributes
    ----------
    low, high : arrays of shape (p,)
        The least and greatest value.
    edges : array of shape (p, 9)
        Deciles.
    counts : array of shape (p, 11)
        Applications between them, and blank ones last.
    """

    low: Floats
    high: Floats
    edges: Floats
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, values: Floats) -> FeatureDistribution:
        """What these rows span; values of shape (n, p)."""
        blank = np.isnan(values)
        # a feature that is blank throughout has no deciles; nothing then lies between any
        present = [column[~np.isnan(column)] for column in values.T]
        edges = np.stack(
            [np.quantile(part, TENTHS) if len(part) else np.zeros(len(TENTHS)) for part in present]
        )
        return cls(
            np.where(blank, np.inf, values).min(axis=0, initial=np.inf),
            np.where(blank, -np.inf, values).max(axis=0, initial=-np.inf),
            edges,
            bin_counts(values, edges),
        )

    def outside(self, values: Floats) -> Bools:
        """True where a feature lies beyond all that was seen, shape (n, p)."""
        never_blank = self.counts[:, -1] == 0
        beyond: Bools = (
            (values < self.low) | (values > self.high) | (np.isnan(values) & never_blank)
        )
        return beyond

    def unseen(self, values: Floats) -> Bools:
        """True where a feature lies below all that was seen, or is blank where none was, (n, p)."""
        never_blank = self.counts[:, -1] == 0
        below: Bools = (values < self.low) | (np.isnan(values) & never_blank)
        return below

    def no_higher(self, values: Floats) -> Floats:
        """The values, where they exceed all that was seen at the greatest that was, (n, p)."""
        return np.asarray(np.where(np.isfinite(self.high), np.minimum(values, self.high), values))


def bin_counts(values: Floats, edges: Floats) -> NDArray[np.int64]:
    """Histogram of each feature: rows between its edges, and blank ones last, shape (p, 11)."""
    result = np.zeros((len(edges), edges.shape[1] + 2), dtype=np.int64)
    for place, (column, at) in enumerate(zip(values.T, edges, strict=True)):
        blank = np.isnan(column)
        bins = np.searchsorted(at, column[~blank], side="right")
        result[place, :-1] = np.bincount(bins, minlength=result.shape[1] - 1)
        result[place, -1] = blank.sum()
    return result


@dataclass(frozen=True)
class Model:
    """A fitted estimator and what it was learned from.

    A firm above all that was seen is taken to stand at the best that was. One below it, or blank
    where nobody was, is beyond what outcomes tell: it stands at the prior, with the prior's width.
    """

    estimator: Estimator
    layout: FeatureLayout
    distribution: FeatureDistribution
    training: TrainingSummary

    @cached_property
    def prior(self) -> ConjunctionClassifier:
        """The estimator before any outcome."""
        return ConjunctionClassifier(self.layout).fit_prior(len(self.layout.names))

    def readiness(self, assessment: Assessment) -> Readiness | None:
        """What the model says of the firms of an assessment; None under another edition."""
        if not self.knows(assessment):
            return None
        values = features(assessment)
        as_if_met = self._as_if_met(values, assessment)
        readiness = self.estimator.chances(
            self.distribution.no_higher(as_if_met), carriers=_carriers(assessment)
        )
        unseen = np.flatnonzero(self._unseen(as_if_met))
        if len(unseen):
            prior = self.prior.chances(as_if_met[unseen])
            for name in ("probability", "low", "high"):
                getattr(readiness, name)[unseen] = getattr(prior, name)
            if readiness.names:
                readiness.factors[unseen] = prior.factors
        beyond = self.distribution.outside(values)
        names = {name: beyond[:, place] for place, name in enumerate(self.layout.names)}
        return Readiness(
            probability=readiness.probability,
            low=readiness.low,
            high=readiness.high,
            factors=dict(zip(readiness.names, readiness.factors.T, strict=True)),
            outside=only_somewhere(_by_condition(names)),
            conditional=assessment.verdict == UNMET,
            training=self.training,
        )

    def _unseen(self, values: Floats) -> Bools:
        """Rows that lie below all that was seen in a condition or in the total, shape (n,)."""
        places = [*self.layout.margins, *(self.layout.names.index(name) for name in TOTALS)]
        return np.asarray(self.distribution.unseen(values)[:, places].any(axis=1))

    def at_prior(self, assessment: Assessment) -> Bools:
        """Firms that outcomes say nothing of, which stand at the prior; shape (n,)."""
        return self._unseen(self._as_if_met(features(assessment), assessment))

    def knows(self, assessment: Assessment) -> bool:
        """Whether the assessment is under the rules that the model learned from."""
        return (assessment.scheme.id, assessment.law.id) == (
            self.training.scheme,
            self.training.edition,
        )

    def draws(self, assessment: Assessment, count: int, seed: int = 0) -> Floats:
        """Joint draws of every firm's chance were no condition unmet, shape (count, n).

        A draw holds for all firms together, so that what is not known of the reviewers is shared;
        the year to come is left to the forecast, which sums over it.
        """
        values = self._as_if_met(features(assessment), assessment)
        draws = self.estimator.draws(
            self.distribution.no_higher(values), count, seed, _carriers(assessment), year=False
        )
        unseen = np.flatnonzero(self._unseen(values))
        if len(unseen):
            draws[:, unseen] = self.prior.draws(values[unseen], count, seed, year=False)
        return draws

    def _as_if_met(self, values: Floats, assessment: Assessment) -> Floats:
        """The features were every unmet condition met, by what nobody knows yet.

        An unmet margin counts as unknown; an unmet score as one whose missing points are open.
        """
        copy = values.copy()
        short = next(
            (
                assessment.findings[condition.id].status == UNMET
                for condition in assessment.law.conditions
                if condition.judges == "score"
            ),
            np.zeros(len(values), dtype=np.bool_),
        )
        for group in self.layout.groups:
            places = np.ix_(np.flatnonzero(short), np.array(group.high))
            highest = copy[places]
            lacking = np.maximum(group.ceiling - highest.sum(axis=1), 0.0)
            copy[places] = highest + (lacking / len(group.high))[:, None]
        copy[short, self.layout.names.index(TOTALS[1])] = sum(
            group.ceiling for group in self.layout.groups
        )
        for place in self.layout.margins:
            unmet = assessment.findings[self.layout.names[place]].status == UNMET
            copy[unmet, place] = np.nan
        return copy


def _carriers(assessment: Assessment) -> NDArray[np.str_]:
    return np.array([each or "" for each in assessment.firms.texts("carrier")], dtype=str)


def _by_condition(outside: dict[str, NDArray[np.bool_]]) -> dict[str, Bools]:
    """Features outside, joined by the condition or item that they tell of."""
    joined: dict[str, Bools] = {}
    for name, rows in outside.items():
        about = SCORE if name in TOTALS else name.partition(".")[0]
        joined[about] = joined[about] | rows if about in joined else rows
    return joined
