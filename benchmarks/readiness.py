"""The readiness estimator against its peers and against the truth: ``make benchmark-readiness``.

Hidden processes (:mod:`hidden_processes`) decide what becomes of invented firms; their true chances
are known. Of every process, size of training and seed one line of JSON is written, so that the run
can be cut into parts (``--cases``, ``--sizes``, ``--seeds 0-10``) and what is there is not done again;
``--table`` prints what all lines come to:

- *excess*: log-loss over that of the true chances, of next year's applicants with no unmet condition;
- *coverage*: the part of true chances that the 90 % interval holds, of applicants and of all firms were
  they to apply; and of all firms by their chance whether or not they apply, which differs where cells
  are blank, as who applies has mostly seen that they hold;
- *year*: whether the 80 % interval of the number certified among 600 firms, of whom some apply, holds
  what came; the sum over all of them without who applies stands beside it;
- *peers*: monotone XGBoost, LightGBM, CatBoost and EBM on the same features, where installed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import hidden_processes  # noqa: E402
import tuning_processes  # noqa: E402
import validation_processes  # noqa: E402
from hidden_processes import Cohort, cohort  # noqa: E402

from eligibility.city.application_model import ApplicationHistory, ApplicationModel  # noqa: E402
from eligibility.city.forecast import forecast  # noqa: E402
from eligibility.city.settings import load_city  # noqa: E402
from eligibility.domain.arrays import place_of_least  # noqa: E402
from eligibility.readiness.conjunction import (  # noqa: E402
    USUAL_OVERDISPERSION,
    ConjunctionClassifier,
)
from eligibility.readiness.features import layout  # noqa: E402
from eligibility.readiness.overdispersion import learn_overdispersion  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402

#: those that judge come first; the estimator's settings were tuned on the second, and checked on the last
CASES = {**hidden_processes.CASES, **tuning_processes.CASES, **validation_processes.CASES}
LAW = load_scheme().edition("e2016")
LAYOUT = layout(LAW)
CITY = load_city()
SIZES = (20, 60, 150, 200, 600)
TESTED, POOL, DRAWS = 4000, 600, 100
OURS, BASE = "law-anchored", "base rate"
#: with reasons: a condition as likely as it fails, or the first that failed, which nobody tells
NAMED, FIRST = "law-anchored, reasons", "law-anchored, first reasons"


def main() -> None:
    """Run the parts asked for, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", default=list(hidden_processes.CASES))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seeds", default="0-10", help="from-to, the last left out")
    parser.add_argument("--results", type=Path, default=Path("readiness-benchmark.jsonl"))
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--table", action="store_true", help="only print what is there")
    parser.add_argument("--no-speed", action="store_true")
    arguments = parser.parse_args()
    if not arguments.table:
        first, last = map(int, arguments.seeds.split("-"))
        done = {_key(line) for line in _lines(arguments.results)}
        with arguments.results.open("a", encoding="utf-8") as output, threadpool_limits(1):
            # seed by seed, so that a run that was cut short has a little of everything
            for seed, case, size in product(range(first, last), arguments.cases, arguments.sizes):
                for line in measure(case, size, seed, done, peers=not arguments.no_peers):
                    print(json.dumps(line), file=output, flush=True)
    table([*_lines(arguments.results)])
    if not arguments.no_speed:
        speed()


def measure(
    case: str, size: int, seed: int, done: set[tuple[Any, ...]], *, peers: bool
) -> Iterator[dict[str, Any]]:
    """One line for each estimator that is not done."""
    makers = dict.fromkeys((OURS, NAMED, FIRST, BASE)) | (peer_estimators(seed) if peers else {})
    names = [name for name in makers if (case, size, seed, name) not in done]
    if not names:
        return
    known = cohort(CASES[case], 3 * max(size, 20), seed, LAW)
    trained = known.of(np.flatnonzero(known.applies)[:size])
    reasons = {OURS: None, NAMED: trained.reasons, FIRST: trained.first_reasons}
    if not (trained.reasons != "").any():
        names = [name for name in names if name not in (NAMED, FIRST)]
    tested = tested_cohort(case, seed)
    usual = tested.applies & ~tested.unmet
    for name in names:
        line = {"case": case, "size": size, "seed": seed, "name": name}
        start = time.process_time()
        if name in reasons:
            line |= of_ours(trained, known, tested, reasons[name])
            chance = line.pop("chance")
        elif name == BASE:
            chance = np.full(TESTED, (trained.labels.sum() + 0.5) / (size + 1))
        elif len(np.unique(trained.labels)) < 2:
            continue
        else:
            fitted = makers[name].fit(trained.features, trained.labels.astype(int))
            chance = fitted.predict_proba(tested.features)[:, 1]
        excess = float(_excess(tested.chance_if_applied[usual], chance[usual]).mean())
        yield line | {"excess": excess, "seconds": time.process_time() - start}


@lru_cache(1)
def tested_cohort(case: str, seed: int) -> Cohort:
    """Firms of the year after the last, the same for every size of training."""
    return cohort(CASES[case], TESTED, seed, LAW, next_year=True)


def of_ours(
    trained: Cohort, known: Cohort, tested: Cohort, reasons: np.ndarray | None
) -> dict[str, Any]:
    """Chances, coverage and the year of the law-anchored estimator, its overdispersion learned."""
    groups = {"years": trained.years, "carriers": trained.carriers}
    if reasons is not None:
        groups["reasons"] = reasons
    overdispersion = _learned(trained, groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ConjunctionClassifier(LAYOUT, overdispersion=overdispersion).fit(
            trained.features, trained.labels, **groups
        )
    found = fitted.chances(tested.features, carriers=tested.carriers)
    inside, whether_or_not = (
        (found.low <= truth) & (truth <= found.high)
        for truth in (tested.chance_if_applied, tested.chance)
    )
    pool = tested.of(np.arange(POOL))
    model = ApplicationModel(
        CITY.assumed_applications, ApplicationHistory(known.traits, known.applies)
    )
    applies = model.draws(pool.traits, DRAWS)
    certified = fitted.draws(pool.features, DRAWS, 0, pool.carriers, year=False)
    year = forecast(
        np.where(pool.unmet, 0.0, certified * applies),
        target=1,
        year_shock=CITY.forecast.year_shock.value,
    )
    return {
        "chance": found.probability,
        "overdispersion": overdispersion,
        "of_applicants": float(inside[tested.applies].mean()),
        "of_all": float(inside.mean()),
        "of_all_whether_or_not": float(whether_or_not.mean()),
        "expected": year.mean,
        "interval": year.interval(0.8),
        "without_applying": float(np.where(pool.unmet, 0.0, certified).mean(axis=0).sum()),
        "came": int((pool.labels & pool.applies).sum()),
        "law": float(1 / (1 + np.exp(-fitted.mode_[fitted.slices_["law"]][0]))),
    }


def _learned(trained: Cohort, groups: dict[str, Any]) -> float:
    """The overdispersion, from five folds."""
    fold = np.arange(len(trained.labels)) % 5
    if len(trained.labels) < 50:
        return USUAL_OVERDISPERSION
    draws = np.empty((DRAWS, len(fold)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for each in range(5):
            rest = fold != each
            part = {name: values[rest] for name, values in groups.items()}
            fitted = ConjunctionClassifier(LAYOUT).fit(
                trained.features[rest], trained.labels[rest], **part
            )
            draws[:, ~rest] = fitted.draws(trained.features[~rest], DRAWS, 0)
    return learn_overdispersion(trained.features, trained.labels, draws, USUAL_OVERDISPERSION)


def peer_estimators(seed: int) -> dict[str, Any]:
    """Monotone boosters and EBM, regularised for some hundred rows; none where not installed."""
    try:
        from catboost import CatBoostClassifier
        from interpret.glassbox import ExplainableBoostingClassifier
        from lightgbm import LGBMClassifier
        from xgboost import XGBClassifier
    except ImportError:
        return {}
    rising = [1] * len(LAYOUT.names)
    return {
        "XGBoost": XGBClassifier(
            n_estimators=80, max_depth=3, learning_rate=0.08, subsample=0.8, reg_lambda=3,
            monotone_constraints=tuple(rising), random_state=seed, n_jobs=1,
        ),
        "LightGBM": LGBMClassifier(
            n_estimators=80, num_leaves=8, learning_rate=0.08, min_child_samples=10, reg_lambda=3,
            monotone_constraints=rising, random_state=seed, n_jobs=1, verbose=-1,
        ),
        "CatBoost": CatBoostClassifier(
            iterations=150, depth=4, learning_rate=0.06, l2_leaf_reg=5, thread_count=1, verbose=0,
            monotone_constraints=rising, random_seed=seed, allow_writing_files=False,
        ),
        "EBM": ExplainableBoostingClassifier(
            interactions=0, monotone_constraints=rising, random_state=seed, n_jobs=1,
            outer_bags=4, max_rounds=400,
        ),
    }  # fmt: skip


def table(lines: list[dict[str, Any]]) -> None:
    """Means over the seeds, a line for each case and size."""
    print(
        "case                  n seeds | excess: ours, base | best peer, difference ± error"
        " | coverage applicants, all (whether or not they apply) | year holds, expected (without applying) against what came"
    )
    results = _by_estimator(lines)
    for (case, size), by_name in results.items():
        ours = by_name[OURS]
        mean = {
            name: statistics.fmean(each["excess"] for each in found.values())
            for name, found in by_name.items()
        }
        peers = [name for name in mean if name not in (OURS, NAMED, FIRST, BASE)]
        best = min(peers, key=mean.__getitem__) if peers else None
        beside = "-"
        if best is not None:
            seeds = sorted(set(by_name[best]) & set(ours))
            apart = [ours[s]["excess"] - by_name[best][s]["excess"] for s in seeds]
            error = statistics.stdev(apart) / len(apart) ** 0.5 if len(apart) > 1 else 0.0
            beside = f"{best} {mean[best]:.3f}, {statistics.fmean(apart):+.3f} ± {error:.3f}"

        def of_ours_mean(name: str, ours: dict[int, Any] = ours) -> float:
            return statistics.fmean(each[name] for each in ours.values())

        held = sum(
            each["interval"][0] <= each["came"] <= each["interval"][1] for each in ours.values()
        )
        print(
            f"{case:20s} {size:4d} {len(ours):3d} | {mean[OURS]:.3f} {mean.get(BASE, 0):.3f} | {beside} | {of_ours_mean('of_applicants'):.2f} "
            f"{of_ours_mean('of_all'):.2f} ({of_ours_mean('of_all_whether_or_not'):.2f}) | {held}/{len(ours)} {of_ours_mean('expected'):.0f} "
            f"({of_ours_mean('without_applying'):.0f}) against {of_ours_mean('came'):.0f}"
        )
    print(
        "\nReasons: excess | with likely ones, change | with the first in the law's order, change"
    )
    for (case, size), by_name in results.items():
        changes = [
            _change(by_name[name], by_name[OURS]) for name in (NAMED, FIRST) if name in by_name
        ]
        if changes:
            print(f"{case:20s} {size:4d} | {' | '.join(changes)}")


def _by_estimator(
    lines: list[dict[str, Any]],
) -> dict[tuple[str, int], dict[str, dict[int, dict[str, Any]]]]:
    """Lines by case and size, then by estimator and seed, where ours is among them."""
    results: dict[tuple[str, int], dict[str, dict[int, Any]]] = {
        key: {} for key in product(CASES, sorted({line["size"] for line in lines}))
    }
    for line in lines:
        by_name = results[line["case"], line["size"]]
        by_name.setdefault(line["name"], {})[line["seed"]] = line
    return {key: by_name for key, by_name in results.items() if OURS in by_name}


def _change(those: dict[int, dict[str, Any]], ours: dict[int, dict[str, Any]]) -> str:
    """How the excess differs from ours without reasons, on the seeds that both have."""
    seeds = sorted(set(those) & set(ours))
    before = np.array([ours[seed]["excess"] for seed in seeds])
    apart = np.array([those[seed]["excess"] for seed in seeds]) - before
    error = apart.std(ddof=1) / len(seeds) ** 0.5 if len(seeds) > 1 else 0.0
    return (
        f"{len(seeds)} seeds {before.mean():.4f} {apart.mean():+.4f} ± {error:.4f} "
        f"({apart.mean() / before.mean():+.0%})"
    )


def speed(rows: int = 1_000_000, runs: int = 15) -> None:
    """Processor time of a million firms by the law-anchored estimator and scaled logistic regression.

    Both on one processor, in turns, and the ratio is the middle one of those of all turns: what
    else the machine does takes time from both.
    """
    known = cohort(CASES["experts"], 1800, 0, LAW)
    trained = known.of(np.flatnonzero(known.applies)[:600])
    tested = tested_cohort("experts", 0)
    values = np.tile(tested.features, (rows // TESTED, 1))
    # the reference knows no blanks
    filled = np.nan_to_num(values)
    ours = ConjunctionClassifier(LAYOUT).fit(trained.features, trained.labels)
    reference = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    reference.fit(np.nan_to_num(trained.features), trained.labels)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    taken = []
    with threadpool_limits(1):
        for _ in range(runs):
            start = time.process_time()
            place_of_least([*ours.chances(values).factors.T], rows)
            middle = time.process_time()
            reference.predict_proba(filled)
            taken.append((middle - start, time.process_time() - middle))
    mine, theirs = np.array(taken).T
    low, ratio, high = np.quantile(mine / theirs, (0.25, 0.5, 0.75))
    print(
        f"{rows:,} firms, chance, interval and weakest factor: {np.median(mine):.2f} processor s; "
        f"scaled logistic regression {np.median(theirs):.2f}; ratio {ratio:.1f} (middle half of "
        f"{runs} turns {low:.1f}–{high:.1f}; of the least {mine.min() / theirs.min():.1f})"
    )


def _excess(truth: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Log-loss over the oracle's, expected over the outcome."""
    chance = np.clip(chance, 1e-9, 1 - 1e-9)
    return np.asarray(
        truth * np.log(truth / chance) + (1 - truth) * np.log((1 - truth) / (1 - chance))
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _key(line: dict[str, Any]) -> tuple[Any, ...]:
    return line["case"], line["size"], line["seed"], line["name"]


if __name__ == "__main__":
    main()
