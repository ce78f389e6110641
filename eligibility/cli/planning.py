"""``plan``: one firm's way to the certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import (
    ModelFolder,
    SchemeId,
    Tongue,
    day_of,
    end,
    held_scheme,
    refusals,
    report_file,
)
from eligibility.cli.file_input import FileInput, one_firm, reads_file
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    pass


@reads_file
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
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    *,
    source: FileInput,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Plan one firm's way: what is missing, when it can apply, the cheapest actions, their worth."""
    from eligibility.api import readiness_judge
    from eligibility.planning.firm_plan import firm_plan
    from eligibility.planning.plan_request import PlanRequest
    from eligibility.reports.plan_text import plan_points

    with refusals(lang) as spoken:
        if readiness is not None and model is None:
            raise InputError("--readiness goes with --model, which says how ready a firm is.")
        if readiness is not None and score is not None:
            raise InputError("--readiness and --score are two aims; give one of them.")
        qualification = held_scheme(scheme)
        batch = source.read(file, qualification)
        plan = firm_plan(
            batch.table,
            one_firm(batch.table, firm, file),
            qualification,
            source.day,
            PlanRequest(
                by=day_of(by, "--by") if by else None,
                score_at_least=score,
                readiness=readiness,
                income=_amounts(income),
                losses=_losses(losses) if losses is not None else None,
                status_years=_years(status_years),
                western=western,
                encouraged_share=encouraged_share,
            ),
            judge=readiness_judge(model) if readiness is not None else None,
        )
        if form is Result.JSON:
            print(json_text(plan), end="")
        else:
            print(plan_points(plan, qualification, spoken), end="")
        report_file(batch, spoken)
    end(batch)


def _amounts(text: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",")) if text else ()
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


def _years(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError as error:
        raise InputError(
            "--status-years {value}: expected years such as 2024,2025.", value=text
        ) from error
