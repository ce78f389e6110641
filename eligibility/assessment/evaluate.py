"""Evaluation of conditions: FirmTable → Findings, one per condition, and the verdict they make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eligibility.domain.arrays import Codes
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import MET, UNDETERMINED, UNMET, Finding, ScoreInterval
from eligibility.schemes.registry import Scheme


def evaluate(
    firms: FirmTable, score: ScoreInterval, law: Edition, scheme: Scheme
) -> Mapping[str, Finding]:
    """Evaluate every condition of an edition for every firm, in the article's order."""
    return {
        condition.id: scheme.criterion(condition.id)(
            score if condition.judges == "score" else firms, law
        )
        for condition in law.conditions
    }


def verdict(findings: Mapping[str, Finding]) -> Codes:
    """UNMET if any condition is unmet, MET if all are met, else UNDETERMINED; shape (n,)."""
    statuses = np.stack([finding.status for finding in findings.values()])
    any_unmet, all_met = (statuses == UNMET).any(axis=0), (statuses == MET).all(axis=0)
    return np.where(any_unmet, UNMET, np.where(all_met, MET, UNDETERMINED)).astype(np.int8)
