"""Certified firms as a text, as a table to take away and as a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import isfinite, nan
from typing import Any

import pyarrow as pa

from eligibility.city.certificate_check import CheckedYear, CheckResult
from eligibility.city.certificate_duties import DutyStatus
from eligibility.city.certified_firm import CertifiedFirm, TaxAtStake
from eligibility.city.stock_forecast import StockForecast
from eligibility.domain.text import msgid
from eligibility.i18n import Language
from eligibility.reports.calendar_file import CalendarEvent, calendar_of, deadline_event
from eligibility.reports.certificate_record import counts
from eligibility.reports.number_format import money, percent, tenths
from eligibility.reports.workbook import SheetColumn
from eligibility.schemes.registry import Scheme

CHECK_WORDS: Mapping[str, str] = {
    CheckResult.HOLDS: msgid("holds, if struck too"),
    CheckResult.WEAK: msgid("holds by a little"),
    CheckResult.OPEN: msgid("open: facts are missing"),
    CheckResult.FALLS: msgid("a condition fails"),
    CheckResult.NO_FIGURES: msgid("no figures since"),
}
STATUS_WORDS: Mapping[str, str] = {
    DutyStatus.DONE: msgid("done"),
    DutyStatus.COMING: msgid("to come"),
    DutyStatus.SOON: msgid("within 60 days"),
    DutyStatus.LATE: msgid("past, nothing on record"),
}


def certificates_text(
    firms: Sequence[CertifiedFirm],
    stock: StockForecast | None,
    scheme: Scheme,
    as_of: date,
    language: Language,
) -> str:
    """All of it as a terminal shows it."""
    say, numbers = language.text, counts(firms, as_of)
    lines = [say(_SUMMARY).format(day=as_of, **numbers)]
    if stock is not None:
        lines += stock_lines(stock, language)
    titles = condition_titles(scheme, language)
    for one in firms:
        last = one.period.ends - timedelta(days=1)
        name = f"{one.firm.get('name') or ''} {one.firm.get('uscc') or ''}".strip()
        valid = say("valid until {day}") if one.is_valid else say("ended on {day}")
        lines += ["", f"{name}  {one.number or ''}  {valid.format(day=last)}"]
        lines.append(f"  {check_sentence(one, titles, language)}")
        if stake := stake_sentence(one.stake, language):
            lines.append(f"  {stake}")
        lines += [
            f"  {duty.deadline.day}  {duty.deadline.task.say(language)}"
            f"  [{say(STATUS_WORDS[duty.status])}]"
            for duty in one.duties
            if duty.status is not DutyStatus.DONE
        ]
        if one.missed_reports is not None and one.missed_reports.years:
            lines.append(f"  {missed_sentence(one, language)}")
        if one.renewal is not None:
            lines.append(f"  {one.renewal.say(language)}")
    return "\n".join(lines) + "\n"


_SUMMARY = msgid(
    "Certificates valid on {day}: {valid}, of which {ending_in_year} end in the year; a condition fails {falls}, holds by a little {weak}, open {open}, holds {holds}, no figures {no_figures}; firms with something past its day {late}"
)


def check_sentence(one: CertifiedFirm, titles: Mapping[str, str], language: Language) -> str:
    """The yearly check of a firm in one sentence."""
    say = language.text
    word = say(CHECK_WORDS[one.check.result])
    if not one.check.years:
        return say("Yearly check: {result}").format(result=word)
    newest = one.check.years[-1]
    sentence = say("Yearly check on figures up to {year}: {result}").format(
        year=newest.year, result=word
    )
    detail = check_detail(one, titles, language)
    return f"{sentence}: {detail}" if detail else sentence


def check_detail(one: CertifiedFirm, titles: Mapping[str, str], language: Language) -> str:
    """Which conditions fail, would fall, or are open; empty where all hold."""
    if not one.check.years:
        return ""
    newest, say = one.check.years[-1], language.text
    match one.check.result:
        case CheckResult.FALLS:
            return say("; ").join(_failure(name, newest, titles) for name in newest.unmet)
        case CheckResult.WEAK:
            strikes = (
                say("{strike} → {conditions}").format(
                    strike=language.of(strike.title)
                    + (f"（{strike.name}）" if strike.name else ""),
                    conditions=say(", ").join(titles[name] for name in strike.falls),
                )
                for strike in one.check.strikes
                if strike.falls
            )
            return say("; ").join(strikes)
        case CheckResult.OPEN:
            return say(", ").join(titles[name] for name in newest.open)
    return ""


def _failure(name: str, newest: CheckedYear, titles: Mapping[str, str]) -> str:
    observed, line = newest.figures.get(name, (nan, nan))
    if not isfinite(observed):
        return titles[name]
    return f"{titles[name]} {percent(observed, line)} / {percent(line)}"


def stake_sentence(stake: TaxAtStake | None, language: Language) -> str:
    """What a review would take back, in words; empty where there is nothing to say."""
    if stake is None:
        return ""
    say = language.text
    if stake.amount is None:
        return say(
            "Tax at stake from {year} on: not known; enter relief or profit under “Annual report”."
        ).format(year=stake.from_year)
    parts = [
        say("Tax at stake from {year} on: {amount}").format(
            year=stake.from_year, amount=money(stake.amount, language)
        )
    ]
    if stake.estimated_years:
        years = say(", ").join(map(str, stake.estimated_years))
        parts.append(say("estimated by profit: {years}").format(years=years))
    if stake.unknown_years:
        years = say(", ").join(map(str, stake.unknown_years))
        parts.append(say("not known: {years}").format(years=years))
    return say("; ").join(parts)


def missed_sentence(one: CertifiedFirm, language: Language) -> str:
    """Annual reports not on record in time, and what that may cost."""
    if one.missed_reports is None or not one.missed_reports.years:
        return ""
    sentence = (
        msgid(
            "No annual report in time is on record for {years}: two missed within one period cancel the certificate ({citation}). Enter those that were filed."
        )
        if one.missed_reports.cancels
        else msgid("No annual report in time is on record for {years} ({citation}).")
    )
    return language.text(sentence).format(
        years=language.text(", ").join(str(year - 1) for year in one.missed_reports.years),
        citation=f"{one.missed_reports.citation.document} {one.missed_reports.citation.article}",
    )


def stock_lines(stock: StockForecast, language: Language) -> list[str]:
    """The stock at the year's end: how it adds up, its spread, and the goal."""
    say = language.text
    low, high = stock.interval()
    lines = [
        say(
            "Stock on 31 December {year}: {valid} valid − {ending} ending + {certified} to be certified (renewals too) − {cancelled} cancelled = {mean} expected, {low}–{high} with 80 %"
        ).format(
            year=stock.year,
            valid=stock.valid,
            ending=stock.ending,
            certified=f"{stock.certified_mean:.1f}",
            cancelled=f"{stock.cancelled_mean:.1f}",
            mean=f"{stock.mean:.1f}",
            low=low,
            high=high,
        )
    ]
    if stock.goal is not None:
        goal = int(stock.goal.value)
        lines.append(
            say("P(stock of at least {goal}) {chance}").format(
                goal=goal, chance=tenths(stock.at_least(goal))
            )
        )
    lines.append(rate_sentence(stock, language))
    return lines


def rate_sentence(stock: StockForecast, language: Language) -> str:
    """What cancellations are counted, and by which source."""
    rate = stock.rate
    if rate is None:
        return language.text("No cancellation is counted: the city's file holds no rate.")
    source = rate.source
    where = (
        language.text("assumed: check")
        if isinstance(source, str)
        else f"{source.document} {source.article} ({source.confidence})"
    )
    note = f" {language.of(rate.note)}" if rate.note else ""
    return (
        language.text("Cancelled in a year: {rate} of the valid certificates, {source}.").format(
            rate=f"{rate.value:.2%}", source=where
        )
        + note
    )


def condition_titles(scheme: Scheme, language: Language) -> dict[str, str]:
    """The conditions of all editions by their ids."""
    return {
        condition.id: language.of(condition.title)
        for edition in scheme.editions
        for condition in edition.conditions
    }


def certificate_columns(language: Language) -> dict[str, SheetColumn]:
    """Columns of the list to take away, and how they look on a sheet."""
    say = language.text
    return {
        "name": SheetColumn(say("Firm"), width=30),
        "uscc": SheetColumn(say("Credit code"), width=21),
        "number": SheetColumn(say("Certificate number"), width=17),
        "from": SheetColumn(say("Certified on"), "day", 12),
        "until": SheetColumn(say("Valid until"), "day", 12),
        "check": SheetColumn(say("Yearly check"), width=16),
        "figures": SheetColumn(say("Figures up to"), "whole", 9),
        "detail": SheetColumn(say("What fails or would fall"), width=44),
        "stake": SheetColumn(say("Tax at stake (CNY)"), "number", 15),
        "due": SheetColumn(say("Next day"), "day", 12),
        "duty": SheetColumn(say("Next duty"), width=34),
        "status": SheetColumn(say("Status"), width=14),
        "missed": SheetColumn(say("Reports not on record"), width=14),
        "renewal": SheetColumn(say("Year of renewal"), "whole", 9),
        "district": SheetColumn(say("District"), width=12),
        "carrier": SheetColumn(say("Carrier"), width=20),
        "adviser": SheetColumn(say("Adviser"), width=12),
    }


def certificate_table(
    firms: Sequence[CertifiedFirm], scheme: Scheme, language: Language
) -> pa.Table:
    """One row a certified firm, under the ids of ``certificate_columns``."""
    titles = condition_titles(scheme, language)
    rows = [_table_row(one, titles, language) for one in firms]
    kinds = {"from": pa.date32(), "until": pa.date32(), "due": pa.date32()}
    kinds |= {"figures": pa.int64(), "renewal": pa.int64(), "stake": pa.float64()}
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kinds.get(name, pa.string()))
            for name in certificate_columns(language)
        }
    )


def _table_row(one: CertifiedFirm, titles: Mapping[str, str], language: Language) -> dict[str, Any]:
    due, say = one.next_duty, language.text
    missed = one.missed_reports.years if one.missed_reports else ()
    return {
        **{name: one.firm.get(name) for name in ("name", "uscc", "district", "carrier", "adviser")},
        "number": one.number,
        "from": one.period.issue_day,
        "until": one.period.ends - timedelta(days=1),
        "check": say(CHECK_WORDS[one.check.result]),
        "figures": one.check.years[-1].year if one.check.years else None,
        "detail": check_detail(one, titles, language),
        "stake": one.stake.amount if one.stake else None,
        "due": due and due.deadline.day,
        "duty": due and due.deadline.task.say(language),
        "status": due and say(STATUS_WORDS[due.status]),
        "missed": say(", ").join(str(year - 1) for year in missed) or None,
        "renewal": one.period.ends.year,
    }


def duties_calendar(firms: Sequence[CertifiedFirm], today: date, language: Language) -> bytes:
    """Every duty of these firms that is not done, as one calendar."""
    return calendar_of(_events(firms, language), today)


def _events(firms: Sequence[CertifiedFirm], language: Language) -> Iterator[CalendarEvent]:
    for one in firms:
        name = one.firm.get("name") or one.firm.get("uscc") or language.text("(no name)")
        for duty in one.duties:
            if duty.status is not DutyStatus.DONE:
                yield deadline_event(duty.deadline, name, language)
