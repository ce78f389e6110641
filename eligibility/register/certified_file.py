"""Certified firms of a file: those that say they have the title, with its last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from eligibility.assessment.ladder import joint_fields, joint_fields_by_id
from eligibility.city.certificate_check import CheckRequest, check_certificates
from eligibility.city.certificate_duties import (
    CertificatePeriod,
    DutyKind,
    DutyStatus,
    certificate_duties,
    renewal_note,
)
from eligibility.city.certified_firm import CertifiedFirm, in_order
from eligibility.city.deadlines import months_later
from eligibility.city.settings import City
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable
from eligibility.register.certified_firms import tax_at_stake, update_duties
from eligibility.schemes.registry import Scheme
from eligibility.store.fact_rows import CalendarFacts, table_facts


def fields_of_holders() -> Sequence[Field]:
    """What a file of certified firms may hold: the joint form, in which each says what it has."""
    return joint_fields()


def certified_in_file(
    firms: FirmTable, scheme: Scheme, city: City, as_of: date
) -> list[CertifiedFirm]:
    """The firms of a file whose certificate is valid on a day, ordered as those of a register.

    The day of issue is counted back from the last day by the law's period. Of what was reported
    nothing is known, so reports of the past are left out.

    Raises
    ------
    InputError
        If no firm says that it has the title and its last day.
    """
    if scheme.holding is None:
        return []
    law, overlay = scheme.in_force(as_of), scheme.overlay(city.region)
    has, until = firms.numbers(scheme.holding.title) == 1, firms.dates(scheme.holding.until)
    rows = np.flatnonzero(has & (until >= np.datetime64(as_of)))
    if not len(rows):
        raise InputError(
            "No firm of the file has a certificate that is valid on {day}: {title} and {until} say so.",
            day=as_of,
            title=joint_fields_by_id()[scheme.holding.title].title,
            until=joint_fields_by_id()[scheme.holding.until].title,
        )
    held = firms.take(rows)
    ends = until[rows] + np.timedelta64(1, "D")
    issued = months_later(ends, -12 * int(law.value("validity_years")))
    calendar = CalendarFacts()
    facts = [
        calendar.store(row, int(year))
        for row, year in zip(
            table_facts(held, joint_fields()), held.application_years.tolist(), strict=True
        )
    ]
    periods = [
        CertificatePeriod(first, end)
        for first, end in zip(issued.tolist(), ends.tolist(), strict=True)
    ]
    checks = check_certificates(
        [
            CheckRequest(known, period.issue_day.year, {})
            for known, period in zip(facts, periods, strict=True)
        ],
        scheme,
        as_of,
    )
    result = []
    for known, period, check in zip(facts, periods, checks, strict=True):
        duties = [
            *certificate_duties(period, {}, (), law, overlay, as_of),
            *update_duties(known, as_of),
        ]
        result.append(
            CertifiedFirm(
                {
                    name: known.get(name)
                    for name in ("uscc", "name", "district", "industry", "carrier")
                },
                None,
                period.issue_day.year,
                period,
                True,
                check,
                [
                    duty
                    for duty in duties
                    if duty.kind is not DutyKind.REPORT or duty.status is not DutyStatus.LATE
                ],
                None,
                tax_at_stake(check, {}, period, as_of),
                (),
                renewal_note(period, overlay),
            )
        )
    return in_order(result)
