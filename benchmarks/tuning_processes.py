"""Hidden processes that the readiness estimator may be tuned on, apart from those that judge it.

Written after the estimator, to settle what it leaves to settings (how heavy the tails of carriers
are, how wide intervals stand); the processes of :mod:`hidden_processes` judge and are not tuned on.

- *audit*: every condition must survive; most audits take a little of each share, some find a serious
  fault and take much, and the panel's points carry two moods, a mild and a severe one.
- *ranking*: no line; strengths multiply, and who stands low among all is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hidden_processes import SHARES, Case
from scipy.stats import norm, t

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Floats
from eligibility.domain.results import MET

#: part of a share that an audit takes: usually, and where it finds a serious fault
USUAL, SERIOUS = (0.03, 0.03), (0.25, 0.12)
#: how often it does
SERIOUS_SHARE = {"rd_intensity": 0.15, "st_staff_ratio": 0.05, "hitech_income_share": 0.08}
#: points that the two moods of a panel take, and how they spread
MOODS, PANEL = (1.0, 6.0), 2.5


def audit(assessment: Assessment, case: Case) -> Floats:
    """Conjunction of audits that are mostly mild, and of a panel that is one of two kinds."""
    chance = np.full(assessment.firms.rows, 0.98)
    for name, finding in assessment.findings.items():
        if name == "innovation_score":
            over = _middle_points(assessment, 0.5 - case.inflation) - 70.0 + 2.0 * case.ease
            chance *= np.mean([norm.cdf((over - mood) / PANEL) for mood in MOODS], axis=0)
            continue
        holds = finding.status == MET
        if name not in SHARES:
            chance *= np.where(holds, 0.985, 0.02)
            continue
        over = np.nan_to_num(finding.observed / np.maximum(finding.required, 1e-9), nan=1e-3)
        spare = 1 - 1 / np.maximum(over, 1e-3)
        serious = SERIOUS_SHARE[name] * np.exp(-0.5 * case.ease)
        kept = (1 - serious) * norm.cdf((spare - USUAL[0]) / USUAL[1])
        kept += serious * norm.cdf((spare - SERIOUS[0]) / SERIOUS[1])
        chance *= np.where(holds, kept, 0.01)
    return chance


def ranking(assessment: Assessment, case: Case) -> Floats:
    """Place among all by a product of strengths; the noise of the places has heavy tails."""
    index = np.zeros(assessment.firms.rows)
    for name, weight in zip(SHARES, (0.3, 0.5, 0.9), strict=True):
        finding = assessment.findings[name]
        over = np.nan_to_num(finding.observed / np.maximum(finding.required, 1e-9), nan=0.05)
        index += weight * np.log(np.clip(over, 0.05, 3.0))
    points = _middle_points(assessment, 0.6 - case.inflation)
    index += 1.8 * np.log(np.maximum(points, 1.0) / 72)
    return np.asarray(t.cdf((index - 0.55 + 0.15 * case.ease) / 0.22, df=4))


def _middle_points(assessment: Assessment, part: float) -> Floats:
    """Points with so much of what is open counted."""
    score = assessment.score
    return np.asarray(score.low + max(part, 0.0) * (score.high - score.low))


CASES: Mapping[str, Case] = {
    "audit": Case(audit, ease=0.3),
    "audit, few refusals": Case(audit, ease=2.0),
    "audit, harsh carrier": Case(audit, ease=0.6, harsh_carrier=1.3),
    "audit, wrong labels": Case(audit, ease=0.6, wrong_labels=0.12),
    "audit, blanks": Case(audit, ease=0.6, blank=0.35),
    "ranking": Case(ranking),
    "ranking, harsh carrier": Case(ranking, ease=0.3, harsh_carrier=1.3),
    "ranking, years differ": Case(ranking, ease=0.3, year_spread=0.3, harsh_last_year=0.8),
    "ranking, wrong labels": Case(ranking, ease=0.3, wrong_labels=0.1),
}
