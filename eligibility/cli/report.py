"""``report``: papers for a firm, for staff and for a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from eligibility.atomic_file import check_output
from eligibility.cli.city import applying_in, chances_of
from eligibility.cli.common import (
    SchemeId,
    Tongue,
    day_of,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput, one_firm, reads_file
from eligibility.cli.institution import RegisterModel, open_institution
from eligibility.domain.errors import InputError
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.domain.facts import FirmTable
    from eligibility.i18n import Language
    from eligibility.intake.row_batch import RowBatch
    from eligibility.reports.paper import Paper
    from eligibility.schemes.registry import Scheme


@reads_file
def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="OUT.docx, OUT.pdf or OUT.xlsx")],
    file: Annotated[Path | None, typer.Argument(help="CSV or Excel file, one row a firm.")] = None,
    store: Annotated[
        bool,
        typer.Option(
            "--store",
            help="With --year: the report of the register, or its workbook (.xlsx), without a file.",
        ),
    ] = False,
    district: Annotated[
        str | None, typer.Option("--district", help="With --store: of this district alone.")
    ] = None,
    carrier: Annotated[
        str | None, typer.Option("--carrier", help="With --store: of this carrier alone.")
    ] = None,
    firm: Annotated[
        str | None,
        typer.Option("--firm", help="Credit code or name: the papers of this firm."),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", help="The city's report on the applications of this year."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="YYYY-MM-DD",
            help="With --firm: day to be ready by; the first batch with a plan if omitted.",
        ),
    ] = None,
    already: Annotated[
        int, typer.Option("--already", min=0, help="With --year: firms certified in it so far.")
    ] = 0,
    city: Annotated[
        Path | None,
        typer.Option(
            "--city", help="With --year: targets and assumptions; the shipped if omitted."
        ),
    ] = None,
    model: RegisterModel = None,
    *,
    source: FileInput,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Papers: for a firm (--firm: Word, PDF, Excel), for a year (--year: Word, PDF), for staff (Excel)."""

    if store:
        with refusals(lang) as spoken:
            if file or firm or by or already or city or year is None:
                raise InputError("--store goes with --year, and with no file and no other figures.")
            _of_register(output, year, source.day, model, spoken, district, carrier)
        return
    with refusals(lang) as spoken:
        if file is None or district or carrier:
            raise InputError(
                "Give a file of firms, or --store with --year; --district and --carrier go with --store."
            )
        of_year = bool(already or city)
        _refuse_combinations(file, output, firm, year, by, city, of_year, scheme)
        qualification = held_scheme(scheme)
        batch = source.read(file, qualification)
        day = source.day
        if firm is not None:
            one = batch.table.take(np.array([one_firm(batch.table, firm, file)]))
            _of_firm(
                output, one, qualification, day, day_of(by, "--by") if by else None, model, spoken
            )
        elif year is not None:
            firms = applying_in(batch.table, year, file, spoken)
            _of_year(output, firms, year, day, already, city, model, qualification, spoken)
        else:
            _of_staff(output, batch, qualification, model, spoken)
        report_file(batch, spoken)
    end(batch)


def _refuse_combinations(
    file: Path,
    output: Path,
    firm: str | None,
    year: int | None,
    by: str | None,
    city: Path | None,
    of_year: bool,
    scheme: str,
) -> None:
    """Say in a sentence what does not go together, before anything is read."""
    if firm is not None and year is not None:
        raise InputError("--firm and --year are two papers; give one of them.")
    endings = [".docx", ".pdf"] if firm is not None or year is not None else []
    if year is None:
        endings.append(".xlsx")
    ending = output.suffix.lower()
    if ending not in endings:
        raise InputError(
            "{path}: the output must end in {endings}.", path=output, endings=", ".join(endings)
        )
    check_output(output, file, city)
    if by is not None and (firm is None or ending == ".xlsx"):
        raise InputError("--by goes with --firm and a .docx or .pdf, where a plan is told.")
    if of_year and year is None:
        raise InputError("--already and --city go with --year.")
    if year is not None and scheme != DEFAULT_SCHEME:
        raise InputError(
            "--year reports on {scheme} alone; leave --scheme out.", scheme=DEFAULT_SCHEME
        )


def _of_firm(
    output: Path,
    one: FirmTable,
    scheme: Scheme,
    on: date,
    by: date | None,
    model: Path | None,
    language: Language,
) -> None:
    from eligibility.api import readiness_judge
    from eligibility.assessment.assess import assess_table
    from eligibility.assessment.record import records

    (record,) = records(assess_table(one, scheme), readiness_judge(model))
    if output.suffix.lower() == ".xlsx":
        from eligibility.reports.firm_workbook import firm_workbook

        firm_workbook(output, record, one, scheme, language)
        return
    from eligibility.planning.firm_plan import firm_plan
    from eligibility.planning.plan_request import PlanRequest
    from eligibility.reports.firm_paper import firm_paper

    plan = firm_plan(one, 0, scheme, on, PlanRequest(by=by))
    _write_paper(firm_paper(record, plan, one, scheme, language), output)


def _of_year(
    output: Path,
    firms: FirmTable,
    year: int,
    as_of: date,
    already: int,
    city: Path | None,
    model: Path | None,
    scheme: Scheme,
    language: Language,
) -> None:
    from eligibility.assessment.assess import assess_table
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.city.settings import SHIPPED, load_city
    from eligibility.city.year import YearRequest, city_year
    from eligibility.reports.year_paper import year_paper

    held_city = load_city(city or SHIPPED)
    standing = PortfolioState(firms, assess_table(firms, scheme))
    chances = chances_of(standing, held_city, model)
    city_year_record = city_year(
        standing, chances, YearRequest(held_city, year, as_of), already=already
    )
    paper = year_paper(
        city_year_record, lambda later: chances_of(later, held_city, model), language
    )
    _write_paper(paper, output)


def _of_register(
    output: Path,
    year: int,
    as_of: date,
    model: Path | None,
    language: Language,
    district: str | None,
    carrier: str | None,
) -> None:
    from eligibility.city.annual_results import Scope
    from eligibility.register.year_report import year_report

    is_workbook = output.suffix.lower() == ".xlsx"
    if output.suffix.lower() not in (".docx", ".pdf", ".xlsx"):
        raise InputError(
            "{path}: the output must end in {endings}.", path=output, endings=".docx, .pdf, .xlsx"
        )
    if is_workbook and (district or carrier):
        raise InputError("--district and --carrier go with a report (.docx, .pdf).")
    check_output(output)
    of = open_institution(model)
    if is_workbook:
        from eligibility.register.register_workbook import register_workbook

        register_workbook(output, of.repository, year, of.scheme, as_of, language, of.model)
        return
    paper = year_report(
        of.repository,
        year,
        of.scheme,
        of.city,
        as_of,
        language,
        of.model,
        Scope(district, carrier),
    )
    _write_paper(paper, output)


def _of_staff(
    output: Path, batch: RowBatch, scheme: Scheme, model: Path | None, language: Language
) -> None:
    from eligibility.api import readiness_judge
    from eligibility.assessment.assess import assess_table
    from eligibility.reports.staff_workbook import staff_workbook

    judge = readiness_judge(model) if model else None
    staff_workbook(output, batch, assess_table(batch.table, scheme), scheme, language, judge)


def _write_paper(paper: Paper, output: Path) -> None:
    if output.suffix.lower() == ".pdf":
        from eligibility.reports.pdf import write_pdf as write
    else:
        from eligibility.reports.word import write_word as write
    write(paper, output)
