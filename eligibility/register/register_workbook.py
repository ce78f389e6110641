"""The staff's workbook of the register: the year's tally and lists, then the views of every firm."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from eligibility.assessment.assess import assess_table
from eligibility.city.annual_results import RESULT_WORDS, AnnualResults
from eligibility.domain.errors import InputError
from eligibility.i18n import Language
from eligibility.readiness.model import Model
from eligibility.register.current_firms import current_firms
from eligibility.register.year_results import annual_results
from eligibility.reports.staff_workbook import staff_workbook
from eligibility.reports.workbook import SheetBook, SheetColumn
from eligibility.reports.year_results_text import refusal_text
from eligibility.schemes.registry import Scheme
from eligibility.store import STAGE_WORDS, Repository, YearTally


def register_workbook(
    path: Path,
    repository: Repository,
    year: int,
    scheme: Scheme,
    as_of: date,
    language: Language,
    model: Model | None = None,
) -> None:
    """Write the workbook: sheets of the year first, then those of ``staff_workbook``.

    Firms are judged by their latest figures, as of the day for which these were entered, as on the list.

    Raises
    ------
    InputError
        If the register has no firm, or the file cannot be written.
    """
    batch = current_firms(repository, scheme, max(as_of, date(year, 1, 1)), latest=True)
    if not batch.read:
        raise InputError("The register has no firm yet.")
    staff_workbook(
        path,
        batch,
        assess_table(batch.table, scheme),
        scheme,
        language,
        model.readiness if model else None,
        first=partial(
            _year_sheets,
            tally=repository.tallies.tally(year),
            results=annual_results(repository, year, scheme, as_of),
            language=language,
        ),
    )


def _year_sheets(
    book: SheetBook, tally: YearTally, results: AnnualResults, language: Language
) -> None:
    """The tally of the year, its applications, and the certificates that ended."""
    say = language.text
    rows: list[tuple[str, int | str]] = [
        (say("As it stood on"), tally.as_of.isoformat()),
        (say("Firms in the register"), tally.firms),
        *(
            (say("Stage: {stage}").format(stage=say(STAGE_WORDS[stage])), count)
            for stage, count in tally.stages.items()
        ),
        (say("Applications filed in {year}").format(year=tally.year), tally.applications),
        (say("of these certified"), tally.certifications),
        (say("of these pending"), tally.pending),
        (say("of these refused"), tally.refusals),
        *(
            (
                say("Came as far in {year}, or further: {stage}").format(
                    year=tally.year, stage=say(STAGE_WORDS[stage])
                ),
                count,
            )
            for stage, count in tally.funnel.items()
        ),
        (say("Outside of the funnel"), tally.elsewhere),
        (say("Certificates valid"), tally.certificates),
        (say("Certificates that end in {year}").format(year=tally.year), tally.expiries),
        (say("Certificates cancelled in {year}").format(year=tally.year), tally.cancellations),
    ]
    columns = [SheetColumn(say("What"), width=52), SheetColumn(say("Number of firms"), "whole")]
    book.table(say("The year"), columns, rows)
    firm = [
        SheetColumn(say("Firm"), width=34),
        SheetColumn(say("Credit code"), width=21),
        SheetColumn(say("District")),
        SheetColumn(say("Carrier")),
    ]
    book.table(
        say("Applications"),
        [
            *firm,
            SheetColumn(say("Industry")),
            SheetColumn(say("Adviser"), width=12),
            SheetColumn(say("Batch"), width=12),
            SheetColumn(say("Result"), width=10),
            SheetColumn(say("Certificate number"), width=18),
            SheetColumn(say("Certified on"), "day", 12),
            SheetColumn(say("Reason of refusal"), "wrap", 40),
        ],
        (
            (
                each.name,
                each.uscc,
                each.district,
                each.carrier,
                each.industry,
                each.adviser,
                each.batch,
                say(RESULT_WORDS[each.result]),
                each.certificate_number,
                each.certified_on,
                refusal_text(each, language),
            )
            for each in results.applications
        ),
        1,
    )
    book.table(
        say("Certificates ended"),
        [*firm, SheetColumn(say("Day"), "day", 12), SheetColumn(say("How"), width=12)],
        (
            (
                each.name,
                each.uscc,
                each.district,
                each.carrier,
                each.ends,
                say("cancelled") if each.is_cancelled else say("ran out"),
            )
            for each in results.ends
        ),
        1,
    )
