"""Head counts of a year from matched lists: who counts as staff and as S&T staff, and who does not and why."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import numpy as np

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.errors import InputError
from eligibility.domain.law import Edition
from eligibility.domain.text import Message, msgid
from eligibility.evidence.roster import Kind
from eligibility.evidence.staff_match import Member, StaffMatch, recorded_days
from eligibility.evidence.staff_tables import AGES, DEGREES, TITLES, StaffCells, StaffTables
from eligibility.intake.staff_average import MONTHS, annual_average
from eligibility.schemes.staff import StaffRules

#: the readings of an edition by which people are counted otherwise
_TWELVE, _EXCLUSIVE, _RECORDED = "twelve", "exclusive", "recorded"


class Status(StrEnum):
    """Whether a person counts; OPEN: the lists do not say enough."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True)
class Decision:
    """Whether a person counts, and why not or what is missing."""

    status: Status
    reason: Message | None = None


@dataclass(frozen=True)
class PersonCount:
    """One person: rows of the roster, days of employment in the year, and the two decisions.

    ``signs`` are practice signs of the post of one who may count as S&T staff.
    """

    rows: tuple[int, ...]
    days: int
    staff: Decision
    st_staff: Decision
    signs: tuple[str, ...]


@dataclass(frozen=True)
class HeadFigures:
    """Annual average of months and heads at year end: those that are sure, and with the open ones."""

    average: float
    average_with_open: float
    year_end: int
    year_end_with_open: int

    @property
    def is_open(self) -> bool:
        """Whether it depends on people of whom the lists do not say enough."""
        return self.average != self.average_with_open or self.year_end != self.year_end_with_open


@dataclass(frozen=True)
class StaffCount:
    """Head counts of a year.

    Attributes
    ----------
    people : tuple of PersonCount
        In the order of the roster.
    months : tuple of (month, staff at start, at end, S&T staff at start, at end)
        Those in which the firm operated; of people who surely count.
    staff, st_staff : HeadFigures
        S&T staff None where neither the roster marks them nor a list of hours names them.
    average_tables, year_end_tables : StaffTables
        The staff tables of the form on either basis; of people who surely count.
    """

    year: int
    people: tuple[PersonCount, ...]
    months: tuple[tuple[int, int, int, int, int], ...]
    staff: HeadFigures
    st_staff: HeadFigures | None
    average_tables: StaffTables
    year_end_tables: StaffTables


def count_staff(
    match: StaffMatch,
    law: Edition,
    rules: StaffRules,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    count_open: bool = False,
) -> StaffCount:
    """Count staff and S&T staff of a year as an edition has it.

    Parameters
    ----------
    match : StaffMatch
    law : Edition
        Its readings hold.
    rules : StaffRules
    first_day, last_day : date, optional
        On which the firm began or ended within the year: its time of operation is then the year.
    count_open : bool
        Count the open people as if they counted, as a person may decide.

    Raises
    ------
    InputError
        If it did not operate in the year.
    """
    begin = max(date(match.year, 1, 1), first_day or date.min)
    end = min(date(match.year, 12, 31), last_day or date.max)
    if begin > end:
        raise InputError("The firm was not in operation in {year}.", year=match.year)
    judge = _Judge(match, law, rules, begin, end)
    people = tuple(map(judge.person, match.members))
    return _Heads(match, law, rules, people, begin, end, count_open).count()


# --- who counts ---


class _Judge:
    """Decides on each person by the rules of the law, and leaves open what the lists do not say."""

    def __init__(
        self, match: StaffMatch, law: Edition, rules: StaffRules, begin: date, end: date
    ) -> None:
        self.match, self.rules, self.begin, self.end = match, rules, begin, end
        self.limit = Decimal(repr(rules.days_of(law)))
        self.is_exclusive = law.reading(rules.readings.limit) == _EXCLUSIVE
        self.by_record = law.reading(rules.readings.time) == _RECORDED
        self.day_hours = rules.parameters["day_hours"].value
        self.has_marks = "st" in match.roster.columns

    def person(self, member: Member) -> PersonCount:
        """The decisions on one person."""
        days = member.employment_days(self.begin, self.end)
        if not days:
            why = Message(msgid("not employed in the year"))
            return PersonCount(
                member.rows, 0, Decision(Status.NO, why), Decision(Status.NO, why), ()
            )
        staff = self._staff(member, days)
        st_staff = self._st_staff(member, days, staff)
        signs = member.latest.signs if st_staff.status is not Status.NO else ()
        return PersonCount(member.rows, days, staff, st_staff, signs)

    def _reaches(self, days: Decimal | int) -> bool:
        """Whether days of work reach the limit of the law, in decimals."""
        return days > self.limit if self.is_exclusive else days >= self.limit

    def _too_few(self, days: Decimal | int) -> Message:
        return Message(
            msgid("{days} days of work in the year, {limit} are needed"),
            {"days": _plain(Decimal(days)), "limit": _plain(self.limit)},
        )

    def _staff(self, member: Member, days: int) -> Decision:
        kind, latest = member.latest.kind, member.latest
        if kind is Kind.DISPATCHED:
            return Decision(Status.NO, Message(msgid("dispatched by another employer")))
        if kind is Kind.UNKNOWN:
            return Decision(
                Status.OPEN,
                Message(
                    msgid("the kind of employment is none of in service, part-time, temporary")
                ),
            )
        has_proof = bool(latest.has_contract or member.insurance)
        if kind is Kind.IN_SERVICE or (kind is None and has_proof):
            return self._in_service(member, has_proof)
        by_days = self._by_days(member, days)
        if kind is None:
            in_service = self._in_service(member, has_proof)
            if by_days.status is in_service.status:
                return by_days
            why = msgid(
                "the kind of employment is not stated, and as part-time or temporary: {reason}"
            )
            return Decision(
                Status.OPEN, Message(why, {"reason": by_days.reason or in_service.reason})
            )
        return by_days

    def _in_service(self, member: Member, has_proof: bool) -> Decision:
        """In service, as the roster says, unless contract and social insurance contradict it."""
        if has_proof or not (member.should_be_insured or member.latest.has_contract is False):
            return Decision(Status.YES)
        return Decision(
            Status.OPEN,
            Message(msgid("in service, but neither a contract nor social insurance is shown")),
        )

    def _by_days(self, member: Member, days: int) -> Decision:
        """Part-time or temporary: by the days of work in the year."""
        work = member.latest.days
        if work is not None:
            enough = self._reaches(work)
            return Decision(Status.YES) if enough else Decision(Status.NO, self._too_few(work))
        if not self._reaches(days):
            return Decision(Status.NO, self._too_few(days))
        record = self._record(member)
        if record is not None and self._reaches(record):
            return Decision(Status.YES)
        return Decision(Status.OPEN, Message(msgid("the days of work in the year are not stated")))

    def _st_staff(self, member: Member, days: int, staff: Decision) -> Decision:
        is_st = member.latest.is_st
        if is_st is None and not self.has_marks and self.match.hours is not None:
            is_st = member.hours is not None
        if is_st is False:
            return Decision(Status.NO, Message(msgid("not marked as S&T staff")))
        by_time = self._by_time(member, days)
        if staff.status is Status.NO and by_time.status is not Status.NO:
            return Decision(Status.NO, staff.reason)
        if by_time.status is Status.NO:
            return by_time
        if is_st is None:
            return Decision(Status.OPEN, Message(msgid("not said whether the person is S&T staff")))
        return staff if staff.status is Status.OPEN else by_time

    def _by_time(self, member: Member, days: int) -> Decision:
        """S&T staff by actual working time: the record of R&D, else the days of work."""
        if not self._reaches(days):
            return Decision(Status.NO, self._too_few(days))
        if self.by_record:
            record = self._record(member)
            if record is not None:
                enough = self._reaches(record)
                return (
                    Decision(Status.YES)
                    if enough
                    else Decision(Status.NO, self._record_short(record))
                )
            if self.match.hours is not None:
                return Decision(Status.NO, Message(msgid("no R&D hours are recorded")))
            if {"st_days", "st_hours"} & self.match.roster.columns:
                return Decision(Status.OPEN, Message(msgid("the time of R&D is not stated")))
        if member.latest.kind in (Kind.PART_TIME, Kind.TEMPORARY) or member.latest.days is not None:
            return self._by_days(member, days)
        return Decision(Status.YES)

    def _record_short(self, record: Decimal) -> Message:
        return Message(
            msgid("{days} days of R&D are recorded in the year, {limit} are needed"),
            {"days": _plain(record), "limit": _plain(self.limit)},
        )

    def _record(self, member: Member) -> Decimal | None:
        """Days of R&D as the list of hours has them, or else the roster."""
        if member.hours is not None:
            return recorded_days(member.hours, self.day_hours)
        if member.latest.st_days is not None:
            return member.latest.st_days
        if member.latest.st_hours is not None:
            return member.latest.st_hours / Decimal(repr(self.day_hours))
        return None


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.01')).normalize():f}"


# --- how many they are ---


@dataclass(frozen=True)
class _Heads:
    """Heads on the first and last day of each month of operation."""

    match: StaffMatch
    law: Edition
    rules: StaffRules
    people: Sequence[PersonCount]
    begin: date
    end: date
    count_open: bool

    @cached_property
    def presence(self) -> Bools:
        """Who is employed on which of these days, shape (persons, months, 2)."""
        days = [
            max(self.begin, date(self.begin.year, month, 1))
            if is_start
            else min(self.end, date(self.end.year, month, monthrange(self.end.year, month)[1]))
            for month in range(self.begin.month, self.end.month + 1)
            for is_start in (True, False)
        ]
        numbers = np.array([day.toordinal() for day in days])
        present = np.zeros((len(self.people), len(days)), np.bool_)
        far = date.max.toordinal()
        for place, member in enumerate(self.match.members):
            for entry in member.entries:
                last = entry.last_day.toordinal() if entry.last_day else far
                present[place] |= (entry.first_day.toordinal() <= numbers) & (numbers <= last)
        return present.reshape(len(self.people), len(days) // 2, 2)

    def count(self) -> StaffCount:
        """All figures of the year."""
        staff, st_staff = (
            self._mask(lambda each: each.staff), self._mask(lambda each: each.st_staff),
        )  # fmt: skip
        first_month = self.begin.month
        months = tuple(
            (first_month + place, *map(int, (*of_staff, *of_st)))
            for place, (of_staff, of_st) in enumerate(
                zip(self._by_month(staff), self._by_month(st_staff), strict=True)
            )
        )
        has_st = "st" in self.match.roster.columns or self.match.hours is not None
        return StaffCount(
            self.match.year, tuple(self.people), months,  # type: ignore[arg-type]
            self._figures(staff, lambda each: each.staff),
            self._figures(st_staff, lambda each: each.st_staff) if has_st else None,
            self._tables(self.presence.mean(axis=(1, 2)), staff, st_staff if has_st else None),
            self._tables(self.presence[:, -1, 1].astype(float), staff, st_staff if has_st else None),
        )  # fmt: skip

    def _mask(
        self, decision: Callable[[PersonCount], Decision], *, with_open: bool = False
    ) -> Bools:
        wanted = {Status.YES, Status.OPEN} if with_open or self.count_open else {Status.YES}
        return np.array([decision(each).status in wanted for each in self.people], np.bool_)

    def _by_month(self, mask: Bools) -> Sequence[tuple[int, int]]:
        heads: list[tuple[int, int]] = self.presence[mask].sum(axis=0).tolist()
        return heads

    def _average(self, mask: Bools) -> float:
        mean: float = annual_average(self._by_month(mask))
        if self.law.reading(self.rules.readings.average) == _TWELVE:
            return mean * len(self._by_month(mask)) / MONTHS
        return mean

    def _figures(self, mask: Bools, decision: Callable[[PersonCount], Decision]) -> HeadFigures:
        every = self._mask(decision, with_open=True)
        at_end = self.presence[:, -1, 1]
        return HeadFigures(
            self._average(mask),
            self._average(every),
            int(at_end[mask].sum()),
            int(at_end[every].sum()),
        )

    def _tables(self, weights: Floats, staff: Bools, st_staff: Bools | None) -> StaffTables:
        """Tables in which each person has its weight: its part of the average, or 1 at year end."""
        latest = [member.latest for member in self.match.members]
        columns = self.match.roster.columns
        years = [
            None if each.birth is None else self.match.year - each.birth.year for each in latest
        ]
        ages = [None if age is None else self._band(age) for age in years]
        degrees = [each.degree for each in latest]

        def cells(mask: Bools) -> StaffCells:
            total = _total(weights, mask & staff)
            return StaffCells(total, None if st_staff is None else _total(weights, mask & st_staff))

        def flag(values: Sequence[bool | None]) -> StaffCells:
            if all(value is None for value in values):
                return StaffCells(None, None)
            return cells(np.array([value is True for value in values], np.bool_))

        def split(
            names: Sequence[str], values: Sequence[str | None], has_column: bool
        ) -> dict[str, float | None]:
            masks = {
                name: np.array([value == name for value in values], np.bool_) for name in names
            }
            return {
                name: _total(weights, mask & staff) if has_column else None
                for name, mask in masks.items()
            }

        def unknown(values: Sequence[str | None]) -> float:
            return _total(weights, np.array([value is None for value in values], np.bool_) & staff)

        kinds = [self._kind_name(member) for member in self.match.members]
        overall = {"total": cells(np.ones(len(latest), np.bool_))}
        for kind in (Kind.IN_SERVICE, Kind.PART_TIME, Kind.TEMPORARY):
            overall[kind] = cells(np.array([each == kind for each in kinds], np.bool_))
        overall["foreign"] = flag([each.is_foreign for each in latest])
        overall["returned"] = flag([each.is_returned for each in latest])
        overall["talent_plan"] = flag([each.in_talent_plan for each in latest])
        return StaffTables(
            {str(name): value for name, value in overall.items()},
            split(DEGREES, degrees, "degree" in columns),
            split(TITLES, [each.title for each in latest], "title" in columns),
            split(AGES, ages, any(age is not None for age in ages)),
            {
                "degree": unknown(degrees),
                "age": unknown(ages),
                "kind": unknown([each.kind for each in latest]),
            },
            {
                name: cells(np.array([each.group == name for each in latest], np.bool_))
                for name in self.rules.groups
            },
        )

    def _kind_name(self, member: Member) -> Kind:
        """The row of the form that a person stands in; who surely counts without a kind is in service."""
        return member.latest.kind or Kind.IN_SERVICE

    def _band(self, age: int) -> str:
        """The band of an age, in whole years at the end of the year."""
        return next(name for name, last in self.rules.ages.items() if last is None or age <= last)


def _total(weights: Floats, mask: Bools) -> float:
    """The sum of weights, to the last digit that twelve months can make."""
    return round(float(weights[mask].sum()), 9)
