"""Formula of the readiness estimator: the law's conjunction, and how far it holds.

An application is certified when each condition survives the auditors and experts, and the panel's
points pass the mark. With a margin ``m`` for each condition and a total ``t`` of points (in tens,
over the mark),

    survive = prod_k s(a_k (log m_k - d_k)) * s(a_t (t - d_t))
    add     = c + sum_k w_k clip(m_k) + w_t tanh(t)
    P       = floor + (1 - floor - other) * s(h logit(survive) + (1 - h) add + year + carrier)

where ``s`` is the logistic function. A condition fails when reviewers take more of its margin than
there is; what they take is held to be log-logistic, ``exp(d)`` in the middle and the more alike the
greater ``a``. ``t`` adds the points of each group of items as far as they are certain, and a learned
part of those that are open, each group with a learned weight: how far reviewers follow the firm's
own points. ``h``, between 0 and 1, says how far the law's conjunction holds: at 1 no strength makes
up for a weakness, at 0 all add up. ``other`` is the share refused for what no figure shows,
``floor`` the share recorded as certified all the same. A margin that is not known counts as an
equivalent one, learned too. P never falls when a feature rises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from eligibility.domain.arrays import Bools, Floats
from eligibility.readiness.features import CLEARLY, FeatureLayout, ItemGroup

#: points are counted in tens, so that a unit of them weighs about as much as one of a margin
TEN_POINTS = 10.0
#: a chance is never nearer to 0 or 1
LEAST = 1e-9
#: softens the line: a margin this far below it (logarithm) is as good as lost
SOFT = 0.02
#: margins farther off than this many of them are not told apart, lest their exponential overflows
FAR = 600.0
#: standard deviations by which the middle of a distribution may lie beyond its mean
MOST_MOVED = 1.2
#: a product below this is as good as none
HOPELESS = 1e-3
#: strengths that add up count between these at most: margins as logarithms, points in tens
MOST_MARGIN = 0.7
MOST_POINTS = 1.5
#: how much an open point may go either way, as a part of its range
OPEN_SPREAD = 0.12
#: how far a margin that nobody knows may lie from its equivalent: its spare part (logarithm), itself
UNKNOWN_SPARE, UNKNOWN_STRENGTH = 0.5, 0.2


@dataclass(frozen=True)
class Prior:
    """Prior distribution of the parameters: (mean, standard deviation) of each.

    These are judgements, not law: reviewers take some six per cent of a margin in the middle
    (``slack``, a logarithm), an unknown margin is worth some thirty per cent, experts grant a
    little over half of open points, and a few applications in a hundred are refused, or recorded,
    for reasons that no figure shows. ``law`` is the log-odds of h.
    """

    sharpness: tuple[float, float] = (0.6, 0.5)
    slack: tuple[float, float] = (-2.8, 0.7)
    unknown: tuple[float, float] = (-1.3, 0.7)
    weight: tuple[float, float] = (0.0, 0.15)
    open_part: tuple[float, float] = (0.3, 0.7)
    score_sharpness: tuple[float, float] = (1.3, 0.7)
    score_slack: tuple[float, float] = (0.0, 0.7)
    floor: tuple[float, float] = (-3.7, 1.2)
    other: tuple[float, float] = (-3.0, 0.9)
    law: tuple[float, float] = (1.2, 1.5)
    level: tuple[float, float] = (-2.0, 2.0)
    strength: tuple[float, float] = (0.3, 1.0)
    unknown_strength: tuple[float, float] = (0.2, 0.3)
    score_strength: tuple[float, float] = (0.5, 0.7)


@dataclass(frozen=True)
class Facts:
    """Features taken apart: k margins, g groups of points, n firms.

    Attributes
    ----------
    spare, strength : arrays of shape (k, n)
        Logarithm of what can be lost of each margin; the margin itself, clipped; 0 where unknown.
    unknown : array of bool, shape (k, n)
    certain, open : arrays of shape (g, n)
        Points by group, in tens.
    """

    spare: Floats
    strength: Floats
    unknown: Bools
    certain: Floats
    open: Floats

    @cached_property
    def blanks(self) -> list[tuple[int, NDArray[np.intp]]]:
        """The margins that are unknown of some firms, and of which."""
        places = np.flatnonzero(self.unknown.any(axis=1))
        return [(int(place), np.flatnonzero(self.unknown[place])) for place in places]


@dataclass(frozen=True)
class Value:
    """The formula worked out for n firms.

    Attributes
    ----------
    points : array of shape (g, n)
        As reviewers count them, in tens.
    bent : array of shape (n,)
        Their total over the mark, in units of the most that it counts, as it adds up.
    logits, survive : arrays of shape (k or k + 1, n)
        Of each factor, the score's last.
    log_odds : array of shape (n,)
        Of ``product``, that of ``survive``.
    total : array of shape (n,)
        The sum of strengths.
    pool, chance : arrays of shape (n,)
        Before and after the shares that no figure explains.
    """

    points: Floats
    bent: Floats
    logits: Floats
    survive: Floats
    product: Floats
    log_odds: Floats
    total: Floats
    pool: Floats
    chance: Floats
    floor: float
    other: float
    law: float

    @cached_property
    def by_shift(self) -> Floats:
        """Derivative of the log-odds of the chance by those of the pool, shape (n,)."""
        span = 1 - self.floor - self.other
        moved = span * self.pool * (1 - self.pool)
        return np.asarray(moved / (self.chance * (1 - self.chance)))

    @cached_property
    def by_logit(self) -> Floats:
        """Derivatives of the log-odds of the chance by each factor's logit, shape as ``logits``."""
        product = self.product
        by_log = product / (product + HOPELESS) + product / np.maximum(1 - product, LEAST)
        by_log *= self.law * self.by_shift
        by_logit = 1 - self.survive
        by_logit *= by_log
        return by_logit

    @cached_property
    def by_added(self) -> Floats:
        """Derivative of the log-odds of the chance by the sum of strengths, shape (n,)."""
        return (1 - self.law) * self.by_shift


def log_spare(margins: Floats) -> Floats:
    """Logarithm of the margin that can be lost, softened about the line."""
    spare = margins / SOFT
    np.clip(spare, -FAR, FAR, out=spare)
    np.exp(spare, out=spare)
    np.log1p(spare, out=spare)
    np.log(spare, out=spare)
    spare += np.log(SOFT)
    return spare


def logistic(values: Floats) -> Floats:
    """The logistic function, in fewer passes than scipy's."""
    result = np.negative(values)
    with np.errstate(over="ignore"):
        np.exp(result, out=result)
    result += 1
    return np.reciprocal(result, out=result)


#: of a condition that has no figure, met and unmet
HELD, LOST = log_spare(np.array([CLEARLY, -CLEARLY])).tolist()


class Formula:
    """The formula over one layout of features; parameters are one vector, taken apart by ``slices``.

    Parameters
    ----------
    layout : FeatureLayout, optional
        None: every feature is a margin and there are no points.
    columns : int
        Number of features.
    """

    def __init__(self, layout: FeatureLayout | None, columns: int) -> None:
        if layout is None:
            self.margins: Sequence[int] = tuple(range(columns))
            self.names = tuple(f"x{place}" for place in range(columns))
            self.groups: tuple[ItemGroup, ...] = ()
            self.mark = 0.0
        else:
            self.margins, self.groups = layout.margins, layout.groups
            self.names = tuple(layout.names[place] for place in layout.margins)
            self.mark = layout.pass_mark
        k, g = len(self.margins), len(self.groups)
        score = int(g > 0)
        sizes = {
            "sharpness": k, "slack": k, "weight": g, "open_part": g,
            "score_sharpness": score, "score_slack": score, "floor": 1, "other": 1,
            "law": 1, "level": 1, "strength": k, "score_strength": score,
            # last, as they say nothing of a firm that has told everything
            "unknown": k, "unknown_strength": k,
        }  # fmt: skip
        ends = np.cumsum(list(sizes.values()))
        self.slices = {
            name: slice(int(end) - size, int(end))
            for (name, size), end in zip(sizes.items(), ends, strict=True)
        }
        self.size = int(ends[-1])
        #: columns from the first of the points to the last, and what of them each group sums up:
        #: low ends first, then high ends
        places = [place for group in self.groups for place in (*group.low, *group.high)]
        self.points = slice(min(places, default=0), max(places, default=-1) + 1)
        self.ends = np.zeros((self.points.stop - self.points.start, 2 * len(self.groups)))
        for column, summed in enumerate(
            (*(group.low for group in self.groups), *(group.high for group in self.groups))
        ):
            self.ends[np.array(summed) - self.points.start, column] = 1.0
        #: how many parameters come before those of unknown margins
        self.size_if_told = self.slices["unknown"].start

    def prior(self, prior: Prior) -> tuple[Floats, Floats]:
        """Mean and standard deviation of every parameter, shape (q,) each."""
        mean, sd = np.empty(self.size), np.empty(self.size)
        for name, where in self.slices.items():
            mean[where], sd[where] = getattr(prior, name)
        return mean, sd

    def facts(self, X: Floats) -> Facts:
        """Features taken apart; X of shape (n, p).

        Raises
        ------
        ValueError
            If a margin is infinite, or points are blank, which are told as a range instead.
        """
        # a copy row by row comes from memory in one go; its columns are then near
        X = X.copy()
        margins = np.array(X[:, self.margins[0] : self.margins[-1] + 1].T, order="C")
        if np.isinf(margins).any():
            raise ValueError("Input X contains infinity.")
        unknown = np.isnan(margins)
        # a product is the quickest way to sum the columns of each group
        points = (self.ends / TEN_POINTS).T @ X[:, self.points].T
        ceilings = np.array([group.ceiling / TEN_POINTS for group in self.groups] * 2)
        np.minimum(points, ceilings[:, None], out=points)
        certain, open_ = points[: len(self.groups)], points[len(self.groups) :]
        open_ -= certain
        if not np.isfinite(open_).all():
            raise ValueError(
                "Points of an item are NaN; give the range from least to most instead."
            )
        margins[unknown] = 0.0
        spare = np.where(margins > 0, HELD, LOST)
        # most conditions hold or do not, and have two margins
        graded = ((np.abs(margins) != CLEARLY) & ~unknown).any(axis=1)
        spare[graded] = log_spare(margins[graded])
        np.clip(margins, -MOST_MARGIN, MOST_MARGIN, out=margins)
        spare[unknown] = 0.0
        return Facts(spare, margins, unknown, certain, open_)

    def value(self, facts: Facts, coef: Floats, shift: Floats | float = 0.0) -> Value:
        """The formula for firms whose log-odds are shifted (by year and carrier)."""
        at, k = self.slices, len(self.margins)
        logits = np.empty((k + bool(self.groups), facts.spare.shape[1]))
        np.subtract(facts.spare, coef[at["slack"], None], out=logits[:k])
        weight = np.exp(coef[at["strength"]])
        added = weight @ facts.strength
        added += coef[at["level"]][0]
        equivalent = weight * coef[at["unknown_strength"]]
        for place, unknown in facts.blanks:
            logits[place, unknown] += coef[at["unknown"]][place]
            added[unknown] += equivalent[place]
        logits[:k] *= np.exp(coef[at["sharpness"], None])
        points = expit(coef[at["open_part"], None]) * facts.open
        points += facts.certain
        points *= np.exp(coef[at["weight"], None])
        over = points.sum(axis=0) - self.mark / TEN_POINTS
        bent = np.tanh(over / MOST_POINTS)
        if self.groups:
            sharp = np.exp(coef[at["score_sharpness"]])
            logits[k] = sharp * (over - coef[at["score_slack"]])
            added += np.exp(coef[at["score_strength"]]) * MOST_POINTS * bent
        survive = logistic(logits)
        product = survive.prod(axis=0)
        rest = np.maximum(1 - product, LEAST)
        log_odds = np.log((product + HOPELESS) / rest)
        law = float(expit(coef[at["law"]][0]))
        pooled = logistic(law * log_odds + (1 - law) * added + shift)
        floor, other = _lapses(coef[at["floor"]][0], coef[at["other"]][0])
        chance = np.clip(floor + (1 - floor - other) * pooled, LEAST, 1 - LEAST)
        return Value(
            points, bent, logits, survive, product, log_odds, added, pooled, chance,
            floor, other, law,
        )  # fmt: skip

    def slope(self, facts: Facts, coef: Floats, value: Value) -> tuple[Floats, Floats]:
        """Derivatives of the log-odds of the chance: by parameters (q, n), and by shift (n,)."""
        told = self.slope_if_told(facts, coef, value)
        of_unknown = self.slope_of_unknown(facts, coef, value, slice(None))
        return np.concatenate([told, of_unknown]), value.by_shift

    def slope_of_unknown(
        self, facts: Facts, coef: Floats, value: Value, firms: NDArray[np.intp] | slice
    ) -> Floats:
        """Derivatives by the equivalents of unknown margins, of m of the firms, shape (2 k, m)."""
        at = self.slices
        sharp, weight = np.exp(coef[at["sharpness"], None]), np.exp(coef[at["strength"], None])
        unknown = facts.unknown[:, firms]
        return np.concatenate([
            unknown * sharp * value.by_logit[: len(sharp), firms],
            unknown * weight * value.by_added[firms],
        ])  # fmt: skip

    def slope_if_told(self, facts: Facts, coef: Floats, value: Value) -> Floats:
        """Derivatives by the parameters that come before those, shape (q - 2 k, n)."""
        at, k = self.slices, len(self.margins)
        law, unlaw = value.law, 1 - value.law
        by_shift, by_logit, by_added = value.by_shift, value.by_logit, value.by_added
        slope = np.empty((self.size_if_told, len(by_shift)))
        np.multiply(by_logit[:k], value.logits[:k], out=slope[at["sharpness"]])
        np.multiply(by_logit[:k], -np.exp(coef[at["sharpness"], None]), out=slope[at["slack"]])
        slope[at["law"]] = law * unlaw * (value.log_odds - value.total) * by_shift
        slope[at["level"]] = by_added
        weight = np.exp(coef[at["strength"], None])
        by_strength = slope[at["strength"]]
        np.multiply(facts.strength, by_added, out=by_strength)
        for place, unknown in facts.blanks:
            by_strength[place, unknown] = coef[at["unknown_strength"]][place] * by_added[unknown]
        by_strength *= weight
        if self.groups:
            by_over = self._by_over(coef, value, by_logit, by_added)
            part = expit(coef[at["open_part"], None])
            gained = np.exp(coef[at["weight"], None]) * part * (1 - part)
            np.multiply(by_over, value.points, out=slope[at["weight"]])
            np.multiply(by_over, facts.open, out=slope[at["open_part"]])
            slope[at["open_part"]] *= gained
            slope[at["score_sharpness"]] = by_logit[k] * value.logits[k]
            slope[at["score_slack"]] = -by_logit[k] * np.exp(coef[at["score_sharpness"]])
            strong = np.exp(coef[at["score_strength"]]) * MOST_POINTS
            slope[at["score_strength"]] = by_added * strong * value.bent
        slope[at["floor"]] = value.floor / value.chance
        slope[at["other"]] = -value.other / (1 - value.chance)
        return slope

    def logit_slopes(self, facts: Facts, coef: Floats, value: Value) -> Floats:
        """Derivatives of each factor's logit by the parameters, shape (n, factors, q)."""
        at, k = self.slices, len(self.margins)
        slopes = np.zeros((value.logits.shape[1], value.logits.shape[0], self.size))
        factor = np.arange(k)
        sharp = np.exp(coef[at["sharpness"]])
        slopes[:, factor, at["sharpness"].start + factor] = value.logits[:k].T
        slopes[:, factor, at["slack"].start + factor] = -sharp
        slopes[:, factor, at["unknown"].start + factor] = sharp * facts.unknown.T
        if self.groups:
            score = np.exp(coef[at["score_sharpness"]])
            part = expit(coef[at["open_part"]])
            gained = np.exp(coef[at["weight"]]) * part * (1 - part)
            slopes[:, k, at["weight"]] = score * value.points.T
            slopes[:, k, at["open_part"]] = score * gained * facts.open.T
            slopes[:, k, at["score_sharpness"]] = value.logits[k:].T
            slopes[:, k, at["score_slack"]] = -score
        return slopes

    def own_variance(self, facts: Facts, coef: Floats, value: Value) -> Floats:
        """Variance of each firm's log-odds from what it has not told, shape (n,)."""
        at = self.slices
        by_logit, by_added = value.by_logit, value.by_added
        variance = np.zeros(len(by_added))
        sharp, weight = np.exp(coef[at["sharpness"]]), np.exp(coef[at["strength"]])
        for place, unknown in facts.blanks:
            by_margin = by_logit[place, unknown] * (sharp[place] * UNKNOWN_SPARE)
            by_margin += by_added[unknown] * (weight[place] * UNKNOWN_STRENGTH)
            variance[unknown] += by_margin**2
        if self.groups:
            by_over = self._by_over(coef, value, by_logit, by_added)
            open_ = (np.exp(coef[at["weight"]]) * OPEN_SPREAD) @ facts.open
            variance += (by_over * open_) ** 2
        return np.asarray(variance)

    def _by_over(self, coef: Floats, value: Value, by_logit: Floats, by_added: Floats) -> Floats:
        at, k = self.slices, len(self.margins)
        inside = 1 - value.bent**2
        return np.asarray(
            by_logit[k] * np.exp(coef[at["score_sharpness"]])
            + by_added * inside * np.exp(coef[at["score_strength"]])
        )


def _lapses(floor: float, other: float) -> tuple[float, float]:
    """The two shares that no figure explains, from their parameters."""
    total = 1 + np.exp(floor) + np.exp(other)
    return float(np.exp(floor) / total), float(np.exp(other) / total)


def log_odds(chance: Floats) -> Floats:
    """Log-odds of chances, shape (n,)."""
    inside = np.clip(chance, LEAST, 1 - LEAST)
    return np.asarray(np.log(inside / (1 - inside)))


def shrink(variance: Floats) -> Floats:
    """Factor on normal log-odds that gives the log-odds of the mean chance, to within a per cent."""
    return np.asarray(1 / np.sqrt(1 + np.pi / 8 * variance))


def centre(chance: Floats, variance: Floats) -> Floats:
    """Middle of normal log-odds of this variance whose mean chance is given, shape (n,).

    Of a chance near 0 or 1 it stays within the interval, which the mean of a skew distribution
    need not.
    """
    odds = log_odds(chance)
    moved = np.minimum(np.abs(odds) * (1 / shrink(variance) - 1), MOST_MOVED * np.sqrt(variance))
    return np.asarray(odds + np.sign(odds) * moved)
