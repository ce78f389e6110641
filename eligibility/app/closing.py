"""From a gap to the field that closes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from eligibility.app.firms import Firm
from eligibility.planning.gaps import ways
from eligibility.vocabulary import Need

#: items of the score named where points are lacking
ITEMS = 2


def field(firm: Firm, gap: Mapping[str, Any]) -> str | None:
    """The field to fill in for a gap, or else to raise; None where no field closes it.

    An open score is closed by a blank of its items, one that is too low by what it lost most on.
    """
    if gap["missing"]:
        return str(gap["missing"][0])
    if firm.law.conditions_by_id[gap["finding"]].judges != "score":
        return next(_levers(firm, firm.scheme.needs(gap["finding"], firm.table, firm.law)), None)
    items = firm.record["score"]["items"]
    blanks = (name for item in items for name in item["missing"])
    raised = (
        name
        for item in lost(firm)
        for step in firm.scheme.steps(item["id"], firm.table, firm.law)
        for name in _levers(firm, step.needs)
    )
    first, then = (raised, blanks) if gap["status"] == "unmet" else (blanks, raised)
    return next(chain(first, then), None)


def fields(firm: Firm, gap: Mapping[str, Any], count: int) -> list[str]:
    """As ``field``; every blank, up to so many, where several leave the score open."""
    if gap["missing"] and firm.law.conditions_by_id[gap["finding"]].judges == "score":
        return [str(name) for name in gap["missing"][:count]]
    name = field(firm, gap)
    return [] if name is None else [name]


def lost(firm: Firm) -> list[Mapping[str, Any]]:
    """The items that lost points for certain, the most first."""
    items = [item for item in firm.record["score"]["items"] if item["high"] < item["max"]]
    return sorted(items, key=lambda item: item["high"] - item["max"])[:ITEMS]


def _levers(firm: Firm, needs: tuple[Need, ...]) -> Iterator[str]:
    levers = firm.scheme.levers(firm.table, firm.law)
    for group in ways(needs, levers, firm.scheme):
        for way in group:
            yield levers[way.lever].field
