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
    from eligibility.reports.firm_text import plain

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        batch = source.read(file, qualification)
        entries = records(assess_table(batch.table, qualification), readiness_judge(model))
        if form is Result.JSON:
            print(json_text(entries), end="")
        else:
            for record in entries:
                print(plain(record, qualification, spoken))
        report_file(batch, spoken)
    end(batch)


@reads_file
def score(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="OUT.csv, OUT.xlsx or OUT.parquet")
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
    with refusals(lang) as spoken, row_progress(spoken) as progress:
        qualification = held_scheme(scheme)
        summary = _engine(engine, scheduler)(
            file,
            output,
            qualification,
            spoken,
            options=source.options(qualification),
            rejects=rejects or output.with_suffix(".rejects.csv"),
            with_input=with_input,
            model=model,
            progress=progress,
        )
    if summary.headers:
        unread_columns(summary.headers, spoken)
    for issue in summary.issues:
        print(issue.sentence.say(spoken), file=sys.stderr)
    report_rows(summary.read, summary.rows_scored, summary.rows_rejected, spoken)
    print(
        ", ".join(
            f"{spoken.text(word)} {count}" for word, count in sorted(summary.verdicts.items())
        ),
        file=sys.stderr,
    )
    if summary.rows_rejected:
        raise typer.Exit(REJECTED)


def _engine(engine: Engine, scheduler: str | None) -> Callable[..., Summary]:
    """What scores a file there."""
    if engine is Engine.DASK:
        from eligibility.batch import cluster

        return partial(cluster.score_file, scheduler=scheduler)
    if scheduler is not None:
        raise InputError("--scheduler needs --engine dask.")
    from eligibility.batch import local

    return local.score_file
