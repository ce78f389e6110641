"""The certificate in a firm's file: yearly check, duties, reports, changes, awards, its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache
from eligibility.app.register import certificate_records
from eligibility.app.register.certificates import OF_CHECK
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.app.widgets.table import table
from eligibility.city.certificate_check import CheckedYear
from eligibility.city.certificate_duties import DutyStatus
from eligibility.city.certified_firm import CertifiedFirm
from eligibility.domain.law import Citation
from eligibility.domain.results import MET, STATUS_WORDS, UNDETERMINED, UNMET
from eligibility.domain.text import Message, msgid
from eligibility.reports.certificate_text import (
    CHECK_WORDS,
    condition_titles,
    duties_calendar,
    missed_sentence,
    stake_sentence,
)
from eligibility.reports.certificate_text import STATUS_WORDS as DUTY_WORDS
from eligibility.reports.number_format import percent
from eligibility.store import CANCELLATION_WORDS, Repository

Row = Mapping[str, Any]
OF_DUTY = {
    DutyStatus.DONE: "met",
    DutyStatus.COMING: "",
    DutyStatus.SOON: "undetermined",
    DutyStatus.LATE: "unmet",
}


def of_firm(repository: Repository, firm: Row) -> None:
    """Everything of the firm's latest certificate; how to get one where it has none."""
    firms = {one.firm["firm_id"]: one for one in cache.certificate_holders(repository)}
    one = firms.get(firm["id"])
    if one is None:
        st.info(
            _("This firm has no valid certificate on record; record its application as certified.")
        )
        return
    _heading(one)
    _check(one)
    _duties(one)
    st.header(_("Annual reports"), anchor=False)
    certificate_records.reports(repository, one)
    st.header(_("Changes to be reported"), anchor=False)
    certificate_records.changes(repository, firm, one)
    st.header(_("Awards"), anchor=False)
    certificate_records.awards(repository, one)
    _end(repository, one)


def _heading(one: CertifiedFirm) -> None:
    last = one.period.ends - timedelta(days=1)
    result = one.check.result
    words = _("valid until {day}") if one.is_valid else _("ended on {day}")
    lines = [
        (_("Certificate"), one.number or _("number not recorded"), ""),
        (words.format(day="").strip(), f"{last}", "" if one.is_valid else "unmet"),
        (
            _("Yearly check"),
            f"{ICONS[OF_CHECK[result]]} {_(CHECK_WORDS[result])}",
            OF_CHECK[result],
        ),
    ]
    st.html(
        tag(
            "dl",
            *(
                tag("div", tag("dt", name), tag("dd", value, cls=f"status {cls}"))
                for name, value, cls in lines
            ),
            cls="numbers",
        )
    )
    for sentence in (
        stake_sentence(one.stake, language()),
        missed_sentence(one, language()),
        one.renewal.say(language()) if one.renewal else "",
    ):
        if sentence:
            st.html(tag("p", sentence, cls="notice"))


def _check(one: CertifiedFirm) -> None:
    """Every fiscal year since the certificate, and what reviewers' strikes would do to the newest."""
    st.header(_("Yearly check"), anchor=False)
    if not one.check.years:
        st.caption(_("No figures of a closed year are held; enter them under “Figures”."))
        return
    titles = condition_titles(cache.scheme(), language())
    years = one.check.years
    law = cache.scheme().in_force(date(years[-1].year + 1, 1, 1))
    heads = [_("Condition"), *(f"{each.year - 2}–{each.year}" for each in years)]
    rows = [
        [titles[condition.id], *(_status(each, condition.id) for each in years)]
        for condition in law.conditions
    ]
    st.html(table(heads, rows))
    st.caption(_("Each year is judged with the two before it, as a review does."))
    rules = [tag("li", fmt.clause(law.clauses[name])) for name in ("review", "review_window")]
    st.html(tag("ul", *rules, cls="rows"))
    st.subheader(
        _("If reviewers strike something of {year}").format(year=years[-1].year), anchor=False
    )
    st.html(
        table(
            [_("Struck"), _("Then fails")],
            [
                (
                    language().of(strike.title) + (f"：{strike.name}" if strike.name else ""),
                    _mark(UNMET, _(", ").join(titles[name] for name in strike.falls))
                    if strike.falls
                    else _mark(MET, _("nothing")),
                )
                for strike in one.check.strikes
            ],
        )
    )


def _status(year: CheckedYear, name: str) -> Markup:
    status = UNMET if name in year.unmet else UNDETERMINED if name in year.open else MET
    observed, line = year.figures.get(name, (None, None))
    if observed is None or line is None or observed != observed:
        return _mark(status, _(STATUS_WORDS[status]))
    return _mark(status, f"{percent(observed, line)} / {percent(line)}")


def _mark(status: int, words: str) -> Markup:
    name = STATUS_WORDS[status]
    return tag("span", f"{ICONS[name]} {words}", cls=f"status {name}")


def _duties(one: CertifiedFirm) -> None:
    st.header(_("Duties"), anchor=False)
    rows = []
    for duty in one.duties:
        cite = duty.deadline.citation or duty.warning
        done = _("done on {day}").format(day=duty.done_on) if duty.done_on else ""
        word = done if done and duty.status is DutyStatus.DONE else _(DUTY_WORDS[duty.status])
        rows.append(
            (
                f"{duty.deadline.day}",
                duty.deadline.task.say(language()),
                tag("span", word, cls=f"status {OF_DUTY[duty.status]}"),
                _source(cite),
            )
        )
    st.html(table([_("Last day"), _("What"), _("Status"), _("Rests on")], rows))
    download_button.button(
        _("Duties into a calendar (.ics)"),
        partial(duties_calendar, (one,), date.today(), language()),
        file_name="duties.ics",
        mime="text/calendar",
        icon=":material/event:",
    )


def _source(cite: Citation | None) -> str:
    """Where a duty is written, and how sure that is where it is not quite."""
    if cite is None:
        return _("assumed: check")
    grade = fmt.confidence(cite.confidence)
    return f"{fmt.citation(cite.model_dump())} {grade}".strip()


def _end(repository: Repository, one: CertifiedFirm) -> None:
    """Record that the certificate was cancelled."""
    law = cache.scheme().in_force(date.today())
    grounds = {ground.value: _(words) for ground, words in CANCELLATION_WORDS.items()}
    with (
        st.popover(_("Record a cancellation")),
        st.form(f"cancel:{one.firm['firm_id']}:{one.applied_year}", border=False),
    ):
        st.write(fmt.clause(law.clauses["same_year"]))
        day = st.date_input(
            _("Cancelled on"), date.today(), one.period.issue_day, date.today(), format="YYYY-MM-DD"
        )
        ground = st.selectbox(_("Ground"), list(grounds), format_func=grounds.__getitem__)
        since = st.number_input(
            _("Relief taken back from the year"), one.period.issue_day.year, date.today().year, None
        )
        if st.form_submit_button(_("Save")):
            values = {"cancelled_on": day, "ground": ground, "from_year": since}
            guard.do(partial(_cancel, repository, one, values))
            st.rerun()


def _cancel(repository: Repository, one: CertifiedFirm, values: Row) -> Message:
    version = one.firm["cancellation_version"]
    repository.certificates.save_cancellation(
        one.firm["firm_id"], one.applied_year, values, version
    )
    return Message(msgid("The cancellation is recorded; the firm is certified no more."))
