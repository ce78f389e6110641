"""``certificates``: certified firms with their yearly check, duties, tax at stake and the stock."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    Tongue,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput, reads_file
from eligibility.cli.institution import RegisterModel, open_institution
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.city.certified_firm import CertifiedFirm
    from eligibility.i18n import Language
    from eligibility.schemes.registry import Scheme


@reads_file
def certificates(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV or Excel file that says who has the title; or --store."),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="The certificates of the register instead of a file.")
    ] = False,
    city: Annotated[
        Path | None,
        typer.Option("--city", help="Targets, priorities and assumptions; the shipped if omitted."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", help="Write the list to this .xlsx, or the duties to this .ics, instead."
        ),
    ] = None,
    model: RegisterModel = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    *,
    source: FileInput,
    lang: Tongue = None,
) -> None:
    """Certified firms: who would still be certified, what each must do and when, and the stock."""
    from eligibility.city.settings import SHIPPED, load_city
    from eligibility.register.certified_file import certified_in_file, fields_of_holders
    from eligibility.register.certified_firms import certified_firms
    from eligibility.reports.certificate_record import certificates_record
    from eligibility.reports.certificate_text import certificates_text

    if (file is None) is not store:
        raise typer.BadParameter("FILE or --store, one of them.")
    batch = stock = None
    with refusals(lang) as spoken:
        scheme, day = held_scheme(DEFAULT_SCHEME), source.day
        if file is None:
            from eligibility.register.stock_outlook import stock_outlook

            of = open_institution(model, city)
            scheme = of.scheme
            firms = certified_firms(of.repository, scheme, of.city, day)
            stock = stock_outlook(of.repository, scheme, of.city, day, of.model)
        else:
            chosen_city = load_city(city or SHIPPED)
            batch = source.read(file, scheme, fields_of_holders())
            firms = certified_in_file(batch.table, scheme, chosen_city, day)
        if output is not None:
            _write(output, firms, scheme, day, spoken)
        elif form is Result.JSON:
            print(json_text(certificates_record(firms, stock, day)), end="")
        else:
            print(certificates_text(firms, stock, scheme, day, spoken), end="")
        if batch is not None:
            report_file(batch, spoken)
    if batch is not None:
        end(batch)


def _write(
    path: Path, firms: list[CertifiedFirm], scheme: Scheme, day: date, language: Language
) -> None:
    """The list as a workbook, or the duties as a calendar."""
    from eligibility.atomic_file import atomic_file
    from eligibility.reports.certificate_text import (
        certificate_columns,
        certificate_table,
        duties_calendar,
    )
    from eligibility.reports.workbook import list_workbook

    match path.suffix.lower():
        case ".xlsx":
            table = certificate_table(firms, scheme, language)
            title = language.text("Certified firms")
            list_workbook(path, title, certificate_columns(language), table, [str(day)])
        case ".ics":
            with atomic_file(path) as calendar:
                calendar.write(duties_calendar(firms, day, language))
        case _:
            raise InputError("{file}: expected a name that ends in .xlsx or .ics.", file=path.name)
    print(language.text("Written: {file}").format(file=path), file=sys.stderr)
