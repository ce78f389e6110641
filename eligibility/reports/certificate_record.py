"""Certified firms and the stock of certificates as plain data: what ``certificates --format json`` prints.

Money is in CNY, chances run from 0 to 1, and a day stands as 2026-05-10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from typing_extensions import TypedDict

from eligibility.assessment.record import number
from eligibility.city.certificate_check import CheckedYear, CheckResult
from eligibility.city.certificate_duties import Duty, DutyStatus
from eligibility.city.certified_firm import CertifiedFirm, TaxAtStake
from eligibility.city.stock_forecast import StockForecast
from eligibility.domain.records import CitationRecord, Day, Number, Words, cite, closed, words
from eligibility.i18n import both_languages
from eligibility.reports.record_types import FigureRecord, SourceRecord
from eligibility.reports.year_text import figure_record, source_record


@closed
class CertifiedName(TypedDict):
    """Who a certificate is of, and who looks after it."""

    id: int | None
    uscc: str | None
    name: str | None
    district: str | None
    industry: str | None
    carrier: str | None
    adviser: str | None


CertificateRecord = TypedDict(
    "CertificateRecord",
    {
        "number": str | None,
        "applied_year": int | None,
        "from": Day,
        "until": Day,
        "valid": bool,
        "days_left": int,
    },
)
# written as a call, as "from" is a word of Python
closed(CertificateRecord)


@closed
class ObservedRecord(TypedDict):
    """A figure beside the line of the law."""

    observed: Number
    required: Number


@closed
class CheckedYearRecord(TypedDict):
    """The yearly check on the figures up to a year; conditions by their ids."""

    year: int
    unmet: list[str]
    undetermined: list[str]
    figures: dict[str, ObservedRecord]


@closed
class CertificateStrikeRecord(TypedDict):
    """What reviewers may strike, and the conditions that would fall."""

    id: str
    title: Words
    name: str | None
    falls: list[str]


@closed
class CheckRecord(TypedDict):
    """The yearly check of a certificate."""

    result: CheckResult
    fails_from: int | None
    years: list[CheckedYearRecord]
    strikes: list[CertificateStrikeRecord]


StakeRecord = TypedDict(
    "StakeRecord",
    {"from": int, "amount": Number, "estimated": list[int], "unknown": list[int]},
)
closed(StakeRecord)


@closed
class DutyRecord(TypedDict):
    """What a certificate asks for by a day, and what became of it."""

    kind: str
    day: Day
    task: Words
    status: DutyStatus
    done_on: Day | None
    citation: CitationRecord | None
    dated_by: SourceRecord
    warning: CitationRecord | None


@closed
class MissedReports(TypedDict):
    """Annual reports not on record in time, and whether they cost the certificate."""

    years: list[int]
    cancels: bool
    citation: CitationRecord


@closed
class CertificateAwardRecord(TypedDict):
    """An award of the city: its amount, and where it stands."""

    award: str
    status: str
    amount: Number
    applied_on: Day | None
    paid_on: Day | None


@closed
class CertifiedRecord(TypedDict):
    """A certified firm with all that hangs on its certificate."""

    firm: CertifiedName
    certificate: CertificateRecord
    check: CheckRecord
    at_stake: StakeRecord | None
    duties: list[DutyRecord]
    next_duty: DutyRecord | None
    missed_reports: MissedReports | None
    renewal: Words | None
    awards: list[CertificateAwardRecord]


@closed
class StockRecord(TypedDict):
    """The certificates valid at the year's end: how they add up, their spread, and the goal."""

    year: int
    as_of: Day
    valid: int
    ending: int
    certified: Number
    cancelled: Number
    mean: Number
    interval: list[int]
    goal: int | None
    goal_source: SourceRecord | None
    reaches_goal: float | None
    cancellations: FigureRecord | None
    distribution: list[float]


@closed
class CertificatesRecord(TypedDict):
    """All certified firms with their counts and the stock."""

    as_of: Day
    counts: dict[str, int]
    firms: list[CertifiedRecord]
    stock: StockRecord | None


def certified_record(one: CertifiedFirm, as_of: date) -> CertifiedRecord:
    """A certified firm as plain data: JSON-ready, money in CNY."""
    due, missed, firm = one.next_duty, one.missed_reports, one.firm
    return {
        "firm": {
            "id": firm.get("firm_id"),
            "uscc": firm.get("uscc"),
            "name": firm.get("name"),
            "district": firm.get("district"),
            "industry": firm.get("industry"),
            "carrier": firm.get("carrier"),
            "adviser": firm.get("adviser"),
        },
        "certificate": {
            "number": one.number,
            "applied_year": one.applied_year,
            "from": one.period.issue_day.isoformat(),
            "until": (one.period.ends - timedelta(days=1)).isoformat(),
            "valid": one.is_valid,
            "days_left": max(0, (one.period.ends - as_of).days),
        },
        "check": {
            "result": one.check.result,
            "fails_from": one.check.falls_from,
            "years": [_year_record(year) for year in one.check.years],
            "strikes": [
                {
                    "id": strike.id,
                    "title": words(strike.title),
                    "name": strike.name or None,
                    "falls": list(strike.falls),
                }
                for strike in one.check.strikes
            ],
        },
        "at_stake": _stake_record(one.stake),
        "duties": [duty_record(duty) for duty in one.duties],
        "next_duty": None if due is None else duty_record(due),
        "missed_reports": None
        if missed is None
        else {
            "years": [year - 1 for year in missed.years],
            "cancels": missed.cancels,
            "citation": cite(missed.citation),
        },
        "renewal": None if one.renewal is None else both_languages(one.renewal),
        "awards": [
            {
                "award": award["award"],
                "status": award["status"],
                "amount": award["amount"],
                "applied_on": award["applied_on"] and award["applied_on"].isoformat(),
                "paid_on": award["paid_on"] and award["paid_on"].isoformat(),
            }
            for award in one.awards
        ],
    }


def duty_record(duty: Duty) -> DutyRecord:
    """A duty as plain data."""
    return {
        "kind": duty.kind.value,
        "day": duty.deadline.day.isoformat(),
        "task": both_languages(duty.deadline.task),
        "status": duty.status,
        "done_on": duty.done_on.isoformat() if duty.done_on else None,
        "citation": cite(duty.deadline.citation) if duty.deadline.citation else None,
        "dated_by": source_record(duty.deadline.dated_by),
        "warning": cite(duty.warning) if duty.warning else None,
    }


def stock_record(stock: StockForecast) -> StockRecord:
    """The stock of certificates at the year's end as plain data."""
    low, high = stock.interval()
    goal = stock.goal
    rate = stock.rate
    return {
        "year": stock.year,
        "as_of": stock.as_of.isoformat(),
        "valid": stock.valid,
        "ending": stock.ending,
        "certified": number(stock.certified_mean),
        "cancelled": number(stock.cancelled_mean),
        "mean": number(stock.mean),
        "interval": [low, high],
        "goal": None if goal is None else int(goal.value),
        "goal_source": None if goal is None else source_record(goal.source),
        "reaches_goal": None if goal is None else stock.at_least(int(goal.value)),
        "cancellations": None if rate is None else figure_record(rate),
        "distribution": [float(share) for share in stock.distribution],
    }


def certificates_record(
    firms: Sequence[CertifiedFirm], stock: StockForecast | None, as_of: date
) -> CertificatesRecord:
    """All certified firms with their counts and the stock, as plain data."""
    return {
        "as_of": as_of.isoformat(),
        "counts": counts(firms, as_of),
        "firms": [certified_record(one, as_of) for one in firms],
        "stock": None if stock is None else stock_record(stock),
    }


def counts(firms: Sequence[CertifiedFirm], as_of: date) -> dict[str, int]:
    """How many certificates are valid, end in the year, fail the check, and what is late."""
    valid = [one for one in firms if one.is_valid]
    results = Counter(one.check.result for one in valid)
    late = [one for one in firms if any(duty.status is DutyStatus.LATE for duty in one.duties)]
    return {
        "valid": len(valid),
        "ending_in_year": sum(one.period.ends.year == as_of.year for one in valid),
        "to_be_settled": len(firms) - len(valid),
        "late": len(late),
        "reports_cost_it": sum(
            one.missed_reports is not None and one.missed_reports.cancels for one in valid
        ),
        **{result.value: results[result] for result in CheckResult},
    }


def _year_record(year: CheckedYear) -> CheckedYearRecord:
    return {
        "year": year.year,
        "unmet": list(year.unmet),
        "undetermined": list(year.open),
        "figures": {
            name: {"observed": number(observed), "required": number(line)}
            for name, (observed, line) in year.figures.items()
        },
    }


def _stake_record(stake: TaxAtStake | None) -> StakeRecord | None:
    if stake is None:
        return None
    return {
        "from": stake.from_year,
        "amount": None if stake.amount is None else number(round(stake.amount, 2)),
        "estimated": list(stake.estimated_years),
        "unknown": list(stake.unknown_years),
    }
