"""A file of any size, scored in parts on this machine: rows in = rows scored + rows rejected.

Parts are read, judged and written at the same time; memory holds a few of them, never the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from eligibility.assessment.assess import assess_table
from eligibility.intake.table import Batch, HeaderMap, Options, read_batches
from eligibility.language import Language
from eligibility.reports.files import Output, open_writer
from eligibility.reports.scored import Judge, rejects_with_reasons, scored_schema, scored_table
from eligibility.scheme import Scheme
from eligibility.vocabulary import InputError, RowIssue

Part = TypeVar("Part")
#: issues kept to be shown; all of them stand in the rejects file
ISSUES_SHOWN = 20


@dataclass
class Summary:
    """What became of the rows of a file; ``read`` is always ``scored + rejected``.

    ``issues`` holds the first few troubles, ``headers`` what the columns were taken for.
    """

    read: int = 0
    scored: int = 0
    rejected: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    issues: list[RowIssue] = field(default_factory=list)
    headers: HeaderMap | None = None


def score_file(
    source: Path,
    target: Path,
    scheme: Scheme,
    language: Language,
    *,
    options: Options,
    rejects: Path | None = None,
    with_input: bool = False,
    judge: Judge | None = None,
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
    judge : callable, optional
        Gives the readiness of an assessment's firms, as ``Model.readiness`` does.
    progress : callable
        Told the number of rows done after each part.

    Raises
    ------
    InputError
        If a file cannot be read or written.
    """
    _refuse_one_file_twice(source, target, rejects)
    summary = Summary()
    with ExitStack() as files:
        outputs: dict[Path, Output] = {}

        def write(path: Path | None, table: pa.Table) -> None:
            if path is None:
                return
            if path not in outputs:
                outputs[path] = files.enter_context(open_writer(path, table.schema))
            outputs[path].write(table)

        for batch, table in _ahead(_judged(source, scheme, language, options, with_input, judge)):
            write(target, table)
            if rejects is not None and (batch.rejects.num_rows or rejects not in outputs):
                write(rejects, rejects_with_reasons(batch, language))
            summary.headers = batch.headers
            summary.read += batch.read
            summary.scored += table.num_rows
            summary.rejected += batch.rejects.num_rows
            summary.issues += batch.issues[: ISSUES_SHOWN - len(summary.issues)]
            for entry in table["verdict"].value_counts().to_pylist():
                summary.verdicts[entry["values"]] += entry["counts"]
            progress(summary.read)
    return summary


def _refuse_one_file_twice(*paths: Path | None) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path is not None and path.resolve() in seen:
            raise InputError(
                "{path} is named twice; input, output and rejects are three files.", path=path
            )
        if path is not None:
            seen.add(path.resolve())


def _judged(
    source: Path,
    scheme: Scheme,
    language: Language,
    options: Options,
    with_input: bool,
    judge: Judge | None,
) -> Iterator[tuple[Batch, pa.Table]]:
    """Every part of the file with its results, in order."""
    batches = read_batches(source, scheme.fields, options, catalogue=scheme.titles_by_code)
    for batch in _ahead(batches):
        assessments = assess_table(batch.table, scheme)
        if assessments:
            table = scored_table(assessments, batch.rows, scheme, language, judge)
        else:
            table = scored_schema(scheme, judge is not None).empty_table()
        if with_input:
            for name in batch.originals.column_names:
                column = batch.originals[name]
                table = table.append_column(_unused(name, table.column_names), column)
        yield batch, table


def _ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """The same parts, the next one made in a thread while this one is used."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        upcoming = worker.submit(next, parts, None)
        while (part := upcoming.result()) is not None:
            upcoming = worker.submit(next, parts, None)
            yield part


def _unused(name: str, taken: list[str]) -> str:
    return name if name not in taken else f"input_{name}"
