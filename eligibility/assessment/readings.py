"""Sensitivity analysis: which results another interpretation of the law would change.

Each unclear clause is read once more in each way not taken, and only what the clause affects is
judged again. Nothing here changes a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from eligibility.assessment.scoring import total
from eligibility.domain.arrays import Bools, Codes
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding, ScoredItem, ScoreInterval
from eligibility.schemes.registry import Scheme


@dataclass(frozen=True)
class OtherReading:
    """Effect of one interpretation that was not taken.

    Attributes
    ----------
    findings : mapping of condition to (rows it turns, status it would have)
    items : mapping of scored item to (rows it changes, the item so read)
    """

    interpretation: str
    reading: str
    findings: Mapping[str, tuple[Bools, Codes]]
    items: Mapping[str, tuple[Bools, ScoredItem]]


def other_readings(
    firms: FirmTable,
    findings: Mapping[str, Finding],
    score: ScoreInterval,
    law: Edition,
    scheme: Scheme,
) -> list[OtherReading]:
    """Every reading not taken that changes anything in any row."""
    changed = []
    for name, reading, other_law in law.other_readings:
        turned, moved = {}, {}
        # a status does not ask which blanks leave the score open
        items = {name: replace(item, missing={}) for name, item in score.items.items()}
        for affected in law.interpretations[name].affects:
            if affected in items:
                item = scheme.indicator(affected)(firms, other_law)
                was = items[affected]
                rows = (item.low != was.low) | (item.high != was.high)
                if rows.any():
                    moved[affected] = (rows, item)
                    items[affected] = replace(item, missing={})
        for condition in law.conditions:
            on_score = condition.judges == "score"
            if condition.id in law.interpretations[name].affects or (on_score and moved):
                facts = total(items, law, firms) if on_score else firms
                status = scheme.criterion(condition.id)(facts, other_law).status
                rows = status != findings[condition.id].status
                if rows.any():
                    turned[condition.id] = (rows, status)
        if turned or moved:
            changed.append(OtherReading(name, reading, turned, moved))
    return changed
