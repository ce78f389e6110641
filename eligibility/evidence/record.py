"""A reconciliation as plain data, for JSON and for papers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from eligibility.domain.records import Number, cite, words
from eligibility.evidence.bridge_year import Step
from eligibility.evidence.reconciliation import Reconciliation
from eligibility.evidence.record_types import (
    BridgeRecord,
    BridgeStepRecord,
    DifferenceRecord,
    LimitRecord,
    ReconciliationRecord,
)
from eligibility.schemes.reconciliation_rules import ANY, Bridge, Difference


def reconciliation_record(reconciliation: Reconciliation) -> ReconciliationRecord:
    """Every step, rest and sign of a reconciliation.

    Returns
    -------
    ReconciliationRecord
        ``edition``, ``years``, ``explained`` (no rest and nothing open), ``bridges`` (each with
        its steps, the differences and limits that they name, and what could be the rest of a step), ``signs``. Amounts are CNY or
        persons to two decimals, None where unknown.
    """
    return {
        "edition": reconciliation.law.id,
        "years": list(reconciliation.years),
        "explained": not (reconciliation.rests or reconciliation.open_steps),
        "bridges": [
            _bridge(bridge, reconciliation)
            for bridge in reconciliation.rules.bridges
            if any(step.bridge == bridge.id for step in reconciliation.steps)
        ],
        "signs": [
            {
                "id": seen.sign.id,
                "says": words(seen.sign.says),
                "years": list(seen.years),
                "citation": cite(seen.sign.citation),
            }
            for seen in reconciliation.signs
        ],
    }


def _bridge(bridge: Bridge, reconciliation: Reconciliation) -> BridgeRecord:
    steps = [step for step in reconciliation.steps if step.bridge == bridge.id]
    named = {name for step in steps for name, _ in step.effects}
    return {
        "id": bridge.id,
        "title": words(bridge.title),
        "unit": bridge.unit,
        "categories": {name: words(title) for name, title in bridge.categories.items()},
        "bases": [
            {
                "id": basis.id,
                "title": words(basis.title),
                "source": words(basis.source),
            }
            for basis in bridge.bases
        ],
        "steps": [_step(step, bridge) for step in steps],
        "differences": [
            _difference(difference, reconciliation)
            for difference in bridge.differences
            if difference.id in named
        ],
        "titles": {each.id: words(each.title) for each in bridge.differences},
        "limits": _limits(bridge, steps, reconciliation),
    }


def _step(step: Step, bridge: Bridge) -> BridgeStepRecord:
    return {
        "basis": step.basis,
        "category": step.category,
        "year": step.year,
        "by": step.kind,
        "from": step.start,
        "start": _number(step.start_amount),
        "effects": [{"difference": name, "amount": float(amount)} for name, amount in step.effects],
        "expected": _number(step.expected_amount),
        "stated": _number(step.stated_amount),
        "rest": _number(step.rest),
        "rounding": _number(step.rounding),
        "missing": list(step.missing),
        "could_be": list(_candidates(step, bridge)),
    }


def _candidates(step: Step, bridge: Bridge) -> Iterator[str]:
    """Differences that would lessen the rest of a step, were they stated."""
    if not step.rest or step.kind != "differences":
        return
    basis, start = bridge.bases_by_id[step.basis], bridge.bases_by_id[step.start]
    for difference in bridge.differences:
        sign = _sign(difference, basis.id, step.category)
        if basis.of == start.of:
            # what was taken from the basis beside it comes back on the way from there
            sign -= _sign(difference, start.id, step.category)
        if sign * step.rest > 0 or (sign and difference.may_be_negative):
            yield difference.id


def _sign(difference: Difference, basis: str, category: str) -> int:
    effect = difference.effects.get(basis, {})
    return effect.get(category, effect.get(ANY, 0))


def _difference(difference: Difference, reconciliation: Reconciliation) -> DifferenceRecord:
    return {
        "id": difference.id,
        "title": words(difference.title),
        "citation": cite(difference.citation),
        "effects": {basis: dict(effect) for basis, effect in difference.effects.items()},
        "amounts": {
            year: _number(
                sum(
                    (
                        amount
                        for (name, _, of), amount in reconciliation.amounts.items()
                        if name == difference.id and of == year
                    ),
                    Decimal(0),
                )
            )
            for year in reconciliation.years
        },
    }


def _limits(bridge: Bridge, steps: list[Step], reconciliation: Reconciliation) -> list[LimitRecord]:
    """The numbers of the law that the limits of a bridge use, each once for a basis and category."""
    reached = {step.basis for step in steps}
    found: list[LimitRecord] = []
    for basis in bridge.bases:
        for limit in basis.limits if basis.id in reached else ():
            for name in (limit.share, limit.cap):
                if name is not None:
                    number = reconciliation.rules.parameter(name, reconciliation.law)
                    found.append(
                        {
                            "basis": basis.id,
                            "category": limit.category,
                            "parameter": name,
                            "value": number.value,
                            "unit": number.unit,
                            "citation": cite(number.citation),
                        }
                    )
    return found


def _number(amount: Decimal | None) -> Number:
    return None if amount is None else float(amount)
