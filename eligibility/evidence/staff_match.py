"""Three-way match of a firm's people: roster × social insurance × R&D hours, and what does not agree."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Literal

from eligibility.domain.text import Message, msgid
from eligibility.evidence.person_table import Person
from eligibility.evidence.roster import (
    HoursList,
    HoursRecord,
    InsuranceList,
    InsuranceRecord,
    Kind,
    Month,
    Roster,
    RosterEntry,
)

#: hours of a calendar day: nobody works more
DAY = 24
#: what does not agree, and how it is said of rows of the roster, or of the other list
MISMATCHES: Mapping[str, str] = {
    "roster_twice": msgid("The roster has one person in rows {rows} for the same days; counted once."),
    "wrong_number": msgid("The roster, row {rows}: the identity number fails its check digit."),
    "not_insured": msgid("The roster, row {rows}: in service, but not in the social insurance list."),
    "insurance_gap": msgid("The roster, row {rows}: in service, but not insured in month {months} (row {others} of the social insurance list)."),
    "insured_outside": msgid("The social insurance list, row {others}: insured in month {months}, when row {rows} of the roster was not employed."),
    "insured_not_in_roster": msgid("The social insurance list, row {others}: not in the roster."),
    "hours_not_in_roster": msgid("The list of R&D hours, row {others}: not in the roster."),
    "hours_outside": msgid("The list of R&D hours, row {others}: hours in month {months}, when row {rows} of the roster was not employed."),
    "hours_too_many": msgid("The list of R&D hours, row {others}: more time than row {rows} of the roster was employed in the year."),
    "hours_without_mark": msgid("The list of R&D hours, row {others}: row {rows} of the roster is not marked as S&T staff."),
    "mark_without_hours": msgid("The roster, row {rows}: marked as S&T staff, but without R&D hours."),
    "name_differs": msgid("{list}, row {others}: the identity number is that of row {rows} of the roster, the name is another."),
    "number_differs": msgid("{list}, row {others}: the name is that of row {rows} of the roster, the identity number is another."),
    "same_name": msgid("{list}, row {others}: rows {rows} of the roster bear the name; add identity numbers."),
}  # fmt: skip
LISTS: Mapping[str, str] = {
    "insurance": msgid("The social insurance list"),
    "hours": msgid("The list of R&D hours"),
}
ListName = Literal["insurance", "hours"]


@dataclass(frozen=True)
class Mismatch:
    """Something that does not agree: its kind, rows of the roster and of the other list, months."""

    kind: str
    rows: tuple[int, ...] = ()
    list: ListName | None = None
    others: tuple[int, ...] = ()
    months: tuple[int, ...] = ()

    @property
    def message(self) -> Message:
        """The sentence, which names rows and no person."""
        values: dict[str, object] = {
            name: ", ".join(map(str, numbers))
            for name, numbers in (
                ("rows", self.rows), ("others", self.others), ("months", self.months),
            )
        }  # fmt: skip
        if self.list is not None:
            values["list"] = Message(LISTS[self.list])
        return Message(MISMATCHES[self.kind], values)


@dataclass
class Member:
    """One person of the roster, with what the other lists say of the person.

    Attributes
    ----------
    entries : list of RosterEntry
        Spells of employment, by the day of entry.
    insurance, hours
        None where the list has no row of the person, or there is no list.
    should_be_insured : bool
        Whether the person was employed for a whole month that a list of social insurance covers.
    """

    entries: list[RosterEntry]
    should_be_insured: bool = False
    insurance: InsuranceRecord | None = None
    hours: HoursRecord | None = None

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows of the roster."""
        return tuple(entry.row for entry in self.entries)

    @property
    def latest(self) -> RosterEntry:
        """The spell that says what the person is."""
        return self.entries[-1]

    def employed_on(self, day: date) -> bool:
        """Whether a spell has the day."""
        return any(
            entry.first_day <= day and (entry.last_day is None or day <= entry.last_day)
            for entry in self.entries
        )

    def employment_days(self, first: date, last: date) -> int:
        """Calendar days of employment from ``first`` to ``last``, both included, each once."""
        days, free_from = 0, first.toordinal()
        for entry in self.entries:
            start = max(entry.first_day.toordinal(), free_from)
            end = min((entry.last_day or last).toordinal(), last.toordinal())
            if end >= start:
                days += end - start + 1
                free_from = end + 1
        return days


@dataclass(frozen=True)
class StaffMatch:
    """All persons of a roster, and what does not agree among the lists of a year."""

    year: int
    roster: Roster
    insurance: InsuranceList | None
    hours: HoursList | None
    members: tuple[Member, ...]
    mismatches: tuple[Mismatch, ...]


def match_staff(
    roster: Roster, insurance: InsuranceList | None, hours: HoursList | None, year: int
) -> StaffMatch:
    """Match the lists of a year; all of them were read with the same ``PersonKeys``.

    Parameters
    ----------
    roster : Roster
    insurance, hours : optional
    year : int

    Returns
    -------
    StaffMatch
    """
    members = _members(roster.entries)
    index = _Index(members)
    mismatches = [*_within_roster(members)]
    doubtful: set[int] = set()
    if insurance is not None:
        mismatches += _link(index, "insurance", insurance.records, doubtful)
    if hours is not None:
        mismatches += _link(index, "hours", hours.records, doubtful)
    for member in members:
        is_clear = id(member) not in doubtful
        if insurance is not None:
            mismatches += _insurance_mismatches(member, insurance, is_clear)
        if hours is not None:
            mismatches += _hours_mismatches(member, year, is_clear)
    order = list(MISMATCHES)
    ranked = sorted(mismatches, key=lambda each: (order.index(each.kind), each.rows, each.others))
    return StaffMatch(year, roster, insurance, hours, tuple(members), tuple(ranked))


def _members(entries: Sequence[RosterEntry]) -> list[Member]:
    """Rows of one person laid together, in the order of the roster."""
    by_key: dict[tuple[object, ...], Member] = {}
    for entry in entries:
        who = entry.person
        key = (who.identity,) if who.identity else (who.number,) if who.number else (who.name, entry.birth)  # fmt: skip
        by_key.setdefault((len(key), *key), Member([])).entries.append(entry)
    members = list(by_key.values())
    for member in members:
        member.entries.sort(key=lambda entry: entry.first_day)
    return members


class _Index:
    """Members by every key that they have."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.by_identity: dict[bytes, Member] = {}
        self.by_number: dict[bytes, list[Member]] = defaultdict(list)
        self.by_name: dict[bytes, list[Member]] = defaultdict(list)
        for member in members:
            for who in dict.fromkeys(entry.person for entry in member.entries):
                if who.identity:
                    self.by_identity[who.identity] = member
                for key, group in ((who.number, self.by_number), (who.name, self.by_name)):
                    if key and member not in group[key]:
                        group[key].append(member)

    def find(self, person: Person) -> tuple[str, list[Member]]:
        """The member of a row of another list, or those that it may be, with what is odd about it."""
        if person.identity and (member := self.by_identity.get(person.identity)):
            names = {entry.person.name for entry in member.entries} - {None}
            is_other = bool(person.name and names and person.name not in names)
            return "name_differs" if is_other else "", [member]
        numbers = self.by_number.get(person.number or b"", [])
        if len(numbers) == 1 and not _identities_differ(person, numbers[0]):
            return "", numbers
        names_alike = self.by_name.get(person.name or b"", [])
        same = [member for member in names_alike if not _identities_differ(person, member)]
        if len(same) == 1:
            return "", same
        if same:
            return "same_name", same
        return ("number_differs", names_alike) if names_alike else ("", [])


def _identities_differ(person: Person, member: Member) -> bool:
    known = {entry.person.identity for entry in member.entries} - {None}
    return bool(person.identity and known and person.identity not in known)


def _link(
    index: _Index,
    name: ListName,
    records: Mapping[Person, InsuranceRecord] | Mapping[Person, HoursRecord],
    doubtful: set[int],
) -> Iterator[Mismatch]:
    """Give each member its records; say of which rows it is not known whose they are."""
    for person, record in records.items():
        odd, members = index.find(person)
        rows = tuple(row for member in members for row in member.rows)
        if odd:
            yield Mismatch(odd, rows, name, (record.row,))
        if odd in ("same_name", "number_differs"):
            doubtful.update(map(id, members))
        elif not members:
            kind = "insured_not_in_roster" if name == "insurance" else "hours_not_in_roster"
            yield Mismatch(kind, (), name, (record.row,))
        elif isinstance(record, InsuranceRecord):
            before = members[0].insurance or InsuranceRecord(record.row)
            members[0].insurance = InsuranceRecord(before.row, before.months | record.months)
        else:
            members[0].hours = _sum_hours(members[0].hours, record)


def _sum_hours(before: HoursRecord | None, record: HoursRecord) -> HoursRecord:
    if before is None:
        return record
    return HoursRecord(
        before.row, before.dates | record.dates, before.days + record.days,
        before.hours + record.hours, before.months | record.months,
    )  # fmt: skip


# --- what does not agree ---


def _within_roster(members: Iterable[Member]) -> Iterator[Mismatch]:
    for member in members:
        for before, after in zip(member.entries, member.entries[1:], strict=False):
            if before.last_day is None or before.last_day >= after.first_day:
                yield Mismatch("roster_twice", (before.row, after.row))
        for entry in member.entries:
            if entry.has_wrong_number:
                yield Mismatch("wrong_number", (entry.row,))


def _insurance_mismatches(
    member: Member, insurance: InsuranceList, is_clear: bool
) -> Iterator[Mismatch]:
    record = member.insurance
    is_in_service = member.latest.kind in (Kind.IN_SERVICE, None)
    # a list as it stands on a day says nothing of who came or left in that month
    months = [month for month in sorted(insurance.months) if _is_whole(member, month)]
    member.should_be_insured = bool(months)
    if record is None:
        if is_in_service and months and is_clear:
            yield Mismatch("not_insured", member.rows)
        return
    insured = insurance.months if insurance.is_stand else record.months
    gaps = [month for month in months if month not in insured]
    if gaps and is_in_service:
        yield Mismatch("insurance_gap", member.rows, "insurance", (record.row,), _numbers(gaps))
    outside = [month for month in sorted(insured) if not _is_in(member, month)]
    if outside:
        numbers = _numbers(outside)
        yield Mismatch("insured_outside", member.rows, "insurance", (record.row,), numbers)


def _hours_mismatches(member: Member, year: int, is_clear: bool) -> Iterator[Mismatch]:
    record, first, last = member.hours, date(year, 1, 1), date(year, 12, 31)
    days = member.employment_days(first, last)
    if record is None:
        if member.latest.is_st and days and is_clear:
            yield Mismatch("mark_without_hours", member.rows)
        return
    others: tuple[ListName, tuple[int, ...]] = ("hours", (record.row,))
    outside = {day.month for day in record.dates if not member.employed_on(day)}
    outside |= {month for of, month in record.months if not _is_in(member, (of, month))}
    if outside:
        yield Mismatch("hours_outside", member.rows, *others, tuple(sorted(outside)))
    elif record.days > days or record.hours > days * DAY:
        yield Mismatch("hours_too_many", member.rows, *others)
    if member.latest.is_st is False and (record.dates or record.days or record.hours):
        yield Mismatch("hours_without_mark", member.rows, *others)


def _numbers(months: Iterable[Month]) -> tuple[int, ...]:
    return tuple(month for _, month in months)


@cache
def _ends(month: Month) -> tuple[date, date]:
    return date(*month, 1), date(*month, monthrange(*month)[1])


def _is_whole(member: Member, month: Month) -> bool:
    """Whether the person was employed for every day of a month."""
    first, last = _ends(month)
    return member.employment_days(first, last) == (last - first).days + 1


def _is_in(member: Member, month: Month) -> bool:
    """Whether the person was employed on some day of a month."""
    return member.employment_days(*_ends(month)) > 0


def recorded_days(record: HoursRecord, day_hours: float) -> Decimal:
    """Days of R&D of a record; hours make days of ``day_hours``."""
    return len(record.dates) + record.days + record.hours / Decimal(repr(day_hours))
