"""Mapping of a gap to the input field that closes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from eligibility.assessment.record_types import AssessmentRecord, ItemRecord
from eligibility.assessment.shortfalls import remedies
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Need
from eligibility.schemes.registry import Scheme

#: items of the score named where points are lacking
ITEMS = 2


def field_for_gap(
    record: AssessmentRecord,
    gap: Mapping[str, Any],
    firm: FirmTable,
    scheme: Scheme,
    law: Edition,
) -> str | None:
    """The field to fill in for a gap, or else to raise; None where no field closes it.

    An open score is closed by a blank of its items, one that is too low by what it lost most on.

    Parameters
    ----------
    record, gap : mappings
        The firm's assessment, as plain data, and one of its gaps.
    firm : FirmTable
        One row: the firm.
    law : Edition
        The edition that it was assessed by.
    """
    if gap["missing"]:
        return str(gap["missing"][0])
    if law.conditions_by_id[gap["finding"]].judges != "score":
        return next(_lever_fields(firm, scheme, scheme.needs(gap["finding"], firm, law), law), None)
    items = record["score"]["items"]
    blanks = (name for item in items for name in item["missing"])
    raised = (
        name
        for item in items_by_points_lost(record)
        for step in scheme.steps(item["id"], firm, law)
        for name in _lever_fields(firm, scheme, step.needs, law)
    )
    first, then = (raised, blanks) if gap["status"] == "unmet" else (blanks, raised)
    return next(chain(first, then), None)


def fields_for_gap(
    record: AssessmentRecord,
    gap: Mapping[str, Any],
    firm: FirmTable,
    scheme: Scheme,
    law: Edition,
    count: int,
) -> list[str]:
    """Every blank field that leaves a gap open, up to so many; else as ``field_for_gap``."""
    if gap["missing"] and law.conditions_by_id[gap["finding"]].judges == "score":
        return [str(name) for name in gap["missing"][:count]]
    name = field_for_gap(record, gap, firm, scheme, law)
    return [] if name is None else [name]


def items_by_points_lost(record: AssessmentRecord) -> list[ItemRecord]:
    """The items that lost points for certain, the most first."""
    items = [item for item in record["score"]["items"] if item["high"] < item["max"]]
    return sorted(items, key=lambda item: item["high"] - item["max"])[:ITEMS]


def _lever_fields(
    firm: FirmTable, scheme: Scheme, needs: tuple[Need, ...], law: Edition
) -> Iterator[str]:
    levers = scheme.levers(firm, law)
    for group in remedies(needs, levers, scheme):
        for way in group:
            yield levers[way.lever].field
