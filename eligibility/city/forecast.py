"""Forecast of the number of firms certified in a year: the whole distribution, not one number.

Each firm is certified with its own chance. Firms do not stand apart: whatever moves the chances of
all of them moves together, first the model's own uncertainty (each draw of it gives every firm's
chance), then the year, which is stricter or milder for everybody. Given both, the number certified
is a Poisson-binomial; the forecast is the mixture of these over the draws and the years.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eligibility.city.poisson_binomial import in_year, mixed_over_draws, poisson_binomial
from eligibility.domain.arrays import Floats
from eligibility.domain.errors import InputError

#: how far out the years are followed, in standard deviations: less than 1e-11 lies beyond
REACH = 7.0
#: step between years over the width of what is integrated: doubling the years changes nothing
#: above 1e-10 (a test says so)
STEP = 0.8


@dataclass(frozen=True)
class Forecast:
    """Probability distribution of the number certified in a year.

    Attributes
    ----------
    already : int
        Firms certified before the forecast; they count.
    target : int
        Firms that are to be certified.
    years : array of shape (s,)
        Weights of the years the mixture is made of; they sum to 1.
    odds : array of shape (s,)
        What each year multiplies everybody's odds by.
    by_year : array of shape (s, m + 1)
        Given the year, the probability that exactly j of the firms are certified, for j up to the
        number m of firms that have any chance.
    """

    already: int
    target: int
    years: Floats
    odds: Floats
    by_year: Floats

    @cached_property
    def distribution(self) -> Floats:
        """Probability that exactly j of the firms are certified, besides those already; (m + 1,)."""
        mixed: Floats = self.years @ self.by_year
        return mixed

    @cached_property
    def mean(self) -> float:
        """Firms certified in the mean, those already certified included."""
        return self.already + float(self.distribution @ np.arange(len(self.distribution)))

    def interval(self, probability: float = 0.8) -> tuple[int, int]:
        """The central interval that holds at least this probability."""
        below = np.cumsum(self.distribution)
        tail = (1 - probability) / 2
        ends = np.minimum(np.searchsorted(below, [tail, 1 - tail]), len(below) - 1)
        return self.already + int(ends[0]), self.already + int(ends[1])

    def at_least(self, number: int) -> float:
        """Probability that at least this many are certified."""
        if number <= self.already:
            return 1.0
        return float(np.clip(self.distribution[number - self.already :].sum(), 0, 1))

    @property
    def reaches_target(self) -> float:
        """Probability that the target is reached."""
        return self.at_least(self.target)

    def more_needed(self, chance: float, probability: float = 0.9) -> int:
        """How many more firms it takes until the target is reached with this probability.

        Parameters
        ----------
        chance : float
            Chance of each further firm in a year like any other; it shares the year with the rest.
        probability : float, optional

        Raises
        ------
        InputError
            If the chance is not between 0 and 1, or 0: no number of such firms would do.
        """
        if not 0 < chance <= 1:
            raise InputError(
                "The chance of a further firm is {chance}; expected a number above 0, at most 1.",
                chance=chance,
            )
        short = self.target - self.already
        if self._with_more(0, chance, short) >= probability:
            return 0
        too_few, enough = 0, 1
        while self._with_more(enough, chance, short) < probability:
            too_few, enough = enough, 2 * enough
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            if self._with_more(middle, chance, short) < probability:
                too_few = middle
            else:
                enough = middle
        return enough

    def _with_more(self, more: int, chance: float, short: int) -> float:
        added = poisson_binomial(
            np.repeat(in_year(np.array([[chance]]), self.odds[:, None]), more, axis=1)
        )
        missed = np.zeros(len(self.years))
        for certified in range(min(short, self.by_year.shape[1])):
            missed += self.by_year[:, certified] * added[:, : short - certified].sum(axis=1)
        return float(1 - self.years @ missed)


def forecast(
    chances: Floats, *, target: int, already: int = 0, year_shock: float = 0.0
) -> Forecast:
    """The distribution of the number certified.

    Parameters
    ----------
    chances : array of shape (k, n)
        Chance of each of n firms in each of k equally likely draws of the model; a point estimate
        is k = 1. A firm that cannot be certified this year has chance 0.
    target, already : int
        Firms to be certified this year, and firms certified in it so far.
    year_shock : float, optional
        Standard deviation of the year's common shift of all log-odds; 0: years are all alike.

    Raises
    ------
    InputError
        If a chance is blank or not from 0 to 1.

    Notes
    -----
    Each Poisson-binomial is exact to 1e-12, and so is the mixture to 1e-10. The years are equally spaced, as close as the narrowest distribution asks: a fixed
    Gauss–Hermite rule puts its points so far apart that 5,000 firms become a comb.
    """
    chances = checked_chances(chances)
    chances = chances[:, chances.any(axis=0)]
    years, odds = years_of_shock(year_shock, chances)
    return Forecast(already, target, years, odds, mixed_over_draws(chances, odds))


def checked_chances(chances: Floats) -> Floats:
    """Validate probabilities, shape (k, n): InputError where one is blank or not from 0 to 1."""
    wrong = ~((chances >= 0) & (chances <= 1))
    if wrong.any():
        raise InputError(
            "A chance of certification is {value}; expected a number from 0 to 1.",
            value=chances[wrong][0],
        )
    return chances


def years_of_shock(year_shock: float, chances: Floats) -> tuple[Floats, Floats]:
    """Common yearly shock as a mixture: (weights, factors on the odds), each of shape (s,).

    Close enough together for any distribution of the number certified: given a year its standard
    deviation is at most √n / 2, so a year that shifts the log-odds by d moves it by at most
    d √n / 2 of these.
    """
    if not year_shock:
        return np.ones(1), np.ones(1)
    moved = year_shock * np.sqrt(chances.shape[1]) / 2
    step = STEP / np.sqrt(1 + moved**2)
    either_side = int(np.ceil(REACH / step))
    shifts = np.linspace(-REACH, REACH, 2 * either_side + 1)
    weights = np.exp(-(shifts**2) / 2)
    return weights / weights.sum(), np.exp(year_shock * shifts)
