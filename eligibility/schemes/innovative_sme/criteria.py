"""The conditions of 63号 annex 1, one function each, in its order.

Every function takes the firms and the edition and gives a Finding; the condition on the score takes
the ScoreInterval. No number of the law stands here: each comes from the edition by name. A direct
route takes the place of the score and of the points of its groups.
"""

from __future__ import annotations

import numpy as np

from eligibility.domain.arrays import merge_missing
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoreInterval
from eligibility.schemes.gradient_conditions import (  # noqa: F401
    clean_record,
    legal_person,
    not_listed,
    permitted_products,
    sme_size,
)
from eligibility.schemes.three_valued_logic import between, decide

from . import indicators
from .derived_figures import direct_route


def innovation_points(firms: FirmTable, law: Edition) -> Finding:
    """The least points for innovation, or a direct route."""
    return _group("innovation", firms, law)


def growth_points(firms: FirmTable, law: Edition) -> Finding:
    """The least points for growth, or a direct route."""
    return _group("growth", firms, law)


def specialisation_points(firms: FirmTable, law: Edition) -> Finding:
    """The least points for specialisation, or a direct route."""
    return _group("specialisation", firms, law)


def evaluation_score(score: ScoreInterval, law: Edition) -> Finding:
    """The mark of the score, or a direct route."""
    route = direct_route(score.firms, law)
    mark = law.score.pass_mark
    reached = between(score.low, score.high, mark, score.missing)
    return decide(
        reached | route,
        figure=score.low,
        line=np.where(route.certain, np.nan, mark),
    )


def _group(name: str, firms: FirmTable, law: Edition) -> Finding:
    (group,) = (each for each in law.score.groups if each.id == name)
    items = [getattr(indicators, item.id)(firms, law) for item in group.items]
    low = np.sum([item.low for item in items], axis=0)
    high = np.sum([item.high for item in items], axis=0)
    route = direct_route(firms, law)
    least = law.value(f"{name}_points_min")
    reached = between(low, high, least, merge_missing(*(item.missing for item in items)))
    return decide(reached | route, figure=low, line=np.where(route.certain, np.nan, least))
