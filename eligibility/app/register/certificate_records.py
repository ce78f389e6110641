"""What staff records of a certified firm: annual reports, changes to be reported, awards; their forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads, guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.city.certified_firm import CertifiedFirm
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language
from eligibility.planning.incentives import incentives
from eligibility.reports.certificate_forms import WAN, annual_report_paper, name_change_paper
from eligibility.store import (
    AWARD_WORDS,
    CHANGE_WORDS,
    AwardStatus,
    ChangeKind,
    Ledger,
    Repository,
)

Row = Mapping[str, Any]


def reports(repository: Repository, one: CertifiedFirm) -> None:
    """The report of every closed year: when it was filed, what it alone holds, its form."""
    form = cache.scheme().annual_report
    if form is None:
        return
    firm_id, today = one.firm["firm_id"], date.today()
    rows = {row["year"]: row for row in repository.certificates.annual_reports(firm_id)}
    years = range(min(today.year - 1, one.period.ends.year), one.period.issue_day.year - 1, -1)
    if not years:
        st.caption(_("The first report is due next year."))
        return
    year = st.selectbox(
        _("Report on the year"), list(years), format_func=str, key=f"report:{firm_id}", width=160
    )
    row = rows.get(year, {"filed_on": None, "answers": {}, "version": 0})
    with st.form(f"report:{firm_id}:{year}:{row['version']}", border=False):
        filed = st.date_input(
            _("Filed on"),
            row["filed_on"],
            one.period.issue_day,
            today,
            format="YYYY-MM-DD",
            width=200,
        )
        answers: dict[str, float | None] = {}
        columns = st.columns(4)
        for place, (name, entry) in enumerate(form.answers.items()):
            scale = WAN if entry.unit.startswith("10k") else 1
            value = row["answers"].get(name)
            unit = fmt.unit_word(entry.unit)
            number = columns[place % 4].number_input(
                f"{language().of(entry.title)} ({unit})",
                value=None if value is None else value / scale,
                key=f"report:{firm_id}:{year}:{row['version']}:{name}",
            )
            answers[name] = None if number is None else number * scale
        if st.form_submit_button(_("Save the report")):
            values = {"filed_on": filed, "answers": answers}
            guard.do(partial(_save_report, repository, firm_id, year, values, row["version"]))
            st.rerun()
    download_button.button(
        _("Form 6: annual report on {year} (Word)").format(year=year),
        partial(_report_file, repository, one.firm, year, language()),
        file_name=f"{downloads.file_stem(one.firm['name'] or '', year)}-6.docx",
        mime=downloads.MIMES["docx"],
        icon=":material/download:",
    )


def _save_report(
    repository: Repository, firm_id: int, year: int, values: Row, version: int
) -> Message:
    repository.certificates.save_annual_report(firm_id, year, values, version)
    return Message(msgid("Saved."))


def _report_file(repository: Repository, firm: Row, year: int, tongue: Language) -> bytes:
    firm_id = firm["firm_id"]
    rows = repository.certificates.annual_reports(firm_id)
    answers: Row = next((row["answers"] for row in rows if row["year"] == year), {})
    paper = annual_report_paper(
        firm,
        year,
        repository.certificates.facts([firm_id]).get(firm_id, {}),
        answers,
        repository.certificates.lists([firm_id], Ledger.IP).get(firm_id, ()),
        _contact(repository, firm_id),
        cache.scheme(),
        tongue,
    )
    return downloads.paper_file(paper, "docx")


def _contact(repository: Repository, firm_id: int) -> Row:
    return next(iter(repository.contacts.of_firm(firm_id).persons), {})


def changes(repository: Repository, firm: Row, one: CertifiedFirm) -> None:
    """Changes on record, when each was reported, a new one, and the form for a change of name."""
    law = cache.scheme().in_force(date.today())
    firm_id = firm["id"]
    rows = repository.certificates.changes(firm_id)
    months = int(law.value("change_report_months"))
    st.caption(
        _("A new name, business, structure or place is reported within {n} months.").format(
            n=months
        )
    )
    for row in rows:
        _change(repository, row)
    moves = {row["kind"] in (ChangeKind.MOVE, ChangeKind.PART_MOVE) for row in rows}
    for is_move in sorted(moves):
        st.html(tag("p", fmt.clause(law.clauses["moving" if is_move else "changes"]), cls="notice"))
    with st.expander(_("Record a change")), st.form(f"change:{firm_id}:{len(rows)}", border=False):
        words = {kind.value: _(text) for kind, text in CHANGE_WORDS.items()}
        kind = st.selectbox(_("What changed"), list(words), format_func=words.__getitem__)
        changed = st.date_input(
            _("Changed on"), date.today(), one.period.issue_day, date.today(), format="YYYY-MM-DD"
        )
        detail = st.text_input(_("Detail"), max_chars=300)
        if st.form_submit_button(_("Save")):
            values = {"kind": kind, "changed_on": changed, "detail": detail}
            guard.do(partial(_add_change, repository, firm_id, values))
            st.rerun()
    download_button.button(
        _("Form 7: change of name (Word)"),
        partial(_change_file, repository, one.firm, language()),
        file_name=f"{downloads.file_stem(firm['name'] or '', date.today())}-7.docx",
        mime=downloads.MIMES["docx"],
        icon=":material/download:",
    )


def _change(repository: Repository, row: Row) -> None:
    words = f"{row['changed_on']} {_(CHANGE_WORDS[ChangeKind(row['kind'])])}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        detail = tag("span", row["detail"], cls="muted")
        st.html(tag("p", tag("b", words), " ", detail), width=420)
        day = st.date_input(
            _("Reported on"), row["reported_on"], row["changed_on"], format="YYYY-MM-DD",
            key=f"change:{row['id']}:{row['version']}", width=160,
        )  # fmt: skip
        if day != row["reported_on"]:
            guard.do(partial(_save_change, repository, row, day))
            st.rerun()


def _add_change(repository: Repository, firm_id: int, values: Row) -> Message:
    repository.certificates.add_change(firm_id, values)
    return Message(msgid("Saved."))


def _save_change(repository: Repository, row: Row, day: date | None) -> Message:
    repository.certificates.save_change(row["id"], {"reported_on": day}, row["version"])
    return Message(msgid("Saved."))


def _change_file(repository: Repository, firm: Row, tongue: Language) -> bytes:
    """The form for the latest change of name: the last former name, and the present one."""
    names = list(reversed(repository.identity.history(firm["firm_id"])["names"]))
    rows = repository.certificates.changes(firm["firm_id"])
    latest = next((row for row in reversed(rows) if row["kind"] == ChangeKind.NAME), None)
    law = cache.scheme().in_force(date.today())
    cite = law.parameters["change_report_months"].citation
    paper = name_change_paper(
        firm,
        names[-1]["name"] if names else None,
        firm["name"] or None,
        names[:-1],
        latest["detail"] if latest else "",
        _contact(repository, firm["firm_id"]),
        f"{cite.document} {cite.article}",
        tongue,
    )
    return downloads.paper_file(paper, "docx")


def awards(repository: Repository, one: CertifiedFirm) -> None:
    """Every award that a certificate may bring, and how far it has come; none of them is certain."""
    firm_id = one.firm["firm_id"]
    rows = {row["award"]: row for row in repository.certificates.awards(firm_id)}
    statuses = {status.value: _(words) for status, words in AWARD_WORDS.items()}
    for award in incentives().awards:
        row = rows.get(award.id, {"status": AwardStatus.DUE, "amount": award.amount, "applied_on": None,
                                  "paid_on": None, "version": 0})  # fmt: skip
        name = f"award:{firm_id}:{award.id}:{row['version']}"
        with st.form(name, border=True):
            cite = award.citation
            st.markdown(f"**{language().of(award.title)}**")
            st.caption(
                f"{language().of(cite.gist)}（{cite.document} {cite.article}，{award.dated}）"
            )
            with st.container(horizontal=True, vertical_alignment="bottom"):
                status = st.selectbox(
                    _("Status"),
                    list(statuses),
                    list(statuses).index(row["status"]),
                    format_func=statuses.__getitem__,
                    width=160,
                    key=f"{name}:status",
                )
                amount = st.number_input(
                    _("Amount (10k CNY)"),
                    0.0,
                    value=None if row["amount"] is None else row["amount"] / WAN,
                    width=160,
                    key=f"{name}:amount",
                )
                applied = st.date_input(
                    _("Applied for on"),
                    row["applied_on"],
                    format="YYYY-MM-DD",
                    width=160,
                    key=f"{name}:applied",
                )
                paid = st.date_input(
                    _("Paid on"), row["paid_on"], format="YYYY-MM-DD", width=160,
                    key=f"{name}:paid",
                )  # fmt: skip
                if st.form_submit_button(_("Save")):
                    values = {
                        "status": status,
                        "amount": None if amount is None else amount * WAN,
                        "applied_on": applied,
                        "paid_on": paid,
                    }
                    guard.do(
                        partial(_save_award, repository, firm_id, award.id, values, row["version"])
                    )
                    st.rerun()


def _save_award(
    repository: Repository, firm_id: int, award: str, values: Row, version: int
) -> Message:
    repository.certificates.save_award(firm_id, award, values, version)
    return Message(msgid("Saved."))
