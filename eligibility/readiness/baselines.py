"""Baseline estimators of scikit-learn that the conjunction has to beat, on the same features."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    OneToOneFeatureMixin,
    TransformerMixin,
    clone,
)
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from eligibility.domain.arrays import Floats
from eligibility.domain.text import msgid
from eligibility.readiness.conjunction import (
    CONJUNCTION,
    USUAL_OVERDISPERSION,
    ConjunctionClassifier,
)
from eligibility.readiness.estimates import ChanceEstimates
from eligibility.readiness.features import FeatureLayout
from eligibility.readiness.formula import LEAST, centre

BASE_RATE = "base rate"
TITLES = {
    CONJUNCTION: msgid("conjunction of conditions"),
    "boosting": msgid("gradient boosting, monotone"),
    "logistic": msgid("logistic regression"),
    BASE_RATE: msgid("the same chance for everyone"),
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
        "logistic": make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
            logistic,
        ),
        BASE_RATE: DummyClassifier(strategy="prior"),
    }


class InformativeColumns(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Transformer that zeroes uninformative columns: those with fewer than two known values.

    Boosting cannot bin a column that is blank throughout, and must keep its place.

    Attributes
    ----------
    informative_ : array of bool, shape (p,)
    """

    def __sklearn_tags__(self) -> Any:
        """Blanks are meant."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002
        """See which columns tell anything."""
        values = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        low = np.where(np.isnan(values), np.inf, values).min(axis=0)
        high = np.where(np.isnan(values), -np.inf, values).max(axis=0)
        self.informative_ = low < high
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """The rows with the other columns at zero."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        return np.asarray(np.where(self.informative_, values, 0.0))


class BootstrapClassifier(ClassifierMixin, BaseEstimator):
    """Bootstrap of any classifier: fitted once to the rows and again to resamples, for the interval.

    Parameters
    ----------
    estimator : classifier, optional
        Logistic regression if omitted.
    replicates : int
        Resamples with replacement, each with both outcomes.
    overdispersion : float
        How far the estimator may be off for a firm beyond that, log-odds.
    random_state : int
    """

    def __init__(
        self,
        estimator: Any = None,
        replicates: int = 30,
        overdispersion: float = USUAL_OVERDISPERSION,
        random_state: int = 0,
    ) -> None:
        self.estimator = estimator
        self.replicates = replicates
        self.overdispersion = overdispersion
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Two classes; blanks as far as the estimator takes them."""
        tags = super().__sklearn_tags__()
        inner = self.estimator if self.estimator is not None else LogisticRegression()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = get_tags(inner).input_tags.allow_nan
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Learn from applications and what became of them.

        Parameters
        ----------
        X : array of shape (n, p)
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional
        groups : array of shape (n,), optional
            Rows of one group, as the applications of one firm, are drawn together.
        """
        values, labels = validate_data(self, X, y, ensure_all_finite="allow-nan", dtype=np.float64)
        kind = type_of_target(labels, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, values, dtype=np.float64)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        inner = self.estimator if self.estimator is not None else LogisticRegression()

        def fit_rows(rows: NDArray[np.intp]) -> Any:
            copy = clone(inner)
            if weight is None:
                return copy.fit(values[rows], labels[rows])
            return copy.fit(values[rows], labels[rows], sample_weight=weight[rows])

        every = np.arange(len(labels))
        members = np.unique(every if groups is None else np.asarray(groups), return_inverse=True)[1]
        order = np.argsort(members, kind="stable")
        by_group = np.split(order, np.flatnonzero(np.diff(members[order])) + 1)
        rng = check_random_state(self.random_state)
        self.estimator_ = fit_rows(every)
        self.replicates_ = []
        for _ in range(self.replicates):
            rows = every[:0]
            while len(np.unique(labels[rows])) < len(self.classes_):
                drawn = rng.randint(len(by_group), size=len(by_group))
                rows = np.concatenate([by_group[place] for place in drawn])
            self.replicates_.append(fit_rows(rows))
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Chance of each class, shape (n, 2)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        probabilities: Floats = self.estimator_.predict_proba(X)
        return probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likelier class, shape (n,)."""
        likelier = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[likelier]
        return labels

    def chances(
        self,
        X: ArrayLike,
        coverage: float = 0.9,
        carriers: ArrayLike | None = None,  # noqa: ARG002
    ) -> ChanceEstimates:
        """Predicted probability of every firm with its interval; there are no exact factors to tell."""
        chance = _inside(self.predict_proba(X)[:, 1])
        middle, deviation = self._middle_and_deviation(chance, self._by_replicate(X))
        reach = -ndtri((1 - coverage) / 2) * np.hypot(deviation, self.overdispersion)
        low, high = expit(middle - reach), expit(middle + reach)
        return ChanceEstimates(chance, low, high, np.empty((len(chance), 0)), ())

    def draws(
        self,
        X: ArrayLike,
        count: int,
        random_state: Any = None,
        carriers: ArrayLike | None = None,  # noqa: ARG002
        year: bool = True,  # noqa: ARG002
    ) -> Floats:
        """Chances under joint draws as wide as the intervals, shape (count, n).

        A draw mixes what sets the resamples apart from their mean, the same way for all firms; the
        overdispersion is each firm's own.
        """
        rng = check_random_state(random_state)
        chance = _inside(self.predict_proba(X)[:, 1])
        by_replicate = self._by_replicate(X)
        middle, _ = self._middle_and_deviation(chance, by_replicate)
        apart = (by_replicate - by_replicate.mean(axis=0)) / np.sqrt(len(by_replicate))
        odds = middle + rng.standard_normal((count, len(apart))) @ apart
        odds += self.overdispersion * rng.standard_normal(odds.shape)
        return np.asarray(expit(odds))

    def _middle_and_deviation(self, chance: Floats, by_replicate: Floats) -> tuple[Floats, Floats]:
        deviation = by_replicate.std(axis=0)
        return centre(chance, deviation**2 + self.overdispersion**2), deviation

    def _by_replicate(self, X: ArrayLike) -> Floats:
        return np.stack([logit(_inside(each.predict_proba(X)[:, 1])) for each in self.replicates_])


def _inside(chance: Floats) -> Floats:
    return np.asarray(np.clip(chance, LEAST, 1 - LEAST))
