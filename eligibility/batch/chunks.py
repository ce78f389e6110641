"""What is done with every part of a file, wherever it is done, and what becomes of the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa

from eligibility.assessment.assess import assess_table
from eligibility.atomic_file import refuse_same_file
from eligibility.domain.facts import RowIssue
from eligibility.i18n import Language
from eligibility.intake.row_batch import RowBatch
from eligibility.intake.table import HeaderMap
from eligibility.reports.files import Output, open_writer
from eligibility.reports.score_table import Judge, rejects_with_reasons, scored_schema, scored_table
from eligibility.schemes.registry import Scheme

Item = TypeVar("Item")
#: issues kept to be shown; all of them stand in the rejects file
ISSUES_SHOWN = 20


@dataclass
class Summary:
    """What became of the rows of a file; ``read`` is always ``scored + rejected``.

    ``issues`` holds the first few troubles, ``headers`` what the columns were taken for.
    """

    read: int = 0
    rows_scored: int = 0
    rows_rejected: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    issues: list[RowIssue] = field(default_factory=list)
    headers: HeaderMap | None = None


@dataclass(frozen=True)
class ScoredChunk:
    """Some rows of a file with their results, in order.

    Attributes
    ----------
    table, rejects : pyarrow.Table
        Results of the rows that could be used; the others as they came, with row and reason.
    read : int
        Rows of both.
    issues : tuple of RowIssue
        The first few troubles.
    """

    table: pa.Table
    rejects: pa.Table
    read: int
    issues: tuple[RowIssue, ...]
    headers: HeaderMap


@dataclass(frozen=True)
class Scorer:
    """What is asked of every part of a file; ``judge`` gives readiness, as ``Model.readiness``."""

    scheme: Scheme
    language: Language
    with_input: bool
    judge: Judge | None

    def score_each(self, batches: Iterable[RowBatch]) -> Iterator[ScoredChunk]:
        """Rows of one file after the other, with their results and the first few troubles of all."""
        left = ISSUES_SHOWN
        for batch in batches:
            part = self.score(batch, left)
            # both are let go of before the next is waited for
            del batch
            left -= len(part.issues)
            yield part
            del part

    # as of assess_table, as what is derived from an assessment comes when it is asked for
    @np.errstate(over="ignore")
    def score(self, batch: RowBatch, issues: int = ISSUES_SHOWN) -> ScoredChunk:
        """Some rows as they were read, with their results and so many of their troubles."""
        assessments = assess_table(batch.table, self.scheme)
        if assessments:
            table = scored_table(assessments, batch.rows, self.scheme, self.language, self.judge)
        else:
            table = scored_schema(self.scheme, self.judge is not None).empty_table()
        if self.with_input:
            for name in batch.originals.column_names:
                column = batch.originals[name]
                table = table.append_column(_free_name(name, table.column_names), column)
        rejects = rejects_with_reasons(batch, self.language)
        return ScoredChunk(table, rejects, batch.read, batch.first_issues(issues), batch.headers)


class Tables(Protocol):
    """What tables are written to, one after the other."""

    def write(self, table: pa.Table, /) -> None: ...


@dataclass(frozen=True)
class Outputs:
    """The files that results and rejected rows go to."""

    results: Output
    rejects: Tables | None


@contextmanager
def open_outputs(source: Path, target: Path, rejects: Path | None) -> Iterator[Outputs]:
    """Both files, opened before any work is done; they take their names once both are whole.

    Raises
    ------
    InputError
        If input, output and rejects are not three files, or one cannot be written.
    """
    refuse_same_file(source, target, rejects)
    with open_writer(target) as results:
        if rejects is None:
            yield Outputs(results, None)
            return
        with open_writer(rejects) as others:
            yield Outputs(results, others)
            results.finish()


def write_parts(
    parts: Iterable[ScoredChunk], outputs: Outputs, progress: Callable[[int], None]
) -> Summary:
    """Write the results of every part in their order, and count them."""
    summary = Summary()
    for part in parts:
        outputs.results.write(part.table)
        if outputs.rejects is not None and (part.rejects.num_rows or summary.headers is None):
            outputs.rejects.write(part.rejects)
        summary.headers = part.headers
        summary.read += part.read
        summary.rows_scored += part.table.num_rows
        summary.rows_rejected += part.rejects.num_rows
        summary.issues += part.issues[: ISSUES_SHOWN - len(summary.issues)]
        for entry in part.table["verdict"].value_counts().to_pylist():
            summary.verdicts[entry["values"]] += entry["counts"]
        progress(summary.read)
        del part
    return summary


def ahead(parts: Iterator[Item]) -> Iterator[Item]:
    """The same parts, the next one made in a thread while this one is used."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        upcoming = worker.submit(next, parts, None)
        while (part := upcoming.result()) is not None:
            upcoming = worker.submit(next, parts, None)
            yield part
            # what was used is let go of before the next is waited for: a part takes some 100 MiB
            del part


def judge_of(model: Path | None) -> Judge | None:
    """What says how ready firms are, by the model of that folder.

    Raises
    ------
    ModelRefused
        If it cannot be trusted, or not be used here.
    """
    if model is None:
        return None
    # scikit-learn takes over a second to import, which those who have no model need not wait for
    from eligibility.readiness.artifact import load

    return load(model).readiness


def _free_name(name: str, names: list[str]) -> str:
    return name if name not in names else f"input_{name}"
