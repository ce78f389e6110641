"""What leaves a finding of a record open: a missing fact, or experts' points once all facts are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligibility.domain.facts import Field
from eligibility.domain.text import msgid

#: open, though every fact is given: experts' points decide
EXPERTS = "experts"
#: what ``EXPERTS`` is called; any other status and verdict is its own word
EXPERTS_WORD = msgid("for the experts to judge")
Fields = Mapping[str, Field]


def missing_facts(finding: Mapping[str, Any], fields: Fields) -> list[str]:
    """The facts that leave a finding of a record open, own ratings left out."""
    # a record of an earlier edition may name a fact that is asked no more
    return [
        name for name in finding["missing"] if name not in fields or not fields[name].is_own_rating
    ]


def finding_state(finding: Mapping[str, Any], fields: Fields) -> str:
    """The status of a finding of a record; ``EXPERTS`` where only experts' points leave it open."""
    status = str(finding["status"])
    if status != "undetermined" or finding.get("unit") != "point" or missing_facts(finding, fields):
        return status
    return EXPERTS


def verdict_state(record: Mapping[str, Any], fields: Fields) -> str:
    """The verdict of a record; ``EXPERTS`` where only experts' points leave it open."""
    verdict = str(record["verdict"])
    states = {finding_state(each, fields) for each in record["findings"]}
    return EXPERTS if verdict == "undetermined" and "undetermined" not in states else verdict


def gap_state(gap: Mapping[str, Any]) -> str:
    """The status of a condition not met; ``EXPERTS`` where no fact of its points is missing."""
    status = str(gap["status"])
    open_points = status == "undetermined" and gap["score"]
    return EXPERTS if open_points and not gap["settled_by"]["facts"] else status


def coming_verdict(verdict: str, record: Mapping[str, Any], fields: Fields) -> str:
    """The verdict of a batch to come; ``EXPERTS`` where the firm's record of today lacks no fact.

    The figures of a new year are assumed, so that none is missing which is not missing today.
    """
    findings = record["findings"]
    lacks = any(
        missing_facts(each, fields) or finding_state(each, fields) == "undetermined"
        for each in findings
    )
    return EXPERTS if verdict == "undetermined" and not lacks else verdict


def state_word(state: str) -> str:
    """The msgid of a status or verdict in words."""
    return EXPERTS_WORD if state == EXPERTS else state
