"""From the files of a firm's people to head counts, staff tables and facts; nothing of a person is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from eligibility.domain.errors import InputError
from eligibility.domain.law import Edition, Parameter
from eligibility.domain.papers import Certainty, PaperFact, PaperSource
from eligibility.domain.records import Words, cite, words
from eligibility.domain.text import Message, Wording, msgid
from eligibility.evidence.person_table import PersonKeys, RowTrouble
from eligibility.evidence.record_types import (
    CellsRecord,
    HeadRecord,
    ListRecord,
    MonthRecord,
    ParameterRecord,
    PersonRecord,
    ReadingRecord,
    StaffRecord,
    StaffTablesRecord,
)
from eligibility.evidence.roster import (
    HoursList,
    InsuranceList,
    Roster,
    read_hours,
    read_insurance,
    read_roster,
)
from eligibility.evidence.staff_count import HeadFigures, StaffCount, Status, count_staff
from eligibility.evidence.staff_match import Mismatch, StaffMatch, match_staff
from eligibility.evidence.staff_tables import StaffCells, StaffTables
from eligibility.i18n import both_languages
from eligibility.intake.source import Source
from eligibility.intake.staff_average import MONTHS
from eligibility.schemes.registry import Scheme
from eligibility.schemes.staff import StaffRules


@dataclass(frozen=True)
class ListRows:
    """What became of the rows of one list: read, not used, and why; sheets that were not read."""

    list: str
    file: str
    rows: int
    troubles: tuple[RowTrouble, ...]
    other_sheets: int


@dataclass(frozen=True)
class OtherCount:
    """The count as another reading of an unclear clause has it."""

    interpretation: str
    reading: str
    count: StaffCount


@dataclass(frozen=True)
class StaffReport:
    """Head counts of a year with all that they rest on; it holds row numbers and no person.

    Attributes
    ----------
    scheme : Scheme
    law : Edition
    rules : StaffRules
    lists : tuple of ListRows
    count : StaffCount
    mismatches : tuple of Mismatch
    others : tuple of OtherCount
        Readings that would give other figures.
    facts : tuple of PaperFact
        Figures of the form with their source; open where people are open.
    has_hours : bool
        Whether hours were turned into days.
    """

    scheme: Scheme
    law: Edition
    rules: StaffRules
    lists: tuple[ListRows, ...]
    count: StaffCount
    mismatches: tuple[Mismatch, ...]
    others: tuple[OtherCount, ...]
    facts: tuple[PaperFact, ...]
    has_hours: bool


def report_staff(
    roster: Source,
    scheme: Scheme,
    *,
    insurance: Source | None = None,
    hours: Source | None = None,
    as_of: date,
    year: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    count_open: bool = False,
    signs_off: Collection[str] = (),
) -> StaffReport:
    """Read a firm's lists of people, match them, and count staff and S&T staff of a year.

    Parameters
    ----------
    roster, insurance, hours : path, or (name, bytes)
        CSV or workbooks; the last two may be left out.
    scheme : Scheme
    as_of : date
        Of the application: its edition holds, and the year is the one before it.
    year : int, optional
        Another calendar year.
    first_day, last_day : date, optional
        On which the firm began or ended within the year.
    count_open : bool
        Count people of whom the lists do not say enough, as a person may decide.
    signs_off : collection of str
        Signs of posts (practice) that the institution does not use.

    Returns
    -------
    StaffReport

    Raises
    ------
    InputError
        If a file cannot be read or is no such list, or the scheme or edition counts nobody.
    """
    rules, law = scheme.staff_rules, scheme.in_force(as_of)
    if rules is None or rules.days not in law.parameters:
        raise InputError("{scheme} has no rules by which people are counted.", scheme=scheme.title)
    rules = rules.without_signs(signs_off)
    of_year = as_of.year - 1 if year is None else year
    if not date.min.year < of_year < date.max.year:
        raise InputError("{year} is no year of a roster.", year=of_year)
    match = _match(roster, insurance, hours, rules, of_year)

    def count(edition: Edition) -> StaffCount:
        return count_staff(
            match, edition, rules, first_day=first_day, last_day=last_day, count_open=count_open
        )

    result = count(law)
    others = [
        OtherCount(name, reading, other)
        for name in (rules.readings.average, rules.readings.limit, rules.readings.time)
        for reading in law.interpretations[name].readings
        if reading != law.reading(name)
        and _figures(other := count(law.with_reading(name, reading))) != _figures(result)
    ]
    return StaffReport(
        scheme, law, rules, tuple(_lists(match)), result, match.mismatches, tuple(others),
        tuple(_facts(match, result, rules, count_open)), _has_hours(match),
    )  # fmt: skip


def _match(
    roster: Source, insurance: Source | None, hours: Source | None, rules: StaffRules, year: int
) -> StaffMatch:
    """The lists matched; the key of their hashes ends with this call."""
    keys = PersonKeys()
    return match_staff(
        read_roster(roster, rules, keys, year),
        None if insurance is None else read_insurance(insurance, rules, keys, year),
        None if hours is None else read_hours(hours, rules, keys, year),
        year,
    )


def _has_hours(match: StaffMatch) -> bool:
    return any(
        (member.hours is not None and member.hours.hours) or member.latest.st_hours
        for member in match.members
    )


def _figures(count: StaffCount) -> tuple[HeadFigures, HeadFigures | None]:
    return count.staff, count.st_staff


def _lists(match: StaffMatch) -> Iterator[ListRows]:
    lists: tuple[tuple[str, Roster | InsuranceList | HoursList | None], ...] = (
        ("roster", match.roster), ("insurance", match.insurance), ("hours", match.hours),
    )  # fmt: skip
    for name, each in lists:
        if each is not None:
            yield ListRows(name, each.file, each.rows, each.troubles, each.other_sheets)


def _facts(
    match: StaffMatch, count: StaffCount, rules: StaffRules, count_open: bool
) -> Iterator[PaperFact]:
    """The figures of the form with their source."""
    files = [each.file for each in (match.roster, match.insurance, match.hours) if each is not None]
    sources = [PaperSource(file) for file in files]
    figures: list[tuple[str, float, bool]] = [
        (rules.fields.staff, count.staff.average, count.staff.is_open),
        (rules.fields.year_end, float(count.staff.year_end), count.staff.is_open),
    ]
    if count.st_staff is not None:
        figures.insert(1, (rules.fields.st_staff, count.st_staff.average, count.st_staff.is_open))
    for field, value, is_open in figures:
        needs_answer = is_open and not count_open
        note = Message(msgid("without people of whom the lists do not say enough")) if needs_answer else None  # fmt: skip
        certainty = Certainty.OPEN if needs_answer else Certainty.LIKELY
        yield PaperFact(field, count.year, value, sources[0], certainty, note, tuple(sources[1:]))


# --- as plain data ---


def staff_record(report: StaffReport) -> StaffRecord:
    """A report as plain data, for JSON; every sentence in both languages, no person in any.

    Returns
    -------
    StaffRecord
        ``year``, ``edition``, ``lists`` (rows read, used, not used and why), ``staff`` and ``st_staff``
        (averages and heads at year end, sure and with the open people), ``months``, ``people``
        (rows of the roster, days, whether they count, why not), ``mismatches``, ``signs`` (practice),
        ``readings`` that give other figures, ``tables`` of the form on both bases, ``facts``.
    """
    count = report.count
    return StaffRecord(
        scheme=report.scheme.id,
        edition=report.law.id,
        year=count.year,
        lists=[_list_record(each) for each in report.lists],
        staff=_heads(count.staff),
        st_staff=None if count.st_staff is None else _heads(count.st_staff),
        months_of_operation=len(count.months),
        is_whole_year=len(count.months) == MONTHS,
        months=[
            MonthRecord(
                month=month,
                staff_start=staff_start,
                staff_end=staff_end,
                st_staff_start=st_staff_start,
                st_staff_end=st_staff_end,
            )
            for month, staff_start, staff_end, st_staff_start, st_staff_end in count.months
        ],
        people=[
            PersonRecord(
                rows=list(person.rows),
                days=person.days,
                staff=person.staff.status.value,
                staff_reason=_reason(person.staff.reason),
                st_staff=person.st_staff.status.value,
                st_staff_reason=_reason(person.st_staff.reason),
            )
            for person in count.people
        ],
        citations={name: cite(each) for name, each in report.rules.citations.items()},
        parameters={name: _parameter(each) for name, each in report.rules.parameters.items()},
        mismatches=[
            {
                "kind": each.kind,
                "rows": list(each.rows),
                "list": each.list,
                "other_rows": list(each.others),
                "months": list(each.months),
                "says": _says(each.message),
            }
            for each in report.mismatches
        ],
        signs=[
            {
                "id": sign.id,
                "says": words(sign.says),
                "rows": rows,
                "citation": cite(sign.citation),
                "source_date": sign.source_date.isoformat(),
            }
            for sign in report.rules.signs
            if (rows := sign_rows(report, sign.id))
        ],
        readings=[
            ReadingRecord(
                interpretation=each.interpretation,
                reading=each.reading,
                says=words(
                    report.law.interpretations[each.interpretation].readings[each.reading].says
                ),
                staff=_heads(each.count.staff),
                st_staff=None if each.count.st_staff is None else _heads(each.count.st_staff),
            )
            for each in report.others
        ],
        tables={
            "average": _tables(count.average_tables),
            "year_end": _tables(count.year_end_tables),
        },
        facts=[
            {
                "key": fact.key,
                "value": fact.value,
                "certainty": fact.certainty.value,
                "files": [fact.source.file, *(other.file for other in fact.others)],
                "note": _reason(fact.note),
            }
            for fact in report.facts
        ],
    )


def _heads(figures: HeadFigures) -> HeadRecord:
    return {
        "average": figures.average,
        "average_with_open": figures.average_with_open,
        "year_end": figures.year_end,
        "year_end_with_open": figures.year_end_with_open,
    }


def _parameter(parameter: Parameter) -> ParameterRecord:
    return {
        "value": parameter.value,
        "unit": parameter.unit,
        "citation": cite(parameter.citation),
        "checked_on": parameter.checked_on.isoformat(),
    }


def _tables(tables: StaffTables) -> StaffTablesRecord:
    return {
        "overall": {name: _cells(cells) for name, cells in tables.overall.items()},
        "degree": dict(tables.degree),
        "title": dict(tables.title),
        "age": dict(tables.age),
        "unknown": dict(tables.unknown),
        "posts": {name: _cells(cells) for name, cells in tables.posts.items()},
    }


def _cells(cells: StaffCells) -> CellsRecord:
    return CellsRecord(staff=cells.staff, st_staff=cells.st_staff)


def sign_rows(report: StaffReport, sign_id: str) -> list[int]:
    """Rows of the roster whose post shows a practice sign."""
    return [row for each in report.count.people if sign_id in each.signs for row in each.rows]


def open_people(report: StaffReport) -> int:
    """How many people the lists do not say enough of."""
    return sum(
        Status.OPEN in (each.staff.status, each.st_staff.status) for each in report.count.people
    )


def _list_record(rows: ListRows) -> ListRecord:
    lost = {trouble.row for trouble in rows.troubles}
    return {
        "list": rows.list,
        "file": rows.file,
        "rows": rows.rows,
        "rows_used": rows.rows - len(lost),
        "rows_not_used": len(lost),
        "troubles": [
            {"row": trouble.row, "column": trouble.column, "says": _says(trouble.message)}
            for trouble in rows.troubles
        ],
        "other_sheets": rows.other_sheets,
    }


def _says(message: Message | Wording) -> Words:
    """A sentence in both languages."""
    if isinstance(message, Wording):
        return words(message)
    return both_languages(message)


def _reason(message: Message | Wording | None) -> Words | None:
    return None if message is None else _says(message)
