"""Which outcome next: the firms whose outcome would narrow the year's number most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.city.chances import FirmChances

#: a reduction below this part of the variance is none
NOTHING = 1e-6


@dataclass(frozen=True)
class OutcomeValue:
    """A firm and what its outcome would tell.

    Attributes
    ----------
    firm : int
        Its place among the firms of the year.
    share : float
        Part of the variance of the expected number that knowing the outcome takes away, /1; that
        the firm's own outcome is then known comes on top.
    """

    firm: int
    share: float


def most_valuable_outcomes(chances: FirmChances, count: int) -> list[OutcomeValue]:
    """The firms whose outcome tells most of all the others', the most first.

    By the linear predictor of the expected number from one outcome, over the joint draws of what
    is not known of the reviewers; nothing where there is one draw.
    """
    draws = chances.now
    apart = draws - draws.mean(axis=0)
    total = apart.sum(axis=1)
    variance = float((total**2).mean())
    if not variance:
        return []
    # of the others' sum, and of an outcome: the chance's own variance and that of the toss
    with_others = apart * (total[:, None] - apart)
    outcome = (apart**2).mean(axis=0) + (draws * (1 - draws)).mean(axis=0)
    known = np.where(outcome > 0, with_others.mean(axis=0) ** 2, 0.0)
    share = np.divide(known, outcome, out=np.zeros_like(known), where=outcome > 0) / variance
    order = np.argsort(-share, kind="stable")[:count]
    return [OutcomeValue(int(row), float(share[row])) for row in order if share[row] > NOTHING]
