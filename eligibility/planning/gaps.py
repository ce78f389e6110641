"""What stands between a firm and the certificate, in the firm's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eligibility.vocabulary import (
    MET,
    Bools,
    Codes,
    Condition,
    Edition,
    Finding,
    FirmTable,
    Floats,
    ScoreInterval,
    only_somewhere,
)


@dataclass(frozen=True)
class Gap:
    """One condition that is not met in some rows.

    Attributes
    ----------
    status : array of int8, shape (n,)
        As in the finding.
    shortfall : array of float64, shape (n,)
        How much more of the condition's part it takes, in ``unit`` (whole persons, the staff
        unchanged; more hi-tech income or domestic R&D adds to its whole too), or by how much a
        ceiling is passed. For the score, the points that even its high end lacks. NaN where it
        cannot be said or nothing is short.
    unit : str
        CNY, person, day, item or point.
    missing : mapping of field id to array of bool
        What has to be filled in first.
    """

    condition: Condition
    status: Codes
    observed: Floats
    required: Floats
    shortfall: Floats
    unit: str
    missing: Mapping[str, Bools]


@dataclass(frozen=True)
class Gaps:
    """The gaps of a table of firms, by condition, in the article's order.

    ``application_years`` has shape (n,).
    """

    by_condition: Mapping[str, Gap]
    score: ScoreInterval
    application_years: NDArray[np.int64]


def gaps(
    findings: Mapping[str, Finding], score: ScoreInterval, law: Edition, firms: FirmTable
) -> Gaps:
    """Every condition that some firm does not meet, with the distance to it."""
    return Gaps(
        {
            name: _gap(law.conditions_by_id[name], finding, score)
            for name, finding in findings.items()
            if (finding.status != MET).any()
        },
        score,
        firms.application_years,
    )


def _gap(condition: Condition, finding: Finding, score: ScoreInterval) -> Gap:
    if condition.judges == "score":
        short = finding.required - score.high
    elif condition.terms:
        short = finding.required * finding.terms["whole"] - finding.terms["part"]
        if condition.part_in_whole:
            short = short / (1 - finding.required)
    else:
        short = -finding.margin
    if condition.term_unit == "person":
        # a share of whole persons is reached by the next whole one; a hair of rounding is none
        short = np.ceil(short - 1e-9)
    return Gap(
        condition,
        finding.status,
        finding.observed,
        finding.required,
        np.where((finding.status != MET) & (short > 0), short, np.nan),
        condition.term_unit or condition.unit,
        only_somewhere(finding.missing),
    )
