"""The readiness estimator against stock ones and against the truth: ``make benchmark-readiness``.

- *The law's process*: excess log-loss over the oracle (the true chance of each row), calibration
  error and the part of the rows whose true chance the 90 % interval holds, on 20,000 applications
  that nobody trained on; medians of five seeds, their range in brackets.
- *Another process*: strengths that make up for one another, 30 % blank cells, 5 % wrong labels; what
  training chooses, against the best stock estimator.
- *Speed*: a million firms with chance, interval and weakest factor, against the chances of a scaled
  logistic regression on the same features.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from eligibility.assessment.assess import assess_table  # noqa: E402
from eligibility.readiness.baselines import CONJUNCTION, candidates  # noqa: E402
from eligibility.readiness.conjunction import ConjunctionClassifier  # noqa: E402
from eligibility.readiness.features import features, layout  # noqa: E402
from eligibility.readiness.metrics import measures  # noqa: E402
from eligibility.readiness.training import train  # noqa: E402
from eligibility.readiness.training_data import TrainingData  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.simulation.applications import Kind, simulate  # noqa: E402

TESTED = 20_000
LAW = load_scheme().edition("e2016")
LAYOUT = layout(LAW)
#: training sizes whose choice by cross-validation is tried too
CHOSEN_AT = (200, 600)


def main() -> None:
    """Run everything and print its lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 600, 2000])
    arguments = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(
        f"{machine}, Python {platform.python_version()}, {arguments.seeds} seeds, medians (range)"
    )
    for size in arguments.sizes:
        compared("law", size, arguments.seeds)
    compared("compensating", 600, arguments.seeds)
    speed()


def applications(rows: int, seed: int, kind: Kind) -> tuple[TrainingData, np.ndarray]:
    """Invented applications as training reads them, and their true chances."""
    made = simulate(rows, seed, kind)
    (found,) = assess_table(made.firms)
    past = TrainingData(
        features=features(found),
        labels=made.labels,
        years=made.applied_year,
        firms=np.arange(rows),
        layout=LAYOUT,
        edition=LAW.id,
        synthetic=True,
        older=0,
        unknown=0,
        sha256="",
        batch=None,  # type: ignore[arg-type]
    )
    return past, made.chance


def stock(seed: int) -> dict[str, Any]:
    """Estimators of scikit-learn: those that training compares, and two more."""
    made: dict[str, Any] = {
        name: estimator
        for name, estimator in candidates(LAYOUT, seed).items()
        if name not in (CONJUNCTION, "base rate")
    }
    made["boosting, as it comes"] = HistGradientBoostingClassifier(random_state=seed)
    made["random forest"] = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        RandomForestClassifier(300, min_samples_leaf=5, n_jobs=-1, random_state=seed),
    )
    return made


def compared(kind: Kind, size: int, seeds: int) -> None:
    """Every estimator on one process and size of training."""
    losses: dict[str, list[float]] = {}
    errors: dict[str, list[float]] = {}
    held: list[float] = []
    held_by_chosen: list[float] = []
    chosen: list[str] = []
    oracle = []
    for seed in range(seeds):
        past, _ = applications(size, seed, kind)
        tested, truth = applications(TESTED, 1000 + seed, kind)
        oracle.append(measures(tested.labels, truth)["log_loss"])
        said = ConjunctionClassifier(LAYOUT).fit(past.features, past.labels)
        found = said.chances(tested.features)
        held.append(float(np.mean((found.low <= truth) & (truth <= found.high))))
        chances = {CONJUNCTION: found.probability}
        for name, estimator in stock(seed).items():
            fitted = clone(estimator).fit(past.features, past.labels)
            chances[name] = fitted.predict_proba(tested.features)[:, 1]
        if size in CHOSEN_AT:
            trained = train(past, "hnte", seed)
            chosen.append(trained.metrics["chosen"])
            told = trained.model.estimator.chances(tested.features)
            chances["chosen by training"] = told.probability
            held_by_chosen.append(float(np.mean((told.low <= truth) & (truth <= told.high))))
        for name, chance in chances.items():
            found_here = measures(tested.labels, chance)
            losses.setdefault(name, []).append(found_here["log_loss"])
            errors.setdefault(name, []).append(found_here["calibration_error"])
    print(f"\n{kind} process, trained on {size}; oracle log-loss {spread(oracle)}")
    for name, values in sorted(losses.items(), key=lambda entry: statistics.median(entry[1])):
        excess = [value - best for value, best in zip(values, oracle, strict=True)]
        line = f"  {name:24s} excess {spread(excess)}  calibration error {spread(errors[name])}"
        holds = {CONJUNCTION: held, "chosen by training": held_by_chosen}.get(name)
        print(line + (f"  90 % intervals hold {spread(holds)}" if holds else ""))
    summary(kind, losses, oracle, chosen)


def summary(
    kind: Kind, losses: dict[str, list[float]], oracle: list[float], chosen: list[str]
) -> None:
    """The chosen one, or the conjunction, against the best stock one."""
    ours = losses.get("chosen by training", losses[CONJUNCTION])
    apart = {CONJUNCTION, "chosen by training"}
    best = min((n for n in losses if n not in apart), key=lambda n: statistics.median(losses[n]))
    if kind == "law":
        parts = [
            (mine - least) / (theirs - least)
            for mine, theirs, least in zip(ours, losses[best], oracle, strict=True)
        ]
        print(f"  part of the excess of the best stock one ({best}): {spread(parts)} (bound 0.5)")
    else:
        ratios = [mine / theirs for mine, theirs in zip(ours, losses[best], strict=True)]
        print(f"  log-loss over that of the best stock one ({best}): {spread(ratios)} (bound 1.03)")
    if chosen:
        print(f"  chosen: {', '.join(chosen)}")


def speed(rows: int = 1_000_000, runs: int = 5) -> None:
    """A million firms by the conjunction and by logistic regression."""
    past, _ = applications(600, 0, "law")
    tested, _ = applications(TESTED, 1000, "law")
    values = np.tile(tested.features, (rows // TESTED, 1))
    # the reference knows no blanks
    filled = np.nan_to_num(values)
    ours = ConjunctionClassifier(LAYOUT).fit(past.features, past.labels)
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    reference.fit(np.nan_to_num(past.features), past.labels)

    def whole() -> None:
        ours.chances(values).factors.argmin(axis=1)

    times = [(timed(whole), timed(lambda: reference.predict_proba(filled))) for _ in range(runs)]
    mine, theirs = zip(*times, strict=True)
    ratios = [a / b for a, b in times]
    print(
        f"\n{rows:,} firms, chance, interval and weakest factor: {spread(mine)} s; "
        f"scaled logistic regression {spread(theirs)} s; ratio {spread(ratios)} (bound 5)"
    )


def timed(work: Any) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spread(values: Iterable[float]) -> str:
    """Median and range."""
    held = list(values)
    return f"{statistics.median(held):.3f} ({min(held):.3f}–{max(held):.3f})"


if __name__ == "__main__":
    main()
