"""Certified firms (已认定企业): each with its certificate, yearly check, duties, tax at stake, awards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from eligibility.city.certificate_check import (
    CertificateCheck,
    CheckRequest,
    check_certificates,
)
from eligibility.city.certificate_duties import (
    CertificatePeriod,
    Duty,
    ReportedChange,
    certificate_duties,
    renewal_note,
    reports_missed,
    technology_sme_duties,
)
from eligibility.city.certificates import certificates
from eligibility.city.certified_firm import CertifiedFirm, TaxAtStake, in_order
from eligibility.city.deadlines import settlement
from eligibility.city.settings import City
from eligibility.planning.incentives import incentives, worth
from eligibility.register.titles import latest_periods
from eligibility.schemes.registry import Scheme, load_scheme, scheme_ids
from eligibility.store import Ledger, Repository

Row = Mapping[str, Any]
#: answers of an annual report, CNY: the relief of income tax, and the profit that it is estimated by
RELIEF, PROFIT = "tax_relief", "profit"
#: the parameter of schemes whose information is updated every year
UPDATE = "yearly_update_month"


def certified_firms(
    repository: Repository, scheme: Scheme, city: City, as_of: date
) -> list[CertifiedFirm]:
    """Firms with a certificate on record that is valid on a day, or whose last year is to be settled.

    Ordered by what asks for attention: those at risk, then by their next duty.
    """
    law = scheme.in_force(as_of)
    rows = repository.certificates.certificates()
    on_record = certificates(rows, law)
    periods = latest_periods(on_record)
    valid = set(on_record.firm[on_record.valid_on(as_of)].tolist())
    latest = {row["firm_id"]: row for row in rows}
    shown = {
        firm: period
        for firm, period in periods.items()
        if firm in valid
        or (period.issue_day <= as_of and _is_to_be_settled(latest[firm], period, scheme, as_of))
    }
    facts = repository.certificates.facts(shown)
    activities = repository.certificates.lists(shown, Ledger.ACTIVITY)
    reports = _by_firm(repository.certificates.annual_reports())
    changes = _by_firm(repository.certificates.changes())
    awards = _by_firm(repository.certificates.awards())
    requests = [
        CheckRequest(
            facts.get(firm, {}),
            period.issue_day.year,
            {Ledger.ACTIVITY.value: activities[firm]} if firm in activities else {},
        )
        for firm, period in shown.items()
    ]
    checks = check_certificates(requests, scheme, as_of)
    pending = {
        (row["firm_id"], row["applied_year"])
        for row in repository.applications.outcomes()
        if row["certified"] is None
    }
    overlay = scheme.overlay(city.region)
    result = []
    for (firm, period), check in zip(shown.items(), checks, strict=True):
        filed = {row["year"]: row["filed_on"] for row in reports[firm]}
        within = [
            ReportedChange(row["changed_on"], row["reported_on"])
            for row in changes[firm]
            if period.issue_day <= row["changed_on"] < period.ends
        ]
        answers = {row["year"]: row["answers"] for row in reports[firm]}
        row = latest[firm]
        result.append(
            CertifiedFirm(
                row,
                row["certificate_number"],
                row["applied_year"],
                period,
                as_of < period.ends,
                check,
                [
                    *certificate_duties(
                        period,
                        filed,
                        within,
                        law,
                        overlay,
                        as_of,
                        is_renewing=(firm, period.ends.year) in pending,
                    ),
                    *update_duties(facts.get(firm, {}), as_of),
                ],
                reports_missed(period, filed, as_of, law),
                tax_at_stake(check, answers, period, as_of),
                awards[firm],
                renewal_note(period, overlay),
            )
        )
    return in_order(result)


def tax_at_stake(
    check: CertificateCheck,
    answers: Mapping[int, Row],
    period: CertificatePeriod,
    as_of: date,
) -> TaxAtStake | None:
    """What a review would take back: the relief since a condition failed, by the annual reports.

    Where a report has a profit and no relief, that year's relief is estimated as the tax on it.
    """
    if not check.years:
        return None
    since = check.falls_from or check.years[-1].year
    first = max(since, period.issue_day.year)
    years = range(first, max(first, as_of.year - 1) + 1)
    amounts, estimated, unknown = 0.0, [], []
    for year in years:
        said = answers.get(year, {})
        if said.get(RELIEF) is not None:
            amounts += float(said[RELIEF])
        elif said.get(PROFIT) is not None:
            amounts += worth([float(said[PROFIT])], year, rules=incentives()).saving
            estimated.append(year)
        else:
            unknown.append(year)
    amount = None if len(unknown) == len(years) else amounts
    return TaxAtStake(first, amount, tuple(estimated), tuple(unknown))


def update_duties(facts: Row, as_of: date) -> list[Duty]:
    """Duties of the titles that a firm says it has and whose information is updated every year."""
    duties: list[Duty] = []
    for name in scheme_ids():
        other = load_scheme(name)
        if other.holding is None or as_of < other.covered_from:
            continue
        law = other.in_force(as_of)
        if UPDATE in law.parameters and _answer(facts, other.holding.title) is True:
            until = _answer(facts, other.holding.until)
            ends = date.fromisoformat(until) if isinstance(until, str) else None
            duties += technology_sme_duties(ends, law, as_of)
    return duties


def _answer(facts: Row, name: str) -> Any:
    """The latest answer to a question, whether or not it is stored by calendar year."""
    dated = sorted(key for key in facts if key.startswith(f"{name}@"))
    return facts[dated[-1]] if dated else facts.get(name)


def _is_to_be_settled(row: Row, period: CertificatePeriod, scheme: Scheme, as_of: date) -> bool:
    """Did it run out, and may the tax of its last year still be settled?"""
    law = scheme.in_force(as_of)
    return row["cancelled_on"] is None and as_of <= settlement(period.ends.year, law).day


def _by_firm(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["firm_id"]].append(row)
    return groups
