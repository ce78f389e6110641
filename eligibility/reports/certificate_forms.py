"""Drafts of the forms of a certified firm: annual report (附件6) and change of name (附件7).

What is not held is left blank and marked, for the firm to fill in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from eligibility.domain.calendar_window import cut_window
from eligibility.domain.law import Edition
from eligibility.domain.text import Wording
from eligibility.i18n import Language
from eligibility.intake.cells import normal
from eligibility.intake.lists import rows_with_entries
from eligibility.reports.number_format import number
from eligibility.reports.paper import Block, Cell, Grid, Heading, Paper, Text
from eligibility.schemes.annual_report import ReportRow
from eligibility.schemes.registry import Scheme, all_latest_year_ids

Row = Mapping[str, Any]
WAN = 10_000
#: units of the form, in the words of a reader
_UNITS = {
    "person": Wording(zh="人", en="persons"),
    "10k CNY": Wording(zh="万元", en="10k CNY"),
    "10k USD": Wording(zh="万美元", en="10k USD"),
    "text": Wording(zh="", en=""),
}


def annual_report_paper(
    firm: Row,
    year: int,
    facts: Row,
    answers: Row,
    rights: Sequence[Row],
    contact: Row,
    scheme: Scheme,
    language: Language,
) -> Paper:
    """Draft of the annual report on a year.

    Parameters
    ----------
    firm : mapping
        ``name``, ``uscc``, ``district``, ``certificate_number``, ``certified_on``.
    year : int
        Reported on.
    facts : mapping
        Of the firm, by calendar key; money in CNY.
    answers : mapping
        What the report itself holds; money in CNY.
    rights : sequence of mapping
        The firm's list of IP rights, as typed.
    contact : mapping
        ``name`` and ``phone`` of the firm's contact.
    """
    say, form = language.text, scheme.annual_report
    assert form is not None
    figures = cut_window(facts, year + 1, all_latest_year_ids())
    who: list[tuple[str, Cell]] = [
        (say("Name of the firm"), firm["name"] or None),
        (say("Unified social credit code"), firm["uscc"]),
        (say("Place of the firm"), firm["district"]),
        (say("Certificate number"), firm["certificate_number"]),
        (say("Certified on"), firm["certified_on"] and str(firm["certified_on"])),
        (say("Contact of the firm"), contact.get("name")),
        (say("Phone"), contact.get("phone")),
    ]
    blocks: list[Block] = [Heading(say("The firm")), _entries(who, language)]
    law = scheme.in_force(date(year, 12, 31))
    blocks += [Heading(language.of(form.rights)), _rights(rights, year, law, scheme, language)]
    for group in form.groups:
        entries = [
            (_label(row, language), _cell(_figure(row, figures, answers), row))
            for row in group.rows
        ]
        blocks += [Heading(language.of(group.title)), _entries(entries, language)]
    cite = form.citation
    return Paper(
        say("Annual report on the firm's development, {year} (draft)").format(year=year),
        (f"{cite.document} {cite.article}", say("Shaded cells are still to be filled in.")),
        tuple(blocks),
        language,
    )


def name_change_paper(
    firm: Row,
    before: str | None,
    after: str | None,
    history: Sequence[Row],
    reason: str,
    contact: Row,
    citation: str,
    language: Language,
) -> Paper:
    """Draft of the form for a change of name.

    Parameters
    ----------
    firm : mapping
        ``certificate_number``, ``certified_on``.
    before, after : str or None
        The names.
    history : sequence of mapping
        Former names: ``name``, ``until``, the oldest first.
    reason : str
        As far as it is held.
    contact : mapping
        ``name`` and ``phone``.
    citation : str
        Where the form is asked for.
    """
    say = language.text
    rows: list[tuple[str, Cell]] = [
        (say("Name before the change"), before),
        (say("Name after the change"), after),
        (say("Certificate number"), firm["certificate_number"]),
        (say("Day of issue"), firm["certified_on"] and str(firm["certified_on"])),
        (say("Contact of the firm"), contact.get("name")),
        (say("Phone"), contact.get("phone")),
    ]
    names = [
        (f"{place}", str(row["until"]) if row["until"] else None, row["name"])
        for place, row in enumerate(history, start=1)
    ] or [("1", None, None)]
    blocks: tuple[Block, ...] = (
        Heading(say("The change")),
        _entries(rows, language),
        Heading(say("Earlier changes of name")),
        Grid((say("No."), say("Until"), say("Name until then")), tuple(names), (1, 2, 6)),
        Heading(say("Reason (within 100 characters)")),
        _entries([(say("Reason"), reason or None)], language),
        Heading(say("Declaration")),
        Text(say("Signature of the legal representative and seal of the firm:")),
        _entries([(say("Signature, seal, day"), None)], language),
    )
    return Paper(
        say("Application for a change of name on the certificate (draft)"),
        (citation, say("Shaded cells are still to be filled in.")),
        blocks,
        language,
    )


def _entries(rows: Sequence[tuple[str, Cell]], language: Language) -> Grid:
    head = (language.text("Item"), language.text("Entry"))
    return Grid(head, tuple(rows), (5, 7))


def _label(row: ReportRow, language: Language) -> str:
    unit = language.of(_UNITS[row.unit])
    marks = "（{}）" if language.id == "zh" else " ({})"
    return language.of(row.title) + (marks.format(unit) if unit else "")


def _figure(row: ReportRow, figures: Row, answers: Row) -> float | None:
    if row.answer:
        return answers.get(row.answer)
    if figures.get(row.takes) is not None or not row.either:
        return figures.get(row.takes)
    whole, less = figures.get(row.either), figures.get(row.minus)
    return None if whole is None or less is None else float(whole) - float(less)


def _cell(figure: float | None, row: ReportRow) -> Cell:
    if figure is None:
        return None
    return number(float(figure) / WAN if row.unit.startswith("10k") else float(figure))


def _rights(
    rights: Sequence[Row], year: int, law: Edition, scheme: Scheme, language: Language
) -> Grid:
    """Rights granted in the year by the kinds of the application's own table; blank without a list."""
    return Grid(
        (language.text("Kind"), language.text("Number")),
        tuple(_kinds(rights, year, law, scheme, language)),
        (8, 4),
    )


def _kinds(
    rights: Sequence[Row], year: int, law: Edition, scheme: Scheme, language: Language
) -> Iterator[tuple[Cell, ...]]:
    entries = rows_with_entries([dict(row) for row in rights])
    of_year = [
        normal(row.get("class", ""))
        for row in entries
        if _granted_in(row.get("granted_on", ""), year)
    ]
    for table in scheme.application_form(law):
        for row in table.rows:
            if row.counts:
                count = sum(word in row.counts for word in of_year)
                yield language.of(row.title), f"{count}" if entries else None


def _granted_in(text: str, year: int) -> bool:
    return text.strip().startswith(str(year))
