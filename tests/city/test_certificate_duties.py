"""What a certificate asks for, what became of it, and what its lack would cost."""

from __future__ import annotations

from datetime import date

from eligibility.city.certificate_duties import (
    CertificatePeriod,
    Duty,
    DutyKind,
    DutyStatus,
    ReportedChange,
    certificate_duties,
    renewal_note,
    reports_missed,
    technology_sme_duties,
)
from eligibility.schemes.registry import load_scheme

HNTE = load_scheme()
LAW, HOHHOT = HNTE.edition("e2016"), HNTE.overlay("inner_mongolia_hohhot")
PERIOD = CertificatePeriod(date(2023, 11, 9), date(2026, 11, 9))


def of_kind(duties: list[Duty], kind: DutyKind) -> list[Duty]:
    return [duty for duty in duties if duty.kind is kind]


def test_a_report_is_done_late_soon_or_to_come_by_its_day_and_what_was_filed() -> None:
    filed = {2023: date(2024, 5, 31), 2024: date(2025, 6, 1)}
    duties = certificate_duties(PERIOD, filed, (), LAW, HOHHOT, date(2026, 5, 1))
    reports = of_kind(duties, DutyKind.REPORT)
    assert [(duty.deadline.day, duty.status) for duty in reports] == [
        (date(2024, 5, 31), DutyStatus.DONE),
        (date(2025, 5, 31), DutyStatus.LATE),
        (date(2026, 5, 31), DutyStatus.SOON),
    ]
    assert all(duty.warning and "两年" in duty.warning.gist.zh for duty in reports)
    early = certificate_duties(PERIOD, filed, (), LAW, HOHHOT, date(2026, 1, 1))
    assert of_kind(early, DutyKind.REPORT)[2].status is DutyStatus.COMING


def test_two_reports_missed_within_one_period_cancel_and_one_filed_late_is_missed() -> None:
    day = date(2026, 6, 1)
    for filed, years, cancels in (
        ({2023: date(2024, 5, 31), 2024: date(2025, 5, 31)}, (2026,), False),
        ({2023: date(2024, 5, 31), 2024: date(2025, 6, 1)}, (2025, 2026), True),
        ({2023: date(2024, 5, 31), 2024: None}, (2025, 2026), True),
    ):
        missed = reports_missed(PERIOD, filed, day, LAW)
        assert (missed.years, missed.cancels) == (years, cancels)


def test_a_change_is_due_three_months_on_and_done_once_it_is_reported() -> None:
    changes = [
        ReportedChange(date(2026, 3, 15), None),
        ReportedChange(date(2026, 1, 31), date(2026, 2, 1)),
    ]
    duties = certificate_duties(PERIOD, {}, changes, LAW, HOHHOT, date(2026, 6, 16))
    assert [(duty.deadline.day, duty.status) for duty in of_kind(duties, DutyKind.CHANGE)] == [
        (date(2026, 4, 30), DutyStatus.DONE),
        (date(2026, 6, 15), DutyStatus.LATE),
    ]


def test_renewal_aims_at_the_last_batch_before_the_end_and_is_done_once_applied_for() -> None:
    before, after = date(2026, 8, 1), date(2026, 9, 20)
    for day, renewing, status in (
        (before, False, DutyStatus.SOON),
        (after, False, DutyStatus.LATE),
        (after, True, DutyStatus.DONE),
    ):
        duties = certificate_duties(PERIOD, {}, (), LAW, HOHHOT, day, is_renewing=renewing)
        (renewal,) = of_kind(duties, DutyKind.RENEWAL)
        assert (renewal.deadline.day, renewal.status) == (date(2026, 9, 10), status)
        assert renewal.deadline.dated_by == "assumed"


def test_a_year_without_batches_says_so_and_one_with_batches_says_nothing() -> None:
    note = renewal_note(CertificatePeriod(date(2025, 11, 9), date(2028, 11, 9)), HOHHOT)
    assert note is not None
    assert "2028" in str(note)
    assert renewal_note(PERIOD, HOHHOT) is None


def test_a_certificate_that_ended_leaves_the_settlement_of_its_last_year_alone() -> None:
    duties = certificate_duties(PERIOD, {}, (), LAW, HOHHOT, date(2026, 11, 9))
    assert [duty.kind for duty in duties] == [DutyKind.SETTLEMENT]
    assert duties[0].deadline.day == date(2027, 5, 31)
    assert duties[0].warning == LAW.clauses["renewal_year"]


def test_every_duty_says_what_it_rests_on_and_they_stand_in_the_order_of_their_days() -> None:
    duties = certificate_duties(PERIOD, {}, (), LAW, HOHHOT, date(2024, 1, 1))
    assert [duty.deadline.day for duty in duties] == sorted(duty.deadline.day for duty in duties)
    assert {duty.kind for duty in duties} == {
        DutyKind.REPORT, DutyKind.RENEWAL, DutyKind.EXPIRY, DutyKind.SETTLEMENT,
    }  # fmt: skip
    assert all(duty.deadline.citation for duty in duties)


def test_a_technology_sme_updates_its_information_by_the_end_of_march_or_is_removed() -> None:
    law = load_scheme("tech_sme").in_force(date(2026, 3, 1))
    for day, due in ((date(2026, 3, 31), date(2026, 3, 31)), (date(2026, 4, 1), date(2027, 3, 31))):
        (duty,) = technology_sme_duties(None, law, day)
        assert duty.deadline.day == due
        assert duty.warning is not None
        assert "撤销" in duty.warning.gist.zh
    assert technology_sme_duties(date(2025, 12, 31), law, date(2026, 1, 1)) == []
