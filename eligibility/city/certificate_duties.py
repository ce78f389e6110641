"""Duties of a certified firm: what is to be reported, renewed and settled, and what was missed.

Each rests on a text of the scheme's edition. ``deadlines`` counts the days; here stands what became
of each: done, to come, late, or too late to be made good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eligibility.city.deadlines import (
    Deadline,
    MissedReports,
    annual_report,
    change_report,
    for_certificate,
    missed_reports,
    settlement,
    yearly_update,
)
from eligibility.domain.law import Citation, Edition, Overlay
from eligibility.domain.text import Message, msgid

#: days before a deadline from which it is soon
SOON = 60


class DutyKind(StrEnum):
    """What a duty is about."""

    REPORT = "report"
    CHANGE = "change"
    RENEWAL = "renewal"
    EXPIRY = "expiry"
    SETTLEMENT = "settlement"
    UPDATE = "update"


class DutyStatus(StrEnum):
    """Where a duty stands: done, to come, soon, or past its day and not done."""

    DONE = "done"
    COMING = "coming"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True)
class Duty:
    """One duty of a firm with its last day.

    ``done_on`` is the day that it was done, where that is known; ``warning`` cites what its lack costs.
    """

    kind: DutyKind
    deadline: Deadline
    status: DutyStatus
    done_on: date | None = None
    warning: Citation | None = None


@dataclass(frozen=True)
class ReportedChange:
    """A change of a certified firm that is to be reported, and when it was."""

    changed_on: date
    reported_on: date | None


@dataclass(frozen=True)
class CertificatePeriod:
    """A certificate's day of issue, and the first day without it."""

    issue_day: date
    ends: date


def certificate_duties(
    certificate: CertificatePeriod,
    filing_days: Mapping[int, date | None],
    changes: Iterable[ReportedChange],
    law: Edition,
    overlay: Overlay,
    as_of: date,
    *,
    is_renewing: bool = False,
) -> list[Duty]:
    """Everything a certificate asks for, by the day.

    Parameters
    ----------
    certificate : CertificatePeriod
    filing_days : mapping of year to day
        The year that an annual report is on → the day it was filed.
    changes : iterable of ReportedChange
        Within the certificate's validity.
    law : Edition
    overlay : Overlay
        Has the batches that a renewal may aim at.
    as_of : date
    is_renewing : bool, optional
        Whether an application of the year of expiry is in.
    """
    closing = settlement(certificate.ends.year, law)
    settles = Duty(
        DutyKind.SETTLEMENT,
        closing,
        _status(closing.day, as_of),
        warning=law.clauses["renewal_year"],
    )
    if certificate.ends <= as_of:
        # reports and renewal bind the certified alone
        return [settles]
    duties = [settles]
    for due in for_certificate(certificate.issue_day, law, overlay, certificate.ends):
        if due == annual_report(due.day.year, law):
            duties.append(_report(due, filing_days.get(due.day.year - 1), law, as_of))
        elif due.day == certificate.ends:
            duties.append(Duty(DutyKind.EXPIRY, due, _status(due.day, as_of)))
        else:
            status = DutyStatus.DONE if is_renewing else _status(due.day, as_of)
            duties.append(Duty(DutyKind.RENEWAL, due, status))
    for change in changes:
        due = change_report(change.changed_on, law)
        done = change.reported_on is not None
        status = DutyStatus.DONE if done else _status(due.day, as_of)
        duties.append(
            Duty(DutyKind.CHANGE, due, status, change.reported_on, law.clauses["cancellation"])
        )
    return sorted(duties, key=lambda duty: duty.deadline.day)


def reports_missed(
    certificate: CertificatePeriod,
    filing_days: Mapping[int, date | None],
    as_of: date,
    law: Edition,
) -> MissedReports:
    """Annual reports of a certificate that were not filed in time, and whether they cost it."""
    in_time: Collection[int] = {
        year + 1
        for year, day in filing_days.items()
        if day is not None and day <= annual_report(year + 1, law).day
    }
    return missed_reports(certificate.issue_day, in_time, as_of, law)


def technology_sme_duties(ends: date | None, law: Edition, as_of: date) -> list[Duty]:
    """The update of a technology SME's information that comes next, and what its lack would cost."""
    year = as_of.year if as_of <= yearly_update(as_of.year, law).day else as_of.year + 1
    if ends is not None and ends < as_of:
        return []
    due = yearly_update(year, law)
    status = _status(due.day, as_of)
    return [Duty(DutyKind.UPDATE, due, status, warning=law.clauses["removal"])]


def renewal_note(certificate: CertificatePeriod, overlay: Overlay) -> Message | None:
    """What to say where the year of expiry has no batch on file; None where it has one."""
    if any(batch.year == certificate.ends.year for batch in overlay.batches):
        return None
    return Message(
        msgid("Renewal is applied for in {year}; its batches are not announced yet."),
        {"year": certificate.ends.year},
    )


def _report(due: Deadline, done_on: date | None, law: Edition, as_of: date) -> Duty:
    warning = law.parameters["missed_reports"].citation
    if done_on is None:
        return Duty(DutyKind.REPORT, due, _status(due.day, as_of), None, warning)
    status = DutyStatus.DONE if done_on <= due.day else DutyStatus.LATE
    return Duty(DutyKind.REPORT, due, status, done_on, warning)


def _status(day: date, as_of: date) -> DutyStatus:
    left = (day - as_of).days
    if left < 0:
        return DutyStatus.LATE
    return DutyStatus.SOON if left <= SOON else DutyStatus.COMING
