"""Training: candidates compared by cross-validation, the best fitted; what n allows said in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import StratifiedGroupKFold

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.results import TrainingSummary
from eligibility.domain.text import Message, msgid
from eligibility.readiness.baselines import CONJUNCTION, TITLES, BootstrapClassifier, candidates
from eligibility.readiness.metrics import calibration_bins, measures
from eligibility.readiness.model import FeatureDistribution, Model
from eligibility.readiness.training_data import LEAST_OF_EACH, TrainingData

FOLDS, REPEATS = 5, 3
#: part of the applications, at least, that the later years hold in the split by year
LATER = 0.15
#: digits that are the same on every machine
DIGITS = 6

Progress = Callable[[str, float], None]
Metrics = dict[str, Any]


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
        """What so many applications allow."""
        training = self.model.training
        return Message(
            msgid(
                "{applications} applications, {refused} of them refused: a chance near one half is "
                "known to within ±{width} percentage points."
            ),
            {
                "applications": training.applications,
                "refused": training.applications - training.certifications,
                "width": round(100 * training.half_width),
            },
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
        If fewer than ten applications were certified, or fewer than ten refused.
    """
    _enough(past)
    tried = candidates(past.layout, seed)
    by_folds, left_out = {}, {}
    share = 1 / (len(tried) + 1)
    for place, (name, estimator) in enumerate(tried.items()):
        report = _part(progress, TITLES[name], share * place, share)
        left_out[name] = _left_out(estimator, past, seed, report)
        by_folds[name] = _mean_measures(left_out[name], past)
    best = min(by_folds, key=lambda name: by_folds[name]["log_loss"])
    progress(TITLES[best], 1 - share)
    fitted = _final(best, tried[best], seed).fit(past.features, past.labels)
    readiness = fitted.chances(past.features)
    model = Model(
        fitted,
        past.layout,
        FeatureDistribution.of(past.features),
        TrainingSummary(
            estimator=TITLES[best],
            applications=len(past.labels),
            certifications=int(past.labels.sum()),
            years=(int(past.years.min()), int(past.years.max())),
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
        "folds": FOLDS,
        "repeats": REPEATS,
        "chosen": best,
        "half_width": round(model.training.half_width, DIGITS),
        "by_cross_validation": by_folds,
        "calibration": [
            {name: round(value, DIGITS) for name, value in entry.items()}
            for entry in calibration_bins(past.labels, left_out[best].mean(axis=0))
        ],
        "by_year": _by_year(tried, past),
    }
    return TrainingResult(model, metrics)


def _part(progress: Progress, what: str, start: float, share: float) -> Callable[[float], None]:
    return lambda fraction: progress(what, start + share * fraction)


def _enough(past: TrainingData) -> None:
    certified = int(past.labels.sum())
    refused = len(past.labels) - certified
    if min(certified, refused) < LEAST_OF_EACH:
        raise InputError(
            "{certified} certified and {refused} refused applications; at least {least} of each "
            "are needed to learn anything.",
            certified=certified,
            refused=refused,
            least=LEAST_OF_EACH,
        )


def _final(name: str, estimator: BaseEstimator, seed: int) -> Any:
    return (
        clone(estimator)
        if name == CONJUNCTION
        else BootstrapClassifier(estimator, random_state=seed)
    )


def _left_out(
    estimator: BaseEstimator, past: TrainingData, seed: int, progress: Callable[[float], None]
) -> Floats:
    """Chances of rows that were left out of the fit, shape (repeats, n)."""
    result = np.empty((REPEATS, len(past.labels)))
    for repeat in range(REPEATS):
        # a firm that applied in several years is left out with all of them
        folds = StratifiedGroupKFold(n_splits=FOLDS, shuffle=True, random_state=seed + repeat)
        parts = folds.split(past.features, past.labels, past.firms)
        for place, (rest, left_out) in enumerate(parts):
            progress((repeat + place / FOLDS) / REPEATS)
            fitted = clone(estimator).fit(past.features[rest], past.labels[rest])
            result[repeat, left_out] = fitted.predict_proba(past.features[left_out])[:, 1]
    return result


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
    fitted = clone(estimator).fit(past.features[~later], past.labels[~later])
    chance = fitted.predict_proba(past.features[later])[:, 1]
    metrics = measures(past.labels[later], chance)
    return {name: round(value, DIGITS) for name, value in metrics.items()}


def _width_at_half(low: Floats, high: Floats) -> float:
    """Half the width that the interval of the middle application has where the chance is one half."""
    reach = float(np.median(logit(high) - logit(low))) / 2
    return float(expit(reach)) - 0.5
