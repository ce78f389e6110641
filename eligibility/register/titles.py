"""Titles that firms hold by what the register records of them: facts for the ladder of schemes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from eligibility.city.certificate_duties import CertificatePeriod
from eligibility.city.certificates import Certificates, certificates
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository


def latest_periods(certificates: Certificates) -> dict[int, CertificatePeriod]:
    """Firm → the period of its latest certificate on record."""
    periods = zip(
        certificates.firm.tolist(),
        certificates.issue_days.tolist(),
        certificates.ends.tolist(),
        strict=True,
    )
    return {firm: CertificatePeriod(issued, ends) for firm, issued, ends in periods}


def period_on(certificates: Certificates, firm: int, day: date) -> CertificatePeriod | None:
    """The certificate of a firm that is valid on a day, else its latest one by then; None without any.

    One of no known day begins with its year.
    """
    begun = certificates.first_days <= np.datetime64(day)
    own = np.flatnonzero((certificates.firm == firm) & begun)
    if not len(own):
        return None
    valid = own[certificates.valid_on(day)[own]]
    place = valid[-1] if len(valid) else own[-1]
    return CertificatePeriod(certificates.first_days[place].item(), certificates.ends[place].item())


def firm_period(
    repository: Repository, firm_id: int, scheme: Scheme, day: date
) -> CertificatePeriod | None:
    """The certificate that the register records of one firm, as ``period_on``."""
    own = [row for row in repository.year.certificates() if row["firm_id"] == firm_id]
    return period_on(certificates(own, scheme.in_force(day)), firm_id, day) if own else None


def recorded_title(period: CertificatePeriod | None, day: date, scheme: Scheme) -> dict[str, Any]:
    """Facts of the title that a recorded certificate gives on a day; nothing where none is recorded.

    The record wins over what somebody answered. A certificate that has ended says that the firm has
    the title no more.
    """
    if period is None or scheme.holding is None or period.issue_day > day:
        return {}
    last = period.ends - timedelta(days=1)
    return {scheme.holding.title: day <= last, scheme.holding.until: last.isoformat()}


def with_recorded_title(
    facts: Mapping[str, Any], period: CertificatePeriod | None, day: date, scheme: Scheme
) -> dict[str, Any]:
    """The facts of a firm with the title that the register records."""
    return {**facts, **recorded_title(period, day, scheme)}
