"""What an estimator is told of a firm: margins of findings and items of the score.

Training and prediction both call :func:`features` and nothing else, so they cannot differ. Every
feature rises as the firm's standing improves, and is NaN where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.vocabulary import UNDETERMINED, Edition, Finding, Floats

#: margins are compared between these; beyond, more is no longer news
FARTHEST = 2.0
#: stands for a margin where a condition has none: met, and with a minus sign unmet
CLEARLY = 1.0
SHARE = "/1"
TOTALS = ("score.low", "score.high")
#: the condition that the totals tell of
SCORE = "innovation_score"


@dataclass(frozen=True)
class ItemGroup:
    """Items of the score that share a ceiling, as places among the features."""

    id: str
    low: tuple[int, ...]
    high: tuple[int, ...]
    ceiling: float


@dataclass(frozen=True)
class Layout:
    """What each feature is.

    Attributes
    ----------
    names : tuple of str
        A condition's id for its margin; ``<item>.low`` and ``<item>.high`` for points, and
        ``score.low`` and ``score.high`` for their totals.
    margins : tuple of int
        Places of the margins.
    groups : tuple of ItemGroup
        Places of the points.
    pass_mark : float
        Points that the score must pass.
    """

    names: tuple[str, ...]
    margins: tuple[int, ...]
    groups: tuple[ItemGroup, ...]
    pass_mark: float


def layout(law: Edition) -> Layout:
    """The features of an edition, in the order of :func:`features`."""
    margins = [condition.id for condition in law.conditions if condition.judges != "score"]
    names = [*margins, *(f"{item}.{end}" for item in law.items for end in ("low", "high"))]
    names += TOTALS
    groups = tuple(
        ItemGroup(
            group.id,
            tuple(names.index(f"{item.id}.low") for item in group.items),
            tuple(names.index(f"{item.id}.high") for item in group.items),
            group.max,
        )
        for group in law.score.groups
    )
    return Layout(tuple(names), tuple(range(len(margins))), groups, law.score.pass_mark)


def features(assessment: Assessment) -> Floats:
    """One row a firm, one column a feature, shape (n, p).

    The margin of a share is the logarithm of the figure over its line, so that 10 % above weighs
    the same in every condition: auditors may take off some of it. Other conditions hold or do not.
    Points are as the guideline counts them; the last two features are their totals.
    """
    law = assessment.law
    columns = [
        (_margin if condition.unit == SHARE else _standing)(assessment.findings[condition.id])
        for condition in law.conditions
        if condition.judges != "score"
    ]
    for item in assessment.score.items.values():
        columns += [item.low, item.high]
    return np.column_stack([*columns, assessment.score.low, assessment.score.high])


def _margin(finding: Finding) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.log(finding.observed / finding.required)
    margin = np.clip(margin, -FARTHEST, FARTHEST)
    margin = np.where(np.isnan(margin), _standing(finding), margin)
    return np.where(finding.status == UNDETERMINED, np.nan, margin)


def _standing(finding: Finding) -> Floats:
    return np.where(finding.status == UNDETERMINED, np.nan, CLEARLY * finding.status)
