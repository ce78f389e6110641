"""What leaves the verdicts of a table of firms open: missing facts, or experts' points alone."""

from __future__ import annotations

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.domain.open_points import EXPERTS
from eligibility.domain.results import UNDETERMINED, VERDICT_WORDS


def verdict_states(assessment: Assessment) -> list[str]:
    """The verdict of every firm of a table, in the order of its rows; ``EXPERTS`` as in a record."""
    fields = assessment.scheme.fields_by_id
    lacks_facts = np.zeros(assessment.firms.rows, dtype=np.bool_)
    for condition in assessment.law.conditions:
        finding = assessment.findings[condition.id]
        blanks = [
            blank for name, blank in finding.missing.items() if not fields[name].is_own_rating
        ]
        lacks = np.any(blanks, axis=0) if blanks else np.False_
        lacks_facts |= (finding.status == UNDETERMINED) & ((condition.unit != "point") | lacks)
    for_experts = (assessment.verdict == UNDETERMINED) & ~lacks_facts
    return [
        EXPERTS if experts else VERDICT_WORDS[int(code)]
        for code, experts in zip(assessment.verdict, for_experts, strict=True)
    ]
