"""``reconcile``: how the figures of books, tax return and application hang together."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.atomic_file import check_output
from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    AsOf,
    Encoding,
    SchemeId,
    Sheet,
    Tongue,
    held_scheme,
    intake_options,
    refusals,
)
from eligibility.domain.errors import InputError
from eligibility.domain.facts import years_of
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.i18n import Language
    from eligibility.reports.paper import Paper
    from eligibility.schemes.bridges import ReconciliationRules


def reconcile(
    facts: Annotated[
        list[Path] | None,
        typer.Argument(
            help="CSV or Excel files of one firm: item, category, unit, and a column for each fiscal year."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="OUT.docx or OUT.pdf: the explanation of differences."),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="Write an empty file (FILE.csv or FILE.xlsx) and stop."),
    ] = None,
    firm: Annotated[
        str, typer.Option("--firm", help="Name of the firm, for the explanation.")
    ] = "",
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    encoding: Encoding = None,
    sheet: Sheet = None,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Books → super-deduction → certification, income and staff: each difference named, the rest in CNY."""
    from eligibility.evidence.bridge_file import read_amounts
    from eligibility.evidence.reconciliation import reconcile as work_out
    from eligibility.evidence.record import reconciliation_record
    from eligibility.reports.reconciliation_paper import reconciliation_paper
    from eligibility.reports.terminal import paper_lines

    with refusals(lang) as spoken:
        qualification = held_scheme(scheme)
        rules = qualification.reconciliation
        if rules is None:
            raise InputError("{scheme} has no rules of reconciliation.", scheme=qualification.title)
        day = intake_options(qualification, as_of, None, None, None).application_date
        if template is not None:
            _write_template(template, rules, day, spoken)
            return
        if not facts:
            raise InputError("Give a file to reconcile, or --template FILE for an empty one.")
        law = qualification.in_force(day)
        amounts = read_amounts(facts, rules, encoding=encoding, sheet=sheet)
        record = reconciliation_record(work_out(amounts, rules, law))
        paper = reconciliation_paper(record, law.title, spoken, firm)
        if form is Result.JSON:
            print(json.dumps(record, ensure_ascii=False, indent=1))
        elif output is None:
            print("\n".join(paper_lines(paper)))
        if output is not None:
            _write_paper(output, facts, paper)


def _write_template(path: Path, rules: ReconciliationRules, day: date, language: Language) -> None:
    from eligibility.reports.reconciliation_template import write_reconciliation_template

    write_reconciliation_template(path, rules, years_of(day.year), language)


def _write_paper(output: Path, facts: list[Path], paper: Paper) -> None:
    ending = output.suffix.lower()
    if ending not in (".docx", ".pdf"):
        raise InputError(
            "{path}: the output must end in {endings}.", path=output, endings=".docx, .pdf"
        )
    check_output(output, *facts)
    if ending == ".pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    write(paper, output)
