"""Likelihood of the conditions that refusals name, for the fit of the readiness estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from eligibility.domain.arrays import Floats
from eligibility.readiness.formula import LEAST, Facts, Formula


@dataclass(frozen=True)
class Refusals:
    """n refusals that name the factor that failed.

    Attributes
    ----------
    facts : Facts
    factor : array of shape (n,)
        Which of the formula's factors each names.
    weight : array of shape (n,)
        How many applications each stands for.
    """

    facts: Facts
    factor: NDArray[np.intp]
    weight: Floats


class ReasonLikelihood(NamedTuple):
    """A log-likelihood, its slope, shape (q,), and its expected information, shape (q, q)."""

    value: float
    slope: Floats
    information: Floats


def reason_likelihood(formula: Formula, refusals: Refusals, coef: Floats) -> ReasonLikelihood:
    """Log-likelihood of the named conditions, by the formula's parameters and those of naming.

    A refusal names one of the conditions that failed, each as likely as it fails times how
    readily it is named: reviewers may look at some of them first.

    Parameters
    ----------
    formula : Formula
    refusals : Refusals
    coef : array of shape (p,)
        The formula's parameters first; last, for each factor, how readily it is named (logarithm).
    """
    size = formula.size
    value = formula.value(refusals.facts, coef[:size])
    factors = len(value.logits)
    slopes = formula.logit_slopes(refusals.facts, coef[:size], value)
    fails = np.maximum(expit(-value.logits.T), LEAST) * np.exp(coef[-factors:])
    share = fails / fails.sum(axis=1, keepdims=True)
    rows = np.arange(len(share))
    likelihood = refusals.weight @ np.log(share[rows, refusals.factor])
    # of the logarithm of what each factor's share is made of
    by_log = -share * refusals.weight[:, None]
    by_log[rows, refusals.factor] += refusals.weight
    naming = np.broadcast_to(np.eye(factors), (len(rows), factors, factors))
    scaled = np.concatenate([-value.survive.T[:, :, None] * slopes, naming], axis=2)
    middle = np.einsum("nf,nfq->nq", share, scaled)
    weighted = scaled * (share * refusals.weight[:, None])[:, :, None]
    width = size + factors
    information = weighted.reshape(-1, width).T @ scaled.reshape(-1, width)
    information -= (middle * refusals.weight[:, None]).T @ middle
    slope = np.einsum("nf,nfq->q", by_log, scaled)
    return ReasonLikelihood(float(likelihood), slope, information)
