"""Deadlines count by the calendar, say what they rest on, and certificates end when they do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from eligibility.city.certificates import certificates, stock
from eligibility.city.deadlines import (
    annual_report,
    change_report,
    expiry,
    for_batch,
    for_certificate,
    missed_reports,
    upcoming,
)
from eligibility.domain.errors import InputError
from eligibility.domain.law import ApplicationRound, Citation, Overlay
from eligibility.reports.calendar_file import calendar_file
from eligibility.schemes.registry import load_scheme, scheme_ids

HNTE = load_scheme("hnte")
LAW = HNTE.edition("e2016")
HOHHOT = HNTE.overlay("inner_mongolia_hohhot")
days = st.dates(date(2016, 1, 1), date(2040, 12, 31))


def days_of(*written: str) -> np.ndarray:
    return np.array(written, dtype="M8[D]")


def ends(certified_on: date) -> date:
    made: date = expiry(np.array([certified_on], dtype="M8[D]"), LAW)[0].item()
    return made


OVERLAYS = [overlay for scheme in scheme_ids() for overlay in load_scheme(scheme).overlays.values()]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda overlay: overlay.id)
def test_every_date_and_every_task_of_a_region_says_what_it_rests_on(overlay: Overlay) -> None:
    for batch in overlay.batches:
        assert batch.source == "assumed" or batch.source.confidence in "ABM"
    for work in overlay.work:
        assert work.citation.document
        assert work.days_before.source == "assumed" or work.days_before.source.article
        assert work.days_before.unit == "day"
    cited = [work.citation for work in overlay.work]
    cited += [batch.source for batch in overlay.batches if isinstance(batch.source, Citation)]
    for citation in [*cited, *LAW.clauses.values()]:
        assert any("一" <= letter <= "鿿" for letter in citation.gist.zh)
        assert not any("一" <= letter <= "鿿" for letter in citation.gist.en)


def test_hohhot_has_three_batches_in_the_years_to_come_and_two_dates_that_were_found() -> None:
    for year in (2026, 2027):
        of_year = [batch for batch in HOHHOT.batches if batch.year == year]
        assert [batch.number for batch in of_year] == [1, 2, 3]
        assert all(batch.source == "assumed" for batch in of_year)
    found = [batch for batch in HOHHOT.batches if isinstance(batch.source, Citation)]
    assert [str(batch.due) for batch in found] == ["2022-05-10", "2022-07-10"]


def test_a_region_that_is_not_held_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="there are: inner_mongolia_hohhot"):
        HNTE.overlay("moon")


def test_batches_out_of_order_are_refused() -> None:
    batch = ApplicationRound(year=2026, number=2, due=date(2026, 5, 10), source="assumed")
    earlier = ApplicationRound(year=2026, number=1, due=date(2026, 7, 10), source="assumed")
    for batches in ((earlier, batch), (batch, earlier), (batch, batch)):
        with pytest.raises(ValidationError, match="in the order of their years"):
            Overlay(**HOHHOT.model_dump() | {"batches": batches})


def test_the_work_for_a_batch_is_counted_back_from_the_day_it_closes() -> None:
    batch = HOHHOT.batches_from(date(2027, 5, 11))[0]
    steps = for_batch(batch, HOHHOT)
    assert (batch.number, steps[-1].day) == (2, date(2027, 7, 10))
    by_task = {str(step.task): step for step in steps}
    audit = next(step for task, step in by_task.items() if task.startswith("Special audit"))
    assert audit.day == date(2027, 7, 10) - timedelta(days=40)
    assert audit.citation is not None
    assert audit.citation.article.startswith("第十二条")
    assert [step.day for step in steps] == sorted(step.day for step in steps)
    assert {step.dated_by for step in steps} == {"assumed"}


def test_a_batch_is_open_on_its_last_day_and_gone_on_the_next() -> None:
    assert HOHHOT.batches_from(date(2026, 9, 10))[0].due == date(2026, 9, 10)
    assert HOHHOT.batches_from(date(2026, 9, 11))[0].due == date(2027, 5, 10)
    assert HOHHOT.batches_from(date(2030, 1, 1)) == ()


def test_what_is_next_is_the_open_batch_with_its_work_and_the_annual_report() -> None:
    due = upcoming(HOHHOT, LAW, date(2026, 9, 1))
    assert date(2026, 9, 10) in [step.day for step in due]
    assert date(2027, 5, 31) in [step.day for step in due]
    assert "Annual report on 2026" in [str(step.task) for step in due]
    assert [str(s.task) for s in upcoming(HOHHOT, LAW, date(2030, 1, 1))] == [
        "Annual report on 2029"
    ]


def test_the_annual_report_is_due_on_31_may_on_the_year_before() -> None:
    report = annual_report(2027, LAW)
    assert report.day == date(2027, 5, 31)
    assert str(report.task) == "Annual report on 2026"
    assert report.citation is not None
    assert report.citation.article == "第十三条"


@pytest.mark.parametrize(
    ("changed", "last"),
    [("2026-01-15", "2026-04-15"), ("2026-11-30", "2027-02-28"), ("2023-11-30", "2024-02-29")],
)
def test_a_change_is_reported_within_three_calendar_months(changed: str, last: str) -> None:
    assert str(change_report(date.fromisoformat(changed), LAW).day) == last


@pytest.mark.parametrize(
    ("certified", "last"),
    [("2023-11-15", "2026-11-15"), ("2024-02-29", "2027-02-28"), ("2021-12-31", "2024-12-31")],
)
def test_a_certificate_ends_three_calendar_years_on(certified: str, last: str) -> None:
    assert str(ends(date.fromisoformat(certified))) == last


@given(days)
def test_every_certificate_owes_three_annual_reports_and_ends(certified_on: date) -> None:
    calendar = for_certificate(certified_on, LAW, HOHHOT)
    reports = [step.day for step in calendar if str(step.task).startswith("Annual report")]
    # the third anniversary of 31 May is no longer within the certificate
    assert len(reports) == (2 if (certified_on.month, certified_on.day) == (5, 31) else 3)
    assert all(certified_on < day < ends(certified_on) for day in reports)
    assert calendar[-1].day >= ends(certified_on)
    assert [step.day for step in calendar] == sorted(step.day for step in calendar)


def test_renewal_is_in_the_year_of_expiry_and_before_it_where_a_batch_still_closes() -> None:
    def renewal(certified_on: date) -> list[tuple[str, str]]:
        calendar = for_certificate(certified_on, LAW, HOHHOT)
        return [(str(s.day), str(s.task)) for s in calendar if "Renewal" in str(s.task)]

    ((day, said),) = renewal(date(2024, 8, 1))
    assert day == "2027-07-10"
    assert "batch 2 of 2027 is the last before" in said
    ((day, said),) = renewal(date(2024, 2, 1))
    assert day == "2027-05-10"
    assert "closes after the certificate has ended" in said
    assert renewal(date(2030, 8, 1)) == []


def test_two_missed_reports_cancel_one_does_not_and_only_those_of_one_certificate_count() -> None:
    certified = date(2023, 11, 15)
    one = missed_reports(certified, {2024}, date(2025, 6, 1), LAW)
    assert (one.years, one.cancels) == ((2025,), False)
    two = missed_reports(certified, {2025}, date(2026, 6, 1), LAW)
    assert (two.years, two.cancels) == ((2024, 2026), True)
    assert two.citation.article == "五、（二）"
    later = missed_reports(certified, {2024, 2025}, date(2030, 1, 1), LAW)
    assert (later.years, later.cancels) == ((2026,), False)
    assert missed_reports(date(2024, 2, 1), {2024, 2025, 2026}, date(2030, 1, 1), LAW).years == ()


def test_a_report_is_not_missed_on_its_last_day() -> None:
    certified = date(2023, 11, 15)
    assert missed_reports(certified, (), date(2024, 5, 31), LAW).years == ()
    assert missed_reports(certified, (), date(2024, 6, 1), LAW).years == (2024,)


def test_the_stock_counts_certificates_valid_at_the_end_of_each_year() -> None:
    held = stock(days_of("2021-12-31", "2022-06-01", "2022-11-30", "NaT"), LAW, 2021, 2026)
    assert held.years.tolist() == [2021, 2022, 2023, 2024, 2025, 2026]
    assert held.issues.tolist() == [1, 2, 0, 0, 0, 0]
    assert held.expiring.tolist() == [0, 0, 0, 1, 2, 0]
    assert held.valid.tolist() == [1, 3, 3, 2, 0, 0]
    assert held.shortfall(3).tolist() == [2, 0, 0, 1, 3, 3]


@given(st.lists(days, max_size=30))
def test_what_comes_in_and_goes_out_is_what_the_stock_changes_by(certified: list[date]) -> None:
    held = stock(np.array(certified, dtype="M8[D]"), LAW, 2015, 2044)
    assert np.diff(held.valid).tolist() == (held.issues - held.expiring)[1:].tolist()
    assert held.valid[-1] == 0
    assert held.issues.sum() == held.expiring.sum() == len(certified)


def test_a_calendar_file_escapes_folds_and_marks_what_is_assumed() -> None:
    steps = for_batch(HOHHOT.batches[-1], HOHHOT)
    made = calendar_file(steps, "一家；公司, 有限\\公司", date(2026, 11, 23))
    lines = made.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines)
    whole = made.replace(b"\r\n ", b"").decode()
    assert whole.count("BEGIN:VEVENT") == whole.count("END:VEVENT") == len(steps)
    assert "一家；公司\\, 有限\\\\公司" in whole
    assert "DTSTART;VALUE=DATE:20270910" in whole
    assert "DTEND;VALUE=DATE:20270911" in whole
    uids = [line for line in whole.splitlines() if line.startswith("UID:")]
    assert len(set(uids)) == len(steps)
    assert "assumed" in whole
    for line in lines:
        line.decode("utf-8")  # no character is cut by a fold


def test_the_same_deadline_has_the_same_name_in_every_calendar_file() -> None:
    steps = for_batch(HOHHOT.batches[-1], HOHHOT)
    one, other = (
        calendar_file(steps, "甲公司", day) for day in (date(2026, 1, 1), date(2026, 2, 2))
    )
    stamp = b"DTSTAMP:20260202T000000Z"
    assert one.replace(b"DTSTAMP:20260101T000000Z", stamp) == other


def outcome(
    firm: int, year: int, on: str | None = None, until: str | None = None
) -> dict[str, Any]:
    days = {"certified_on": on, "expires_on": until}
    return {"firm_id": firm, "applied_year": year} | {
        name: date.fromisoformat(day) if day else None for name, day in days.items()
    }


def test_certificates_end_by_the_law_unless_a_day_was_entered_and_one_without_a_day_is_counted() -> (
    None
):
    held = certificates(
        [
            outcome(1, 2023, "2023-11-09"),
            outcome(2, 2023),
            outcome(3, 2024, "2024-11-09", "2026-06-30"),
            outcome(4, 2024, "2024-11-09"),
        ],
        LAW,
    )
    assert held.ending_in(2026) == {1, 2, 3}
    assert held.valid_after(2026) == {4}
    assert held.valid_after(2025) == {1, 2, 3, 4}
    assert held.without_day == 1
    years = held.stock(LAW, 2026, 2027)
    assert years.expiring.tolist() == [3, 1]
    assert years.valid.tolist() == [1, 0]


def test_a_firm_whose_renewal_comes_before_its_certificate_ends_counts_once() -> None:
    held = certificates([outcome(1, 2026, "2026-10-01"), outcome(1, 2023, "2023-11-09")], LAW)
    assert held.valid_after(2026) == {1}
    years = held.stock(LAW, 2025, 2029)
    assert years.valid.tolist() == [1, 1, 1, 1, 0]


def test_no_certificate_on_record_is_a_stock_of_none() -> None:
    held = certificates([], LAW)
    assert held.ending_in(2026) == held.valid_after(2026) == set()
    assert held.stock(LAW, 2026, 2027).valid.tolist() == [0, 0]


def test_a_day_of_expiry_that_was_entered_wins_over_the_laws_period() -> None:
    calendar = for_certificate(date(2024, 8, 1), LAW, HOHHOT, date(2027, 6, 1))
    assert (str(calendar[-1].task), calendar[-1].day) == ("The certificate ends", date(2027, 6, 1))
    (renewal,) = (step for step in calendar if "Renewal" in str(step.task))
    assert renewal.day == date(2027, 5, 10)
