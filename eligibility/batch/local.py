"""A file of any size, scored in parts on this machine: rows in = rows scored + rows rejected.

Parts are read, judged and written at the same time; memory holds a few of them, never the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eligibility.batch.chunks import Scorer, Summary, ahead, judge_of, open_outputs, write_parts
from eligibility.i18n import Language
from eligibility.intake.table import IntakeOptions, read_batches
from eligibility.schemes.registry import Scheme


def score_file(
    source: Path,
    target: Path,
    scheme: Scheme,
    language: Language,
    *,
    options: IntakeOptions,
    rejects: Path | None = None,
    with_input: bool = False,
    model: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Summary:
    """Score every readable row of a file and keep every other one with its reason.

    Parameters
    ----------
    source, target : Path
        Input (.csv .xlsx) and output (.csv .xlsx .parquet).
    rejects : Path, optional
        Where rejected rows go, as they came, with row and reason.
    with_input : bool
        Put the input columns after the results.
    model : Path, optional
        Folder of a trained model; without one nothing is said of readiness.
    progress : callable
        Told the number of rows done after each part.

    Raises
    ------
    InputError
        If a file cannot be read or written.
    ModelRefused
        If the model cannot be trusted or used.
    """
    with open_outputs(source, target, rejects) as outputs:
        scorer = Scorer(scheme, language, with_input, judge_of(model))
        batches = read_batches(source, scheme.fields, options, catalogue=scheme.titles_by_code)
        return write_parts(ahead(scorer.score_each(ahead(batches))), outputs, progress)
