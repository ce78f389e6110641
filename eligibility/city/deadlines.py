"""Deadlines: counted back from an application round, and forward from a certificate.

A region's overlay holds its batches and the work before them; the edition holds what binds every
certified firm (年报、更名及重大变化报告、有效期). Every deadline says what it rests on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.law import ApplicationRound, Citation, Edition, Overlay, Source
from eligibility.domain.text import Message, msgid

Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Deadline:
    """One day by which something is to be done.

    ``citation`` is where the thing is asked for; ``dated_by`` is what the day rests on.
    """

    day: date
    task: Message
    citation: Citation | None
    dated_by: Source


@dataclass(frozen=True)
class MissedReports:
    """Annual reports of one certificate that were not made in time.

    ``years`` are the calendar years they were due in.
    """

    years: tuple[int, ...]
    cancels: bool
    citation: Citation


def months_later(days: Days, months: int) -> Days:
    """The same day of the month so many months on; the last one where the month is shorter."""
    month = days.astype("M8[M]")
    then = (month + months).astype("M8[D]")
    last = (month + months + 1).astype("M8[D]") - np.timedelta64(1, "D")
    later: Days = np.minimum(then + (days - month.astype("M8[D]")), last)
    return later


def expiry(certified_on: Days, law: Edition) -> Days:
    """The day a certificate ends, shape (m,): its third anniversary (32号 第九条).

    The anniversary itself is held to be the first day without it, which is the careful reading.
    """
    return months_later(certified_on, 12 * int(law.value("validity_years")))


def for_batch(batch: ApplicationRound, overlay: Overlay) -> list[Deadline]:
    """The calendar of a firm that applies in a batch, in the order of its days."""
    of_batch = {"number": batch.number, "year": batch.year}
    steps = [
        Deadline(
            batch.due - timedelta(days=work.days_before.value),
            Message(
                msgid("{work} (for batch {number} of {year})"), {"work": work.title, **of_batch}
            ),
            work.citation,
            "assumed" if batch.source == "assumed" else work.days_before.source,
        )
        for work in overlay.work
    ]
    closing = Message(msgid("Batch {number} of {year} closes"), of_batch)
    steps.append(Deadline(batch.due, closing, None, batch.source))
    return sorted(steps, key=lambda step: step.day)


def for_certificate(
    certified_on: date, law: Edition, overlay: Overlay, ends: date | None = None
) -> list[Deadline]:
    """The calendar of a certified firm: its annual reports, the batch to renew in, its expiry.

    ``ends`` is the first day without the certificate; after the law's period if omitted. Renewal is an application like any other, in the year of expiry: in the last batch that closes
    before the certificate ends, or else in the first of that year, where the overlay holds one.
    """
    ends = ends or _ends(certified_on, law)
    due = [
        annual_report(year, law)
        for year in range(certified_on.year, ends.year + 1)
        if certified_on < annual_report(year, law).day < ends
    ]
    due += _renewal(ends, law, overlay)
    lasts = law.parameters["validity_years"].citation
    due.append(Deadline(ends, Message(msgid("The certificate ends")), lasts, lasts))
    return sorted(due, key=lambda step: step.day)


def annual_report(year: int, law: Edition) -> Deadline:
    """The annual report due in a calendar year, on the development of the year before."""
    task = Message(msgid("Annual report on {year}"), {"year": year - 1})
    return _end_of_month(year, "annual_report_month", task, law)


def settlement(year: int, law: Edition) -> Deadline:
    """The settlement of a year's income tax, by which a certificate that ended in it is renewed."""
    task = Message(
        msgid(
            "Settlement of {year}: without a new certificate by then the tax relief of the year is paid back"
        ),
        {"year": year},
    )
    return _end_of_month(year + 1, "settlement_month", task, law)


def yearly_update(year: int, law: Edition) -> Deadline:
    """The update of a technology SME's information due in a calendar year."""
    task = Message(msgid("Update of the technology SME's information in {year}"), {"year": year})
    return _end_of_month(year, "yearly_update_month", task, law)


def _end_of_month(year: int, parameter: str, task: Message, law: Edition) -> Deadline:
    """A deadline on the last day of the month that a parameter names."""
    citation = law.parameters[parameter].citation
    month = np.datetime64(f"{year}-01", "M") + int(law.value(parameter))
    last: date = (month.astype("M8[D]") - np.timedelta64(1, "D")).item()
    return Deadline(last, task, citation, citation)


def change_report(changed_on: date, law: Edition) -> Deadline:
    """The last day to report a new name or a major change."""
    citation = law.parameters["change_report_months"].citation
    months = int(law.value("change_report_months"))
    last: date = months_later(np.array([changed_on], dtype="M8[D]"), months)[0].item()
    task = Message(msgid("Report of the change of {day}"), {"day": changed_on})
    return Deadline(last, task, citation, citation)


def missed_reports(
    certified_on: date, years: Collection[int], as_of: date, law: Edition
) -> MissedReports:
    """The annual reports missed so far, and whether they cost the certificate.

    Parameters
    ----------
    certified_on : date
        Day of the certificate; only its own period of validity counts.
    years : collection of int
        Calendar years in which the report was made by its last day.
    as_of : date
        Reports whose last day is before this are missed unless made.
    """
    ends = _ends(certified_on, law)
    missed = tuple(
        year
        for year in range(certified_on.year, ends.year + 1)
        if certified_on < annual_report(year, law).day < min(as_of, ends) and year not in years
    )
    rule = law.parameters["missed_reports"]
    return MissedReports(missed, len(missed) >= rule.value, rule.citation)


def upcoming(overlay: Overlay, law: Edition, as_of: date) -> list[Deadline]:
    """What a city's firms have before them: the next batch with its work, the next annual report.

    Work whose day has passed is left in, for the batch is still open: it is late, not gone.
    """
    batches = overlay.batches_from(as_of)
    reports = (annual_report(year, law) for year in (as_of.year, as_of.year + 1))
    due = [next(report for report in reports if report.day >= as_of)]
    due += for_batch(batches[0], overlay) if batches else []
    return sorted(due, key=lambda step: step.day)


def _renewal(ends: date, law: Edition, overlay: Overlay) -> list[Deadline]:
    of_year = [batch for batch in overlay.batches if batch.year == ends.year]
    if not of_year:
        return []
    in_time = [batch for batch in of_year if batch.due < ends]
    if in_time:
        batch = in_time[-1]
        sentence = msgid(
            "Renewal: batch {number} of {year} is the last before the certificate ends"
        )
    else:
        batch = of_year[0]
        sentence = msgid("Renewal: batch {number} of {year} closes after the certificate has ended")
    task = Message(sentence, {"number": batch.number, "year": batch.year})
    return [Deadline(batch.due, task, law.clauses["renewal_year"], batch.source)]


def _ends(certified_on: date, law: Edition) -> date:
    last: date = expiry(np.array([certified_on], dtype="M8[D]"), law)[0].item()
    return last
