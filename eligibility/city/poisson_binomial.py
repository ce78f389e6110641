"""Poisson-binomial distribution: successes of independent trials with probabilities of their own.

``poisson_binomial`` multiplies the trials out, case by case. ``mixed_over_draws`` asks for the mean
over many cases of the same trials, in years that shift everybody's odds; where the trials are many
it sums them once for all years, in the logarithm of the characteristic function.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from eligibility.domain.arrays import Bools, Floats

#: trials multiplied out term by term before the products are joined by a Fourier transform
BLOCK = 32
#: probability that may be lost past either end of the window that a transform covers
LOST = 1e-13
#: numbers held at one time while a mixture is formed
HELD = 200_000
#: highest frequency of a sum in logarithms: nearer to π a trial of chance 1/2 has none
HIGHEST = 0.9
#: what is left of a characteristic function where it counts as nothing
FADED = 1e-15
#: Chebyshev nodes by which a smooth function of the chance is summed over all trials
NODES = 128


def in_year(chances: Floats, odds: Floats) -> Floats:
    """Probabilities after their odds are multiplied; 0 stays 0 and 1 stays 1."""
    shifted: Floats = chances * odds / (1 - chances + chances * odds)
    return shifted


def poisson_binomial(chances: Floats) -> Floats:
    """Probability mass function of the number of successes in independent trials.

    Parameters
    ----------
    chances : array of shape (c, n)
        c cases of n trials each.

    Returns
    -------
    array of shape (c, n + 1)
        Probability of exactly j successes; exact to 1e-12 absolutely.
    """
    cases, trials = chances.shape
    blocks = -(-trials // BLOCK)
    size = min(trials, BLOCK)
    padded = np.zeros((cases, blocks * size))
    padded[:, :trials] = chances
    terms = np.zeros((size + 1, blocks, cases))
    terms[0] = 1
    for trial, chance in enumerate(padded.reshape(cases, blocks, size).T):
        grown = terms[: trial + 1] * chance
        terms[: trial + 1] *= 1 - chance
        terms[1 : trial + 2] += grown
    if blocks <= 1:
        return terms.reshape(-1, cases).T if blocks else np.ones((cases, 1))
    length = _power_of_two(_window(_variance(chances).max(), trials))
    spectrum = np.ones((cases, length // 2 + 1), dtype=np.complex128)
    for block in range(blocks):
        spectrum *= np.fft.rfft(terms[:, block].T, length, axis=1)
    folded = np.maximum(np.fft.irfft(spectrum, length, axis=1), 0)
    middle = chances.sum(axis=1).astype(np.intp)
    return _unfold(folded, middle, trials)


def all_but_one(chances: Floats, number: int) -> Floats:
    """Leave-one-out probability mass: exactly this many of all trials but one succeed.

    Parameters
    ----------
    chances : array of shape (c, n)
        c cases of n trials each.
    number : int

    Returns
    -------
    array of shape (c, n)
        Exact to 1e-12 absolutely.

    Notes
    -----
    A trial is divided out of the distribution of all: from the least number up where it rather
    fails, from the greatest down where it rather succeeds, so that errors do not grow. Where the
    distribution has not begun yet, so has not that without the trial.
    """
    cases, trials = chances.shape
    without = np.zeros((cases, trials))
    if not 0 <= number < trials:
        return without
    counted = poisson_binomial(chances)
    seen = np.flatnonzero(counted.max(axis=0) > FADED / trials)
    rather = chances > 0.5
    fails = np.where(rather, 1.0, 1 - chances)
    for successes in range(seen[0], number + 1):
        without = (counted[:, [successes]] - np.where(rather, 0.0, chances) * without) / fails
    succeeds = np.where(rather, chances, 1.0)
    above = np.zeros((cases, trials))
    for successes in range(seen[-1], number, -1):
        above = (counted[:, [successes]] - np.where(rather, 1 - chances, 0.0) * above) / succeeds
    return np.maximum(np.where(rather, above, without), 0)


def mixed_over_draws(chances: Floats, odds: Floats) -> Floats:
    """Distribution of the number of successes in each year, the mean over draws of the chances.

    Parameters
    ----------
    chances : array of shape (k, n)
        Chances of n trials in k equally likely draws.
    odds : array of shape (s,)
        What each year multiplies everybody's odds by.

    Returns
    -------
    array of shape (s, n + 1)
        Probability of exactly j successes; exact to 1e-12 absolutely.

    Notes
    -----
    A sum over all trials of a smooth function of the chance is a weighted sum of its values at
    ``NODES`` places; the weights of a draw serve every year and every frequency. It is used where
    the function is smooth enough for the nodes to be exact, and the number of successes spread so
    wide that its characteristic function has faded at ``HIGHEST``; other years are multiplied out.
    """
    # products of matrices this small cost several times as much on several cores
    with _blas().limit(limits=1):
        return _mixture(chances, odds)


@cache
def _blas() -> ThreadpoolController:
    # to look for the libraries takes ten times as long as a small mixture
    return ThreadpoolController().select(user_api="blas")


def _mixture(chances: Floats, odds: Floats) -> Floats:
    draws, trials = chances.shape
    result = np.empty((len(odds), trials + 1))
    summed = _smooth(odds) & (trials > NODES)
    if summed.any():
        nodes, weights = _nodes(chances)
        shifted = in_year(nodes, odds[:, None])
        means, variances = weights @ shifted.T, weights @ (shifted * (1 - shifted)).T
        summed &= variances.min(axis=0) * (1 - np.cos(HIGHEST)) > -np.log(FADED)
        for some in portions(int(summed.sum()), NODES * NODES):
            years = np.flatnonzero(summed)[some]
            result[years] = _invert(
                shifted[years], weights, means[:, years], variances[:, years], trials
            )
    others = np.flatnonzero(~summed)
    for some in portions(len(others), draws * max(1, trials)):
        years = others[some]
        shifted = in_year(chances[None], odds[years, None, None])
        counted = poisson_binomial(shifted.reshape(len(years) * draws, trials))
        result[years] = counted.reshape(len(years), draws, trials + 1).mean(axis=1)
    return result


def _smooth(odds: Floats) -> Bools:
    """Where log(1 - p + p · odds · exp(iω)) is told by the nodes to the last digit, for all ω used.

    The error of Chebyshev nodes falls as ρ to the power of their number, where ρ is the size of
    the ellipse about the chances that reaches to the nearest place at which the logarithm ends.
    """
    ends = 1 / (1 - odds[:, None] * np.exp(1j * np.array([1e-6, HIGHEST])))
    place = 2 * ends - 1
    root = np.sqrt(place**2 - 1)
    size = np.maximum(np.abs(place + root), np.abs(place - root)).min(axis=1)
    smooth: Bools = NODES * np.log(size) > -np.log(FADED)
    return smooth


def _invert(
    nodes: Floats, weights: Floats, means: Floats, variances: Floats, trials: int
) -> Floats:
    """Distributions of ``mixed_over_draws`` from characteristic functions, shape (y, trials + 1).

    Parameters
    ----------
    nodes : array of shape (y, NODES)
        The nodes' chances in these years.
    weights : array of shape (k, NODES)
    means, variances : arrays of shape (k, y)
        Of the number of successes, by draw and year.
    trials : int
    """
    # one window holds every draw, so that their characteristic functions can be averaged
    width = _window(variances.max(), trials) + float(np.ptp(means, axis=0).max())
    length = _power_of_two(min(width, trials + 1))
    # |characteristic function at ω| <= exp(-variance (1 - cos ω))
    faded = np.arccos(1 + np.log(FADED) / variances.min())
    turns = np.arange(min(length // 2, int(faded * length / (2 * np.pi))) + 1)
    angles = 2 * np.pi / length * turns
    # log(1 + p (exp(-iω) - 1)) by its two real parts, whose functions cost a tenth of the complex one
    chance = nodes.T[:, :, None]
    back = np.cos(angles) - 1
    sizes = np.log1p(2 * chance * (1 - chance) * back) / 2
    phases = np.arctan2(-chance * np.sin(angles), 1 + chance * back)
    size, phase = (
        (weights @ part.reshape(NODES, -1)).reshape(len(weights), len(nodes), len(turns))
        for part in (sizes, phases)
    )
    np.exp(size, out=size)
    spectrum = np.zeros((len(nodes), length // 2 + 1), dtype=np.complex128)
    spectrum[:, : len(turns)].real = np.einsum("ijk,ijk->jk", size, np.cos(phase))
    spectrum[:, : len(turns)].imag = np.einsum("ijk,ijk->jk", size, np.sin(phase))
    spectrum /= len(weights)
    folded = np.maximum(np.fft.irfft(spectrum, length, axis=1), 0)
    middle = ((means.min(axis=0) + means.max(axis=0)) / 2).astype(np.intp)
    return _unfold(folded, middle, trials)


def _nodes(chances: Floats) -> tuple[Floats, Floats]:
    """Chances between 0 and 1, and what a function's values there weigh in its sum over the trials.

    Returns
    -------
    nodes : array of shape (NODES,)
    weights : array of shape (k, NODES)
        Sum over the trials of f(chance) = weights @ f(nodes), for a smooth f.
    """
    angles = (np.arange(NODES) + 0.5) * np.pi / NODES
    moments = np.empty((len(chances), NODES))
    twice = 4 * chances - 2
    before, now = twice / 2, np.ones_like(twice)  # T of degree -1 is that of degree 1
    for degree in range(NODES):
        moments[:, degree] = now.sum(axis=1)
        before, now = now, twice * now - before
    moments[:, 0] /= 2
    weights = 2 / NODES * moments @ np.cos(np.arange(NODES)[:, None] * angles)
    return (np.cos(angles) + 1) / 2, weights


def _variance(chances: Floats) -> Floats:
    variance: Floats = (chances * (1 - chances)).sum(axis=1)
    return variance


def _window(variance: float, trials: int) -> float:
    """Places outside which a number of successes of this variance has probability below LOST.

    By Bernstein's inequality P(|N - mean| >= x) <= 2 exp(-x² / (2 variance + 2x/3)).
    """
    nats = np.log(2 / LOST)
    reach = nats / 3 + np.sqrt((nats / 3) ** 2 + 2 * nats * variance)
    return float(min(trials + 1, 2 * reach + 4))


def _power_of_two(places: float) -> int:
    return 1 << int(np.ceil(np.log2(places)))


def _unfold(coefficients: Floats, middle: NDArray[np.intp], trials: int) -> Floats:
    """Distributions told around a circle, put where their middle belongs; shape (c, trials + 1)."""
    length = coefficients.shape[1]
    if length > trials:
        return coefficients[:, : trials + 1]
    first = np.clip(middle - length // 2, 0, trials + 1 - length)
    places = first[:, None] + np.arange(length)
    unfolded = np.zeros((len(coefficients), trials + 1))
    np.put_along_axis(
        unfolded, places, np.take_along_axis(coefficients, places % length, axis=1), axis=1
    )
    return unfolded


def portions(count: int, each: int) -> Iterator[NDArray[np.intp]]:
    """Places up to a count, so many at a time that no more than HELD numbers are in hand."""
    at_once = max(1, HELD // each)
    for start in range(0, count, at_once):
        yield np.arange(start, min(start + at_once, count))
