"""``staff``: head counts of a firm's people from its roster, social insurance and R&D hours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.common import REJECTED, AsOf, SchemeId, Tongue, day_of, held_scheme, refusals
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
            as_of=day_of(as_of),
            year=year,
            first_day=day_of(first_day, "--began") if first_day else None,
            last_day=day_of(last_day, "--ended") if last_day else None,
            count_open=count_open,
        )
        if as_json:
            print(json_text(staff_record(report)), end="")
            print("\n".join(list_lines(report.lists, spoken)), file=sys.stderr)
        else:
            print("\n".join(paper_lines(staff_paper(report, spoken))))
    if any(each.troubles for each in report.lists):
        raise typer.Exit(REJECTED)
