"""``evidence``: who is linked to what in the lists of a firm, and what reviewers would ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    AsOf,
    SchemeId,
    Tongue,
    day_of,
    held_scheme,
    refusals,
)
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from datetime import date

    from eligibility.domain.facts import FirmTable
    from eligibility.evidence.checks import Evidence
    from eligibility.intake.json_file import Scalar
    from eligibility.schemes.registry import Scheme


def evidence(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Lists of rights, activities, products and conversions: workbooks, CSV or Word files whose tables have header rows, or a .json of {facts, lists}.",
        ),
    ],
    firm_file: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FIRMS",
            help="The firm's file, as assess takes it; its figures are held against the lists.",
        ),
    ] = None,
    firm: Annotated[
        str, typer.Option("--firm", help="Credit code or name of the firm in that file.")
    ] = "",
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="CHECK", help="A check of practice to leave out."),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="OUT.svg", help="Write the picture of the chain."),
    ] = None,
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Chain of evidence: rights, activities, products and conversions, and what does not fit together."""
    from eligibility.evidence.chain_record import evidence_record
    from eligibility.reports.evidence_text import evidence_text

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        day = day_of(as_of)
        found = _examine(files, firm_file, firm, without or [], qualification, day)
        record = evidence_record(found, qualification)
        if picture is not None:
            from eligibility.atomic_file import atomic_file, check_output
            from eligibility.reports.evidence_picture import evidence_picture

            check_output(picture, *files)
            with atomic_file(picture) as file:
                file.write(evidence_picture(record, spoken).encode())
        text = json_text(record) if form is Result.JSON else evidence_text(record, spoken) + "\n"
        print(text, end="")


def _examine(
    files: list[Path],
    firm_file: Path | None,
    firm: str,
    without: list[str],
    scheme: Scheme,
    day: date,
) -> Evidence:
    from eligibility.api import firms, read_documents
    from eligibility.evidence.checks import examine
    from eligibility.evidence.other_statements import other_statements
    from eligibility.intake.json_file import read_json_file

    facts: dict[str, object] = {}
    lists: dict[str, list[Mapping[str, str]]] = {}
    for path in files:
        if path.suffix.lower() == ".json":
            entries = read_json_file(path, "lists")
            facts |= entries.facts
            for name, rows in entries.lists.items():
                lists.setdefault(name, []).extend(_texts(row) for row in rows)
    papers = [path for path in files if path.suffix.lower() != ".json"]
    reading = read_documents(papers, as_of=day, scheme=scheme.id)
    for each in reading.lists:
        lists.setdefault(each.list, []).extend(each.rows)
    if not any(lists.get(each.id) for each in scheme.lists.values() if each.prefix):
        columns = next(iter(scheme.lists.values())).columns
        raise InputError(
            "{file} holds no list; expected tables with header rows, such as: {titles}.",
            file=", ".join(path.name for path in files),
            titles=", ".join(column.titles[0] for column in columns),
        )
    on_paper = reading.window(day.year, list(scheme.latest_year_ids))
    if firm_file is None:
        # with nothing to be held against, the figures on paper are the firm's own
        facts = {name: fact.value for name, fact in on_paper.items()} | facts
        return examine(lists, firms(facts, as_of=day, scheme=scheme.id), scheme, (), without)
    figures = _firm_of(firm_file, firm, scheme, day)
    return examine(lists, figures, scheme, other_statements(on_paper), without)


def _texts(row: Mapping[str, Scalar]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items()}


def _firm_of(file: Path, firm: str, scheme: Scheme, day: date) -> FirmTable:
    import numpy as np

    from eligibility.cli.file_input import FileInput, one_firm

    table = FileInput(as_of=str(day)).read(file, scheme).table
    return table.take(np.array([one_firm(table, firm, file)]))
