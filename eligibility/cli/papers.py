"""``read``: facts with their sources from the papers that a firm has."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import REJECTED, AsOf, SchemeId, Tongue, held_scheme, refusals
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


def read(
    papers: Annotated[
        list[Path],
        typer.Argument(
            help="Papers of one firm: PDF with text, Excel, ODS, CSV, Word tables; folders and zip archives of them.",
            metavar="PAPER…",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o",
            help="FACTS.csv, which `assess` takes once you confirmed it, or FACTS.json with everything.",
        ),
    ] = None,
    firm: Annotated[
        str | None,
        typer.Option("--firm", help="Credit code or name of the firm; that of most papers if omitted."),
    ] = None,
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:  # fmt: skip
    """Read tax returns, statements, R&D tables and lists: facts with their source, offline."""
    from eligibility.documents.reading import read_documents
    from eligibility.reports.paper_text import headline, paper_lines, reading_record, write_facts

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        try:
            day = date.fromisoformat(as_of) if as_of else date.today()
        except ValueError as error:
            raise InputError(
                "--as-of {value}: expected a date such as 2026-05-10.", value=as_of
            ) from error
        reading = read_documents(papers, as_of=day, scheme=scheme, firm=firm)
        if form is Result.JSON:
            print(json_text(reading_record(reading)), end="")
        else:
            print("\n".join(paper_lines(reading, qualification, spoken)))
        if output is not None:
            write_facts(output, reading, qualification, day, spoken)
        print(headline(reading, spoken), file=sys.stderr)
    if reading.unread:
        raise typer.Exit(REJECTED)
