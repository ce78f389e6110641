"""Portfolio optimisation: the firms and actions to support within the advisers' days.

Two aims. *Expected certifications* add up firm by firm, so the best choice is a knapsack, solved
exactly. *The probability of the target* does not add up: it is improved from there, and by branch
and bound the best choice is found and proven, or the search ends at its limit and says how much
better any other choice could still be.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eligibility.city.forecast import Forecast, checked_chances, forecast, years_of_shock
from eligibility.city.poisson_binomial import (
    all_but_one,
    in_year,
    mixed_over_draws,
    poisson_binomial,
    portions,
)
from eligibility.domain.arrays import Bools, Floats

#: a gain below this is none: solver and transform are exact to about as much
NOTHING = 1e-9


#: chances looked at in a search, over all its branches: some ten seconds of one core
WORK = 8_000_000


class Aim(StrEnum):
    """Objective of the optimisation."""

    EXPECTED = "expected"
    TARGET = "target"


@dataclass(frozen=True)
class SupportOptions:
    """Candidate actions, one entry of each column an option.

    Attributes
    ----------
    firm : array of int, shape (o,)
        Place of the firm among those of the forecast; at most one option of a firm is chosen.
    days, cost : arrays of shape (o,)
        Adviser-days, more than none, and CNY.
    after : array of shape (k, o)
        The firm's chance after it, in the same k draws as the chances before.
    actions : tuple of tuples of str
        What is done.
    """

    firm: NDArray[np.intp]
    days: Floats
    cost: Floats
    after: Floats
    actions: tuple[tuple[str, ...], ...]

    def of(self, rows: Bools) -> SupportOptions:
        """Only these options, a mask of shape (o,)."""
        places = np.flatnonzero(rows)
        return SupportOptions(
            self.firm[places],
            self.days[places],
            self.cost[places],
            self.after[:, places],
            tuple(self.actions[place] for place in places),
        )


@dataclass(frozen=True)
class Selection:
    """Selection of options, and the year as it looks with them.

    ``options`` are places among the options, in rising order; ``gain`` is the expected number of
    certifications added, ``weighted_gain`` the same with the manager's weights.
    """

    options: tuple[int, ...]
    days: float
    cost: float
    gain: float
    weighted_gain: float
    forecast: Forecast


@dataclass(frozen=True)
class Reason:
    """Why one option was chosen.

    Attributes
    ----------
    option : int
        Its place among the options.
    gain, gain_per_day : float
        Expected certifications added, all in all and by adviser-day.
    instead : tuple of int
        Options it keeps out: the best use of its days, the other choices as they are.
    loss : float
        What the aim would lose by that (weighted expected certifications; for the target, its
        probability, each option counted as if the others stood still).
    """

    option: int
    gain: float
    gain_per_day: float
    instead: tuple[int, ...]
    loss: float


@dataclass(frozen=True)
class Portfolio:
    """Result of the optimisation: the selection, its reasons, and what simpler rules would select.

    Attributes
    ----------
    at_most : float
        No choice reaches more of the aim than this: the chosen one's value where it is ``proven``.
    """

    aim: Aim
    without: Forecast
    selection: Selection
    reasons: tuple[Reason, ...]
    highest_score_first: Selection
    highest_chance_first: Selection
    proven: bool
    at_most: float


def choose(
    chances: Floats,
    options: SupportOptions,
    days: float,
    *,
    target: int,
    scores: Floats,
    already: int = 0,
    year_shock: float = 0.0,
    weights: Floats | None = None,
    aim: Aim = Aim.EXPECTED,
    most_steps: int = 2000,
) -> Portfolio:
    """Select the options that maximise the aim within the adviser-days.

    Parameters
    ----------
    chances : array of shape (k, n)
        As for :func:`~eligibility.city.forecast.forecast`.
    options : Options
    days : float
        Adviser-days there are.
    target, already, year_shock
        As for the forecast.
    scores : array of shape (n,)
        For the rule "highest score first", which the choice is compared with.
    weights : array of shape (n,), optional
        What a certification of each firm weighs in the aim *expected*; the target counts heads.
    aim : Aim, optional
    most_steps : int, optional
        Branches looked at for the aim *target*, fewer where firms are many; after these the best
        so far stands, unproven.

    Raises
    ------
    InputError
        If a chance is not from 0 to 1.
    ValueError
        If the options have other draws than the chances, or take no days.
    """
    if len(options.after) != len(chances) or not (options.days > 0).all():
        raise ValueError("options have the draws of the chances, and take more than no days")
    checked_chances(options.after)
    year = _Year(checked_chances(chances), options, days, target - already, year_shock)
    weights = np.ones(chances.shape[1]) if weights is None else weights
    worth = weighted = weights[options.firm] * year.gains
    best, at_most = year.best_sum(worth)
    proven = True
    if aim is Aim.TARGET:
        best, at_most, proven = year.best_for_target(best, most_steps)
        worth = year.rises(best)

    def selection(option_places: Sequence[int]) -> Selection:
        places = np.array(sorted(option_places), dtype=np.intp)
        return Selection(
            tuple(places.tolist()),
            float(options.days[places].sum()),
            float(options.cost[places].sum()),
            float(year.gains[places].sum()),
            float(weighted[places].sum()),
            forecast(
                year.with_options(places), target=target, already=already, year_shock=year_shock
            ),
        )

    return Portfolio(
        aim=aim,
        without=forecast(chances, target=target, already=already, year_shock=year_shock),
        selection=selection(best),
        reasons=tuple(
            _reason(option, best, worth, year) for option in sorted(best, key=year.by_the_day)
        ),
        highest_score_first=selection(year.in_order(scores)),
        highest_chance_first=selection(year.in_order(chances.mean(axis=0))),
        proven=proven,
        at_most=at_most,
    )


def _reason(option: int, selection: Collection[int], worth: Floats, year: _Year) -> Reason:
    others = [other for other in selection if other != option]
    free = ~np.isin(year.options.firm, year.options.firm[others])
    free[option] = False
    left = year.days - float(year.options.days[others].sum())
    instead, value = year.best_sum(worth, left, free)
    return Reason(
        option,
        float(year.gains[option]),
        float(year.gains[option] / year.options.days[option]),
        tuple(instead),
        float(worth[option] - value),
    )


class _Year:
    """The year's firms, options and days, and the searches over them."""

    def __init__(
        self, chances: Floats, options: SupportOptions, days: float, short: int, year_shock: float
    ) -> None:
        self.options, self.days, self.short = options, days, short
        self.chances = chances
        self.years, self.odds = years_of_shock(year_shock, chances)
        #: expected certifications that each option adds, shape (o,)
        self.gains = np.zeros(len(options.firm))
        # what one firm gains needs no more years than the forecast of one firm
        for weight, odds in zip(*years_of_shock(year_shock, chances[:, :1]), strict=True):
            before = in_year(chances, odds).mean(axis=0)
            risen = in_year(options.after, odds).mean(axis=0) - before[options.firm]
            self.gains += weight * risen

    def _cases(self, *of_firms: Floats) -> Iterator[tuple[Floats, Floats, list[Floats]]]:
        """Some years at a time, each in every draw: a case is one year of one draw.

        Yields
        ------
        weights : array of shape (c,)
        after : array of shape (c, o)
            Chances after each option.
        of_firms : list of arrays of shape (c, n)
            Chances of the firms in these cases.
        """
        draws, firms = self.chances.shape
        for some in portions(len(self.odds), draws * max(1, firms, len(self.options.firm))):
            odds = self.odds[some, None, None]

            def shift(chances: Floats, odds: Floats = odds) -> Floats:
                return in_year(chances[None], odds).reshape(-1, chances.shape[1])

            yield (
                np.repeat(self.years[some], draws) / draws,
                shift(self.options.after),
                [shift(chances) for chances in of_firms],
            )

    def with_options(self, places: Collection[int] | NDArray[np.intp]) -> Floats:
        """Chances of the draws once these options are taken, shape (k, n)."""
        selection = np.array(list(places), dtype=np.intp)
        changed = self.chances.copy()
        changed[:, self.options.firm[selection]] = self.options.after[:, selection]
        return changed

    def by_the_day(self, option: int) -> float:
        """A key that puts the most certifications by the day first."""
        return -float(self.gains[option] / self.options.days[option])

    def in_order(self, rank: Floats) -> list[int]:
        """The rule of thumb: firms from the highest rank down, each what pays best by the day."""
        left, selection = self.days, []
        by_the_day = self.gains / self.options.days
        for firm in np.argsort(-rank, kind="stable"):
            fits = np.flatnonzero(
                (self.options.firm == firm)
                & (self.options.days <= left + NOTHING)
                & (self.gains > NOTHING)
            )
            if len(fits):
                option = int(fits[np.argmax(by_the_day[fits])])
                selection.append(option)
                left -= self.options.days[option]
        return selection

    # --- sums: a knapsack with one option a firm ------------------------------------------------

    def best_sum(
        self, worth: Floats, days: float | None = None, mask: Bools | None = None
    ) -> tuple[list[int], float]:
        """The options of greatest total worth within the days, all of them if omitted; that worth.

        Firm by firm the sums that no other reaches in as few days are kept: exact, and quick as
        long as days come in steps, for there are no more such sums than steps.
        """
        there_are = self.days if days is None else days
        spent, sums = np.zeros(1), np.zeros(1)
        stages = []
        useful = self._of_use(worth, there_are, mask)
        for options in self._by_firm(worth, there_are, useful):
            # row 0: nothing for this firm
            used = np.vstack([spent, spent + self.options.days[options][:, None]]).round(9)
            values = np.vstack([sums, sums + worth[options][:, None]])
            order = np.lexsort((-values.ravel(), used.ravel()))
            order = order[used.ravel()[order] <= there_are + NOTHING]
            best_so_far = np.maximum.accumulate(values.ravel()[order])
            frontier = order[np.r_[True, best_so_far[1:] > best_so_far[:-1]]]
            stages.append((np.r_[-1, options][frontier // len(spent)], frontier % len(spent)))
            spent, sums = used.ravel()[frontier], values.ravel()[frontier]
        selection, place = [], len(sums) - 1
        for options, came_from in reversed(stages):
            if options[place] >= 0:
                selection.append(int(options[place]))
            place = came_from[place]
        return sorted(selection), float(sums[-1])

    def _of_use(self, worth: Floats, days: float, mask: Bools | None) -> Bools:
        """Options that a best choice may need: of equal days, no more than it could hold at all.

        A choice that takes any other leaves one of these, of a firm it does not touch, which is
        worth as much in the same days.
        """
        free = (worth > 0) & (self.options.days <= days + NOTHING)
        if mask is not None:
            free &= mask
        places = np.flatnonzero(free)
        useful = np.zeros(len(worth), dtype=np.bool_)
        if not len(places):
            return useful
        days_rounded = self.options.days[places].round(9)
        # by days, the most worth first; then of each firm the first in those days
        order = np.lexsort((self.options.firm[places], -worth[places], days_rounded))
        pairs = np.column_stack([days_rounded, self.options.firm[places]])[order]
        firsts = np.sort(np.unique(pairs, axis=0, return_index=True)[1])
        candidates, days_rounded = places[order][firsts], days_rounded[order][firsts]
        starts = np.r_[0, np.flatnonzero(np.diff(days_rounded)) + 1]
        rank = np.arange(len(candidates)) - np.repeat(
            starts, np.diff(np.r_[starts, len(candidates)])
        )
        others = np.maximum(days - days_rounded, 0) / days_rounded.min()
        useful[candidates[rank <= others + NOTHING]] = True
        return useful

    def _relaxation(self, worth: Floats, days: float, mask: Bools) -> tuple[Floats, float]:
        """The greatest worth if parts of options could be taken, and the parts: a bound from above.

        Each firm's options are steps up its concave hull; the steps are taken in falling order of
        worth by the day.
        """
        steps = []
        for options in self._by_firm(worth, days, mask):
            hull: list[tuple[float, float, int]] = [(0.0, 0.0, -1)]
            for option in options[np.lexsort((worth[options], self.options.days[options]))]:
                point = (float(self.options.days[option]), float(worth[option]), int(option))
                while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-2], point):
                    hull.pop()
                if point[1] > hull[-1][1]:
                    hull.append(point)
            steps += [(_slope(low, high), low, high) for low, high in pairwise(hull)]
        shares, value = np.zeros(len(worth)), 0.0
        for _, low, high in sorted(steps, key=lambda step: -step[0]):
            demand = high[0] - low[0]
            part = 1.0 if demand <= days else days / demand
            days -= part * demand
            value += part * (high[1] - low[1])
            shares[high[2]] += part
            if low[2] >= 0:
                shares[low[2]] -= part
        return shares, value

    def _by_firm(
        self, worth: Floats, days: float, mask: Bools | None
    ) -> Iterator[NDArray[np.intp]]:
        """The options worth anything that fit, firm by firm."""
        free = (worth > 0) & (self.options.days <= days + NOTHING)
        places = np.flatnonzero(free if mask is None else free & mask)
        places = places[np.argsort(self.options.firm[places], kind="stable")]
        cuts = np.flatnonzero(np.diff(self.options.firm[places])) + 1
        yield from np.split(places, cuts) if len(places) else ()

    # --- the target: branch and bound -----------------------------------------------------------

    def reaches(self, places: Collection[int]) -> float:
        """Probability that the target is reached with these options."""
        by_year = mixed_over_draws(self.with_options(places), self.odds)
        return float(self.years @ by_year[:, max(0, self.short) :].sum(axis=1))

    def best_for_target(self, start: list[int], most_steps: int) -> tuple[list[int], float, bool]:
        """The choice likeliest to reach the target, what no choice exceeds, and whether they meet.

        Branches fix an option or forbid it. In a branch the chances lie in a box between none and
        the best of what is still allowed; adding an option one after the other adds its rise in
        chance times the probability that exactly one firm is lacking without it, and over the box
        that is at most P(highest chances reach one less) - P(lowest chances reach one more). The
        relaxed knapsack over these bounds what the branch can reach, and so does the box's upper
        corner.
        """
        best, value = self._climb(start)
        nowhere = np.zeros(len(self.options.firm), dtype=np.bool_)
        queue: list[tuple[float, int, tuple[int, ...], Bools]] = [(-1.0, 0, (), nowhere)]
        steps = 0
        most_steps = min(most_steps, max(1, WORK // (len(self.odds) * self.chances.size)))
        while queue and -queue[0][0] > value + NOTHING and steps < most_steps:
            _, _, fixed, forbidden = heapq.heappop(queue)
            steps += 1
            bound, shares = self._bound(fixed, forbidden)
            rounded = [*fixed, *np.flatnonzero(shares > 1 - NOTHING).tolist()]
            if (reached := self.reaches(rounded)) > value:
                best, value = rounded, reached
            if bound <= value + NOTHING:
                continue
            branch = int(np.argmax(np.where(shares > NOTHING, self.gains, -np.inf)))
            without = forbidden.copy()
            without[branch] = True
            others_of_firm = forbidden | (self.options.firm == self.options.firm[branch])
            heapq.heappush(queue, (-bound, 2 * steps, (*fixed, branch), others_of_firm))
            heapq.heappush(queue, (-bound, 2 * steps + 1, fixed, without))
        at_most = max(value, -queue[0][0]) if queue else value
        return best, min(at_most, 1.0), at_most <= value + NOTHING

    def rises(self, selection: Collection[int]) -> Floats:
        """What each option by itself adds to the probability of the target, the other firms as taken.

        The probability is linear in each firm's chance: the rise in chance times the probability
        that without the firm exactly one is lacking.
        """
        rises, firm = np.zeros(len(self.options.firm)), self.options.firm
        for weights, after, (now, before) in self._cases(
            self.with_options(selection), self.chances
        ):
            lacking = all_but_one(now, self.short - 1)[:, firm]
            rises += weights @ (lacking * (after - before[:, firm]))
        return rises

    def _climb(self, selection: list[int]) -> tuple[list[int], float]:
        """From a choice to better ones, by what each option adds to the target at that point."""
        value = self.reaches(selection)
        while True:
            other, _ = self.best_sum(self.rises(selection))
            reached = self.reaches(other)
            if reached <= value + NOTHING:
                return selection, value
            selection, value = other, reached

    def _bound(self, selection: Sequence[int], forbidden: Bools) -> tuple[float, Floats]:
        """What a branch can reach at most, and the shares of options by which it might."""
        firm = self.options.firm
        left = self.days - float(self.options.days[list(selection)].sum())
        allowed = ~forbidden & (self.options.days <= left + NOTHING)
        low = self.with_options(selection)
        high, floor = low.copy(), low.copy()
        np.maximum.at(high.T, firm[allowed], self.options.after[:, allowed].T)
        np.minimum.at(floor.T, firm[allowed], self.options.after[:, allowed].T)
        corner, rise = 0.0, np.zeros(len(firm))
        for weights, after, (lows, highs, floors) in self._cases(low, high, floor):
            best, worst = poisson_binomial(highs), poisson_binomial(floors)
            corner += float(weights @ _tail(best, self.short))
            one_lacking = _tail(best, self.short - 1) - _tail(worst, self.short + 1)
            more = np.maximum(after - lows[:, firm], 0)
            rise += (weights * one_lacking) @ more
        shares, rises = self._relaxation(rise, left, allowed)
        return min(corner, self.reaches(selection) + rises), shares


def _tail(distribution: Floats, number: int) -> Floats:
    """Probability in each case that at least this many are certified."""
    tail: Floats = distribution[:, max(0, number) :].sum(axis=1)
    return tail


def _slope(low: tuple[float, float, int], high: tuple[float, float, int]) -> float:
    return (high[1] - low[1]) / (high[0] - low[0]) if high[0] > low[0] else np.inf
