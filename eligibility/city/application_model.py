"""Who applies: the chance that a firm that could apply in a year does, from the register's history.

A logistic regression on what is known before: whether the law's conditions are met or undetermined,
the points, and whether a certificate ends (a renewal). Its normal prior stands at the city's
assumptions; every firm of an earlier year that did, or did not, apply moves it. First times and
renewals share all but one coefficient, so that the few of one kind lean on the many of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, logit

from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import AssumedApplications
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.results import MET, UNDETERMINED, UNMET

#: points that weigh nothing, and points of one unit
MIDDLE, UNIT = 75.0, 10.0
#: prior standard deviation of each verdict's log-odds
VERDICT_SPREAD = 1.0
#: log-odds by unit of points, and of a renewal: mean and standard deviation; judgements, not law
BY_POINTS, OF_RENEWAL = (0.3, 0.5), (1.0, 1.0)
STEPS = 50
SMALL = 1e-9


@dataclass(frozen=True)
class ApplicationHistory:
    """Firms that could have applied in earlier years, m of them, and whether they did.

    Attributes
    ----------
    traits : array of shape (m, 5)
        As :func:`traits` forms them.
    has_applied : array of bool, shape (m,)
    """

    traits: Floats
    has_applied: Bools


def traits(standing: PortfolioState, renewal: Bools) -> Floats:
    """What an application hangs on, shape (n, 5): verdict (three columns), points, renewal."""
    verdict = standing.verdict
    kinds = [(verdict == kind).astype(np.float64) for kind in (MET, UNDETERMINED, UNMET)]
    points = (standing.score - MIDDLE) / UNIT
    return np.column_stack([*kinds, points, renewal.astype(np.float64)])


class ApplicationModel:
    """Bayesian logistic regression of applications on traits (Laplace).

    Parameters
    ----------
    shares : AssumedApplications
        Of the city: how many of each verdict apply, first times at the middle of the points.
    history : ApplicationHistory, optional
        None: the assumptions alone.
    """

    def __init__(self, shares: AssumedApplications, history: ApplicationHistory | None) -> None:
        by_verdict = [each.value for each in (shares.eligible, shares.unclear, shares.ineligible)]
        mean = np.array([*logit(np.clip(by_verdict, 0.01, 0.99)), BY_POINTS[0], OF_RENEWAL[0]])
        sd = np.array([VERDICT_SPREAD] * 3 + [BY_POINTS[1], OF_RENEWAL[1]])
        self.firms = 0 if history is None else len(history.has_applied)
        self.coef = mean
        precision = np.diag(sd**-2.0)
        information = precision
        for _ in range(STEPS if history is not None and self.firms else 0):
            assert history is not None
            chance = expit(history.traits @ self.coef)
            weight = (chance * (1 - chance))[:, None]
            information = precision + history.traits.T @ (weight * history.traits)
            slope = history.traits.T @ (history.has_applied - chance) - precision @ (
                self.coef - mean
            )
            step = cho_solve(cho_factor(information), slope)
            # no step so long that the logistic is no longer near its tangent
            self.coef = self.coef + step / max(1.0, float(np.abs(step).max()))
            if np.abs(step).max() < SMALL:
                break
        self.covariance = cho_solve(cho_factor(information), np.eye(len(mean)))

    def draws(self, values: Floats, count: int, seed: int = 0) -> Floats:
        """Joint draws of every firm's chance to apply, shape (count, n)."""
        rng = np.random.default_rng(seed)
        root = np.linalg.cholesky(self.covariance)
        deviates = rng.standard_normal((count, len(self.coef))) @ root.T
        return np.asarray(expit((self.coef + deviates) @ values.T))
