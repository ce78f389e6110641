"""Feature extraction: margins of findings and items of the score.

Training and prediction both call :func:`features` and nothing else, so they cannot differ. Every
feature rises as the firm's standing improves, and is NaN where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Floats
from eligibility.domain.law import Edition
from eligibility.domain.results import UNDETERMINED, Finding

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
class FeatureLayout:
    """Feature layout: what each column of the features is.

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


def layout(law: Edition) -> FeatureLayout:
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
    return FeatureLayout(tuple(names), tuple(range(len(margins))), groups, law.score.pass_mark)


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


def features_under(law: Edition, assessment: Assessment) -> Floats:
    """The features of another edition, as far as the assessment's own tells them, shape (n, p).

    A condition that the two share stands as it was judged, by its own line; one that the
    assessment's edition does not know is unknown. An item that it does not score is open, from
    none of its points to all of them.
    """
    values = features(assessment)
    if assessment.law.id == law.id:
        return values
    own = dict(zip(layout(assessment.law).names, values.T, strict=True))
    units = {name: one.unit for name, one in assessment.law.conditions_by_id.items()}
    unknown = np.full(len(values), np.nan)
    columns = [
        own[condition.id] if units.get(condition.id) == condition.unit else unknown
        for condition in law.conditions
        if condition.judges != "score"
    ]
    totals = np.zeros((2, len(values)))
    for group in law.score.groups:
        ends = []
        for item in group.items:
            low = own.get(f"{item.id}.low", np.zeros(len(values)))
            high = own.get(f"{item.id}.high", np.full(len(values), item.max))
            ends.append((np.minimum(low, item.max), np.minimum(high, item.max)))
            columns += ends[-1]
        points = np.array(ends).max(axis=0) if group.takes == "best" else np.array(ends).sum(axis=0)
        totals += np.minimum(points, group.max)
    return np.column_stack([*columns, *totals])


def _margin(finding: Finding) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.log(finding.observed / finding.required)
    margin = np.clip(margin, -FARTHEST, FARTHEST)
    margin = np.where(np.isnan(margin), _standing(finding), margin)
    return np.where(finding.status == UNDETERMINED, np.nan, margin)


def _standing(finding: Finding) -> Floats:
    return np.where(finding.status == UNDETERMINED, np.nan, CLEARLY * finding.status)
