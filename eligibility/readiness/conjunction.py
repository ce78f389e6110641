"""Conjunction estimator: every condition must survive review, so probabilities multiply.

An application is certified when each condition survives the auditors and experts, and the panel's
points pass the mark. With a margin ``m`` for each condition and a total ``t`` of points,

    P = floor + (1 - floor - other) * prod_k s(a_k (log m_k - d_k)) * s(a_t (t - mark - d_t))

where ``s`` is the logistic function. A condition fails when reviewers take more of its margin than
there is; what they take is held to be log-logistic, ``exp(d)`` in the middle and the more alike the
greater ``a``. ``t`` adds the points of each group of items as far as they are certain, and a learned
part of those that are open, each group with a learned weight: how far reviewers follow the firm's
own points. ``other`` is the share refused for what no figure shows, ``floor`` the share recorded
as certified all the same. A margin that is not known counts as an equivalent one, learned too. P
therefore never falls when a feature rises.

The parameters have a normal prior that holds what the law alone suggests, so that a few hundred
applications suffice. The fit is its mode, found by a trust region with analytic gradient and
expected information; the inverse of that information is the parameters' uncertainty (Laplace), from
which each chance has its interval. The parameters kept are those whose chances come nearest to the
average over that uncertainty: what is little known is thus never said too firmly, and the product
above still holds exactly.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtri
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from eligibility.domain.arrays import Bools, Floats
from eligibility.readiness.features import SCORE, FeatureLayout, ItemGroup

#: rows worked on at once, so that what is formed of them stays in the processor's cache
ROWS_AT_ONCE = 8192
#: points are counted in tens, so that a unit of them weighs about as much as one of a margin
TEN_POINTS = 10.0
#: a chance is never nearer to 0 or 1
LEAST = 1e-9
#: a margin this far below its line (logarithm) is as good as lost; softens the line itself
SOFT = 0.02
FAR = -30.0
#: how far the formula itself may be off, in log-odds; judged by the coverage of the intervals in
#: benchmarks/readiness.py
DISCREPANCY = 0.15
#: slope of the loss, per application, below which a fit has converged
STEEP = 1e-6
#: how much the prior weighs while the average over the parameters is followed
LOOSELY = 0.01


@dataclass(frozen=True)
class Prior:
    """Prior distribution of the parameters: (mean, standard deviation) of each.

    These are judgements, not law: reviewers take some six per cent of a margin in the middle
    (``slack``, a logarithm), an unknown margin is worth some thirty per cent, experts grant a
    little over half of open points, and a few applications in a hundred are refused, or recorded,
    for reasons that no figure shows.
    """

    sharpness: tuple[float, float] = (0.6, 0.5)
    slack: tuple[float, float] = (-2.8, 0.7)
    unknown: tuple[float, float] = (-1.3, 0.7)
    weight: tuple[float, float] = (0.0, 0.15)
    open_part: tuple[float, float] = (0.3, 0.7)
    score_sharpness: tuple[float, float] = (1.3, 0.7)
    score_slack: tuple[float, float] = (0.0, 0.7)
    floor: tuple[float, float] = (-4.0, 0.7)
    other: tuple[float, float] = (-3.0, 0.7)


@dataclass(frozen=True)
class ChanceEstimates:
    """Predictions for n firms: probability, interval and factors.

    Attributes
    ----------
    probability, low, high : arrays of shape (n,)
        The chance and the ends of its interval, /1.
    factors : array of shape (n, k)
        The chance that each condition survives review, /1.
    names : tuple of str
        What the factors are.
    """

    probability: Floats
    low: Floats
    high: Floats
    factors: Floats
    names: tuple[str, ...]

    @classmethod
    def empty(cls, rows: int, names: tuple[str, ...]) -> ChanceEstimates:
        """Room for so many firms."""
        return cls(
            np.empty(rows), np.empty(rows), np.empty(rows), np.empty((rows, len(names))), names
        )


@dataclass(frozen=True)
class _Facts:
    """Features taken apart: margins, where they are unknown, points by group in tens."""

    margins: Floats
    unknown: Bools
    certain: Floats
    open: Floats


@dataclass(frozen=True)
class _Value:
    """The formula worked out: points by group, logits and chances of the factors, their product."""

    points: Floats
    logits: Floats
    survive: Floats
    product: Floats
    chance: Floats
    floor: float
    other: float


def _log_spare(margins: Floats) -> Floats:
    """Logarithm of the margin that can be lost, softened about the line."""
    spare = margins / SOFT
    # far below the line the logarithm of log(1 + e**spare) is spare itself
    near = np.log(np.log1p(np.exp(np.clip(spare, FAR, -FAR))))
    return np.asarray(
        np.log(SOFT)
        + np.where(spare < FAR, spare, np.where(spare > -FAR, np.log(np.maximum(spare, 1.0)), near))
    )


def _lapses(floor: float, other: float) -> tuple[float, float]:
    """The two shares that no figure explains, from their parameters."""
    total = 1 + np.exp(floor) + np.exp(other)
    return float(np.exp(floor) / total), float(np.exp(other) / total)


class ConjunctionClassifier(ClassifierMixin, BaseEstimator):
    """Classifier: certification probability as a product over conditions.

    Parameters
    ----------
    layout : Layout, optional
        What the features are; None: every feature is a margin and there are no points.
    prior : Prior, optional
    max_iter : int
        Steps of the trust region.

    Attributes
    ----------
    classes_ : array of shape (2,)
    coef_ : array of shape (q,)
        The parameters, ordered as in ``slices_``.
    mode_ : array of shape (q,)
        The likeliest ones, before averaging.
    information_ : array of shape (q, q)
        Their precision; its inverse is their covariance.
    n_iter_ : int
        Steps of the trust region.
    """

    def __init__(
        self, layout: FeatureLayout | None = None, prior: Prior | None = None, max_iter: int = 200
    ) -> None:
        self.layout = layout
        self.prior = prior
        self.max_iter = max_iter

    # --- scikit-learn -----------------------------------------------------------------------------

    def __sklearn_tags__(self) -> Any:
        """Two classes; blanks are meant; features are expected to rise with the chance."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True
        tags.input_tags.allow_nan = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn from applications and what became of them.

        Parameters
        ----------
        X : array of shape (n, p)
            Features; NaN where unknown.
        y : array of shape (n,)
            Two classes; the second in their order is "certified".
        sample_weight : array of shape (n,), optional
            How many applications a row stands for.

        Raises
        ------
        ValueError
            As scikit-learn's estimators raise it, if the input is of no use.
        """
        rows, outcomes = validate_data(self, X, y, ensure_all_finite="allow-nan", dtype=np.float64)
        kind = type_of_target(outcomes, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        weight = _check_sample_weight(sample_weight, rows, dtype=np.float64)
        self.classes_, labels = np.unique(outcomes, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        self._lay_out(rows.shape[1])
        self.n_iter_ = 0
        mean, sd = self._prior()
        facts = self._facts(rows)
        mode = self._nearest(facts, labels.astype(np.float64), weight, mean, 1 / sd**2)
        self.information_ = self._information(facts, weight, mode, 1 / sd**2)
        self.mode_ = mode
        value, reach = self._value_and_reach(facts, self._root(), mode)
        deviation = np.sqrt((reach**2).sum(axis=1))
        # the mean of a logistic over a normal, to within a per cent
        averaged = expit(logit(value.chance) / np.sqrt(1 + np.pi / 8 * deviation**2))
        self.coef_ = self._nearest(facts, averaged, weight, mode, LOOSELY / sd**2)
        return self

    def _nearest(
        self, facts: _Facts, target: Floats, weight: Floats, mean: Floats, precision: Floats
    ) -> Floats:
        """The parameters under which the targets, 0 to 1, are likeliest, held to a normal prior."""

        def loss(coef: Floats) -> tuple[float, Floats]:
            value = self._value(facts, coef)
            chance, slope = value.chance, self._slope(facts, coef, value)
            likely = target * np.log(chance) + (1 - target) * np.log1p(-chance)
            off = coef - mean
            pull = weight * (target - chance) / (chance * (1 - chance))
            return (
                float(0.5 * off @ (precision * off) - weight @ likely),
                precision * off - slope.T @ pull,
            )

        optimum = minimize(
            loss,
            mean,
            jac=True,
            hess=lambda coef: self._information(facts, weight, coef, precision),
            method="trust-exact",
            options={"maxiter": self.max_iter, "gtol": 1e-6},
        )
        # the trust region also stops where rounding leaves nothing to gain
        if np.abs(optimum.jac).max() > STEEP * max(weight.sum(), 1.0):
            warnings.warn(
                f"The fit did not converge in {optimum.nit} steps: {optimum.message}",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.n_iter_ += int(optimum.nit)
        return np.asarray(optimum.x)

    def _information(
        self, facts: _Facts, weight: Floats, coef: Floats, precision: Floats
    ) -> Floats:
        """Expected information of the rows and of the prior, shape (q, q)."""
        value = self._value(facts, coef)
        scale = np.sqrt(weight / (value.chance * (1 - value.chance)))
        scaled = self._slope(facts, coef, value) * scale[:, None]
        return np.asarray(scaled.T @ scaled + np.diag(precision))

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Chance of each class, shape (n, 2)."""
        chance = self._value(self._facts(self._check_features(X)), self.coef_).chance
        return np.column_stack([1 - chance, chance])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likelier class, shape (n,)."""
        likelier = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[likelier]
        return labels

    # --- what else it can say ---------------------------------------------------------------------

    def chances(self, X: ArrayLike, coverage: float = 0.9) -> ChanceEstimates:
        """Every firm's chance with its interval and its factors.

        Parameters
        ----------
        X : array of shape (n, p)
        coverage : float
            Part of the parameters' uncertainty that the interval holds, /1.
        """
        X = self._check_features(X)
        spread = float(-ndtri((1 - coverage) / 2))
        root = self._root()
        result = ChanceEstimates.empty(len(X), self.factor_names)
        for start in range(0, len(X), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            facts = self._facts(X[rows])
            value, reach = self._value_and_reach(facts, root, self.coef_)
            deviation = np.sqrt(np.einsum("ij,ij->i", reach, reach) + DISCREPANCY**2)
            result.probability[rows] = value.chance
            result.low[rows] = expit(logit(value.chance) - spread * deviation)
            result.high[rows] = expit(logit(value.chance) + spread * deviation)
            result.factors[rows] = value.survive
        return result

    def draws(self, X: ArrayLike, count: int, random_state: Any = None) -> Floats:
        """Chances under ``count`` joint draws of the parameters, shape (count, n).

        One draw holds for all firms, so that what is not known of the reviewers is shared.
        """
        X = self._check_features(X)
        # about the mode, so that their mean comes to the chance that is told
        value, reach = self._value_and_reach(self._facts(X), self._root(), self.mode_)
        deviates = check_random_state(random_state).standard_normal((count, len(self.coef_)))
        return np.asarray(expit(logit(value.chance) + deviates @ reach.T))

    @property
    def factor_names(self) -> tuple[str, ...]:
        """The names of the factors: conditions in their order, the score last."""
        names = [self._names[place] for place in self._margins]
        return (*names, SCORE) if self._groups else tuple(names)

    # --- the formula ------------------------------------------------------------------------------

    def _check_features(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        checked: Floats = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        return checked

    def _lay_out(self, columns: int) -> None:
        if self.layout is None:
            self._names = tuple(f"x{place}" for place in range(columns))
            self._margins, self._mark = tuple(range(columns)), 0.0
            self._groups: tuple[ItemGroup, ...] = ()
        else:
            self._names, self._margins = self.layout.names, self.layout.margins
            self._groups, self._mark = self.layout.groups, self.layout.pass_mark
        k, g = len(self._margins), len(self._groups)
        sizes = {
            "sharpness": k,
            "slack": k,
            "unknown": k,
            "weight": g,
            "open_part": g,
            "score_sharpness": int(g > 0),
            "score_slack": int(g > 0),
            "floor": 1,
            "other": 1,
        }
        ends = np.cumsum(list(sizes.values()))
        self.slices_ = {
            name: slice(int(end) - size, int(end))
            for (name, size), end in zip(sizes.items(), ends, strict=True)
        }

    def _prior(self) -> tuple[Floats, Floats]:
        prior = self.prior or Prior()
        size = max(where.stop for where in self.slices_.values())
        mean, sd = np.empty(size), np.empty(size)
        for name, where in self.slices_.items():
            mean[where], sd[where] = getattr(prior, name)
        return mean, sd

    def _facts(self, X: Floats) -> _Facts:
        margins = X[:, self._margins]
        certain = np.empty((len(X), len(self._groups)))
        open_ = np.empty_like(certain)
        for place, group in enumerate(self._groups):
            low, high = X[:, group.low].sum(axis=1), X[:, group.high].sum(axis=1)
            certain[:, place] = np.minimum(low, group.ceiling) / TEN_POINTS
            open_[:, place] = np.minimum(high, group.ceiling) / TEN_POINTS - certain[:, place]
        return _Facts(_log_spare(margins), np.isnan(margins), certain, open_)

    def _value_and_reach(self, facts: _Facts, root: Floats, coef: Floats) -> tuple[_Value, Floats]:
        """The formula's value, and how far each way of erring moves its log-odds, shape (n, q)."""
        value = self._value(facts, coef)
        reach = self._slope(facts, coef, value) @ root
        reach /= (value.chance * (1 - value.chance))[:, None]
        return value, reach

    def _value(self, facts: _Facts, coef: Floats) -> _Value:
        at = self.slices_
        margin = np.where(facts.unknown, coef[at["unknown"]], facts.margins)
        logits = np.exp(coef[at["sharpness"]]) * (margin - coef[at["slack"]])
        granted = facts.certain + expit(coef[at["open_part"]]) * facts.open
        points = np.exp(coef[at["weight"]]) * granted
        if self._groups:
            over = points.sum(axis=1) - self._mark / TEN_POINTS
            score = np.exp(coef[at["score_sharpness"]]) * (over - coef[at["score_slack"]])
            logits = np.column_stack([logits, score])
        survive = expit(logits)
        floor, other = _lapses(coef[at["floor"]][0], coef[at["other"]][0])
        product = survive.prod(axis=1)
        chance = np.clip(floor + (1 - floor - other) * product, LEAST, 1 - LEAST)
        return _Value(points, logits, survive, product, chance, floor, other)

    def _slope(self, facts: _Facts, coef: Floats, value: _Value) -> Floats:
        """Derivatives of the chance by the parameters, shape (n, q)."""
        at, k = self.slices_, len(self._margins)
        span = 1 - value.floor - value.other
        by_logit = (span * value.product)[:, None] * (1 - value.survive)
        by_margin = by_logit[:, :k] * np.exp(coef[at["sharpness"]])
        slope = np.empty((len(value.chance), len(coef)))
        slope[:, at["sharpness"]] = by_logit[:, :k] * value.logits[:, :k]
        slope[:, at["slack"]] = -by_margin
        slope[:, at["unknown"]] = by_margin * facts.unknown
        if self._groups:
            by_total = by_logit[:, k:] * np.exp(coef[at["score_sharpness"]])
            part = expit(coef[at["open_part"]])
            gained = np.exp(coef[at["weight"]]) * part * (1 - part)
            slope[:, at["weight"]] = by_total * value.points
            slope[:, at["open_part"]] = by_total * gained * facts.open
            slope[:, at["score_sharpness"]] = by_logit[:, k:] * value.logits[:, k:]
            slope[:, at["score_slack"]] = -by_total
        slope[:, at["floor"]] = (value.floor * (1 - value.chance))[:, None]
        slope[:, at["other"]] = (-value.other * value.chance)[:, None]
        return slope

    def _root(self) -> Floats:
        """A square root of the parameters' covariance, shape (q, q)."""
        lower = cholesky(self.information_, lower=True)
        return np.asarray(solve_triangular(lower, np.eye(len(lower)), lower=True).T)
