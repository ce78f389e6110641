"""``portfolio``: the year of a city or a carrier."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    from eligibility.city.year import city_year
    from eligibility.reports.year_text import city_record, city_text

    if store:
        with refusals(lang) as spoken:
            if file is not None or already or source.as_of is not None:
                raise InputError(
                    "With --store the register of today says which firms there are; give no file, no "
                    "--already and no --as-of."
                )
            record = _store_record(city, year, target, days, aim, model)
            if form is Result.JSON:
                print(json_text(record), end="")
            else:
                print(city_text(record, spoken), end="")
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
            held_city,
            year=applies_in,
            as_of=day,
            target=target,
            already=already,
            days=days,
            aim=aim,
        )
        record = city_record(city_year_record)
        if form is Result.JSON:
            print(json_text(record), end="")
        else:
            print(city_text(record, spoken), end="")
        report_file(batch, spoken)
    end(batch)


def _store_record(
    city: Path | None,
    year: int | None,
    target: int | None,
    days: float | None,
    aim: Aim,
    model: Path | None,
) -> dict[str, Any]:
    """The year of the register as plain data: its tally beside what ``city_record`` says."""
    from eligibility.register.year_record import year_record

    institution, today = open_institution(model, city), date.today()
    return year_record(
        institution.repository,
        year or today.year,
        institution.city,
        institution.scheme,
        today,
        institution.model,
        target=target,
        days=days,
        aim=aim,
    )


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
