"""Hidden processes that the readiness benchmark is measured on, apart from the program's own.

They were written before the estimator that they measure and share no formula with it. Each says how
likely a firm with such figures is to be certified; all share the invented firms of the simulation,
who of them applies, and a table of cases:

- *experts*: every condition must survive; what reviewers take is log-normal, one mood of the panel
  moves all of it together, and experts discount what firms say of themselves.
- *compensating*: no line at all; capped strengths add up, growth among them.
- *votes*: five experts with one aspect each, of whom three must agree (written later).

Around these: few refusals, 40 % of cells blank, inflated own points, 10 % wrong labels, a harsh last
year, a harsh carrier, and the simulation's own process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from eligibility.assessment.assess import Assessment, assess_table
from eligibility.city.application_model import traits
from eligibility.city.portfolio_state import PortfolioState
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import MET, UNMET
from eligibility.readiness.features import features
from eligibility.schemes.registry import read_yaml
from eligibility.simulation.firms import BLANKABLE, Columns, application_years, draw, facts
from eligibility.simulation.review import certified_chance


@cache
def process() -> Mapping[str, Any]:
    """Settings of firms and reviews."""
    return read_yaml(Path(__file__).parent / "hidden_firms.yaml")


#: draws of a blanked cell that its chance is averaged over
REDRAWS = 64
#: carriers that firms belong to
CARRIERS = 6
#: a chance is never nearer to 0 or 1
LEAST = 1e-6
SHARES = ("st_staff_ratio", "rd_intensity", "hitech_income_share")


@dataclass(frozen=True)
class Case:
    """One process in one setting.

    Attributes
    ----------
    chance : callable
        The chance of complete facts, shape (n,).
    ease : float
        Log-odds added to everybody's.
    blank : float
        Share of cells left blank, /1.
    wrong_labels : float
        Share of outcomes recorded wrongly, /1.
    year_spread : float
        Standard deviation of the years' strictness, log-odds.
    inflation : float
        Part of the points that firms give themselves that the panel does not follow, beyond the usual.
    harsh_last_year, harsh_carrier : float
        Log-odds taken from everybody who applied in the last year, or through the last carrier.
    everyone : bool
        Every firm applies, whatever it lacks.
    """

    chance: Callable[[Assessment, Case], Floats]
    ease: float = 0.0
    blank: float = 0.012
    wrong_labels: float = 0.01
    inflation: float = 0.0
    year_spread: float = 0.0
    harsh_last_year: float = 0.0
    harsh_carrier: float = 0.0
    everyone: bool = False


@dataclass(frozen=True)
class Cohort:
    """Firms of one case: what the file tells, what became of them, what nobody knows.

    Attributes
    ----------
    features : array of shape (n, p)
    labels : array of bool, shape (n,)
        As they would be recorded were the firm to apply.
    chance : array of shape (n,)
        Of ``labels``, whether or not the firm applies.
    chance_if_applied : array of shape (n,)
        Of ``labels``, given that it applies: who applies has mostly seen in its blanks that they hold.
    applies : array of bool, shape (n,)
    unmet : array of bool, shape (n,)
        Some condition is unmet as far as the file tells.
    traits : array of shape (n, 5)
        What applying hangs on.
    years, carriers : arrays of int, shape (n,)
    reasons, first_reasons : arrays of str, shape (n,)
        The condition that a refusal named: one as likely as it fails, and the first that failed in
        the law's order; empty where none is.
    """

    features: Floats
    labels: Bools
    chance: Floats
    chance_if_applied: Floats
    applies: Bools
    unmet: Bools
    traits: Floats
    years: NDArray[np.int64]
    carriers: NDArray[np.int64]
    reasons: NDArray[np.str_]
    first_reasons: NDArray[np.str_]

    def of(self, rows: NDArray[Any]) -> Cohort:
        """Only these firms."""
        return Cohort(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


# --- how likely a firm is to be certified --------------------------------------------------------


def experts(assessment: Assessment, case: Case) -> Floats:
    """Conjunction with correlated experts: one mood of the panel moves every condition."""
    chance = np.zeros(assessment.firms.rows)
    nodes, weights = hermegauss(9)
    for mood, weight in zip(nodes, weights / weights.sum(), strict=True):
        survive = [*_survival(assessment, case, mood).values()]
        chance += weight * np.prod(survive, axis=0)
    return 0.985 * chance


def _survival(assessment: Assessment, case: Case, mood: float) -> dict[str, Floats]:
    """The chance that each condition survives a panel of that mood."""
    survive: dict[str, Floats] = {}
    for name, finding in assessment.findings.items():
        if name in SHARES:
            over = np.nan_to_num(finding.observed / np.maximum(finding.required, 1e-9), nan=1e-3)
            spare = np.log(np.maximum(1 - 1 / np.maximum(over, 1e-3), 1e-6))
            middle = {"rd_intensity": -2.3, "st_staff_ratio": -3.2, "hitech_income_share": -2.9}
            kept = ndtr((spare - middle[name] + case.ease * 0.5 - 0.6 * mood) / 0.8)
            survive[name] = np.where(finding.status == MET, kept, 0.004)
        elif name == "innovation_score":
            over = _panel_points(assessment, case.inflation) - 70.0
            survive[name] = ndtr((over + 3.0 * case.ease - 2.0 * mood) / 4.0)
        else:
            survive[name] = np.where(finding.status == MET, 0.99, 0.01)
    return survive


def _panel_points(assessment: Assessment, inflation: float) -> Floats:
    """Points of a panel that discounts what firms say of themselves, the more they inflate it."""
    own = 0.92 - inflation
    total = np.zeros(assessment.firms.rows)
    for group in assessment.law.score.groups:
        points = np.zeros_like(total)
        for item in group.items:
            ends = assessment.score.items[item.id]
            middle = ends.low + 0.55 * (ends.high - ends.low)
            judged = item.id.startswith("management") or item.id in (
                "ip_advancement", "ip_core_support",
            )  # fmt: skip
            points += middle * (own if judged else 1.0)
        total += np.minimum(points, group.max)
    return total


def compensating(assessment: Assessment, case: Case) -> Floats:
    """Strengths that make up for one another: each saturates, and they add up."""
    index = np.full(assessment.firms.rows, -1.1)
    weights = {"rd_intensity": 1.1, "st_staff_ratio": 0.5, "hitech_income_share": 0.9}
    for name, weight in weights.items():
        finding = assessment.findings[name]
        over = np.nan_to_num(finding.observed / np.maximum(finding.required, 1e-9), nan=1e-3)
        index += weight * np.tanh(2.5 * np.log(np.maximum(over, 1e-3)))
    points = _panel_points(assessment, case.inflation)
    growth = assessment.score.items["growth_sales"]
    index += 1.5 * np.tanh((points - 72) / 9) + 0.5 * ((growth.low + growth.high) / 20 - 0.5)
    return np.asarray(expit(1.8 * index + case.ease))


def votes(assessment: Assessment, case: Case) -> Floats:
    """Five experts, each with one aspect in view; three of them must agree, whatever the law says."""
    views = []
    for name in SHARES:
        finding = assessment.findings[name]
        over = np.nan_to_num(finding.observed / np.maximum(finding.required, 1e-9), nan=1e-3)
        views.append(expit(0.5 + case.ease + 6 * np.log(np.maximum(over, 1e-3)) - 0.8))
    points = _panel_points(assessment, case.inflation)
    views.append(expit((points - 74) / 2 + case.ease))
    growth = assessment.score.items["growth_sales"]
    views.append(expit((growth.low + growth.high - 8) / 4 + case.ease))
    # chance of each number of votes, multiplied out
    counts = np.zeros((len(views) + 1, assessment.firms.rows))
    counts[0] = 1
    for view in views:
        counts[1:] = counts[1:] * (1 - view) + counts[:-1] * view
        counts[0] *= 1 - view
    return np.asarray(0.96 * counts[3:].sum(axis=0) + 0.02)


def law_of_simulation(assessment: Assessment, case: Case) -> Floats:  # noqa: ARG001
    """The simulation's own process; its settings bring their wrong labels along."""
    return certified_chance(assessment, process())


CASES: Mapping[str, Case] = {
    "simulation": Case(law_of_simulation, wrong_labels=0.0),
    "experts": Case(experts),
    "compensating": Case(compensating),
    "votes": Case(votes, ease=-0.4),
    "everyone applies": Case(experts, everyone=True),
    "few refusals": Case(experts, ease=3.0),
    "blanks 40 %": Case(experts, ease=0.6, blank=0.4),
    "inflated points": Case(experts, ease=0.6, inflation=0.25),
    "wrong labels 10 %": Case(experts, ease=0.6, wrong_labels=0.1),
    "harsh last year": Case(experts, ease=0.6, year_spread=0.2, harsh_last_year=1.2),
    "harsh carrier": Case(experts, ease=0.6, harsh_carrier=1.5),
    "compensating, blanks": Case(compensating, ease=0.3, blank=0.3, wrong_labels=0.05),
}


# --- firms ---------------------------------------------------------------------------------------


def cohort(case: Case, rows: int, seed: int, law: Edition, *, next_year: bool = False) -> Cohort:
    """Invented firms of a case; ``next_year``: as they stand in the year after the last."""
    rng = np.random.default_rng([seed, int(next_year)])
    settings = process()
    draws = draw(rng, rows)
    columns = facts(draws, law, settings)
    complete = _assess(columns)
    blank = {name: rng.random(rows) < case.blank for name in BLANKABLE}
    last = settings["years"]["to"]
    years = application_years(draws, settings)
    carriers = rng.integers(0, CARRIERS, rows)
    shifts = np.random.default_rng([seed, 77]).normal(0, case.year_spread, last + 2)
    shifts[last] -= case.harsh_last_year
    if next_year:
        years = np.full(rows, last + 1)
    shift = shifts[years] - case.harsh_carrier * (carriers == CARRIERS - 1)
    decide = _decision(case, shift)
    truth = decide(complete)
    outcome = rng.random(rows) < truth
    wrong = rng.random(rows) < case.wrong_labels
    labels = outcome ^ wrong
    shown = dict(columns)
    for name, blankable in BLANKABLE.items():
        for cell in blankable.cells:
            shown[cell] = np.where(blank[name], np.nan, columns[cell])
    told = _assess(shown)
    chances = _over_blanks(decide, truth, draws, blank, law, shift, seed)
    chances = chances * (1 - case.wrong_labels) + (1 - chances) * case.wrong_labels
    chance, chance_if_applied = np.clip(chances, LEAST, 1 - LEAST)
    applies = (rng.random(rows) < _wish(complete, draws)) | case.everyone
    reasons = _reasons(complete, case, labels, rng)
    return Cohort(
        features=features(told),
        labels=labels,
        chance=chance,
        chance_if_applied=chance if case.everyone else chance_if_applied,
        applies=applies,
        unmet=told.verdict == UNMET,
        traits=traits(
            PortfolioState(told.firms, [told]),
            draws["renewal"] < settings["firms"]["renewal"],
        ),
        years=years,
        carriers=carriers,
        reasons=reasons[0],
        first_reasons=reasons[1],
    )


def _decision(case: Case, shift: Floats) -> Callable[[Assessment], Floats]:
    def decide(assessment: Assessment, shift: Floats = shift) -> Floats:
        chance = np.clip(case.chance(assessment, case), LEAST, 1 - LEAST)
        return np.asarray(expit(logit(chance) + shift))

    return decide


def _over_blanks(
    decide: Callable[..., Floats],
    truth: Floats,
    draws: Columns,
    blank: Mapping[str, Bools],
    law: Edition,
    shift: Floats,
    seed: int,
) -> Floats:
    """The chance averaged over what a blank cell may have been; and that of who applies; (2, n)."""
    some = np.flatnonzero(np.any(list(blank.values()), axis=0))
    rng = np.random.default_rng([seed, len(truth), REDRAWS])
    total, weight = np.zeros((2, len(some))), np.zeros((2, len(some)))
    for _ in range(REDRAWS if len(some) else 0):
        again = {name: values[some] for name, values in draws.items()}
        for name, blankable in BLANKABLE.items():
            for own in blankable.draws:
                again[own] = np.where(blank[name][some], rng.random(len(some)), again[own])
        complete = _assess(facts(again, law, process()))
        each = np.stack([np.ones(len(some)), _wish(complete, again)])
        total += each * decide(complete, shift[some])
        weight += each
    chances = np.stack([truth, truth])
    chances[:, some] = total / weight
    return chances


def _wish(complete: Assessment, draws: Columns) -> Floats:
    """The chance to apply: mostly who sees no condition unmet does, the more so the clearer the points."""
    renewal = draws["renewal"] < process()["firms"]["renewal"]
    points = (complete.score.low + complete.score.high) / 2
    wish = -0.6 + 0.09 * (points - 75) + 1.2 * renewal - 2.6 * (complete.verdict == UNMET)
    return np.asarray(expit(wish))


def _reasons(
    complete: Assessment, case: Case, labels: Bools, rng: np.random.Generator
) -> NDArray[np.str_]:
    """What two refusals in three name: a condition as likely as it fails; the first to fail; (2, n)."""
    reasons = np.full((2, len(labels)), "", dtype="U32")
    if case.chance is not experts:
        return reasons
    survive = _survival(complete, case, 0.7)
    names = np.array([*survive])
    fails = np.stack([1 - chance for chance in survive.values()]) + 1e-9
    drawn = rng.random(len(labels)) * fails.sum(axis=0)
    likely = (fails.cumsum(axis=0) < drawn).sum(axis=0).clip(max=len(names) - 1)
    recorded = ~labels & (rng.random(len(labels)) < 2 / 3)
    failed = rng.random(fails.shape) < fails
    first = np.where(failed.any(axis=0), failed.argmax(axis=0), likely)
    reasons[:, recorded] = names[np.stack([likely, first])[:, recorded]]
    return reasons


def _assess(columns: Columns) -> Assessment:
    (assessment,) = assess_table(FirmTable(columns, len(columns["application_date"])))
    return assessment
