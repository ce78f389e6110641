"""Ten questions before the form: which conditions stand, which are in doubt, what to look up.

Answers are entries of the form and go over into it as they are. Two of them may be shares: a share is
measured against its line and never turned into amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.comparisons import at_least
from eligibility.domain.facts import FirmTable
from eligibility.schemes.registry import Scheme

#: how a condition stands by what was answered
STANDS, FAILS, LOOK_UP, EXPERTS_DECIDE = "stands", "fails", "look up", "experts decide"


@dataclass(frozen=True)
class Answer:
    """What the questions say of one condition.

    Attributes
    ----------
    finding : mapping
        The condition's finding in a record, by the entries alone.
    state : str
        STANDS, FAILS, LOOK_UP or EXPERTS_DECIDE.
    share : float or None
        The share that was answered in place of amounts, /1.
    missing : tuple of str
        The fields to look up.
    """

    finding: Mapping[str, Any]
    state: str
    share: float | None
    missing: tuple[str, ...]


def precheck(
    firm: FirmTable, scheme: Scheme, shares: Mapping[str, float | None]
) -> Sequence[Answer]:
    """How every condition stands by the answers so far, in the order of the article.

    Parameters
    ----------
    firm : FirmTable
        One row, of the entries of the form that were answered.
    shares : mapping of condition to float or None
        Shares answered for conditions that measure one, /1.
    """
    (assessment,) = assess_table(firm, scheme)
    answers = []
    for finding in record(assessment, 0)["findings"]:
        share = shares.get(finding["id"])
        undecided = finding["status"] == "undetermined"
        if not undecided:
            state = STANDS if finding["status"] == "met" else FAILS
        elif share is not None and finding["required"] is not None:
            reached = at_least(np.array([share]), np.array([finding["required"]]))[0]
            state = STANDS if reached else FAILS
        else:
            state = EXPERTS_DECIDE if finding["unit"] == "point" else LOOK_UP
        missing = tuple(finding["missing"]) if state == LOOK_UP else ()
        answers.append(Answer(finding, state, share if undecided else None, missing))
    return answers
