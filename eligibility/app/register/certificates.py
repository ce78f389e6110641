"""The list of certified firms: counts, the yearly check, duties, files, and the stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import ICONS
from eligibility.city.certificate_check import CheckResult
from eligibility.city.certificate_duties import DutyStatus
from eligibility.city.certified_firm import CertifiedFirm
from eligibility.city.stock_forecast import stock_forecast
from eligibility.domain.errors import EligibilityError
from eligibility.i18n import Language
from eligibility.reports.certificate_record import counts
from eligibility.reports.certificate_text import (
    CHECK_WORDS,
    STATUS_WORDS,
    certificate_columns,
    certificate_table,
    check_detail,
    condition_titles,
    duties_calendar,
    rate_sentence,
)
from eligibility.reports.number_format import tenths
from eligibility.store import Repository

#: rows before the table scrolls, and how high it is then
SHOWN, TALL = 16, 620
#: a result of the check on the one scale of status
OF_CHECK = {
    CheckResult.HOLDS: "met",
    CheckResult.WEAK: "undetermined",
    CheckResult.OPEN: "undetermined",
    CheckResult.FALLS: "unmet",
    CheckResult.NO_FIGURES: "undetermined",
}


def check_word(result: CheckResult) -> str:
    """The result of a yearly check with its icon."""
    return f"{ICONS[OF_CHECK[result]]} {_(CHECK_WORDS[result])}"


def summary(firms: Sequence[CertifiedFirm], today: date) -> None:
    """How many certificates there are, and how many ask for something."""
    numbers = counts(firms, today)
    lines = [
        (_("valid certificates"), numbers["valid"], ""),
        (_("a condition fails"), numbers[CheckResult.FALLS], "unmet"),
        (_("holds by a little"), numbers[CheckResult.WEAK], "undetermined"),
        (_("something past its day"), numbers["late"], "unmet"),
        (_("end this year"), numbers["ending_in_year"], ""),
    ]
    st.html(
        tag(
            "dl",
            *(
                tag("div", tag("dt", words), tag("dd", f"{n:,}", cls=f"status {cls}" if n else ""))
                for words, n, cls in lines
            ),
            cls="numbers",
        )
    )
    newest = [one.check.years[-1].year for one in firms if one.check.years]
    if newest:
        st.caption(
            _(
                "The yearly check judges each firm by the conditions on its newest figures (up to {year}) and tries what reviewers often strike: practice, no rule of the law."
            ).format(year=max(newest))
        )


def _choices(today: date) -> Mapping[str, tuple[str, Callable[[CertifiedFirm], bool]]]:
    return {
        "all": (_("All"), lambda _one: True),
        "risk": (_("Certificate at risk"), lambda one: one.is_valid and one.is_at_risk),
        "weak": (
            _("Holds by a little"),
            lambda one: one.is_valid and one.check.result is CheckResult.WEAK,
        ),
        "late": (
            _("Past its day"),
            lambda one: any(duty.status is DutyStatus.LATE for duty in one.duties),
        ),
        "ending": (
            _("To renew by next year"),
            lambda one: one.is_valid and one.period.ends.year <= today.year + 1,
        ),
        "ended": (_("Ended, year to settle"), lambda one: not one.is_valid),
    }


def choose(firms: Sequence[CertifiedFirm], today: date) -> list[CertifiedFirm]:
    """The firms of the part of the list that the address names."""
    choices = _choices(today)
    asked = address.list_query().get(address.KIND, "all")
    kind = asked if asked in choices else "all"
    numbers = {name: sum(map(rule, firms)) for name, (_label, rule) in choices.items()}
    st.segmented_control(
        _("Which certificates"),
        list(choices),
        format_func=lambda name: f"{choices[name][0]} {numbers[name]}",
        required=True,
        key=address.query_widget_key(address.KIND, kind),
        on_change=address.set_query_from_widget,
        args=(address.KIND,),
        label_visibility="collapsed",
    )
    return [one for one in firms if choices[kind][1](one)]


def table(firms: Sequence[CertifiedFirm]) -> int | None:
    """One row a firm; gives the one that was opened."""
    if not firms:
        st.info(_("No certificate is of this kind."))
        return None
    titles = condition_titles(cache.scheme(), language())
    due = [one.next_duty for one in firms]
    st.dataframe(
        {
            "open": [_("Open")] * len(firms),
            _("Firm"): [one.firm["name"] for one in firms],
            _("Yearly check"): [check_word(one.check.result) for one in firms],
            _("What fails or would fall"): [check_detail(one, titles, language()) for one in firms],
            _("Valid until"): [one.period.ends - timedelta(days=1) for one in firms],
            _("Next day"): [duty and duty.deadline.day for duty in due],
            _("Next duty"): [duty and duty.deadline.task.say(language()) for duty in due],
            _("Status"): [duty and _(STATUS_WORDS[duty.status]) for duty in due],
            _("Tax at stake (10k CNY)"): [
                None if one.stake is None or one.stake.amount is None else one.stake.amount / 10_000
                for one in firms
            ],
            _("Certificate number"): [one.number for one in firms],
            _("Carrier"): [one.firm["carrier"] for one in firms],
            _("Adviser"): [one.firm["adviser"] for one in firms],
        },
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, type="tertiary", key=session.open_key(session.CERTIFIED)
            ),
            _("What fails or would fall"): st.column_config.TextColumn(width=224),
            _("Next duty"): st.column_config.TextColumn(width=172),
            _("Tax at stake (10k CNY)"): st.column_config.NumberColumn(format="localized"),
        },
        hide_index=True,
        height="content" if len(firms) <= SHOWN else TALL,
        placeholder=fmt.NOTHING,
    )
    return session.pressed_row(session.CERTIFIED, [one.firm["firm_id"] for one in firms])


def files(firms: Sequence[CertifiedFirm], today: date) -> None:
    """The firms shown as a workbook, and their duties as a calendar."""
    name = _("Certified firms")
    with st.container(horizontal=True):
        download_button.button(
            _("List and duties (Excel)"),
            partial(_workbook, name, tuple(firms), today, language()),
            file_name=f"{downloads.file_stem(name, today)}.xlsx",
            mime=downloads.MIMES["xlsx"],
            icon=":material/download:",
        )
        download_button.button(
            _("Duties into a calendar (.ics)"),
            partial(duties_calendar, tuple(firms), today, language()),
            file_name=f"{downloads.file_stem(name, today)}.ics",
            mime="text/calendar",
            icon=":material/event:",
        )


def _workbook(name: str, firms: Sequence[CertifiedFirm], today: date, language: Language) -> bytes:
    columns = certificate_columns(language)
    rows = certificate_table(firms, cache.scheme(), language)
    note = language.text("{n} certificates, as of {day}").format(n=len(firms), day=today)
    return downloads.list_workbook(name, columns, rows, [note])


def stock(repository: Repository, today: date) -> None:
    """The stock at the year's end: how it adds up, its spread, and the goal of the city."""
    st.header(_("Stock at the end of {year}").format(year=today.year), anchor=False)
    try:
        outlook = cache.outlook(repository, today.year).value
    except EligibilityError:
        st.caption(_("The year's forecast cannot be worked out; see the year's page."))
        return
    if outlook.city_year is None:
        st.caption(_("No firm of the register can still be certified this year."))
        return
    result = stock_forecast(
        outlook.candidates.certificates, outlook.city_year.portfolio.without, cache.city(), today
    )
    low, high = result.interval()
    lines = [
        (_("valid now"), f"{result.valid:,}"),
        (_("− end by 31 December"), f"{result.ending:,}"),
        (_("+ still certified, renewals too"), f"{result.certified_mean:.2f}"),
        (_("− cancelled"), f"{result.cancelled_mean:.2f}"),
        (_("= stock expected"), f"{result.mean:.2f}"),
        (_("with 80 %"), f"{low:,}–{high:,}"),
    ]
    # the stock aimed at is the city's, and no yardstick for the firms of one carrier
    if result.goal is not None and outlook.candidates.carrier is None:
        goal = int(result.goal.value)
        source = result.goal.source
        note = f" ({_('assumed: check')})" if isinstance(source, str) else ""
        lines.append((_("chance of {n}").format(n=goal) + note, tenths(result.at_least(goal))))
    st.html(
        tag(
            "dl",
            *(tag("div", tag("dt", words), tag("dd", n)) for words, n in lines),
            cls="numbers",
        )
    )
    st.caption(rate_sentence(result, language()))
