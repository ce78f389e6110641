"""Hidden processes that validate a change of the readiness estimator once it has been decided on.

They were written before the change that they validate, and nobody looked at their results while it
was being worked on; :mod:`tuning_processes` may be looked at, :mod:`hidden_processes` judges.

- *rounds*: a formal round refuses whatever is not met and one file in thirty besides; an audit then
  takes a uniform part of each share; a panel's points are spread evenly about those of the file.
- *weakest*: the weakest of all strengths decides, by a line that nobody wrote down; no other counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hidden_processes import SHARES, Case
from scipy.special import expit, logsumexp

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Floats
from eligibility.domain.results import MET

#: most that an audit takes of a share: of R&D spending much, of heads little
MOST = {"rd_intensity": 0.35, "st_staff_ratio": 0.12, "hitech_income_share": 0.2}
#: points that a panel may give or take
ABOUT = 7.0
#: how many points, and how much of a share (logarithm), are one unit of strength
POINTS, MARGIN = 8.0, 0.25


def rounds(assessment: Assessment, case: Case) -> Floats:
    """Formal round, audit and panel, each with an even distribution."""
    chance = np.full(assessment.firms.rows, 29 / 30)
    eased = np.exp(-0.4 * case.ease)
    for name, finding in assessment.findings.items():
        if name == "innovation_score":
            over = _points(assessment, case) - 70.0 + 1.5 * case.ease
            chance *= np.clip(0.5 + over / (2 * ABOUT), 0.0, 1.0)
        elif name in MOST:
            chance *= np.clip(
                (1 - 1 / np.maximum(_over(finding), 1.0)) / (MOST[name] * eased), 0, 1
            )
        else:
            chance *= np.where(finding.status == MET, 1.0, 0.0)
    return np.asarray(0.01 + 0.99 * chance)


def weakest(assessment: Assessment, case: Case) -> Floats:
    """The least of the strengths, softly."""
    strengths = [np.log(_over(assessment.findings[name])) / MARGIN for name in SHARES]
    strengths.append((_points(assessment, case) - 68.0) / POINTS)
    least = -logsumexp(-4.0 * np.array(strengths), axis=0) / 4.0
    return np.asarray(0.97 * expit(2.2 * (least + 0.1) + case.ease))


def _over(finding) -> Floats:  # type: ignore[no-untyped-def]
    """A figure over its line; nothing where it is blank."""
    over = finding.observed / np.maximum(finding.required, 1e-9)
    return np.maximum(np.nan_to_num(over, nan=1e-3), 1e-3)


def _points(assessment: Assessment, case: Case) -> Floats:
    """Two fifths of what is open counts."""
    score = assessment.score
    return np.asarray(score.low + max(0.4 - case.inflation, 0.0) * (score.high - score.low))


CASES: Mapping[str, Case] = {
    "rounds": Case(rounds, ease=0.8),
    "rounds, blanks": Case(rounds, ease=1.2, blank=0.4),
    "rounds, harsh carrier": Case(rounds, ease=1.2, harsh_carrier=1.2),
    "weakest": Case(weakest, ease=1.0),
    "weakest, blanks": Case(weakest, ease=1.3, blank=0.35),
    "weakest, years differ": Case(weakest, ease=1.3, year_spread=0.3, harsh_last_year=0.8),
}
