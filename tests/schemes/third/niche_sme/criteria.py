"""The conditions of the invented scheme, one function each."""

from __future__ import annotations

import numpy as np

from eligibility.comparisons import at_least
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval, finding


def niche_experience(firms: FirmTable, law: Edition) -> Finding:
    """第一条: years in the niche."""
    years, needed = firms.numbers("niche_years"), law.value("niche_years_needed")
    unknown = np.isnan(years)
    return finding(
        passes=at_least(years, needed),
        decided_rows=~unknown,
        observed=years,
        required=needed,
        missing={"niche_years": unknown},
    )


def niche_score(score: ScoreInterval, law: Edition) -> Finding:
    """第一条: the mark of the score."""
    mark = law.score.pass_mark
    low, high = at_least(score.low, mark), at_least(score.high, mark)
    return finding(
        passes=low,
        decided_rows=low == high,
        observed=np.where(score.low == score.high, score.low, np.nan),
        required=mark,
        missing=score.missing,
    )
