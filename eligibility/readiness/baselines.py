"""Baseline estimators of scikit-learn that the conjunction has to beat, on the same features."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from eligibility.domain.arrays import Floats
from eligibility.domain.text import msgid
from eligibility.readiness.conjunction import (
    DISCREPANCY,
    LEAST,
    ChanceEstimates,
    ConjunctionClassifier,
)
from eligibility.readiness.features import FeatureLayout

CONJUNCTION = "conjunction"
TITLES = {
    CONJUNCTION: msgid("conjunction of conditions"),
    "boosting": msgid("gradient boosting, monotone"),
    "boosting, calibrated": msgid("gradient boosting, monotone, calibrated"),
    "logistic": msgid("logistic regression"),
    "base rate": msgid("the same chance for everyone"),
}


def candidates(layout: FeatureLayout, seed: int) -> dict[str, BaseEstimator]:
    """The estimators that training compares, unfitted."""
    trees = HistGradientBoostingClassifier(
        max_iter=60,
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        monotonic_cst=np.ones(len(layout.names), dtype=int),
        random_state=seed,
    )
    boosting = make_pipeline(InformativeColumns(), trees)
    logistic = LogisticRegressionCV(
        Cs=[0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
        l1_ratios=(0.0,),
        cv=5,
        scoring="neg_log_loss",
        max_iter=2000,
        use_legacy_attributes=False,
    )
    return {
        CONJUNCTION: ConjunctionClassifier(layout),
        "boosting": boosting,
        "boosting, calibrated": CalibratedClassifierCV(boosting, cv=3, ensemble=False),
        "logistic": make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
            logistic,
        ),
        "base rate": DummyClassifier(strategy="prior"),
    }


class InformativeColumns(TransformerMixin, BaseEstimator):
    """Transformer that zeroes uninformative columns: those with fewer than two known values.

    Boosting cannot bin a column that is blank throughout, and must keep its place.
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002
        """See which columns tell anything."""
        values = np.asarray(X, dtype=np.float64)
        low = np.where(np.isnan(values), np.inf, values).min(axis=0)
        high = np.where(np.isnan(values), -np.inf, values).max(axis=0)
        self.tells_ = low < high
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """The rows with the other columns at zero."""
        return np.asarray(np.where(self.tells_, np.asarray(X, dtype=np.float64), 0.0))


class BootstrapClassifier(ClassifierMixin, BaseEstimator):
    """Bootstrap of any classifier: fitted once to the rows and again to resamples, for the interval.

    Parameters
    ----------
    estimator : classifier
    replicates : int
        Resamples with replacement, each with both outcomes.
    random_state : int
    """

    def __init__(self, estimator: Any, replicates: int = 30, random_state: int = 0) -> None:
        self.estimator = estimator
        self.replicates = replicates
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from applications and what became of them."""
        X, y = np.asarray(X), np.asarray(y)
        rng = check_random_state(self.random_state)
        self.classes_ = np.unique(y)
        self.estimator_ = clone(self.estimator).fit(X, y)
        self.replicates_ = []
        for _ in range(self.replicates):
            rows = rng.choice(len(y), len(y))
            while len(np.unique(y[rows])) < len(self.classes_):
                rows = rng.choice(len(y), len(y))
            self.replicates_.append(clone(self.estimator).fit(X[rows], y[rows]))
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Chance of each class, shape (n, 2)."""
        probabilities: Floats = self.estimator_.predict_proba(X)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likelier class, shape (n,)."""
        labels: NDArray[Any] = self.estimator_.predict(X)
        return labels

    def chances(self, X: ArrayLike, coverage: float = 0.9) -> ChanceEstimates:
        """Predicted probability of every firm with its interval; there are no exact factors to tell."""
        chance = _inside(self.predict_proba(X)[:, 1])
        deviation = logit(self._by_replicate(X)).std(axis=0)
        reach = -ndtri((1 - coverage) / 2) * np.hypot(deviation, DISCREPANCY)
        low, high = expit(logit(chance) - reach), expit(logit(chance) + reach)
        return ChanceEstimates(chance, low, high, np.empty((len(chance), 0)), ())

    def draws(self, X: ArrayLike, count: int, random_state: Any = None) -> Floats:
        """Chances by ``count`` of the resamples, drawn with replacement, shape (count, n)."""
        replicates = check_random_state(random_state).randint(len(self.replicates_), size=count)
        return np.asarray(self._by_replicate(X)[replicates])

    def _by_replicate(self, X: ArrayLike) -> Floats:
        return np.stack([_inside(each.predict_proba(X)[:, 1]) for each in self.replicates_])


def _inside(chance: Floats) -> Floats:
    return np.asarray(np.clip(chance, LEAST, 1 - LEAST))
