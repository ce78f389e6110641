"""One firm's gaps as plain data: findings not met, items below their best, and the ways there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.assessment.record import number
from eligibility.assessment.shortfalls import remedies
from eligibility.domain.arrays import Bools
from eligibility.domain.facts import Field, years_of
from eligibility.domain.records import cite, words
from eligibility.domain.results import MET, STATUS_WORDS, UNMET, Lever, Need
from eligibility.planning.record_types import (
    FindingGap,
    GapsRecord,
    ItemGap,
    SettlingRecord,
    StepRecord,
    TierRecord,
    WayRecord,
)
from eligibility.planning.worth_record import to_cents, to_cents_or_none


def gap_record(assessment: Assessment) -> GapsRecord:
    """Findings not met and items below their best, with every way there."""
    firms, law, scheme = assessment.firms, assessment.law, assessment.scheme
    findings: list[FindingGap] = []
    for name, finding in assessment.findings.items():
        if finding.status[0] == MET:
            continue
        condition = law.conditions_by_id[name]
        needs = (
            scheme.needs(name, firms, law)
            if finding.status[0] == UNMET and condition.judges == "firms"
            else ()
        )
        short = assessment.gaps.by_condition[name].shortfall[0]
        findings.append(
            {
                "finding": name,
                "title": words(condition.title),
                "status": STATUS_WORDS[int(finding.status[0])],
                "rule": words(condition.rule),
                "evidence": words(condition.evidence),
                "required": number(finding.required[0]),
                "tier": _tier(name, assessment, float(finding.required[0])),
                "shortfall": to_cents_or_none(short),
                "unit": assessment.gaps.by_condition[name].unit,
                "score": {
                    "low": to_cents(assessment.score.low[0]),
                    "high": to_cents(assessment.score.high[0]),
                }
                if condition.judges == "score"
                else None,
                "needs": _needs(needs, assessment),
                "settled_by": settled_by(finding.missing, assessment),
                "citation": cite(condition.citation),
            }
        )
    items: list[ItemGap] = []
    for name, scored in assessment.score.items.items():
        item, low, high = law.items[name], float(scored.low[0]), float(scored.high[0])
        if low >= item.max:
            continue
        steps: list[StepRecord] = [
            {
                "grade": step.grade,
                "points": {"low": step.points[0], "high": step.points[1]},
                "gains": {
                    "low": max(step.points[0] - low, 0.0),
                    "high": max(step.points[1] - high, 0.0),
                },
                "needs": needed,
            }
            for step in scheme.steps(name, firms, law)
            if (step.points[0] > low or step.points[1] > high)
            and all(needed := _needs(step.needs, assessment))
        ]
        items.append(
            {
                "item": name,
                "title": words(item.title),
                "low": to_cents(low),
                "high": to_cents(high),
                "max": to_cents(item.max),
                "steps": steps,
                "settled_by": settled_by(scored.missing, assessment),
                "citation": cite(item.citation),
            }
        )
    return {"findings": findings, "items": items}


def open_ways(gaps: GapsRecord, year: int) -> GapsRecord:
    """The same gaps without ways to change figures of calendar years before ``year``: those are over."""
    return {
        "findings": [
            {**gap, "needs": [_since(group, year) for group in gap["needs"]]}
            for gap in gaps["findings"]
        ],
        "items": [
            {
                **item,
                "steps": [
                    step
                    for step in item["steps"]
                    if all(_since(group, year) for group in step["needs"])
                ],
            }
            for item in gaps["items"]
        ],
    }


def _since(group: Iterable[WayRecord], year: int) -> list[WayRecord]:
    return [way for way in group if way["year"] is None or way["year"] >= year]


def _tier(name: str, assessment: Assessment, line: float) -> TierRecord | None:
    """Where the line depends on a scale: the bracket that gave it."""
    if name not in assessment.law.scales:
        return None
    scale, above = assessment.law.scales[name], None
    for bracket in scale.brackets:
        if bracket.value == line:
            return {"line": line, "above": above, "up_to": bracket.up_to, "unit": scale.bound_unit}
        above = bracket.up_to
    return None


def _needs(needs: Iterable[Need], assessment: Assessment) -> list[list[WayRecord]]:
    """Groups that must all be filled, each by any one of its ways; filled ones are left out."""
    levers = assessment.scheme.levers(assessment.firms, assessment.law)
    result: list[list[WayRecord]] = []
    for group in remedies(tuple(needs), levers, assessment.scheme):
        if any(way.amount[0] == 0 for way in group):
            continue
        usable = [way for way in group if np.isfinite(way.amount[0])]
        result.append(
            [_way(way.lever, float(way.amount[0]), levers[way.lever], assessment) for way in usable]
        )
    return result


def _way(name: str, more: float, lever: Lever, assessment: Assessment) -> WayRecord:
    field = assessment.scheme.fields_by_id[lever.field]
    year = int(assessment.firms.application_years[0])
    record: WayRecord = {
        "lever": name,
        "field": field.id,
        "title": words(field.title_in_year(year)),
        "how": words(lever.how) if lever.how else None,
        "kind": field.kind,
        "unit": field.unit,
        "year": _calendar_year(field, year),
        "more": to_cents(more),
        "to": to_cents_or_none(float(lever.present[0]) + more),
    }
    if field.kind == "date":
        day = assessment.firms.dates(field.id)[0] + np.timedelta64(round(more), "D")
        record["unit"], record["to"] = "day", str(day)
    return record


def settled_by(missing: Mapping[str, Bools], assessment: Assessment) -> SettlingRecord:
    """Blanks of facts, which the firm's books settle, and of ratings, which evidence settles."""
    names = assessment.scheme.in_form_order(name for name, rows in missing.items() if rows[0])
    fields = assessment.scheme.fields_by_id
    shown = {
        name for name in names if fields[name].kind == "rating" or fields[name].unit == "point"
    }
    return {
        "facts": [name for name in names if name not in shown],
        "evidence": [name for name in names if name in shown],
    }


def _calendar_year(field: Field, application_year: int) -> int | None:
    """The calendar year that a figure is of; None where it is of none."""
    if field.year is None and field.of != "calendar_year":
        return None
    return years_of(application_year)[(field.year or 0) - 1]
