"""Results of a year: what became of applications, certificates and the work, counted once for every paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from eligibility.domain.text import msgid

Row = Mapping[str, Any]
Grouping = Literal["district", "carrier", "carrier_kind", "industry", "batch", "adviser"]


class Result(StrEnum):
    """What became of an application by a day."""

    CERTIFIED = "certified"
    PENDING = "pending"
    REFUSED = "refused"


RESULT_WORDS = {
    Result.CERTIFIED: msgid("certified"),
    Result.PENDING: msgid("pending"),
    Result.REFUSED: msgid("refused"),
}


@dataclass(frozen=True)
class Scope:
    """Firms that a report speaks of: those of a district, of a carrier, or all that may be seen.

    ``carrier`` is a name, as ``district`` is.
    """

    district: str | None = None
    carrier: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it leaves nobody out."""
        return self.district is None and self.carrier is None

    def includes(self, firm: Row) -> bool:
        """Whether a firm of ``district`` and ``carrier`` is within it."""
        return self.district in (None, firm["district"]) and self.carrier in (None, firm["carrier"])


@dataclass(frozen=True)
class ApplicationResult:
    """A firm's application of the year, and what became of it.

    ``carrier_kind`` is the value of a ``CarrierKind``; ``reasons`` are msgids of the coded reasons of a
    refusal, beside which ``reason`` is its text.
    """

    firm_id: int
    uscc: str | None
    name: str
    district: str | None
    carrier: str | None
    carrier_kind: str | None
    industry: str | None
    adviser: str | None
    batch: str | None
    result: Result
    certificate_number: str | None
    certified_on: date | None
    reason: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class CertificateEnd:
    """A certificate that ended in the year without another one after it: by its time, or cancelled."""

    firm_id: int
    uscc: str | None
    name: str
    district: str | None
    carrier: str | None
    ends: date
    is_cancelled: bool


@dataclass(frozen=True)
class SurveyCount:
    """Firms of a district that are known, and those of which an assessment is on record."""

    district: str | None
    firms: int
    assessments: int

    @property
    def share(self) -> float:
        """Share of the known firms that are surveyed, /1."""
        return self.assessments / self.firms


@dataclass(frozen=True)
class WorkCount:
    """Work of one person in the year; None is nobody named."""

    person: str | None
    tasks_done: int
    visits: int
    firms_visited: int


@dataclass(frozen=True)
class CourseResult:
    """A course that was held: the firms that came, and how many of them stand elsewhere since."""

    course: str
    held_on: date
    firms: int
    at_other_stage: int


@dataclass(frozen=True)
class ResearchGrowth:
    """R&D expense of the firms that state it for two fiscal years running, CNY.

    ``firms`` state both years, ``growing`` spent more in the latter.
    """

    fiscal_year: int
    firms: int
    growing: int
    before: float
    after: float

    @property
    def growth(self) -> float | None:
        """Growth from one year to the next, /1; None where nothing was spent before."""
        return self.after / self.before - 1 if self.before > 0 else None


@dataclass(frozen=True)
class AnnualResults:
    """Results of a year as of a day.

    Attributes
    ----------
    target : int or None
        Firms to be certified; None for a part of the city, whose yardstick it is not.
    firms : int
        All that count.
    applications : tuple of ApplicationResult
        One for each firm that applied, by name.
    ends : tuple of CertificateEnd
        By day.
    survey : tuple of SurveyCount
        The district of most firms first.
    work : tuple of WorkCount
        Who did most first.
    courses : tuple of CourseResult
        By day.
    research : ResearchGrowth
    certificates : int
        Valid on the day, or on the last of the year where that has passed.
    gaps : tuple of (str, int)
        Conditions that are the first gap of firms, with how many; the most frequent first.
    """

    year: int
    as_of: date
    scope: Scope
    target: int | None
    firms: int
    applications: tuple[ApplicationResult, ...]
    ends: tuple[CertificateEnd, ...]
    survey: tuple[SurveyCount, ...]
    work: tuple[WorkCount, ...]
    courses: tuple[CourseResult, ...]
    research: ResearchGrowth
    certificates: int
    gaps: tuple[tuple[str, int], ...]

    def count(self, result: Result) -> int:
        """Firms whose application came to that."""
        return sum(each.result is result for each in self.applications)

    def of(self, result: Result) -> tuple[ApplicationResult, ...]:
        """The applications that came to that."""
        return tuple(each for each in self.applications if each.result is result)

    def by(self, grouping: Grouping) -> list[tuple[str | None, Mapping[Result, int]]]:
        """Applications of each group by what became of them, the group of most first."""
        groups: dict[str | None, Counter[Result]] = {}
        for each in self.applications:
            groups.setdefault(getattr(each, grouping), Counter())[each.result] += 1
        return sorted(groups.items(), key=lambda pair: (-sum(pair[1].values()), pair[0] or ""))


def application_results(
    firms: Mapping[int, Row], outcomes: Sequence[Row]
) -> tuple[ApplicationResult, ...]:
    """One result for each firm of ``firms`` that applied, in their order.

    Parameters
    ----------
    outcomes : sequence of mappings
        Applications of one year; where several copies of a firm have one, a certificate wins, then
        what is still pending.
    """
    rank = {Result.CERTIFIED: 0, Result.PENDING: 1, Result.REFUSED: 2}
    best: dict[int, tuple[Result, Row]] = {}
    for row in outcomes:
        result = {True: Result.CERTIFIED, None: Result.PENDING, False: Result.REFUSED}[
            row["certified"]
        ]
        firm = row["firm_id"]
        if firm in firms and (firm not in best or rank[result] < rank[best[firm][0]]):
            best[firm] = result, row
    names = ("uscc", "name", "district", "carrier", "carrier_kind", "industry", "adviser")
    return tuple(
        ApplicationResult(
            firm_id=firm_id,
            **{name: firm[name] for name in names},
            batch=best[firm_id][1]["batch"],
            result=best[firm_id][0],
            certificate_number=best[firm_id][1]["certificate_number"],
            certified_on=best[firm_id][1]["certified_on"],
            reason=best[firm_id][1]["rejection_reason"],
            reasons=tuple(best[firm_id][1]["reasons"]),
        )
        for firm_id, firm in firms.items()
        if firm_id in best
    )


def survey_counts(firms: Sequence[Row]) -> tuple[SurveyCount, ...]:
    """By district, firms that are known and those with a verdict on record."""
    known = Counter(row["district"] for row in firms)
    surveyed = Counter(row["district"] for row in firms if row["verdict"] is not None)
    counts = (SurveyCount(district, n, surveyed[district]) for district, n in known.items())
    return tuple(sorted(counts, key=lambda each: (-each.firms, each.district or "")))


def work_counts(visits: Sequence[Row], tasks_done: Sequence[Row]) -> tuple[WorkCount, ...]:
    """By person, what was done in the year."""
    people = dict.fromkeys(row["person"] for row in (*tasks_done, *visits))
    counts = (
        WorkCount(
            person,
            sum(row["person"] == person for row in tasks_done),
            sum(row["person"] == person for row in visits),
            len({row["firm_id"] for row in visits if row["person"] == person}),
        )
        for person in people
    )
    return tuple(
        sorted(counts, key=lambda each: (-(each.tasks_done + each.visits), each.person or ""))
    )


def course_results(attendance: Sequence[Row]) -> tuple[CourseResult, ...]:
    """By course and day, who came and whose stage is another since.

    Parameters
    ----------
    attendance : sequence of mappings
        ``course``, ``held_on``, ``firm_id`` and ``stage_since`` (a moment, or None) of each firm that
        came, by day.
    """
    groups: dict[tuple[date, str], dict[int, Row]] = {}
    for row in attendance:
        groups.setdefault((row["held_on"], row["course"]), {})[row["firm_id"]] = row
    return tuple(
        CourseResult(
            course, held_on, len(rows), sum(_has_moved(row, held_on) for row in rows.values())
        )
        for (held_on, course), rows in groups.items()
    )


def _has_moved(row: Row, day: date) -> bool:
    since = row["stage_since"]
    return since is not None and since.astimezone().date() > day


def research_growth(facts: Sequence[Row], fiscal_year: int) -> ResearchGrowth:
    """R&D expense in a fiscal year against the one before, of the firms that state both.

    Parameters
    ----------
    facts : sequence of mappings
        What is known of each firm by calendar key; ``rd_expense@2025`` is a total in CNY.
    """
    pairs = [
        (float(before), float(after))
        for row in facts
        if (before := row.get(f"rd_expense@{fiscal_year - 1}")) is not None
        and (after := row.get(f"rd_expense@{fiscal_year}")) is not None
    ]
    return ResearchGrowth(
        fiscal_year,
        len(pairs),
        sum(after > before for before, after in pairs),
        sum(before for before, _ in pairs),
        sum(after for _, after in pairs),
    )


def gap_counts(firms: Sequence[Row], is_open: Callable[[Row], bool]) -> tuple[tuple[str, int], ...]:
    """Conditions that are the first gap of the firms asked for, the most frequent first."""
    counts = Counter(row["first_gap"] for row in firms if row["first_gap"] and is_open(row))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
