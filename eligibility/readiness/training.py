"""Training: the law-anchored model, and another only where outcomes show it better; in words.

The conjunction stands from no outcome at all. Other estimators are tried once there are ten of each
outcome, and one is taken if it is better by more than a standard error of the paired differences,
firm by firm left out with all its applications, and not worse on the later years.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.results import TrainingSummary
from eligibility.domain.text import Message, msgid
from eligibility.readiness.baselines import (
    BASE_RATE,
    TITLES,
    BootstrapClassifier,
    candidates,
)
from eligibility.readiness.conjunction import (
    CONJUNCTION,
    USUAL_OVERDISPERSION,
    ConjunctionClassifier,
)
from eligibility.readiness.formula import LEAST
from eligibility.readiness.metrics import calibration_bins, measures
from eligibility.readiness.model import FeatureDistribution, Model
from eligibility.readiness.overdispersion import learn_overdispersion
from eligibility.readiness.recency import learn_recency, recency_weights
from eligibility.readiness.training_data import TrainingData

#: applications of each outcome from which other estimators are tried
LEAST_OF_EACH = 10
FOLDS, REPEATS = 5, 3
#: joint draws by which the overdispersion is learned
DRAWS = 100
#: part of the applications, at least, that the later years hold in the split by year
LATER = 0.15
#: digits that are the same on every machine
DIGITS = 6

Progress = Callable[[str, float], None]
Metrics = dict[str, Any]
Split = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True)
class TrainingResult:
    """A model and how it was chosen.

    Attributes
    ----------
    metrics : dict
        JSON-ready: ``by_cross_validation`` and ``by_year`` hold the measures of every candidate,
        ``chosen`` names one; the same file and seed give the same bytes.
    """

    model: Model
    metrics: Metrics

    @property
    def words(self) -> Message:
        """What so many outcomes allow; precision comes from the rarer outcome, the refusals mostly."""
        training = self.model.training
        values = {
            "applications": training.applications,
            "refused": training.applications - training.certifications,
            "width": round(100 * training.half_width),
        }
        if not training.applications:
            return Message(
                msgid(
                    "0 outcomes: the chances are what the law alone suggests; near one half they are "
                    "known to within ±{width} percentage points."
                ),
                values,
            )
        if self.metrics["chosen"] == BASE_RATE:
            return Message(
                msgid(
                    "{refused} refusals among {applications} outcomes: nothing in the figures told "
                    "refused firms from certified ones, so all have the same chance."
                ),
                values,
            )
        return Message(
            msgid(
                "{refused} refusals among {applications} outcomes: a chance near one half is known "
                "to within ±{width} percentage points."
            ),
            values,
        )


def train(
    past: TrainingData, scheme: str, seed: int = 0, progress: Progress = lambda _what, _share: None
) -> TrainingResult:
    """Compare the candidates on past applications and fit the best of them to all.

    Parameters
    ----------
    past : Past
    scheme : str
    seed : int
        Of folds and resamples.
    progress : callable
        Told what is being done and the part that is done, /1, before every fit of the comparison;
        what it raises ends the training.

    Raises
    ------
    InputError
        If there are applications and not one of them can be used.
    """
    if not len(past.labels) and past.batch.rejects.num_rows:
        raise InputError(
            "None of the {count} applications can be used; the first is refused because: {why}",
            count=past.batch.rejects.num_rows,
            why=past.batch.issues[0].sentence,
        )
    # threads that wait for one another take many times what one alone does on so few rows, and a
    # fold that does not converge loses the comparison without a line of warning each
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _train(past, scheme, seed, progress)


def _train(past: TrainingData, scheme: str, seed: int, progress: Progress) -> TrainingResult:
    labels = past.labels
    tried = candidates(past.layout, seed) if _enough(labels) else {}
    tried = {CONJUNCTION: ConjunctionClassifier(past.layout)} | tried
    left_out, by_folds = {}, {}
    folds = int(min(FOLDS, labels.sum(), (~labels).sum(), len(np.unique(past.firms))))
    share = 1 / (len(tried) + 1)
    draws = np.empty((DRAWS, len(labels)))
    if folds > 1:
        splits = _splits(past, folds, seed)
        for place, (name, estimator) in enumerate(tried.items()):
            report = _part(progress, TITLES[name], share * place, share)
            kept = draws if name == CONJUNCTION else None
            left_out[name] = _left_out(estimator, past, splits, seed, report, kept)
            by_folds[name] = _mean_measures(left_out[name], past)
    by_year = _by_year(tried, past) if folds > 1 else None
    best = _choice(left_out, by_year, past)
    progress(TITLES[best], 1 - share)
    overdispersion = USUAL_OVERDISPERSION
    if folds > 1:
        overdispersion = learn_overdispersion(past.features, labels, draws, overdispersion)
    recency = learn_recency(past, _chances_of_all)
    fitted = _final(best, tried[best], past, overdispersion, seed, recency.half_life)
    readiness = fitted.chances(past.features if len(labels) else _typical(past))
    model = Model(
        fitted,
        past.layout,
        FeatureDistribution.of(past.features),
        TrainingSummary(
            estimator=TITLES[best],
            applications=len(past.labels),
            certifications=int(past.labels.sum()),
            years=(int(past.years.min()), int(past.years.max())) if len(labels) else (0, 0),
            synthetic=past.synthetic,
            half_width=_width_at_half(readiness.low, readiness.high),
            scheme=scheme,
            edition=past.edition,
            sha256=past.sha256,
            elsewhere=past.elsewhere,
        ),
    )
    metrics = {
        "applications": len(past.labels),
        "certified": int(past.labels.sum()),
        "under_other_editions": past.elsewhere,
        "left_out": {"no_outcome": past.unknown},
        "seed": seed,
        "folds": max(folds, 0),
        "repeats": REPEATS,
        "chosen": best,
        "half_width": round(model.training.half_width, DIGITS),
        "by_cross_validation": by_folds,
        "overdispersion": round(overdispersion, DIGITS),
        "years": _rates(past),
        "recency": {
            name: round(value, DIGITS) if isinstance(value, float) else value
            for name, value in asdict(recency).items()
        },
        "blanks": _blanks(past),
        "calibration": [
            {name: round(value, DIGITS) for name, value in entry.items()}
            for entry in (
                calibration_bins(past.labels, left_out[best].mean(axis=0)) if left_out else []
            )
        ],
        "by_year": by_year,
    }
    return TrainingResult(model, metrics)


def _part(progress: Progress, what: str, start: float, share: float) -> Callable[[float], None]:
    return lambda fraction: progress(what, start + share * fraction)


def _enough(labels: Bools) -> bool:
    """Whether another estimator than the law-anchored one has anything to learn from."""
    return bool(min(labels.sum(), (~labels).sum()) >= LEAST_OF_EACH)


def _fit(estimator: Any, past: TrainingData, rows: Any, weight: Floats | None = None) -> Any:
    """A copy of the estimator, fitted to these rows with all that it can use of them."""
    fitted = clone(estimator)
    if isinstance(fitted, ConjunctionClassifier):
        if not len(past.labels[rows]):
            return fitted.fit_prior(past.features.shape[1])
        return fitted.fit(
            past.features[rows],
            past.labels[rows],
            weight,
            years=past.years[rows],
            carriers=past.carriers[rows],
            reasons=past.reasons[rows],
        )
    return fitted.fit(past.features[rows], past.labels[rows])


def _chances_of_all(past: TrainingData, rows: Bools, weight: Floats) -> Floats:
    """Chances by the law-anchored estimator, learned from some rows with weights."""
    fitted = _fit(ConjunctionClassifier(past.layout), past, rows, weight)
    return np.asarray(fitted.predict_proba(past.features)[:, 1])


def _final(
    name: str,
    estimator: Any,
    past: TrainingData,
    overdispersion: float,
    seed: int,
    half_life: float | None,
) -> Any:
    if name == CONJUNCTION:
        anchored = clone(estimator).set_params(overdispersion=overdispersion)
        return _fit(anchored, past, slice(None), recency_weights(past.years, half_life))
    made = BootstrapClassifier(estimator, overdispersion=overdispersion, random_state=seed)
    return made.fit(past.features, past.labels, groups=past.firms)


def _typical(past: TrainingData) -> Floats:
    """Where there are no applications: a firm of which nothing is known."""
    nobody = np.zeros((1, past.features.shape[1]))
    nobody[:, past.layout.margins] = np.nan
    for group in past.layout.groups:
        nobody[:, group.high] = group.ceiling / len(group.high)
    return nobody


def _splits(past: TrainingData, folds: int, seed: int) -> list[Split]:
    """Folds of every repeat; a firm that applied in several years is left out with all of them."""
    kinds = (
        StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed + repeat)
        for repeat in range(REPEATS)
    )
    return [list(kind.split(past.features, past.labels, past.firms)) for kind in kinds]


def _left_out(
    estimator: BaseEstimator,
    past: TrainingData,
    splits: Sequence[Split],
    seed: int,
    progress: Callable[[float], None],
    draws: Floats | None,
) -> Floats:
    """Chances of rows that were left out of the fit, shape (repeats, n); ``draws`` is filled."""
    result = np.empty((REPEATS, len(past.labels)))
    for repeat, parts in enumerate(splits):
        for place, (rest, left_out) in enumerate(parts):
            progress((repeat + place / len(parts)) / REPEATS)
            if len(np.unique(past.labels[rest])) < 2 and not isinstance(
                estimator, ConjunctionClassifier
            ):
                result[repeat, left_out] = past.labels[rest].mean()
                continue
            fitted = _fit(estimator, past, rest)
            result[repeat, left_out] = fitted.predict_proba(past.features[left_out])[:, 1]
            if draws is not None and repeat == 0:
                draws[:, left_out] = fitted.draws(past.features[left_out], len(draws), seed)
    return result


def _choice(left_out: dict[str, Floats], by_year: Metrics | None, past: TrainingData) -> str:
    """The law-anchored one, unless another is better by more than a standard error."""
    losses = {name: _losses(chance, past.labels) for name, chance in left_out.items()}
    others = [name for name in losses if name != CONJUNCTION]
    if not others:
        return CONJUNCTION
    best = min(others, key=lambda name: losses[name].mean())
    gain = losses[CONJUNCTION] - losses[best]
    # applications of one firm are one piece of evidence
    by_firm = np.bincount(past.firms, gain)
    error = float(np.sqrt(((by_firm - by_firm.mean()) ** 2).sum())) / len(gain)
    if gain.mean() <= error:
        return CONJUNCTION
    if by_year is not None:
        later = {name: by_year["candidates"][name]["log_loss"] for name in (CONJUNCTION, best)}
        if later[best] > later[CONJUNCTION]:
            return CONJUNCTION
    return best


def _losses(chance: Floats, labels: Bools) -> Floats:
    """Log-loss of each application, the mean of the repeats, shape (n,)."""
    right = np.clip(np.where(labels, chance, 1 - chance), LEAST, 1)
    return np.asarray(-np.log(right).mean(axis=0))


def _rates(past: TrainingData) -> list[dict[str, int]]:
    """Applications and certificates by year."""
    return [
        {
            "year": int(year),
            "applications": int((past.years == year).sum()),
            "certified": int(past.labels[past.years == year].sum()),
        }
        for year in np.unique(past.years)
    ]


def _blanks(past: TrainingData) -> dict[str, float]:
    """Share of applications in which a condition is undetermined, /1, where there are any."""
    shares = np.isnan(past.features).mean(axis=0) if len(past.features) else []
    return {
        name: round(float(share), DIGITS)
        for name, share in zip(past.layout.names, shares, strict=False)
        if share > 0
    }


def _mean_measures(chances: Floats, past: TrainingData) -> Metrics:
    """The mean of the repeats, and how far their log-losses spread."""
    each = [measures(past.labels, chance) for chance in chances]
    result = {name: round(float(np.mean([one[name] for one in each])), DIGITS) for name in each[0]}
    spread = np.std([one["log_loss"] for one in each])
    return {**result, "log_loss_spread": round(float(spread), DIGITS)}


def _by_year(candidates: dict[str, BaseEstimator], past: TrainingData) -> Metrics | None:
    """Trained on earlier years, tried on the later ones; None where that cannot be done."""
    for first in np.unique(past.years)[::-1]:
        later = past.years >= first
        both = [past.labels[rows] for rows in (later, ~later)]
        if later.mean() >= LATER and all(
            min(outcome.sum(), (~outcome).sum()) >= LEAST_OF_EACH for outcome in both
        ):
            break
    else:
        return None
    return {
        "tried_on_from": int(first),
        "applications": int(later.sum()),
        "candidates": {
            name: _tried_later(estimator, past, later) for name, estimator in candidates.items()
        },
    }


def _tried_later(estimator: BaseEstimator, past: TrainingData, later: Bools) -> Metrics:
    fitted = _fit(estimator, past, ~later)
    chance = fitted.predict_proba(past.features[later])[:, 1]
    metrics = measures(past.labels[later], chance)
    return {name: round(value, DIGITS) for name, value in metrics.items()}


def _width_at_half(low: Floats, high: Floats) -> float:
    """Half the width that the interval of the middle application has where the chance is one half."""
    reach = float(np.median(logit(high) - logit(low))) / 2
    return float(expit(reach)) - 0.5
