"""Model monitoring: new outcomes compared with predictions, and drift of the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from eligibility.domain.arrays import Floats
from eligibility.domain.errors import InputError
from eligibility.domain.results import TrainingSummary
from eligibility.domain.text import Message, Wording, msgid
from eligibility.readiness.features import SCORE, TOTALS
from eligibility.readiness.metrics import calibration_bins, measures
from eligibility.readiness.model import Model, bin_counts
from eligibility.readiness.training_data import TrainingData
from eligibility.schemes.registry import load_scheme

#: outcomes below which nothing can be told
LEAST = 30
#: joint draws of what is not known of the reviewers
DRAWS = 200
#: how unlikely chance must be before it is ruled out, shared by rate, log-loss and features
SURPRISE = 0.01
#: part of the firms outside what was seen from which a model no longer fits its firms
MANY_OUTSIDE = 0.25


@dataclass(frozen=True)
class Drift:
    """Drift of one feature: its name and the p-value of so much change."""

    feature: str
    chance: float


@dataclass(frozen=True)
class MonitoringReport:
    """Result of monitoring: what new outcomes say of a model.

    Attributes
    ----------
    measures : mapping of str to float
        As :func:`measures`, of the new outcomes.
    bins : list of dict
        For the calibration plot.
    expected_log_loss : float
        What the log-loss would be if every chance were right.
    certifications, expected_certifications : float
        Applications certified, and how many the model expected.
    harsher : float
        Probability that the reviewers were harsher than the model holds, /1.
    drift : list of Drift
        The most surprising first.
    retrain : bool
    reasons : list of Message
        Why.
    """

    applications: int
    measures: dict[str, float]
    bins: list[dict[str, float]]
    expected_log_loss: float
    certifications: int
    expected_certifications: float
    harsher: float
    drift: list[Drift]
    retrain: bool
    reasons: list[Message]


def watch(model: Model, past: TrainingData) -> MonitoringReport:
    """Compare predictions for applications under the model's edition with their outcomes.

    Raises
    ------
    InputError
        If the applications are under another edition than the model, or all had one outcome.
    """
    if past.edition != model.training.edition:
        raise InputError(
            "The model knows the rules {known}, the applications fall under {edition}.",
            known=model.training.edition,
            edition=past.edition,
        )
    certified, features = past.labels[past.own], past.features[past.own]
    if not certified.any() or certified.all():
        raise InputError("All applications of the file had the same outcome; nothing to compare.")
    chance = model.estimator.chances(features).probability
    draws = model.estimator.draws(features, DRAWS, 0)
    metrics = measures(certified, chance)
    loss, spread = _expected_loss(chance, draws)
    drift = _drift(model, features)
    outside = float(model.distribution.outside(features).any(axis=1).mean())
    moved = [entry.feature for entry in drift if entry.chance < SURPRISE / 3 / len(drift)]
    reasons = _reasons(
        certified.sum(), chance, draws, metrics["log_loss"], loss, spread,
        _titles(moved, model.training), outside,
    )  # fmt: skip
    count = len(certified)
    own = past.sha256 == model.training.sha256
    retrain = bool(reasons) and count >= LEAST and not own
    if own:
        same = msgid("The model was trained on this very file, so that agreement says nothing.")
        reasons = [Message(same)]
    elif count < LEAST:
        sentence = msgid("Only {count} outcomes; at least {least} are needed to tell.")
        reasons = [Message(sentence, {"count": count, "least": LEAST})]
    elif not reasons:
        sentence = msgid(
            "What came out agrees with what was said, as far as {count} outcomes tell."
        )
        reasons = [Message(sentence, {"count": count})]
    return MonitoringReport(
        applications=count,
        measures=metrics,
        bins=calibration_bins(certified, chance),
        expected_log_loss=loss,
        certifications=int(certified.sum()),
        expected_certifications=float(chance.sum()),
        harsher=_harsher(int(certified.sum()), chance, draws),
        drift=drift,
        retrain=retrain,
        reasons=reasons,
    )


def _expected_loss(chance: Floats, draws: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the log-loss were the model as right as it claims to be.

    The truth may then be any of its draws, and outcomes fall by that truth.
    """
    odds = np.log(chance / (1 - chance))
    each = -(draws * odds + np.log1p(-chance)).mean(axis=1)
    by_outcome = (draws * (1 - draws) * odds**2).sum(axis=1).mean() / len(chance) ** 2
    return float(each.mean()), float(np.sqrt(each.var() + by_outcome))


def _harsher(certifications: int, chance: Floats, draws: Floats) -> float:
    """Probability that fewer are certified than the chances say for another reason than luck."""
    by_outcome = (draws * (1 - draws)).sum(axis=1).mean()
    deviation = np.sqrt(draws.sum(axis=1).var() + by_outcome)
    return float(norm.cdf((chance.sum() - certifications) / deviation))


def _drift(model: Model, values: Floats) -> list[Drift]:
    """Features whose counts between the deciles of the past are surprising."""
    then, now = model.distribution.counts, bin_counts(values, model.distribution.edges)
    result = []
    for name, old, new in zip(model.layout.names, then, now, strict=True):
        if not (old.any() and new.any()):
            # without firms on either side nothing has changed
            result.append(Drift(name, 1.0))
            continue
        used = (old + new) > 0
        table = np.stack([old[used], new[used]]).astype(float)
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
        statistic = ((table - expected) ** 2 / expected).sum()
        result.append(Drift(name, float(chi2.sf(statistic, max(int(used.sum()) - 1, 1)))))
    return sorted(result, key=lambda drift: drift.chance)


def _reasons(
    certifications: int,
    chance: Floats,
    draws: Floats,
    log_loss: float,
    loss: float,
    spread: float,
    changes: Wording | None,
    outside: float,
) -> list[Message]:
    result = []
    limit = float(norm.isf(SURPRISE / 3 / 2))
    by_outcome = (draws * (1 - draws)).sum(axis=1).mean()
    deviation = float(np.sqrt(draws.sum(axis=1).var() + by_outcome))
    if abs(certifications - chance.sum()) > limit * deviation:
        sentence = msgid("{certified} were certified where {expected} were expected.")
        result.append(
            Message(
                sentence, {"certified": certifications, "expected": round(float(chance.sum()), 1)}
            )
        )
    if log_loss - loss > limit * spread:
        sentence = msgid(
            "Its log-loss is {found}, and would be {expected} if its chances were right."
        )
        result.append(Message(sentence, {"found": f"{log_loss:.3f}", "expected": f"{loss:.3f}"}))
    if changes is not None:
        sentence = msgid("Firms have changed in: {features}.")
        result.append(Message(sentence, {"features": changes}))
    if outside > MANY_OUTSIDE:
        sentence = msgid("Firms outside what the model has seen: {share}%.")
        result.append(Message(sentence, {"share": round(100 * outside)}))
    return result


def _titles(features: Sequence[str], training: TrainingSummary) -> Wording | None:
    """The conditions and items that features tell of, by their titles; None where there are none."""
    law = load_scheme(training.scheme).edition(training.edition)
    stems = [SCORE if name in TOTALS else name.partition(".")[0] for name in features]
    titles = [
        (law.conditions_by_id.get(stem) or law.items[stem]).title for stem in dict.fromkeys(stems)
    ]
    if not titles:
        return None
    return Wording(
        zh="、".join(title.zh for title in titles), en=", ".join(title.en for title in titles)
    )
