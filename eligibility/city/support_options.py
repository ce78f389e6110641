"""Support options: every bundle of adviser actions for each firm, its days and its effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from operator import itemgetter

import numpy as np

from eligibility.city.chances import FirmChances
from eligibility.city.poisson_binomial import in_year
from eligibility.city.portfolio import SupportOptions
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import Support, SupportAction
from eligibility.domain.arrays import Bools, Floats

#: a rise of a firm's chance below this, /1, is no reason to spend a day on it
LEAST_GAIN = 0.01
#: firm, days, minus the chance afterwards in the mean, cost, actions, that chance in every draw
_Column = tuple[int, float, float, float, tuple[str, ...], Floats]


def support_options(
    standing: PortfolioState, chances: FirmChances, support: Support
) -> SupportOptions:
    """Every bundle of actions worth a thought, for every firm.

    A bundle is offered where it leaves no unmet condition unaddressed, raises the chance by a
    point in a hundred or more, and no
    bundle for the same firm does as much in as few days. The chance afterwards is that of closing
    every unmet condition, times the chance the firm has then, its odds raised where an action
    works on something open or below its full points. How often an action closes a gap, and how
    much it raises the odds, is the city's assumption.

    Returns
    -------
    Options
        In the order of the firms, each firm's in rising order of days.
    """
    columns: list[_Column] = []
    now = chances.now.mean(axis=0)
    for bundle in _bundles(support):
        closing = _closing(standing, bundle)
        useful = np.logical_and.reduce([_works_on(standing, action) for action in bundle])
        after = closing * in_year(chances.if_met, _odds(standing, bundle))
        mean = after.mean(axis=0)
        gains = mean - now >= LEAST_GAIN
        days = sum(action.days.value for action in bundle)
        cost = sum(action.cost.value for action in bundle)
        names = tuple(action.id for action in bundle)
        columns += [
            (int(firm), days, -float(mean[firm]), cost, names, after[:, firm])
            for firm in np.flatnonzero(useful & gains)
        ]
    candidates = list(_pareto_options(columns))
    return SupportOptions(
        firm=np.array([firm for firm, *_ in candidates], dtype=np.intp),
        days=np.array([days for _, days, *_ in candidates]),
        cost=np.array([cost for _, _, _, cost, *_ in candidates]),
        after=np.array([after for *_, after in candidates])
        .reshape(len(candidates), len(chances.now))
        .T,
        actions=tuple(names for *_, names, _ in candidates),
    )


def _bundles(support: Support) -> Iterator[tuple[SupportAction, ...]]:
    for size in range(1, int(support.largest_bundle.value) + 1):
        yield from combinations(support.actions, size)


def _works_on(standing: PortfolioState, action: SupportAction) -> Bools:
    """Where an action has something to do."""
    return np.logical_or(_has_open(standing, action), _on_unmet(standing, action))


def _on_unmet(standing: PortfolioState, action: SupportAction) -> Bools:
    """Where an action works on an unmet condition, or on items of an unmet score."""
    on = np.zeros(standing.firms.rows, dtype=np.bool_)
    for name, condition in standing.conditions.items():
        by_items = condition.judges == "score" and set(action.addresses) & set(standing.items)
        if by_items or name in action.addresses:
            on |= standing.unmet[name]
    return on


def _has_open(standing: PortfolioState, action: SupportAction) -> Bools:
    lacking = [standing.undetermined_conditions[name] for name in _conditions(standing, action)]
    lacking += [standing.below[name] for name in action.addresses if name in standing.below]
    has: Bools = np.logical_or.reduce([np.zeros(standing.firms.rows, dtype=np.bool_), *lacking])
    return has


def _conditions(standing: PortfolioState, action: SupportAction) -> list[str]:
    return [name for name in action.addresses if name in standing.conditions]


def _odds(standing: PortfolioState, bundle: Sequence[SupportAction]) -> Floats:
    """What the bundle multiplies each firm's odds by, shape (n,)."""
    odds = np.ones(standing.firms.rows)
    for action in bundle:
        # work that closes a gap is not counted again as work on what is open
        polishes = _has_open(standing, action) & ~_on_unmet(standing, action)
        odds *= np.where(polishes, action.odds.value, 1.0)
    return odds


def _closing(standing: PortfolioState, bundle: Sequence[SupportAction]) -> Floats:
    """Probability that no condition is unmet after the bundle, shape (n,).

    A condition is closed by the likeliest part of the bundle that could close it alone; parts of
    several actions, which only the score can need, must all succeed.
    """
    best = {name: np.zeros(standing.firms.rows) for name in standing.conditions}
    for size in range(1, len(bundle) + 1):
        for part in combinations(bundle, size):
            succeeds = float(np.prod([action.closes.value for action in part]))
            addressed = {name for action in part for name in action.addresses}
            for name, could in standing.could_meet(addressed).items():
                best[name] = np.maximum(best[name], succeeds * could)
    closing = np.ones(standing.firms.rows)
    for name, unmet in standing.unmet.items():
        closing *= np.where(unmet, best[name], 1.0)
    return closing


def _pareto_options(columns: list[_Column]) -> Iterator[_Column]:
    """The options that no other of the same firm matches in as few days."""
    firm, best = -1, 0.0
    for column in sorted(columns, key=itemgetter(slice(5))):
        if column[0] != firm:
            firm, best = column[0], 0.0
        if -column[2] > best:
            best = -column[2]
            yield column
