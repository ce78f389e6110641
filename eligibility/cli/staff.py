"""``staff``: head counts of a firm's people from its roster, social insurance and R&D hours."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.common import REJECTED, AsOf, SchemeId, Tongue, held_scheme, refusals
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


def staff(
    roster: Annotated[Path, typer.Argument(help="Roster, CSV or Excel: a row a person, with the days of entry and leaving.")],
    insurance: Annotated[
        Path | None, typer.Option("--insurance", help="List of social insurance, by month or as it stands on a day.")
    ] = None,
    hours: Annotated[
        Path | None, typer.Option("--hours", help="List of R&D hours or days, by day, month or year.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", help="Calendar year; the one before the application if omitted.")
    ] = None,
    first_day: Annotated[
        str | None, typer.Option("--began", metavar="YYYY-MM-DD", help="Day on which the firm began within the year.")
    ] = None,
    last_day: Annotated[
        str | None, typer.Option("--ended", metavar="YYYY-MM-DD", help="Day on which the firm ended within the year.")
    ] = None,
    count_open: Annotated[
        bool, typer.Option("--count-open", help="Count the people of whom the lists do not say enough.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    as_of: AsOf = None,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:  # fmt: skip
    """Staff and S&T staff of a year, averaged over its months: who counts, who does not and why, by row number."""
    from eligibility.evidence.staff_report import report_staff, staff_record
    from eligibility.reports.staff_paper import list_lines, staff_paper
    from eligibility.reports.terminal import paper_lines

    with refusals(lang) as spoken:
        report = report_staff(
            roster,
            held_scheme(scheme),
            insurance=insurance,
            hours=hours,
            as_of=_day("--as-of", as_of) or date.today(),
            year=year,
            first_day=_day("--began", first_day),
            last_day=_day("--ended", last_day),
            count_open=count_open,
        )
        if as_json:
            print(json_text(staff_record(report)), end="")
            print("\n".join(list_lines(report.lists, spoken)), file=sys.stderr)
        else:
            print("\n".join(paper_lines(staff_paper(report, spoken))))
    if any(each.troubles for each in report.lists):
        raise typer.Exit(REJECTED)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(
            "{option} {value}: expected a date such as 2026-05-10.", option=option, value=text
        ) from error
