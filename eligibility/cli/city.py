"""``portfolio``: the year of a city or a carrier."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.city.portfolio import Aim
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
    from eligibility.city.chances import FirmChances
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.city.settings import City
    from eligibility.domain.facts import FirmTable
    from eligibility.i18n import Language
    from eligibility.reports.record_types import YearRecord


@reads_file
def portfolio(
    file: Annotated[Path | None, typer.Argument(help="CSV or Excel file, one row a firm.")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="The firms of the register, in place of a file.")
    ] = False,
    target: Annotated[
        int | None,
        typer.Option("--target", min=0, help="Firms to be certified; the city's if omitted."),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option("--days", min=0, help="Adviser-days there are; the city's if omitted."),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", help="Year of application; that of --as-of if omitted."),
    ] = None,
    already: Annotated[
        int, typer.Option("--already", min=0, help="Firms certified in the year so far.")
    ] = 0,
    aim: Annotated[
        Aim,
        typer.Option("--aim", help="What support is to raise: certifications or P(target)."),
    ] = Aim.EXPECTED,
    city: Annotated[
        Path | None,
        typer.Option("--city", help="Targets, priorities and assumptions; the shipped if omitted."),
    ] = None,
    model: RegisterModel = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    *,
    source: FileInput,
    lang: Tongue = None,
) -> None:
    """The year of a city or carrier: how many will be certified, and whom to support."""
    from eligibility.assessment.assess import assess_table
    from eligibility.city.portfolio_state import PortfolioState
    from eligibility.city.settings import SHIPPED, load_city
    from eligibility.city.year import YearRequest, city_year
    from eligibility.register.year_record import year_record
    from eligibility.reports.year_text import city_record

    if store:
        with refusals(lang) as spoken:
            if file is not None or already or source.as_of is not None:
                raise InputError(
                    "With --store the register of today says which firms there are; give no file, no "
                    "--already and no --as-of."
                )
            institution, today = open_institution(model, city), date.today()
            request = YearRequest(
                institution.city, year or today.year, today, target, days, aim, institution.scheme
            )
            record = year_record(institution.repository, request, institution.model)
            print_record(record, form, spoken)
        return
    with refusals(lang) as spoken:
        if file is None:
            raise InputError("Give a file of firms, or --store for those of the register.")
        held_city = load_city(city or SHIPPED)
        scheme = held_scheme(DEFAULT_SCHEME)
        day = source.day
        batch = source.read(file, scheme)
        applies_in = year or day.year
        firms = applying_in(batch.table, applies_in, file, spoken)
        standing = PortfolioState(firms, assess_table(firms, scheme))
        city_year_record = city_year(
            standing,
            chances_of(standing, held_city, model),
            YearRequest(held_city, applies_in, day, target, days, aim, scheme),
            already=already,
        )
        print_record(city_record(city_year_record), form, spoken)
        report_file(batch, spoken)
    end(batch)


def print_record(record: YearRecord, form: Result, language: Language) -> None:
    """A year as JSON or as lines."""
    from eligibility.reports.year_text import city_text

    print(json_text(record) if form is Result.JSON else city_text(record, language), end="")


def applying_in(firms: FirmTable, year: int, file: Path, language: Language) -> FirmTable:
    """The firms of a file that apply in a year; how many do not is told."""
    of_year = firms.application_years == year
    if not of_year.any():
        raise InputError(
            "{file}: no firm that can be read applies in {year}.", file=file, year=year
        )
    if not of_year.all():
        sentence = language.text("Firms that apply in another year, left out: {count}")
        print(sentence.format(count=int((~of_year).sum())), file=sys.stderr)
    return firms.take(of_year)


def chances_of(standing: PortfolioState, city: City, model: Path | None) -> FirmChances:
    """Chances by a model, or by the city's assumptions where there is none."""
    from eligibility.city.chances import chances_by_model, chances_without_model

    if model is None:
        return chances_without_model(standing, city)
    from eligibility.readiness.artifact import load

    readiness_model = load(model)
    return chances_by_model(
        readiness_model.draws,
        readiness_model.training,
        standing,
        city,
        readiness_model.at_prior,
    )
