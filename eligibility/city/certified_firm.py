"""A certified firm (已认定企业): its certificate, yearly check, duties, tax at stake, awards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.city.certificate_check import CertificateCheck, CheckResult
from eligibility.city.certificate_duties import CertificatePeriod, Duty, DutyStatus
from eligibility.city.deadlines import MissedReports
from eligibility.domain.text import Message

Row = Mapping[str, Any]


@dataclass(frozen=True)
class TaxAtStake:
    """Income tax relief that would be taken back if the certificate fell, from a year on.

    Attributes
    ----------
    from_year : int
        The first year in which a condition fails; the newest checked one where none does.
    amount : float or None
        CNY; None where no year has a figure.
    estimated_years, unknown_years : tuples of int
        Years whose relief was estimated by the profit reported, and those of which nothing is known.
    """

    from_year: int
    amount: float | None
    estimated_years: tuple[int, ...]
    unknown_years: tuple[int, ...]


@dataclass(frozen=True)
class CertifiedFirm:
    """One certified firm.

    Attributes
    ----------
    firm : mapping
        ``firm_id``, ``uscc``, ``name``, ``district``, ``industry``, ``carrier``, ``adviser``.
    number : str or None
        Of the certificate.
    applied_year : int
    period : CertificatePeriod
    is_valid : bool
        On the day asked for; False of one that ended and whose year is not settled yet.
    check : CertificateCheck
    duties : list of Duty
    missed_reports : MissedReports or None
        None where nothing is known of reports, as in a file.
    stake : TaxAtStake or None
    awards : list of mapping
    renewal : Message or None
        What to say of the renewal where no batch is on file.
    """

    firm: Row
    number: str | None
    applied_year: int
    period: CertificatePeriod
    is_valid: bool
    check: CertificateCheck
    duties: Sequence[Duty]
    missed_reports: MissedReports | None
    stake: TaxAtStake | None
    awards: Sequence[Row]
    renewal: Message | None

    @property
    def next_duty(self) -> Duty | None:
        """What is to be done next: what is late first."""
        open_ones = [duty for duty in self.duties if duty.status is not DutyStatus.DONE]
        return min(
            open_ones,
            key=lambda duty: (duty.status is not DutyStatus.LATE, duty.deadline.day),
            default=None,
        )

    @property
    def is_at_risk(self) -> bool:
        """Would a review today cost the certificate, or may missed reports?"""
        cancels = self.missed_reports is not None and self.missed_reports.cancels
        return self.check.result is CheckResult.FALLS or cancels


def in_order(firms: Sequence[CertifiedFirm]) -> list[CertifiedFirm]:
    """The valid ones first, of them those at risk, then by the day of the next duty."""
    order = list(CheckResult)

    def key(one: CertifiedFirm) -> tuple[bool, bool, int, date]:
        due = one.next_duty
        day = date.max if due is None else due.deadline.day
        return not one.is_valid, not one.is_at_risk, -order.index(one.check.result), day

    return sorted(firms, key=key)
