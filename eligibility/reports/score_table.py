"""Assessments as one wide table: who the firm is, the verdict, every finding, the score, the gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.assessment.assess import Assessment
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.results import STATUS_WORDS, UNMET, VERDICT_WORDS, Readiness
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.reports.gap_columns import by_kind, first_gaps
from eligibility.schemes.registry import Scheme

IDENTITY = ("uscc", "name", "district", "carrier", "industry")
GAPS_IN_WORDS = 3
#: what a model adds; a firm with an unmet condition has no chance as it stands, only one if that
#: were met (the interval is of whichever is told); the last column says what the model learned from
READINESS = (
    pa.field("readiness", pa.float64()),
    pa.field("readiness_low", pa.float64()),
    pa.field("readiness_high", pa.float64()),
    pa.field("readiness_if_met", pa.float64()),
    pa.field("readiness_weakest", pa.string()),
    pa.field("readiness_outside", pa.string()),
    pa.field("readiness_model", pa.string()),
)
Judge = Callable[[Assessment], Readiness | None]
#: units that come in whole numbers
WHOLE = ("day", "item", "code", "yes_no")


def scored_table(
    assessments: Sequence[Assessment],
    rows: NDArray[np.int64],
    scheme: Scheme,
    language: Language,
    judge: Judge | None = None,
) -> pa.Table:
    """One row a firm, in the order of the table that was assessed.

    Parameters
    ----------
    assessments : sequence of Assessment
        As :func:`assess_table` gives them.
    rows : array of shape (n,)
        Row of each firm in the file it came from.
    scheme, language
        The scheme assessed and the language of the gaps in words.
    judge : callable, optional
        Gives the readiness of an assessment's firms, as ``Model.readiness`` does.
    """
    parts = [
        _part(assessment, rows[assessment.rows], scheme, language, judge)
        for assessment in assessments
    ]
    table = pa.concat_tables(parts)
    if len(parts) == 1:
        return table
    order = np.argsort(np.concatenate([assessment.rows for assessment in assessments]))
    return table.take(pa.array(order))


def scored_schema(scheme: Scheme, with_readiness: bool = False) -> pa.Schema:
    """The columns of :func:`scored_table`, which do not depend on the rows."""
    fields = [pa.field("row", pa.int64())]
    fields += [pa.field(name, pa.string()) for name in IDENTITY]
    fields += [
        pa.field("application_date", pa.date32()),
        pa.field("edition", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("score_low", pa.float64()),
        pa.field("score_high", pa.float64()),
    ]
    for name, unit in _conditions(scheme).items():
        kind = pa.int64() if unit in WHOLE else pa.float64()
        fields.append(pa.field(f"{name}_status", pa.string()))
        fields += [pa.field(f"{name}_{number}", kind) for number in ("observed", "margin")]
    fields += [pa.field(f"gap_{place + 1}", pa.string()) for place in range(GAPS_IN_WORDS)]
    fields += [
        pa.field("turned_by_another_reading", pa.string()),
        pa.field("warnings", pa.string()),
    ]
    if with_readiness:
        fields += READINESS
    return pa.schema(fields)


def rejects_with_reasons(batch: RowBatch, language: Language) -> pa.Table:
    """The rejected rows as they came, each with its reasons in that language."""
    rows = batch.rejects["row"].to_pylist()
    sentences = batch.reasons(rows, lambda sentence: sentence.say(language))
    place = batch.rejects.schema.get_field_index("reason")
    return batch.rejects.set_column(place, "reason", sentences)


def _conditions(scheme: Scheme) -> dict[str, str]:
    """Conditions of every edition with their units, those of the latest first."""
    return {
        condition.id: condition.unit
        for law in reversed(scheme.editions)
        for condition in law.conditions
    }


def _part(
    assessment: Assessment,
    rows: NDArray[np.int64],
    scheme: Scheme,
    language: Language,
    judge: Judge | None,
) -> pa.Table:
    firms, count = assessment.firms, assessment.firms.rows
    schema = scored_schema(scheme, judge is not None)
    columns: dict[str, pa.Array] = {"row": pa.array(rows)}
    for name in IDENTITY:
        columns[name] = pa.array(firms.texts(name), pa.string())
    columns["application_date"] = pa.array(firms.dates("application_date"))
    columns["edition"] = pa.repeat(pa.scalar(assessment.law.id), count)
    columns["verdict"] = _words(assessment.verdict, VERDICT_WORDS)
    columns["score_low"] = pa.array(assessment.score.low)
    columns["score_high"] = pa.array(assessment.score.high)
    for name, finding in assessment.findings.items():
        columns[f"{name}_status"] = _words(finding.status, STATUS_WORDS)
        kind = schema.field(f"{name}_observed").type
        columns[f"{name}_observed"] = _numbers(finding.observed, kind)
        columns[f"{name}_margin"] = _numbers(finding.margin, kind)
    gaps = first_gaps(assessment.gaps, count, GAPS_IN_WORDS, scheme, language)
    for place, words in enumerate(gaps, start=1):
        columns[f"gap_{place}"] = words
    columns["turned_by_another_reading"] = _join_names(
        [
            (other.interpretation, turned)
            for other in assessment.other_readings
            for turned, _ in other.findings.values()
        ],
        count,
    )
    columns["warnings"] = _join_names(
        [(warning.id, warning.rows) for warning in assessment.warnings], count
    )
    if judge is not None and (readiness := judge(assessment)) is not None:
        columns |= _readiness(readiness, language)
    return pa.table(
        [columns.get(field.name, pa.nulls(count, field.type)) for field in schema], schema=schema
    )


def _readiness(readiness: Readiness, language: Language) -> dict[str, pa.Array]:
    count = len(readiness.probability)
    unmet = readiness.conditional
    names = pa.array([*readiness.factors, None], pa.string())
    return {
        "readiness": pa.array(readiness.probability, mask=unmet),
        "readiness_low": pa.array(readiness.low),
        "readiness_high": pa.array(readiness.high),
        "readiness_if_met": pa.array(readiness.probability, mask=~unmet),
        "readiness_weakest": names.take(pa.array(readiness.weakest % len(names))),
        "readiness_outside": _join_names(list(readiness.outside.items()), count),
        "readiness_model": pa.repeat(pa.scalar(readiness.training.sample.say(language)), count),
    }


def _words(codes: NDArray[np.int8], words: dict[int, str] | object) -> pa.Array:
    names = [words[code] for code in (UNMET, UNMET + 1, UNMET + 2)]  # type: ignore[index]
    return pa.array(names).take(pa.array(codes - UNMET))


def _numbers(figures: Floats, kind: pa.DataType) -> pa.Array:
    """NaN is nothing that could be said, so it is null."""
    unsaid = np.isnan(figures)
    if pa.types.is_integer(kind):
        return pa.array(np.where(unsaid, 0, figures).astype(np.int64), mask=unsaid)
    return pa.array(figures, mask=unsaid)


def _join_names(marks: list[tuple[str, Bools]], count: int) -> pa.Array:
    """The names that hold for each row, joined by a blank; null where none does."""
    names = list(dict.fromkeys(name for name, _ in marks))
    result = np.zeros(count, dtype=np.int64)
    for name, rows in marks:
        result |= rows.astype(np.int64) << names.index(name)
    return by_kind(
        [result],
        lambda bits: (
            " ".join(name for place, name in enumerate(names) if bits >> place & 1) or None
        ),
    ).dictionary_decode()
