"""``fields``, ``template``, ``assess`` and ``score``: files of candidates."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.common import (
    REJECTED,
    ModelFolder,
    SchemeId,
    Tongue,
    end,
    held_scheme,
    refusals,
    report_file,
    report_rows,
    row_progress,
    unread_columns,
)
from eligibility.cli.file_input import FileInput, reads_file
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.batch.chunks import Summary
    from eligibility.batch.folder import FolderSummary
    from eligibility.i18n import Language


class Listing(StrEnum):
    """Forms of the data dictionary."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MD = "md"
    TABLE_SCHEMA = "table-schema"
    JSON_SCHEMA = "json-schema"


class Result(StrEnum):
    """Forms of an assessment."""

    TEXT = "text"
    JSON = "json"


class Engine(StrEnum):
    """Where ``score`` works."""

    LOCAL = "local"
    DASK = "dask"


def fields(
    form: Annotated[Listing, typer.Option("--format")] = Listing.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """The data dictionary: every column of the input, for people or as a schema that programs check by."""
    from eligibility.reports.dictionary import dictionary
    from eligibility.reports.input_schema import firm_schema, table_schema

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        match form:
            case Listing.TABLE_SCHEMA:
                text = json_text(table_schema(qualification))
            case Listing.JSON_SCHEMA:
                text = json_text(firm_schema(qualification))
            case _:
                text = dictionary(qualification, form.value, spoken)
        print(text, end="")


def template(
    output: Annotated[Path, typer.Option("--output", "-o", help="FILE.csv or FILE.xlsx")],
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """An empty input file with headers in both languages and notes."""
    from eligibility.reports.template import write_template

    with refusals(lang):
        fields = held_scheme(scheme).fields_on(date.today())
        write_template(output, [field for field in fields if not field.form_only])


@reads_file
def assess(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    model: ModelFolder = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    *,
    source: FileInput,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Assess every firm of a file: findings with citations, score by item, gaps."""
    from eligibility.api import readiness_judge
    from eligibility.assessment.assess import assess_table
    from eligibility.assessment.record import records

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        batch = source.read(file, qualification)
        entries = records(assess_table(batch.table, qualification), readiness_judge(model))
        if form is Result.JSON:
            print(json_text(entries), end="")
        else:
            from eligibility.reports.firm_text import plain

            for record in entries:
                print(plain(record, qualification, spoken))
        report_file(batch, spoken)
    end(batch)


@reads_file
def score(
    file: Annotated[
        str,
        typer.Argument(
            help="CSV or Excel file, one row a firm; for a folder of results also a folder, a pattern "
            "as 'in/*.parquet', or a URL."
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="OUT.csv, OUT.xlsx or OUT.parquet; a folder, as OUT/, for results in parts, which the "
            "same command resumes.",
        ),
    ],
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            help="Where rejected rows go, with row and reason; OUT.rejects.csv if omitted.",
        ),
    ] = None,
    model: ModelFolder = None,
    with_input: Annotated[
        bool, typer.Option("--with-input", help="Add the input columns.")
    ] = False,
    engine: Annotated[
        Engine,
        typer.Option("--engine", help="Where to work: in this process, or on a Dask cluster."),
    ] = Engine.LOCAL,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="tcp://HOST:PORT",
            help="A running Dask cluster; one is started on this machine if omitted.",
        ),
    ] = None,
    *,
    source: FileInput,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Score a file of any size: verdict, findings, score and first gaps, a row a firm."""
    # what writes tables takes longer to import than other commands take
    from eligibility.batch.storage import REJECTS, is_folder

    with refusals(lang) as spoken, row_progress(spoken) as progress:
        qualification = held_scheme(scheme)
        asked = {
            "options": source.options(qualification),
            "with_input": with_input,
            "model": model,
            "progress": progress,
        }
        if scheduler is not None and engine is not Engine.DASK:
            raise InputError("--scheduler needs --engine dask.")
        summary: Summary | FolderSummary
        if is_folder(output):
            if rejects is not None:
                raise InputError(
                    "--rejects goes with one file of results; in a folder they stand in its {name}.",
                    name=REJECTS,
                )
            summary = _score_folder(engine, scheduler)(file, output, qualification, spoken, **asked)
        else:
            target = Path(output)
            rejects = rejects or target.with_suffix(".rejects.csv")
            summary = _engine(engine, scheduler)(
                Path(file), target, qualification, spoken, rejects=rejects, **asked
            )
    _report(summary, spoken)
    if summary.rows_rejected:
        raise typer.Exit(REJECTED)


def _report(summary: Summary | FolderSummary, language: Language) -> None:
    from eligibility.batch.chunks import Summary

    if isinstance(summary, Summary):
        if summary.headers:
            unread_columns(summary.headers, language)
        for issue in summary.issues:
            print(issue.sentence.say(language), file=sys.stderr)
    else:
        if summary.columns_not_read:
            names = language.text(", ").join(summary.columns_not_read)
            print(
                language.text("Columns not read: {columns}").format(columns=names), file=sys.stderr
            )
        for sentence in summary.issues:
            print(sentence, file=sys.stderr)
    report_rows(summary.read, summary.rows_scored, summary.rows_rejected, language)
    counts = (f"{language.text(word)} {n}" for word, n in sorted(summary.verdicts.items()))
    print(", ".join(counts), file=sys.stderr)


def _score_folder(engine: Engine, scheduler: str | None) -> Callable[..., FolderSummary]:
    """What scores parts into a folder there."""
    from eligibility.batch.folder import score_folder

    if engine is Engine.LOCAL:
        return score_folder
    from eligibility.batch.cluster import cluster_tasks

    return partial(score_folder, cluster=partial(cluster_tasks, scheduler=scheduler))


def _engine(engine: Engine, scheduler: str | None) -> Callable[..., Summary]:
    """What scores a file there."""
    if engine is Engine.DASK:
        from eligibility.batch import cluster

        return partial(cluster.score_file, scheduler=scheduler)
    from eligibility.batch import local

    return local.score_file
