"""``form``: the official application of one firm, and what its texts say against its tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eligibility.atomic_file import check_output
from eligibility.cli.candidates import Result
from eligibility.cli.common import SchemeId, Tongue, held_scheme, refusals
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.i18n import Language
    from eligibility.intake.json_file import Scalar
    from eligibility.schemes.registry import Scheme

ENDINGS = (".docx", ".pdf", ".xlsx")


def form(
    file: Annotated[Path, typer.Argument(help="Entries of a self-assessment as JSON.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="OUT.docx, OUT.pdf or OUT.xlsx")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Look at the texts; remarks go to standard output.")
    ] = False,
    result: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Official application form: filled from a firm's entries (-o), its texts checked (--check)."""
    with refusals(lang) as spoken:
        if output is None and not check:
            raise InputError("Give --check, or a file with -o.")
        if output is not None:
            if output.suffix.lower() not in ENDINGS:
                raise InputError(
                    "{path}: the output must end in {endings}.",
                    path=output,
                    endings=", ".join(ENDINGS),
                )
            check_output(output, file)
        _run(_state(file), file, held_scheme(scheme), output, check, result, spoken)


def _state(file: Path) -> dict[str, Any]:
    """The entries of a self-assessment, of which numbers are texts."""
    from eligibility.intake.json_file import read_json_file

    entries = read_json_file(file, "ledgers")
    rows = {name: [_texts(row) for row in some] for name, some in entries.lists.items()}
    return {"facts": _texts(entries.facts), "ledgers": rows}


def _texts(values: Mapping[str, Scalar]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _run(
    state: dict[str, Any],
    file: Path,
    scheme: Scheme,
    output: Path | None,
    check: bool,
    result: Result,
    language: Language,
) -> None:
    from eligibility.application_form.contents import contents_of_draft
    from eligibility.application_form.text_checks import text_remarks
    from eligibility.intake.draft_reader import read_draft
    from eligibility.reports.text_remarks import remark_lines, remark_records

    reading = read_draft(state, scheme, date.today())
    contents = contents_of_draft(state, reading, scheme)
    if contents is None:
        trouble = next(issue for issue in reading.batch.issues if issue.fatal)
        raise InputError(
            "{file}, {field}: {value!r}, expected {expected}",
            file=file,
            field=trouble.column,
            value=trouble.value,
            expected=trouble.expectation,
        )
    if check:
        remarks = text_remarks(contents)
        if result is Result.JSON:
            print(json_text(remark_records(contents, remarks, language)), end="")
        else:
            print("\n".join(remark_lines(contents, remarks, language)))
    if output is not None:
        _write(output, contents, language)


def _write(output: Path, contents: Any, language: Language) -> None:
    from eligibility.assessment.assess import assess_table
    from eligibility.assessment.record import records
    from eligibility.reports.application_paper import application_paper, application_workbook

    (record,) = records(assess_table(contents.firm, contents.scheme))
    if output.suffix.lower() == ".xlsx":
        application_workbook(output, record, contents, language)
        return
    paper = application_paper(record, contents, language)
    if output.suffix.lower() == ".pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    write(paper, output)
