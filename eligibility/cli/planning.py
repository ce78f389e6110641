"""``plan``: one firm's way to the certificate."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    AsOf,
    BlankBadCells,
    Encoding,
    ModelFolder,
    MoneyUnit,
    SchemeId,
    Sheet,
    Tongue,
    end,
    held_scheme,
    intake_options,
    refusals,
    report_file,
)
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.intake.firm_names import name_key
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.domain.facts import FirmTable


def plan(
    file: Annotated[Path, typer.Argument(help="CSV or Excel file, one row a firm.")],
    firm: Annotated[str, typer.Option("--firm", help="Credit code or name of the firm.")],
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="YYYY-MM-DD",
            help="Day to be ready by; the first batch with a plan if omitted.",
        ),
    ] = None,
    score: Annotated[
        float | None,
        typer.Option("--score", help="Certain points to reach, instead of those that pass."),
    ] = None,
    income: Annotated[
        str | None,
        typer.Option(
            "--income", help="Taxable income of the years from the certificate on, CNY: A,B,C."
        ),
    ] = None,
    losses: Annotated[
        str | None,
        typer.Option(
            "--losses", help="Former losses not made up yet, CNY: 2024=500000,2025=80000."
        ),
    ] = None,
    status_years: Annotated[
        str | None,
        typer.Option(
            "--status-years",
            help="Years with an earlier certificate or a registration as technology SME: 2024,2025.",
        ),
    ] = None,
    western: Annotated[
        bool | None,
        typer.Option(
            "--western/--no-western",
            help="Whether the main project is in the catalogue of encouraged western industries.",
        ),
    ] = None,
    encouraged_share: Annotated[
        float | None,
        typer.Option(
            "--encouraged-share",
            min=0.0,
            max=1.0,
            help="That project's share of all income, such as 0.7.",
        ),
    ] = None,
    readiness: Annotated[
        float | None,
        typer.Option(
            "--readiness",
            help="With --model: the readiness to reach, such as 0.8, instead of certain eligibility; the model's own figure, not the lower end of its interval.",
        ),
    ] = None,
    model: ModelFolder = None,
    as_of: AsOf = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    money_unit: MoneyUnit = None,
    encoding: Encoding = None,
    sheet: Sheet = None,
    blank_bad_cells: BlankBadCells = False,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Plan one firm's way: what is missing, when it can apply, the cheapest actions, their worth."""
    from eligibility.api import readiness_judge
    from eligibility.intake.table import read_table
    from eligibility.planning.firm_plan import firm_plan
    from eligibility.reports.plan_text import plan_points

    with refusals(lang) as spoken:
        if readiness is not None and model is None:
            raise InputError("--readiness goes with --model, which says how ready a firm is.")
        if readiness is not None and score is not None:
            raise InputError("--readiness and --score are two aims; give one of them.")
        qualification = held_scheme(scheme)
        options = intake_options(qualification, as_of, money_unit, encoding, sheet, blank_bad_cells)
        batch = read_table(
            file, qualification.fields, options, catalogue=qualification.titles_by_code
        )
        plan = firm_plan(
            batch.table,
            row_of(batch.table, firm, file),
            qualification,
            options.application_date,
            by=day_planned_for(by),
            score_at_least=score,
            income=_amounts(income),
            losses=_losses(losses) if losses is not None else None,
            status_years=_years(status_years),
            western=western,
            encouraged_share=encouraged_share,
            readiness=readiness,
            judge=readiness_judge(model) if readiness is not None else None,
        )
        if form is Result.JSON:
            print(json_text(plan), end="")
        else:
            print(plan_points(plan, qualification, spoken), end="")
        report_file(batch, spoken)
    end(batch)


def row_of(firms: FirmTable, uscc: str, file: Path) -> int:
    """The place of the one row of a firm, by its credit code or its full name in any spelling."""
    key = name_key(uscc)
    rows = [
        row
        for row, (code, name) in enumerate(
            zip(firms.texts("uscc"), firms.texts("name"), strict=True)
        )
        if key in {name_key(text) for text in (code, name) if text}
    ]
    if not rows:
        raise InputError(
            "{file} has no usable row of the firm {firm}; give its credit code or full name.",
            file=file.name,
            firm=uscc,
        )
    if len(rows) > 1:
        raise InputError(
            "{file} has {count} rows of the firm {firm}; one is expected.",
            file=file.name,
            count=len(rows),
            firm=uscc,
        )
    return rows[0]


def day_planned_for(text: str | None) -> date | None:
    """The day of --by, if it was given."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("--by {value}: expected a date such as 2027-05-10.", value=text) from error


def _amounts(text: str | None) -> list[float]:
    try:
        return [float(part) for part in text.split(",")] if text else []
    except ValueError as error:
        raise InputError(
            "--income {value}: expected amounts in CNY such as 4000000,4500000,5000000.",
            value=text,
        ) from error


def _losses(text: str | None) -> dict[int, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")] if text else []
        return {int(year): float(amount) for year, amount in pairs}
    except ValueError as error:
        raise InputError(
            "--losses {value}: expected years and amounts in CNY such as 2024=500000,2025=80000.",
            value=text,
        ) from error


def _years(text: str | None) -> list[int]:
    try:
        return [int(part) for part in text.split(",")] if text else []
    except ValueError as error:
        raise InputError(
            "--status-years {value}: expected years such as 2024,2025.", value=text
        ) from error
