"""What reviewers do with an application: the chance that each condition survives, in closed form.

The first process is the law's: every condition must survive, and the panel's points must pass. The
second lets strengths make up for one another; it is there to test what believes in the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import beta, norm

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import RATINGS
from eligibility.domain.law import Edition
from eligibility.domain.results import MET, ScoreInterval

#: conditions whose figure is a share of which a part may be disallowed, and its draw in the process
AUDITED = {
    "st_staff_ratio": "staff_disallowed",
    "rd_intensity": "rd_disallowed",
    "hitech_income_share": "income_disallowed",
}


def survival(assessment: Assessment, process: Mapping[str, Any]) -> dict[str, Floats]:
    """The chance that each condition survives review, given complete facts; shape (n,) each."""
    review, findings, law = process["review"], assessment.findings, assessment.law
    since = assessment.firms.application_years - process["years"]["from"]
    strictness = (1 + process["years"]["strictness"]) ** since
    chances = {name: (finding.status == MET).astype(float) for name, finding in findings.items()}
    for name, disallowed in AUDITED.items():
        mean, concentration = review[disallowed]
        mean = mean * strictness
        finding = findings[name]
        spare = np.clip(1 - finding.required / np.maximum(finding.observed, 1e-9), 0, 1)
        # a firm without a first full year has no share that could be kept
        chances[name] = beta.cdf(
            np.nan_to_num(spare), mean * concentration, (1 - mean) * concentration
        )
    accepted = np.array([review["core_support_accepted"][grade] for grade in RATINGS])
    rating = assessment.firms.numbers("ip_core_support_rating").astype(int)
    chances["core_ip"] *= accepted[rating]
    chances["technical_field"] *= review["field_accepted"]
    points = panel_mean(assessment.score, law, process)
    chances["innovation_score"] = norm.sf(law.score.pass_mark, points, review["panel_spread"])
    return chances


def panel_mean(score: ScoreInterval, law: Edition, process: Mapping[str, Any]) -> Floats:
    """The points that a panel gives on average, shape (n,)."""
    review = process["review"]
    total = np.zeros(len(score.low))
    for group in law.score.groups:
        points = np.zeros(len(score.low))
        for item in group.items:
            low, high = score.items[item.id].low, score.items[item.id].high
            awarded_points = low + review["open_points_granted"] * (high - low)
            if item.id in ("ip_advancement", "ip_core_support"):
                awarded_points = np.maximum(awarded_points - review["rating_discount"], 0)
            elif item.id.startswith("management"):
                awarded_points = np.where(
                    low == high, low * review["own_points_granted"], awarded_points
                )
            points += awarded_points
        total += np.minimum(points, group.max)
    return total


def certified_chance(assessment: Assessment, process: Mapping[str, Any]) -> Floats:
    """The chance that the file says certified, its wrong labels included, shape (n,)."""
    review = process["review"]
    passed = np.prod(list(survival(assessment, process).values()), axis=0)
    return _mislabel(passed * (1 - review["other_refusals"]), review["wrong_labels"])


def compensating_chance(assessment: Assessment, process: Mapping[str, Any]) -> Floats:
    """The same under the second process."""
    set_ = process["compensating"]
    index = np.zeros(assessment.firms.rows)
    middle, deviation = set_["score"]
    for name, weight in set_["weights"].items():
        finding = assessment.findings[name]
        if name == "innovation_score":
            points = panel_mean(assessment.score, assessment.law, process)
            strength = (points - middle) / deviation
        else:
            over = np.nan_to_num(finding.observed / finding.required)
            strength = np.log(np.maximum(over, 1e-3)) / set_["share"]
        index += weight * np.clip(strength, *set_["caps"])
    total = sum(set_["weights"].values())
    return _mislabel(expit(set_["slope"] * (index / total - set_["centre"])), set_["wrong_labels"])


def first_refusal(draws: dict[str, Bools]) -> list[str]:
    """The first condition that did not survive, by its id; empty where all did."""
    reasons = np.full(len(next(iter(draws.values()))), "", dtype=object)
    for name, survived in reversed(draws.items()):
        reasons[~survived] = name
    first: list[str] = reasons.tolist()
    return first


def _mislabel(chance: Floats, wrong: float) -> Floats:
    result: Floats = chance * (1 - wrong) + (1 - chance) * wrong
    return result
