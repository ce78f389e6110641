"""Columns of an assessment that say what is wanting: experts' points, the few open facts, or the distance."""

from __future__ import annotations

from eligibility.domain.errors import EligibilityError
from eligibility.domain.open_points import verdict_state
from eligibility.schemes.registry import load_scheme
from eligibility.store.rows import Facts, Row

#: facts that one call settles
FEW_FACTS = 2


def verdict_state_column(record: Facts) -> str:
    """``verdict_state`` of the record of an assessment: its verdict, or that experts' points decide."""
    verdict = str(record["verdict"])
    if verdict != "undetermined" or not record.get("findings"):
        return verdict
    try:
        fields = load_scheme(record["scheme"]).fields_by_id
    except EligibilityError:
        # a scheme that is no longer shipped
        return verdict
    return verdict_state(record, fields)


def gap_columns(record: Facts) -> Row:
    """``open_facts`` and ``unmet_distance`` of the record of an assessment.

    Returns
    -------
    dict
        ``open_facts``: the ids of the one or two facts that alone leave the verdict open, parted by
        commas; None where there are more, or none. ``unmet_distance``: how far the firm is from the
        unmet condition that it is furthest from, as a share of its line; None where one of them has
        no measure.
    """
    findings = record.get("findings") or ()
    return {
        "open_facts": _open_facts(record, findings)
        if record["verdict"] == "undetermined"
        else None,
        "unmet_distance": _unmet_distance(findings) if record["verdict"] == "ineligible" else None,
    }


def _open_facts(record: Facts, findings: tuple[Facts, ...]) -> str | None:
    try:
        fields = load_scheme(record["scheme"]).fields_by_id
    except EligibilityError:
        # a scheme that is no longer shipped
        return None
    names = dict.fromkeys(
        name
        for finding in findings
        if finding["status"] == "undetermined"
        for name in finding["missing"]
        if name not in fields or not fields[name].is_own_rating
    )
    return ",".join(names) if 1 <= len(names) <= FEW_FACTS else None


def _unmet_distance(findings: tuple[Facts, ...]) -> float | None:
    distances = [
        _distance(finding.get("margin"), finding.get("required"))
        for finding in findings
        if finding["status"] == "unmet"
    ]
    measured = [distance for distance in distances if distance is not None]
    return max(measured) if measured and len(measured) == len(distances) else None


def _distance(margin: object, line: object) -> float | None:
    """How far a figure is from its line, as a share of it; None of what has no size."""
    for figure in (margin, line):
        if isinstance(figure, bool) or not isinstance(figure, int | float):
            return None
    return abs(float(margin)) / abs(float(line)) if line else None  # type: ignore[arg-type]
