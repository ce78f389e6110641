"""``reconcile``: how the figures of books, tax return and application hang together."""

from __future__ import annotations

import json
import sys
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
    day_of,
    held_scheme,
    refusals,
)
from eligibility.domain.errors import InputError
from eligibility.domain.facts import years_of
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.evidence.bridge_year import Amounts
    from eligibility.i18n import Language
    from eligibility.reports.paper import Paper
    from eligibility.schemes.reconciliation_rules import ReconciliationRules
    from eligibility.schemes.registry import Scheme


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
        str, typer.Option("--firm", help="Name of the firm; with --with its name or credit code.")
    ] = "",
    firm_file: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="FILE",
            help="The firm's file, as assess takes it: its figures join those of FACTS.",
        ),
    ] = None,
    papers: Annotated[
        list[Path] | None,
        typer.Option(
            "--papers",
            metavar="PATH",
            help="Papers of the firm, a file, folder or zip each: what they state joins FACTS, which hold against them.",
        ),
    ] = None,
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
        day = day_of(as_of)
        if template is not None:
            _write_template(template, rules, day, spoken)
            return
        if not facts and firm_file is None and not papers:
            raise InputError("Give a file to reconcile, or --template FILE for an empty one.")
        law = qualification.in_force(day)
        amounts: Amounts = read_amounts(facts or [], rules, encoding=encoding, sheet=sheet)
        accuracy: Amounts = {}
        if firm_file is not None:
            amounts, firm = _join_firm(amounts, firm_file, firm, qualification, day, rules)
        if papers:
            amounts, accuracy, firm = _join_papers(
                amounts, papers, firm, qualification, day, spoken
            )
        record = reconciliation_record(work_out(amounts, rules, law, accuracy))
        paper = reconciliation_paper(record, law.title, spoken, firm)
        if form is Result.JSON:
            print(json.dumps(record, ensure_ascii=False, indent=1))
        elif output is None:
            print("\n".join(paper_lines(paper)))
        if output is not None:
            inputs = [*(facts or []), *([firm_file] if firm_file else []), *(papers or [])]
            _write_paper(output, inputs, paper)


def _join_papers(
    amounts: Amounts,
    papers: list[Path],
    firm: str,
    qualification: Scheme,
    day: date,
    language: Language,
) -> tuple[Amounts, Amounts, str]:
    """The figures with those of papers, their accuracy, and the firm's name; disagreements are said."""
    from eligibility.documents.reading import read_documents
    from eligibility.evidence.paper_amounts import paper_amounts, settled_amounts
    from eligibility.reports.reconciliation_text import disagreement_lines

    reading = read_documents(list(papers), as_of=day, scheme=qualification.id, firm=firm or None)
    rules = qualification.reconciliation
    assert rules is not None
    statements = paper_amounts(reading, rules, years_of(day.year))
    unread = (f"{each.file}: {each.why.say(language)}" for each in reading.unread)
    for line in (*unread, *disagreement_lines(statements, amounts, rules, language)):
        print(line, file=sys.stderr)
    return *settled_amounts(statements, amounts), firm or reading.name


def _join_firm(
    amounts: Amounts,
    file: Path,
    firm: str,
    qualification: Scheme,
    day: date,
    rules: ReconciliationRules,
) -> tuple[Amounts, str]:
    """The figures with those of the firm's own file, and the name that it has there."""
    from eligibility.cli.file_input import FileInput, one_firm
    from eligibility.evidence.firm_amounts import firm_amounts, merge_amounts

    firms = FileInput(as_of=str(day)).read(file, qualification).table
    row = one_firm(firms, firm, file)
    name = firms.texts("name")[row] or firm
    return merge_amounts(amounts, firm_amounts(firms, row, rules), file.name), name


def _write_template(path: Path, rules: ReconciliationRules, day: date, language: Language) -> None:
    from eligibility.reports.reconciliation_template import write_reconciliation_template

    write_reconciliation_template(path, rules, years_of(day.year), language)


def _write_paper(output: Path, inputs: list[Path], paper: Paper) -> None:
    ending = output.suffix.lower()
    if ending not in (".docx", ".pdf"):
        raise InputError(
            "{path}: the output must end in {endings}.", path=output, endings=".docx, .pdf"
        )
    check_output(output, *inputs)
    if ending == ".pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    write(paper, output)
