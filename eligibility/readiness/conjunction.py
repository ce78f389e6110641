"""Conjunction estimator: the law's formula with a posterior, from no outcome at all upwards.

The parameters of :mod:`~eligibility.readiness.formula` have a normal prior that holds what the law
alone suggests, so that the estimator speaks before the first outcome and is moved by each. Years and
carriers that were harsher or milder than others are effects of their own, drawn towards none by a
spread that is learned (empirical Bayes), so that a harsh year moves the others less. The fit is the
mode of the posterior, found by a trust region with analytic gradient and expected information; the
inverse of that information is the uncertainty (Laplace), from which each chance has its interval.

Three things widen an interval: the parameters, shared by all firms; the year and the carrier to
come, shared by those who apply in them; and what the firm itself has not told. ``draws`` and
``chances`` tell the same width. The parameters kept are those whose chances come nearest to the
average over the uncertainty: what is little known is thus never said too firmly.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Self

import numpy as np
from joblib import cpu_count
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cholesky
from scipy.optimize import minimize
from scipy.special import expit, ndtri
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from eligibility.domain.arrays import ROWS_AT_ONCE, Floats
from eligibility.readiness.estimates import (
    USUAL_SPREAD,
    ChanceEstimates,
    inverse,
    learn_effects,
    shared_variance,
)
from eligibility.readiness.features import SCORE, FeatureLayout
from eligibility.readiness.formula import (
    Facts,
    Formula,
    Prior,
    Value,
    centre,
    log_odds,
    logistic,
    shrink,
)
from eligibility.readiness.refusal_reasons import ReasonLikelihood, Refusals, reason_likelihood

#: the name of the estimator
CONJUNCTION = "conjunction"
#: slope of the loss, per application, below which a fit has converged
STEEP = 1e-6
#: slope at which a fit ends: while spreads are still being learned, and at last
LOOSE, FINE = 3e-2, 1e-6
#: how much the prior weighs while the average over the parameters is followed
LOOSELY = 0.01
#: rounds in which the spreads of years and carriers are learned
ROUNDS = 4
#: how far the formula may be off before outcomes have told, log-odds
USUAL_OVERDISPERSION = 0.15
#: how much more readily a refusal may name one condition than another (logarithm)
NAMING = 1.0


@dataclass(frozen=True)
class _Data:
    """What a fit looks at."""

    facts: Facts
    target: Floats
    weight: Floats
    #: which group each row is of, among all groups, shape (n, 0 to 2)
    groups: NDArray[np.intp]
    refusals: Refusals | None
    #: shrinks log-odds for what single firms have not told, shape (n,)
    shrink: Floats


#: the formula, the slope of its log-odds, and what reasons of refusals tell
_Slopes = tuple[Value, Floats, ReasonLikelihood | None]


class ConjunctionClassifier(ClassifierMixin, BaseEstimator):
    """Classifier: certification probability as a product over conditions, as far as that holds.

    Parameters
    ----------
    layout : Layout, optional
        What the features are; None: every feature is a margin and there are no points.
    prior : Prior, optional
    overdispersion : float
        How far the formula itself may be off for a firm, log-odds (standard deviation); training
        learns it from outcomes that were left out of the fit.
    max_iter : int
        Steps of the trust region.

    Attributes
    ----------
    classes_ : array of shape (2,)
    coef_ : array of shape (q,)
        The parameters, ordered as in ``slices_``.
    mode_ : array of shape (q,)
        The likeliest ones, before averaging.
    covariance_ : array of shape (q, q)
        Their covariance.
    years_, carriers_ : GroupEffects
    n_iter_ : int
        Steps of the trust region.
    """

    def __init__(
        self,
        layout: FeatureLayout | None = None,
        prior: Prior | None = None,
        overdispersion: float = USUAL_OVERDISPERSION,
        max_iter: int = 200,
    ) -> None:
        self.layout = layout
        self.prior = prior
        self.overdispersion = overdispersion
        self.max_iter = max_iter

    # --- scikit-learn -----------------------------------------------------------------------------

    def __sklearn_tags__(self) -> Any:
        """Two classes; blanks are meant; features are expected to rise with the chance."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True
        tags.input_tags.allow_nan = True
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        years: ArrayLike | None = None,
        carriers: ArrayLike | None = None,
        reasons: ArrayLike | None = None,
    ) -> Self:
        """Learn from applications and what became of them.

        Parameters
        ----------
        X : array of shape (n, p)
            Features; NaN where unknown.
        y : array of shape (n,)
            Two classes; the second in their order is "certified".
        sample_weight : array of shape (n,), optional
            How many applications a row stands for.
        years, carriers : arrays of shape (n,), optional
            Groups that may be harsher or milder than others.
        reasons : array of str, shape (n,), optional
            The factor that a refusal named; empty where it named none.

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
            if outcomes.dtype != np.bool_:
                raise ValueError("Classifier can't train when only one class is present.")
            # of yes and no it is known which of them a single one is
            self.classes_, labels = np.array([False, True]), outcomes.astype(np.intp)
        return self._learn(rows, labels.astype(np.float64), weight, years, carriers, reasons)

    def fit_prior(self, columns: int) -> Self:
        """Take the prior as it is: what the law alone suggests, no outcome seen."""
        self.classes_ = np.array([False, True])
        self.n_features_in_ = columns
        nobody = np.empty((0, columns))
        return self._learn(nobody, np.empty(0), np.empty(0), None, None, None)

    def _learn(
        self,
        rows: Floats,
        labels: Floats,
        weight: Floats,
        years: ArrayLike | None,
        carriers: ArrayLike | None,
        reasons: ArrayLike | None,
    ) -> Self:
        self.formula_ = Formula(self.layout, rows.shape[1])
        self.slices_ = self.formula_.slices
        self.n_iter_ = 0
        mean, sd = self.formula_.prior(self.prior or Prior())
        facts = self.formula_.facts(rows)
        names = [
            np.unique(np.asarray(groups)) if groups is not None else np.empty(0, dtype=str)
            for groups in (years, carriers)
        ]
        places = [
            np.searchsorted(name, np.asarray(groups)) + offset
            for name, groups, offset in zip(
                names, (years, carriers), (0, len(names[0])), strict=True
            )
            if groups is not None
        ]
        data = _Data(
            facts,
            labels,
            weight,
            np.column_stack(places) if places else np.empty((len(labels), 0), dtype=np.intp),
            self._refusals(rows, labels, weight, reasons),
            np.ones(len(labels)),
        )
        naming = len(self.factor_names) if data.refusals is not None else 0
        counts = [*map(len, names), naming]
        centre = np.concatenate([mean, np.zeros(sum(counts))])
        mode, spreads = centre, [USUAL_SPREAD, USUAL_SPREAD]
        ends = np.cumsum([self.formula_.size, *counts])
        rounds = ROUNDS if len(labels) else 1
        for turn in range(rounds):
            deviations = np.repeat([*spreads, NAMING], counts)
            precision = np.concatenate([sd, deviations]) ** -2.0
            mode = self._nearest(
                data, mode, centre, precision, LOOSE if turn + 1 < rounds else FINE
            )
            covariance = inverse(self._information(data, self._slopes(data, mode), precision))
            groups = [
                learn_effects(name, mode[start:end], covariance[start:end, start:end], spread)
                for name, (start, end), spread in zip(
                    names, pairwise(ends[:3]), spreads, strict=True
                )
            ]
            spreads = [each.spread for each in groups]
            data = replace(data, shrink=shrink(self._own_variance(facts, mode)))
        size = self.formula_.size
        self.years_, self.carriers_ = groups
        self.mode_, self.covariance_ = mode[:size], covariance[:size, :size]
        self.root_ = cholesky(self.covariance_, lower=True)
        self.coef_ = self.mode_
        if len(labels):
            self._average(data, facts, sd)
        return self

    def _average(self, data: _Data, facts: Facts, sd: Floats) -> None:
        """Keep the parameters whose chances come nearest to the average over the uncertainty."""
        value = self.formula_.value(facts, self.mode_)
        shared, own = self._variances(facts, value, self.mode_)
        groups = self.years_.spread**2 + self.carriers_.spread**2
        averaged = expit(log_odds(value.chance) * shrink(shared + own + groups))
        alone = _Data(
            facts,
            averaged,
            data.weight,
            np.empty((len(averaged), 0), dtype=np.intp),
            None,
            np.ones(len(averaged)),
        )
        self.coef_ = self._nearest(alone, self.mode_, self.mode_, LOOSELY / sd**2)

    def _refusals(
        self, rows: Floats, labels: Floats, weight: Floats, reasons: ArrayLike | None
    ) -> Refusals | None:
        if reasons is None:
            return None
        written = np.asarray(reasons)
        factor = np.full(len(written), -1, dtype=np.intp)
        for place, name in enumerate(self.factor_names):
            factor[written == name] = place
        use = (factor >= 0) & (labels == 0)
        if not use.any():
            return None
        return Refusals(self.formula_.facts(rows[use]), factor[use], weight[use])

    # --- the fit ----------------------------------------------------------------------------------

    def _nearest(
        self, data: _Data, start: Floats, mean: Floats, precision: Floats, end: float = FINE
    ) -> Floats:
        """The parameters under which the targets, 0 to 1, are likeliest, held to a normal prior."""

        @lru_cache(maxsize=1)
        def at(coef: bytes) -> _Slopes:
            # loss and information are asked for at one place, one after the other
            return self._slopes(data, np.frombuffer(coef))

        def loss(coef: Floats) -> tuple[float, Floats]:
            value, slope, reasons = at(coef.tobytes())
            odds = log_odds(value.chance) * data.shrink
            chance = expit(odds)
            likely = data.target * -np.logaddexp(0, -odds) - (1 - data.target) * np.logaddexp(
                0, odds
            )
            off = coef - mean
            pull = data.weight * (data.target - chance) * data.shrink
            total = 0.5 * off @ (precision * off) - data.weight @ likely
            gradient = precision * off - slope @ pull
            if reasons is not None:
                total -= reasons.value
                gradient[self._reason_parameters(len(coef))] -= reasons.slope
            return float(total), gradient

        optimum = minimize(
            loss,
            start,
            jac=True,
            hess=lambda coef: self._information(data, at(coef.tobytes()), precision),
            method="trust-exact",
            options={"maxiter": self.max_iter, "gtol": end},
        )
        # the trust region also stops where rounding leaves nothing to gain
        if np.abs(optimum.jac).max() > max(end, STEEP * max(data.weight.sum(), 1.0)):
            warnings.warn(
                f"The fit did not converge in {optimum.nit} steps: {optimum.message}",
                ConvergenceWarning,
                stacklevel=3,
            )
        self.n_iter_ += int(optimum.nit)
        return np.asarray(optimum.x)

    def _slopes(self, data: _Data, coef: Floats) -> _Slopes:
        """The formula with the groups' effects, the slope of its log-odds, (q + m, n), and the reasons."""
        size = self.formula_.size
        shift = coef[size:][data.groups].sum(axis=1)
        value = self.formula_.value(data.facts, coef[:size], shift)
        by_coef, by_shift = self.formula_.slope(data.facts, coef[:size], value)
        slope = np.zeros((len(coef), len(value.chance)))
        slope[:size] = by_coef
        rows = np.arange(len(value.chance))
        for place in data.groups.T:
            slope[size + place, rows] = by_shift
        if data.refusals is None:
            return value, slope, None
        return value, slope, reason_likelihood(self.formula_, data.refusals, coef)

    def _information(self, data: _Data, slopes: _Slopes, precision: Floats) -> Floats:
        """Expected information of the rows, their reasons and the prior, shape (q, q)."""
        value, slope, reasons = slopes
        chance = expit(log_odds(value.chance) * data.shrink)
        scaled = slope * (np.sqrt(data.weight * chance * (1 - chance)) * data.shrink)
        information = scaled @ scaled.T + np.diag(precision)
        if reasons is not None:
            places = self._reason_parameters(len(precision))
            information[np.ix_(places, places)] += reasons.information
        return np.asarray(information)

    def _reason_parameters(self, count: int) -> NDArray[np.intp]:
        """Places of the parameters that reasons tell of: the formula's, and the last ones."""
        factors = len(self.factor_names)
        return np.asarray(np.r_[: self.formula_.size, count - factors : count], dtype=np.intp)

    def _own_variance(self, facts: Facts, coef: Floats, value: Value | None = None) -> Floats:
        """Variance of the log-odds from the firm itself and from the formula, shape (n,)."""
        coef = coef[: self.formula_.size]
        value = self.formula_.value(facts, coef) if value is None else value
        return np.asarray(self.formula_.own_variance(facts, coef, value) + self.overdispersion**2)

    def _variances(self, facts: Facts, value: Value, coef: Floats) -> tuple[Floats, Floats]:
        """Variance of the log-odds from the parameters, and from the firm itself, shape (n,) each."""
        some = np.flatnonzero(facts.unknown.any(axis=0))
        told = self.formula_.slope_if_told(facts, coef, value)
        of_unknown = self.formula_.slope_of_unknown(facts, coef, value, some)
        shared = shared_variance(self.root_, told, some, of_unknown)
        return shared, self._own_variance(facts, coef, value)

    # --- predictions ------------------------------------------------------------------------------

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Chance of each class, shape (n, 2)."""
        X = self._check_features(X)
        chance = self.formula_.value(self.formula_.facts(X), self.coef_).chance
        return np.column_stack([1 - chance, chance])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likelier class, shape (n,)."""
        likelier = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[likelier]
        return labels

    def chances(
        self, X: ArrayLike, coverage: float = 0.9, carriers: ArrayLike | None = None
    ) -> ChanceEstimates:
        """Every firm's chance in a year to come, with its interval and its factors.

        Parameters
        ----------
        X : array of shape (n, p)
        coverage : float
            Part of the uncertainty that the interval holds, /1.
        carriers : array of shape (n,), optional
            Those that the firms apply through; unknown ones if omitted.
        """
        X = self._check_features(X)
        spread = float(-ndtri((1 - coverage) / 2))
        result = ChanceEstimates.empty(len(X), self.factor_names)
        effect, uncertain = self.carriers_.of(carriers, len(X))

        def work(start: int) -> None:
            rows = slice(start, start + ROWS_AT_ONCE)
            facts = self.formula_.facts(X[rows])
            value = self.formula_.value(facts, self.coef_, effect[rows])
            shared, own = self._variances(facts, value, self.coef_)
            variance = shared + own + self.years_.spread**2 + uncertain[rows] ** 2
            middle = centre(value.chance, variance)
            reach = spread * np.sqrt(variance)
            result.probability[rows] = value.chance
            result.low[rows] = logistic(middle - reach)
            result.high[rows] = logistic(middle + reach)
            result.factors[rows] = value.survive.T

        starts = range(0, len(X), ROWS_AT_ONCE)
        if len(starts) < 2:
            list(map(work, starts))
            return result
        # threads of our own, as the products are too small for those of the algebra library
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(cpu_count()) as threads:
            list(threads.map(work, starts))
        return result

    def draws(
        self,
        X: ArrayLike,
        count: int,
        random_state: Any = None,
        carriers: ArrayLike | None = None,
        year: bool = True,
    ) -> Floats:
        """Chances under ``count`` joint draws of all that is uncertain, shape (count, n).

        What is not known of the reviewers, the year and a carrier is shared by all firms of a
        draw; what a firm has not told is its own. ``year``: with the effect of the year to come.
        """
        X = self._check_features(X)
        rng = check_random_state(random_state)
        facts = self.formula_.facts(X)
        effect, uncertain = self.carriers_.of(carriers, len(X))
        value = self.formula_.value(facts, self.coef_, effect)
        slope, _ = self.formula_.slope(facts, self.coef_, value)
        reach = self.root_.T @ slope
        own = self._own_variance(facts, self.coef_, value)
        variance = (reach**2).sum(axis=0) + own + self.years_.spread**2 + uncertain**2
        odds = centre(value.chance, variance)
        odds = odds + rng.standard_normal((count, self.formula_.size)) @ reach
        odds += rng.standard_normal((count, len(X))) * np.sqrt(own)
        names = np.zeros(len(X)) if carriers is None else np.asarray(carriers)
        each, place = np.unique(names, return_inverse=True)
        odds += rng.standard_normal((count, len(each)))[:, place] * uncertain
        shared_year = rng.standard_normal((count, 1)) * self.years_.spread
        return np.asarray(expit(odds + shared_year if year else odds))

    @property
    def factor_names(self) -> tuple[str, ...]:
        """The names of the factors: conditions in their order, the score last."""
        return self.formula_.names + ((SCORE,) if self.formula_.groups else ())

    def _check_features(self, X: ArrayLike) -> Floats:
        check_is_fitted(self)
        # the formula itself refuses what is not finite, rows at a time
        checked: Floats = validate_data(
            self, X, reset=False, ensure_all_finite=False, dtype=np.float64
        )
        return checked
