"""Model monitoring: new outcomes compared with predictions, and drift of the features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from eligibility.domain.arrays import Floats
from eligibility.domain.errors import InputError
from eligibility.domain.text import Message, msgid
from eligibility.readiness.metrics import calibration_bins, measures
from eligibility.readiness.model import Model, counted
from eligibility.readiness.training_data import Past

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
class Watch:
    """Result of monitoring: what new outcomes say of a model.

    Attributes
    ----------
    measures : mapping of str to float
        As :func:`measures`, of the new outcomes.
    bins : list of dict
        For the calibration plot.
    expected_log_loss : float
        What the log-loss would be if every chance were right.
    certified, expected : float
        Applications certified, and how many the model expected.
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
    certified: int
    expected: float
    drift: list[Drift]
    retrain: bool
    reasons: list[Message]


def watch(model: Model, past: Past) -> Watch:
    """Compare predictions for applications under the model's edition with their outcomes.

    Raises
    ------
    InputError
        If the applications are under another edition than the model, or all had one outcome.
    """
    if past.edition != model.learned.edition:
        raise InputError(
            "The model knows the rules {known}, the applications fall under {edition}.",
            known=model.learned.edition,
            edition=past.edition,
        )
    certified, features = past.certified[past.own], past.features[past.own]
    if not certified.any() or certified.all():
        raise InputError("All applications of the file had the same outcome; nothing to compare.")
    chance = model.estimator.chances(features).probability
    draws = model.estimator.draws(features, DRAWS, 0)
    found = measures(certified, chance)
    loss, spread = _expected_loss(chance, draws)
    drift = _drift(model, features)
    outside = float(model.seen.outside(features).any(axis=1).mean())
    reasons = _reasons(
        certified.sum(), chance, draws, found["log_loss"], loss, spread, drift, outside
    )
    count = len(certified)
    own = past.sha256 == model.learned.sha256
    retrain = bool(reasons) and count >= LEAST and not own
    if own:
        same = msgid("The model was trained on this very file, so that agreement says nothing.")
        reasons = [Message(same)]
    elif count < LEAST:
        said = msgid("Only {count} outcomes; at least {least} are needed to tell.")
        reasons = [Message(said, {"count": count, "least": LEAST})]
    elif not reasons:
        said = msgid("What came out agrees with what was said, as far as {count} outcomes tell.")
        reasons = [Message(said, {"count": count})]
    return Watch(
        applications=count,
        measures=found,
        bins=calibration_bins(certified, chance),
        expected_log_loss=loss,
        certified=int(certified.sum()),
        expected=float(chance.sum()),
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


def _drift(model: Model, values: Floats) -> list[Drift]:
    """Features whose counts between the deciles of the past are surprising."""
    then, now = model.seen.counts, counted(values, model.seen.edges)
    made = []
    for name, old, new in zip(model.layout.names, then, now, strict=True):
        used = (old + new) > 0
        table = np.stack([old[used], new[used]]).astype(float)
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
        statistic = ((table - expected) ** 2 / expected).sum()
        made.append(Drift(name, float(chi2.sf(statistic, max(int(used.sum()) - 1, 1)))))
    return sorted(made, key=lambda drift: drift.chance)


def _reasons(
    certified: int,
    chance: Floats,
    draws: Floats,
    log_loss: float,
    loss: float,
    spread: float,
    drift: list[Drift],
    outside: float,
) -> list[Message]:
    made = []
    limit = float(norm.isf(SURPRISE / 3 / 2))
    by_outcome = (draws * (1 - draws)).sum(axis=1).mean()
    deviation = float(np.sqrt(draws.sum(axis=1).var() + by_outcome))
    if abs(certified - chance.sum()) > limit * deviation:
        said = msgid("{certified} were certified where {expected} were expected.")
        made.append(
            Message(said, {"certified": certified, "expected": round(float(chance.sum()), 1)})
        )
    if log_loss - loss > limit * spread:
        said = msgid("Its log-loss is {found}, and would be {expected} if its chances were right.")
        made.append(Message(said, {"found": f"{log_loss:.3f}", "expected": f"{loss:.3f}"}))
    moved = [entry.feature for entry in drift if entry.chance < SURPRISE / 3 / len(drift)]
    if moved:
        said = msgid("Firms have changed in: {features}.")
        made.append(Message(said, {"features": ", ".join(moved)}))
    if outside > MANY_OUTSIDE:
        said = msgid("Firms outside what the model has seen: {share}%.")
        made.append(Message(said, {"share": round(100 * outside)}))
    return made
