"""Assessment record: one firm's assessment as plain data (JSON), the only thing the pages read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.assessment.record_types import (
    AssessmentRecord,
    FindingRecord,
    ItemRecord,
    ModelRecord,
    OtherReading,
    ReadinessRecord,
    ScoreRecord,
    ScoringReading,
    TurningReading,
)
from eligibility.domain.arrays import Bools
from eligibility.domain.law import Item
from eligibility.domain.records import Number, cite, words
from eligibility.domain.results import (
    MET,
    STATUS_WORDS,
    UNMET,
    VERDICT_WORDS,
    Finding,
    Readiness,
    TrainingSummary,
)
from eligibility.i18n import CHINESE, ENGLISH


def record(
    assessment: Assessment, row: int, readiness: Readiness | None = None
) -> AssessmentRecord:
    """Assessment record of one firm, JSON-ready.

    Parameters
    ----------
    assessment : Assessment
    row : int
        Its place in this assessment.
    readiness : Readiness, optional
        What a model says of the firms of this assessment.

    Returns
    -------
    AssessmentRecord
        JSON-ready; numbers in the units named beside them, ``None`` where nothing can be said.
    """
    firms, law = assessment.firms, assessment.law
    applied: date = firms.dates("application_date")[row].item()
    return {
        "firm": {"uscc": firms.texts("uscc")[row], "name": firms.texts("name")[row]},
        "as_of": applied.isoformat(),
        "scheme": assessment.scheme.id,
        "edition": law.id,
        "verdict": VERDICT_WORDS[int(assessment.verdict[row])],
        "findings": [_finding(assessment, name, row) for name in assessment.findings],
        "score": _score(assessment, row),
        "warnings": [
            {
                "id": warning.id,
                "text": words(warning.text(row)),
                "citation": cite(warning.citation) if warning.citation else None,
            }
            for warning in assessment.warnings
            if warning.rows[row]
        ],
        "readiness": None if readiness is None else _readiness(assessment, readiness, row),
        "gaps": [
            {
                "finding": name,
                "status": STATUS_WORDS[int(gap.status[row])],
                "shortfall": number(gap.shortfall[row]),
                "unit": gap.unit,
                "missing": _missing(assessment, gap.missing, row),
            }
            for name, gap in assessment.gaps.by_condition.items()
            if gap.status[row] != MET
        ],
    }


def records(
    assessments: list[Assessment],
    judge: Callable[[Assessment], Readiness | None] = lambda _: None,
) -> list[AssessmentRecord]:
    """Every firm of several assessments, in the order of the table they came from.

    ``judge`` gives the readiness of an assessment's firms, as ``Model.readiness`` does.
    """
    placed = [
        (place, record(assessment, row, readiness))
        for assessment in assessments
        for readiness in [judge(assessment)]
        for row, place in enumerate(assessment.rows)
    ]
    return [record for _, record in sorted(placed, key=lambda pair: pair[0])]


def _finding(assessment: Assessment, name: str, row: int) -> FindingRecord:
    finding = assessment.findings[name]
    condition = assessment.law.conditions_by_id[name]
    turned: list[TurningReading] = [
        {
            **_other(assessment, other.interpretation, other.reading),
            "status": STATUS_WORDS[int(other.findings[name][1][row])],
        }
        for other in assessment.other_readings
        if name in other.findings and other.findings[name][0][row]
    ]
    record: FindingRecord = {
        "id": name,
        "title": words(condition.title),
        "status": STATUS_WORDS[int(finding.status[row])],
        "observed": _value(finding.observed[row], condition.unit),
        "required": condition.line != "at_most"
        if condition.unit == "yes_no"
        else number(finding.required[row]),
        "line": condition.line,
        "margin": number(finding.margin[row]),
        "unit": condition.unit,
        "terms": {term: number(figures[row]) for term, figures in finding.terms.items()},
        "missing": _missing(assessment, finding.missing, row),
        "citation": cite(condition.citation),
        "interpretation": {"turned_by": turned} if turned else None,
    }
    if (interval := _interval(finding, row)) is not None:
        record["interval"] = interval
    return record


def _interval(finding: Finding, row: int) -> list[Number] | None:
    """Ends of a figure that a blank leaves open, where some end says more than that it is a share."""
    if finding.interval is None:
        return None
    low, high = (float(end[row]) for end in finding.interval)
    return [number(low), number(high)] if low > 0 or high < 1 else None


def _score(assessment: Assessment, row: int) -> ScoreRecord:
    score, law = assessment.score, assessment.law
    condition = law.score_condition
    mark, line = number(law.score.pass_mark), condition.line if condition else None
    items: list[ItemRecord] = []
    for name, scored in score.items.items():
        item = law.items[name]
        low, high = float(scored.low[row]), float(scored.high[row])
        missing = _missing(assessment, scored.missing, row)
        moved: list[ScoringReading] = [
            {
                **_other(assessment, other.interpretation, other.reading),
                "low": plain(other.items[name][1].low[row]),
                "high": plain(other.items[name][1].high[row]),
            }
            for other in assessment.other_readings
            if name in other.items and other.items[name][0][row]
        ]
        items.append(
            {
                "id": name,
                "title": words(item.title),
                "low": plain(low),
                "high": plain(high),
                "max": plain(item.max),
                "band": None if missing else _grade(item, low, high),
                "observed": _value(scored.observed[row], item.unit),
                "unit": item.unit,
                "missing": missing,
                "citation": cite(item.citation),
                "interpretation": {"changed_by": moved} if moved else None,
            }
        )
    return {
        "low": plain(score.low[row]),
        "high": plain(score.high[row]),
        "pass_above": mark if line == "above" else None,
        "pass_at_least": mark if line == "at_least" else None,
        "total": plain(law.score.total),
        "items": items,
    }


def _readiness(assessment: Assessment, readiness: Readiness, row: int) -> ReadinessRecord:
    training = readiness.training
    return {
        "probability": float(readiness.probability[row]),
        "now": float(readiness.now[row]),
        "if_met": float(readiness.probability[row]),
        "interval": [float(readiness.low[row]), float(readiness.high[row])],
        "conditional": bool(readiness.conditional[row]),
        "not_before": [
            name for name, finding in assessment.findings.items() if finding.status[row] == UNMET
        ],
        "contributions": [
            {"id": name, "chance": chance}
            for name, chance in sorted(readiness.parts(row).items(), key=lambda part: part[1])
        ],
        "outside": [name for name, rows in readiness.outside.items() if rows[row]],
        "model": model_record(training),
    }


def pass_mark(score: ScoreRecord) -> float:
    """The points that a score must pass or reach.

    Raises
    ------
    ValueError
        If its edition passes nobody by points.
    """
    for mark in (score["pass_above"], score["pass_at_least"]):
        if mark is not None:
            return mark
    raise ValueError("no line to pass")


def model_record(training: TrainingSummary) -> ModelRecord:
    """Training summary as plain data, which stands wherever a model's number does."""
    return {
        "estimator": training.estimator,
        "applications": training.applications,
        "certified": training.certifications,
        "years": list(training.years),
        "invented": training.synthetic,
        "edition": training.edition,
        "text": {tongue.id: training.sentence.say(tongue) for tongue in (CHINESE, ENGLISH)},
    }


def _missing(assessment: Assessment, missing: Mapping[str, Bools], row: int) -> list[str]:
    return assessment.scheme.in_form_order(name for name, rows in missing.items() if rows[row])


def _other(assessment: Assessment, interpretation: str, reading: str) -> OtherReading:
    question = assessment.law.interpretations[interpretation]
    return {
        "id": interpretation,
        "question": words(question.question),
        "taken": assessment.law.reading(interpretation),
        "other": reading,
        "other_says": words(question.readings[reading].says),
        "citation": cite(question.citation),
    }


def _grade(item: Item, low: float, high: float) -> str | None:
    return next((band.grade for band in item.bands if band.points == (low, high)), None)


def _value(figure: np.float64, unit: str) -> float | int | bool | str | None:
    plain = number(figure)
    if plain is None:
        return None
    if unit == "yes_no":
        return bool(plain)
    return str(plain) if unit == "code" else plain


def number(figure: float) -> float | int | None:
    """A plain number; None where it is blank or without end."""
    return plain(figure) if np.isfinite(figure) else None


def plain(figure: float) -> float | int:
    """A finite number as plain data; whole ones without a fraction."""
    return int(figure) if float(figure).is_integer() else float(figure)
