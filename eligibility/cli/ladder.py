"""``ladder``: what firms can get now, what next, and what they lack for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    Tongue,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput, one_firm, reads_file
from eligibility.cli.institution import open_institution
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


@reads_file
def ladder(
    file: Annotated[Path | None, typer.Argument(help="CSV or Excel file, one row a firm.")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="The firms of the register, in place of a file.")
    ] = False,
    firm: Annotated[
        str | None,
        typer.Option("--firm", help="Credit code or name of one firm; every firm if omitted."),
    ] = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    titles: Annotated[
        bool,
        typer.Option(
            "--titles", help="Count the titles by qualification, beside what is wanted of each."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", help="Write one row a firm to this .csv, .xlsx or .parquet instead."),
    ] = None,
    *,
    source: FileInput,
    lang: Tongue = None,
) -> None:
    """The ladder of qualifications: what each firm can get now, what next, what it lacks for that."""
    from eligibility.assessment.ladder import joint_fields, ladder_record, rungs
    from eligibility.assessment.ladder import ladder as judged
    from eligibility.city.settings import load_city
    from eligibility.city.title_counts import title_counts
    from eligibility.reports.files import open_writer
    from eligibility.reports.ladder_table import ladder_table
    from eligibility.reports.ladder_text import ladder_points
    from eligibility.reports.title_counts_text import title_counts_points, title_counts_records

    if (file is None) is not store:
        raise typer.BadParameter("FILE or --store, one of them.")
    with refusals(lang) as spoken:
        scheme = held_scheme(DEFAULT_SCHEME)
        nodes = {code: title for rung in rungs() for code, title in rung.titles_by_code.items()}
        city, day = load_city(), source.day
        if file is None:
            from eligibility.register.current_firms import current_firms

            of = open_institution()
            city, scheme = of.city, of.scheme
            batch = current_firms(of.repository, scheme, day)
        else:
            batch = source.read(file, scheme, joint_fields(), nodes)
        firms = batch.table
        if firm is not None:
            place = file or Path(spoken.text("the register"))
            firms = firms.take(np.array([one_firm(firms, firm, place)]))
        climbing = judged(firms)
        if titles:
            counts = title_counts(climbing, firms, city, day.year)
            if form is Result.JSON:
                print(json_text(title_counts_records(counts)), end="")
            else:
                print(title_counts_points(counts, day.year, spoken))
        else:
            records = [ladder_record(climbing, row) for row in range(firms.rows)]
            if output is not None:
                with open_writer(output) as writer:
                    writer.write(ladder_table(records, climbing.schemes, spoken))
                    writer.finish()
            elif form is Result.JSON:
                print(json_text(records), end="")
            else:
                print("\n\n".join(ladder_points(one, spoken) for one in records))
        report_file(batch, spoken)
    end(batch)
