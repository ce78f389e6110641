"""Ten questions before the form: which conditions stand, which are in doubt, what to look up.

Answers are entries of the form and go over into it as they are, besides shares and choices: a share is
measured against its line, a choice is judged by the least that it says, and neither is ever stored as
figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.assessment.record_types import FindingRecord
from eligibility.comparisons import at_least
from eligibility.domain.facts import FirmTable
from eligibility.schemes.form_guide import Option
from eligibility.schemes.registry import Scheme

#: how a condition stands by what was answered
STANDS, FAILS, LOOK_UP, EXPERTS_DECIDE = "stands", "fails", "look up", "experts decide"
NO_OPTIONS: Mapping[str, Option] = MappingProxyType({})


@dataclass(frozen=True)
class Answer:
    """What the questions say of one condition.

    Attributes
    ----------
    finding : mapping
        The condition's finding in a record, by the entries and the option chosen.
    state : str
        STANDS, FAILS, LOOK_UP or EXPERTS_DECIDE.
    share : float or None
        The share that was answered in place of amounts, /1.
    option : Option or None
        What was chosen in place of figures.
    missing : tuple of str
        The fields to look up.
    """

    finding: Mapping[str, Any]
    state: str
    share: float | None
    option: Option | None
    missing: tuple[str, ...]


def precheck(
    firm: FirmTable,
    scheme: Scheme,
    shares: Mapping[str, float | None],
    options: Mapping[str, Option] = NO_OPTIONS,
) -> Sequence[Answer]:
    """How every condition stands by the answers so far, in the order of the article.

    Parameters
    ----------
    firm : FirmTable
        One row, of the entries of the form that were answered.
    shares : mapping of condition to float or None
        Shares answered for conditions that measure one, /1.
    options : mapping of condition to Option
        What was chosen for conditions that are asked for so.
    """
    answers = []
    for finding in _findings(firm, scheme):
        share = shares.get(finding["id"])
        option = options.get(finding["id"])
        undecided = finding["status"] == "undetermined"
        if undecided and option is not None:
            least = {name: np.array([value]) for name, value in option.facts.items()}
            finding = next(
                each
                for each in _findings(firm.with_columns(least), scheme)
                if each["id"] == finding["id"]
            )
        if finding["status"] != "undetermined":
            state = STANDS if finding["status"] == "met" else FAILS
        elif share is not None and finding["required"] is not None:
            reached = at_least(np.array([share]), np.array([finding["required"]]))[0]
            state = STANDS if reached else FAILS
        else:
            state = EXPERTS_DECIDE if finding["unit"] == "point" else LOOK_UP
        missing = tuple(finding["missing"]) if state == LOOK_UP else ()
        by_share, by_option = (share, option) if undecided else (None, None)
        answers.append(Answer(finding, state, by_share, by_option, missing))
    return answers


def _findings(firm: FirmTable, scheme: Scheme) -> Sequence[FindingRecord]:
    (assessment,) = assess_table(firm, scheme)
    return record(assessment, 0)["findings"]
