"""The three lists of a firm's people: roster, social insurance, R&D hours; persons as keyed hashes alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from eligibility.domain.errors import InputError
from eligibility.evidence.person_table import (
    Person,
    PersonKeys,
    PersonRow,
    PersonTable,
    RowTrouble,
    open_persons,
    read_amount,
    read_day,
    read_month,
    read_yes_no,
)
from eligibility.intake.cells import MISSING, NO, CellTrouble, normal
from eligibility.intake.source import Source
from eligibility.schemes.staff import StaffRules

#: year and month
Month = tuple[int, int]
LAST_MONTH = 12
_TITLE_MONTH = re.compile(r"((?:19|20)\d\d)[年/.-](\d{1,2})月?")
_HOURS_WORDS, _DAYS_WORDS = ("工时", "小时", "hour"), ("天数", "工日", "人天", "出勤", "days")


class Kind(StrEnum):
    """Kind of employment, as the guideline has them; UNKNOWN: a word that names none of them."""

    IN_SERVICE = "in_service"
    PART_TIME = "part_time"
    TEMPORARY = "temporary"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One row of a roster; None for what it does not say.

    Attributes
    ----------
    first_day, last_day : date
        Of employment; both within it.
    days, st_days, st_hours : Decimal or None
        Of work, and of R&D and related activities, in the year.
    group : str
        Of posts; the post itself leaves the reader no more than the name does.
    signs : tuple of str
        Ids of practice signs of the post.
    """

    row: int
    person: Person
    has_wrong_number: bool
    first_day: date
    last_day: date | None
    kind: Kind | None
    has_contract: bool | None
    is_st: bool | None
    days: Decimal | None
    st_days: Decimal | None
    st_hours: Decimal | None
    degree: str | None
    title: str | None
    birth: date | None
    is_foreign: bool | None
    is_returned: bool | None
    in_talent_plan: bool | None
    group: str
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """A roster: its entries, which columns it has, and the rows that were not used."""

    file: str
    entries: tuple[RosterEntry, ...]
    columns: frozenset[str]
    rows: int
    troubles: tuple[RowTrouble, ...] = ()
    other_sheets: int = 0


@dataclass
class InsuranceRecord:
    """What a list of social insurance says of one person: its first row, the months."""

    row: int
    months: set[Month] = field(default_factory=set)


@dataclass(frozen=True)
class InsuranceList:
    """A list of social insurance, by month or as it stands on one day.

    ``months`` are those of the year that it covers; of a stand (``is_stand``) the month of its day,
    which is the last of the year where its title names none.
    """

    file: str
    records: Mapping[Person, InsuranceRecord]
    months: frozenset[Month]
    is_stand: bool
    rows: int
    troubles: tuple[RowTrouble, ...] = ()
    other_sheets: int = 0


@dataclass
class HoursRecord:
    """What a list of R&D hours says of one person in the year."""

    row: int
    dates: set[date] = field(default_factory=set)
    days: Decimal = Decimal(0)
    hours: Decimal = Decimal(0)
    months: set[Month] = field(default_factory=set)


@dataclass(frozen=True)
class HoursList:
    """A list of R&D hours: a row a person and day, month or year, or a column a month."""

    file: str
    records: Mapping[Person, HoursRecord]
    rows: int
    troubles: tuple[RowTrouble, ...] = ()
    other_sheets: int = 0


# --- roster ---


def read_roster(source: Source, rules: StaffRules, keys: PersonKeys, year: int) -> Roster:
    """Read a roster.

    Raises
    ------
    InputError
        If it cannot be read, is no list of persons, or does not say since when they are there.
    """
    table = open_persons(source, rules.columns["roster"], keys, year)
    if "entry" not in table.columns:
        raise InputError(
            "{file} has no column {column}: without the day of entry nobody can be counted.",
            file=table.file,
            column=rules.columns["roster"]["entry"][0],
        )
    words = _Words(rules)
    entries = []
    for row in table.rows:
        entry = _roster_entry(row, table, words, year)
        if entry is not None:
            entries.append(entry)
    if not entries:
        raise _unusable(table)
    return Roster(
        table.file, tuple(entries), frozenset(table.columns), table.count,
        tuple(table.troubles), table.other_sheets,
    )  # fmt: skip


class _Words:
    """What the cells of a roster are known by."""

    def __init__(self, rules: StaffRules) -> None:
        self.rules = rules
        self.group_words = {name: group.words for name, group in rules.groups.items()}
        self.last_group = list(rules.groups)[-1]

    def group(self, post: str, department: str) -> str:
        """The group of a post, or else of its department."""
        return _fit(post, self.group_words) or _fit(department, self.group_words) or self.last_group

    def signs(self, post: str) -> tuple[str, ...]:
        """The practice signs of a post."""
        plain = normal(post)
        return tuple(
            sign.id for sign in self.rules.signs if any(word in plain for word in sign.words)
        )


def _fit(text: str, words: Mapping[str, Collection[str]]) -> str | None:
    """The id whose word is the whole text, else the first whose word stands in it."""
    plain = normal(text)
    if plain in MISSING:
        return None
    whole = next(
        (name for name, known in words.items() if plain in known or f"={plain}" in known), None
    )
    if whole is not None:
        return whole
    return next(
        (name for name, known in words.items() if any(word in plain for word in known)), None
    )


def _roster_entry(
    row: PersonRow, table: PersonTable, words: _Words, year: int
) -> RosterEntry | None:
    """A row of a roster; None, and a trouble, where it cannot be used."""
    column = ""
    cells = row.cells

    def cell(name: str) -> str:
        nonlocal column
        column = name
        return cells.get(name, "")

    try:
        first_day = read_day(cell("entry"), year)
        if first_day is None:
            raise CellTrouble("the day of entry")
        last_day = read_day(cell("leave"), year, is_last=True)
        if last_day is not None and last_day < first_day:
            raise CellTrouble("a day that is not before the day of entry")
        if last_day is None and "离职" in cell("status"):
            column = "leave"
            raise CellTrouble("the day of leaving, as the person has left")
        birth = row.birth or _birth_day(cell("birth"))
        flags = {name: _flag(cell(name), name in table.columns) for name in ("foreign", "returned", "talent_plan")}  # fmt: skip
        nationality = normal(cell("nationality"))
        if flags["foreign"] is None and nationality not in MISSING:
            flags["foreign"] = nationality not in words.rules.home
        has_contract, is_st = read_yes_no(cell("contract")), read_yes_no(cell("st"))
        days, st_days, st_hours = (_decimal(cell(name)) for name in ("days", "st_days", "st_hours"))
    except CellTrouble as trouble:
        table.reject(row.row, column, trouble.expectation)
        return None
    post, department, kind = cells.get("post", ""), cells.get("department", ""), cells.get("kind", "")  # fmt: skip
    return RosterEntry(
        row.row, row.person, row.has_wrong_number, first_day, last_day,
        _kind(kind, words.rules), has_contract, is_st, days, st_days, st_hours,
        _fit(cells.get("degree", ""), words.rules.degrees), _fit(cells.get("title", ""), words.rules.titles),
        birth, flags["foreign"], flags["returned"], flags["talent_plan"],
        words.group(post, department), words.signs(post),
    )  # fmt: skip


def _kind(text: str, rules: StaffRules) -> Kind | None:
    if normal(text) in MISSING:
        return None
    name = _fit(text, rules.kinds)
    return Kind.UNKNOWN if name is None else Kind(name)


def _flag(text: str, has_column: bool) -> bool | None:
    """A mark, of which a blank says no; None where there is no such column."""
    if not has_column:
        return None
    return read_yes_no(text) is True


def _birth_day(text: str) -> date | None:
    """A day of birth; of a month or year alone its first day, as only the age is taken of it."""
    return read_day(text, date.max.year)


def _decimal(text: str) -> Decimal | None:
    amount = read_amount(text)
    return None if amount is None else Decimal(repr(amount))


# --- social insurance ---


def read_insurance(source: Source, rules: StaffRules, keys: PersonKeys, year: int) -> InsuranceList:
    """Read a list of social insurance: a row a month, from and to, a column a month, or a stand.

    Raises
    ------
    InputError
        If it cannot be read, is no list of persons, or has no row of the year.
    """
    table = open_persons(source, rules.columns["insurance"], keys, year)
    records: dict[Person, InsuranceRecord] = {}
    is_monthly = bool({"month", "start"} & table.columns.keys() or table.months)
    of_year = 0
    for row in table.rows:
        try:
            months = list(_months_insured(row, table, year)) if is_monthly else []
        except CellTrouble as trouble:
            column = "month" if "month" in table.columns else "start"
            table.reject(row.row, column, trouble.expectation)
            continue
        months = [month for month in months if month[0] == year]
        if is_monthly and not months:
            continue
        of_year += 1
        records.setdefault(row.person, InsuranceRecord(row.row)).months.update(months)
    if not of_year:
        raise (
            _unusable(table) if table.troubles or not table.count else _wrong_year(table.file, year)
        )
    return InsuranceList(
        table.file, records, frozenset(_months_of(table, records, year)), not is_monthly, table.count,
        tuple(table.troubles), table.other_sheets,
    )  # fmt: skip


def _months_of(
    table: PersonTable, records: Mapping[Person, InsuranceRecord], year: int
) -> Iterator[Month]:
    """The months of the year that a list speaks of."""
    if "month" in table.columns:
        yield from (month for record in records.values() for month in record.months)
    elif table.months:
        yield from (month for month in table.months if month[0] == year)
    elif "start" in table.columns:
        yield from ((year, number) for number in range(1, LAST_MONTH + 1))
    else:
        yield _stand_month(table, year)


def _stand_month(table: PersonTable, year: int) -> Month:
    """The month of the day on which a list stands, as its title says."""
    match = _TITLE_MONTH.search(table.title)
    if match is None:
        return year, LAST_MONTH
    if int(match[1]) != year:
        raise _wrong_year(table.file, year)
    return year, min(int(match[2]), LAST_MONTH)


def _months_insured(row: PersonRow, table: PersonTable, year: int) -> Iterator[Month]:
    """The months in which a row says that the person was insured."""
    if "month" in table.columns:
        month = read_month(row.cells["month"], year)
        if month is None:
            raise CellTrouble("a month, such as 2025-03")
        yield month
    elif table.months:
        for month, place in table.months.items():
            text = normal(row.months[place])
            if text not in MISSING and text not in NO:
                yield month
    else:
        first = read_month(row.cells["start"], year) or (year, 1)
        last = read_month(row.cells.get("end", ""), year) or (year, LAST_MONTH)
        yield from (month for month in ((year, number) for number in range(1, LAST_MONTH + 1)) if first <= month <= last)  # fmt: skip


# --- R&D hours ---


def read_hours(source: Source, rules: StaffRules, keys: PersonKeys, year: int) -> HoursList:
    """Read a list of R&D hours or days.

    Raises
    ------
    InputError
        If it cannot be read, is no list of persons, says neither hours nor days, or has no row of
        the year.
    """
    table = open_persons(source, rules.columns["hours"], keys, year)
    unit = _unit(table)
    records: dict[Person, HoursRecord] = {}
    of_year = 0
    for row in table.rows:
        record = records.get(row.person) or HoursRecord(row.row)
        try:
            is_of_year = _add_hours(record, row, table, unit, year)
        except CellTrouble as trouble:
            columns = [name for name in ("date", "month", unit) if name in table.columns]
            table.reject(row.row, columns[0] if columns else unit, trouble.expectation)
            continue
        if is_of_year:
            records.setdefault(row.person, record)
            of_year += 1
    if not of_year:
        raise (
            _unusable(table) if table.troubles or not table.count else _wrong_year(table.file, year)
        )
    return HoursList(table.file, records, table.count, tuple(table.troubles), table.other_sheets)


def _unit(table: PersonTable) -> str:
    """Whether the amounts of a list are days or hours; a list with dates may have neither."""
    for name in ("days", "hours"):
        if name in table.columns and not table.months:
            return name
    if "date" in table.columns:
        return "date"
    if table.months or table.activities:
        for name, words in (("hours", _HOURS_WORDS), ("days", _DAYS_WORDS)):
            if any(word in table.title for word in words):
                return name
    raise InputError(
        "{file} says neither hours nor days; name the column, or the table, 研发工时 or 研发天数.",
        file=table.file,
    )


def _add_hours(
    record: HoursRecord, row: PersonRow, table: PersonTable, unit: str, year: int
) -> bool:
    """Add a row to the record of its person; False for a row of another year."""
    amounts: list[tuple[Month | None, Decimal]] = []
    if table.months:
        amounts = [
            (month, amount)
            for month, place in table.months.items()
            if (amount := _decimal(row.months[place]))
        ]
    elif unit in table.columns:
        amounts = [(None, _decimal(row.cells[unit]) or Decimal(0))]
    else:
        amounts = [
            (None, amount) for place in table.activities if (amount := _decimal(row.months[place]))
        ]
    if "date" in table.columns:
        day = read_day(row.cells["date"], 0)
        if day is None:
            raise CellTrouble("a date, such as 2021-03-05")
        if day.year != year:
            return False
        if unit == "date" or any(amount > 0 for _, amount in amounts):
            record.dates.add(day)
            record.months.add((day.year, day.month))
        return True
    if "month" in table.columns:
        month = read_month(row.cells["month"], year)
        if month is not None and month[0] != year:
            return False
        amounts = [(month, amount) for _, amount in amounts]
    for month, amount in amounts:
        if month is not None and month[0] != year:
            continue
        if unit == "hours":
            record.hours += amount
        else:
            record.days += amount
        if month is not None and amount > 0:
            record.months.add(month)
    return True


def _wrong_year(file: str, year: int) -> InputError:
    return InputError("{file} has no row of {year}; name its year.", file=file, year=year)


def _unusable(table: PersonTable) -> InputError:
    """The sentence for a list of which no row can be used."""
    if not table.troubles:
        return InputError("{file} has no row of a person.", file=table.file)
    return InputError(
        "{file} has no row that can be used; {why}", file=table.file, why=table.troubles[0].message
    )
