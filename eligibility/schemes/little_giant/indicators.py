"""The platform's score of 2号 annex 2; 63号 annex 3 has no table of points."""

from __future__ import annotations

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import ScoredItem
from eligibility.schemes.audited_figures import evaluation_points

from .derived_figures import REVIEW_FIELD


def platform_score(firms: FirmTable, law: Edition) -> ScoredItem:
    """2号（七）: the score that the platform gave."""
    return evaluation_points(REVIEW_FIELD, law, firms)
