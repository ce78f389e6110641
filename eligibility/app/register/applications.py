"""Applications and what became of them: recorded one by one or from a file, listed by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.register import application_steps
from eligibility.app.register.dossier import outcome_word
from eligibility.app.self_assessment.fields import EARLIEST, LATEST
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads, guard, notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.register.application_life import application_status
from eligibility.register.outcome_file import Register, past_table
from eligibility.register.review_reasons import REVIEW_REASONS
from eligibility.schemes.registry import Scheme
from eligibility.store import FirmFilter, Repository

Row = Mapping[str, Any]
#: firms offered for what was typed
OFFERED = 20
#: applications before the table scrolls, and how high it is then
SHOWN, TALL = 16, 620
ANSWERS = {"pending": None, "yes": True, "no": False}


def applications_table(rows: Sequence[Row]) -> int | None:
    """The applications of one year; gives the firm that was opened."""
    years = sorted({row["applied_year"] for row in rows}, reverse=True)
    number = address.query_number(address.YEAR)
    year = number if number in years else years[0]
    st.segmented_control(
        _("Year of application"),
        years,
        format_func=str,
        required=True,
        key=address.query_widget_key(address.YEAR, year),
        on_change=address.set_query_from_widget,
        args=(address.YEAR,),
    )
    of_year = [row for row in rows if row["applied_year"] == year]
    certified = sum(row["certified"] is True for row in of_year)
    refused = sum(row["certified"] is False for row in of_year)
    words = _("{n} applications = {certified} certified + {refused} refused + {pending} pending")
    pending = len(of_year) - certified - refused
    sentence = words.format(n=len(of_year), certified=certified, refused=refused, pending=pending)
    st.html(tag("p", tag("strong", sentence), cls="counts"))
    status = [application_status(row) for row in of_year]
    st.dataframe(
        {
            "open": [_("Open")] * len(of_year),
            _("Firm"): [row["firm"] for row in of_year],
            _("Credit code"): [row["uscc"] for row in of_year],
            _("Certified"): [outcome_word(row["certified"]) for row in of_year],
            _("Stands"): [_(str(each.words)) for each in status],
            _("Since"): [each.since for each in status],
            _("Batch"): [row["batch"] for row in of_year],
            _("Certificate number"): [row["certificate_number"] for row in of_year],
            _("Certified on"): [row["certified_on"] for row in of_year],
            _("Expires on"): [row["expires_on"] for row in of_year],
            _("Reason of refusal"): [_refusal(row) for row in of_year],
        },
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, type="tertiary", key=session.open_key(session.OUTCOMES)
            ),
            _("Certificate number"): st.column_config.TextColumn(width=128),
            _("Reason of refusal"): st.column_config.TextColumn(width=240),
        },
        hide_index=True,
        height="content" if len(of_year) <= SHOWN else TALL,
        placeholder=fmt.NOTHING,
    )
    return session.pressed_row(session.OUTCOMES, [row["firm_id"] for row in of_year])


def _refusal(row: Row) -> str | None:
    """Coded reasons of a refusal, and the text beside them."""
    codes = row["steps"][-1]["reasons"] if row["steps"] and row["certified"] is False else []
    titles = [_(REVIEW_REASONS[code].title) if code in REVIEW_REASONS else code for code in codes]
    return _("; ").join([*titles, *filter(None, [row["rejection_reason"]])]) or None


def record(repository: Repository) -> None:
    """Record one application, or correct what is held of it."""
    with st.expander(_("Record an application"), expanded=False):
        text = st.text_input(_("Name or credit code contains"), key=session.SOUGHT, width=300)
        if not text.strip():
            st.caption(_("Type a part of the name or credit code to find the firm."))
            return
        rows = repository.firms.page(FirmFilter(text=text.strip()), limit=OFFERED).rows
        if not rows:
            st.info(_("No firm is called so; import it first."))
            return
        names = {row["id"]: f"{row['name']} {row['uscc'] or ''}" for row in rows}
        with st.container(horizontal=True):
            firm = st.selectbox(_("Firm"), list(names), format_func=names.__getitem__, width=420)
            year = int(
                st.number_input(_("Year of application"), 2008, 2100, date.today().year, width=160)
            )
        outcomes = repository.applications.outcomes(firm)
        # what is held when the form is drawn says which version a change is made on
        now = next((each for each in outcomes if each["applied_year"] == year), {"version": 0})
        row = session.edit_copy(f"outcome:{firm}:{year}", lambda: now)
        _form(repository, firm, year, row)
        if now["version"]:
            application_steps.draw_steps(repository, now)
        if row["version"] != now["version"]:
            session.discard_edit(f"outcome:{firm}:{year}")
            st.rerun()


def _form(repository: Repository, firm: int, year: int, row: Row) -> None:
    answer = {value: name for name, value in ANSWERS.items()}[row.get("certified")]
    name = f"outcome:{firm}:{year}"
    with st.form(f"{name}:{row['version']}"):
        selection = st.segmented_control(
            _("Certified"),
            list(ANSWERS),
            default=answer,
            required=True,
            format_func=lambda each: outcome_word(ANSWERS[each]),
        )
        with st.container(horizontal=True):
            batch = st.text_input(_("Batch"), row.get("batch") or "", max_chars=100)
            number = st.text_input(
                _("Certificate number"), row.get("certificate_number") or "", max_chars=100
            )
            days = [
                st.date_input(label, row.get(key), EARLIEST, LATEST, format="YYYY-MM-DD")
                for key, label in (
                    ("certified_on", _("Certified on")),
                    ("expires_on", _("Expires on")),
                )
            ]
        st.caption(_lasts(year))
        reason = st.text_input(_("Reason of refusal"), row.get("rejection_reason") or "")
        if st.form_submit_button(_("Save"), type="primary"):
            values = {
                "certified": ANSWERS[selection],
                "batch": batch.strip() or None,
                "certificate_number": number.strip() or None,
                "certified_on": days[0],
                "expires_on": days[1],
                "rejection_reason": reason.strip() or None,
            }
            guard.do(partial(_save, repository, [(firm, year, values, row["version"])]))
            session.discard_edit(name)
            st.rerun()


def _lasts(year: int) -> str:
    """How long a certificate lasts, as far as the text says, and how a day entered is taken."""
    period = cache.scheme().in_force(date(year, 12, 31)).parameters["validity_years"]
    return _(
        "A certificate is valid for {n} years from the day it is issued ({citation}). The text does "
        "not say whether the same day {n} years on still counts: enter the day on the certificate; "
        "from that day on it counts as expired here. Blank: {n} years after the day of issue."
    ).format(
        n=fmt.number(period.value),
        citation=f"{period.citation.document} {period.citation.article}",
    )


def _save(repository: Repository, rows: Sequence[tuple[int, int, Row, int]]) -> Message:
    return Message(
        msgid("Recorded: {n} applications."), {"n": repository.applications.save_outcomes(rows)}
    )


def confirm_outcomes(repository: Repository, register: Register) -> bool:
    """What a file would record, and the button that does it; True once it was pressed."""
    batch = register.batch
    rejected = batch.read - len(batch.table)
    words = _(
        "{read} rows read = {n} to record + {unknown} without a firm here + {several} of several "
        "firms + {out} rejected"
    )
    sentence = words.format(
        read=batch.read,
        n=len(register.rows),
        unknown=len(register.unmatched_rows),
        several=len(register.ambiguous_rows),
        out=rejected,
    )
    changes = sum(row[3] > 0 for row in register.rows)
    again = _("Held already, and changed by the file: {n}").format(n=changes)
    st.html(tag("p", tag("strong", sentence), tag("span", again), cls="counts"))
    if batch.issues:
        st.dataframe(notices.issue_table(batch.issues), hide_index=True, placeholder="")
    if register.unmatched_rows:
        st.dataframe(
            {
                _("Row"): [row for row, _name in register.unmatched_rows],
                _("Not held here, or without a year"): [
                    name for _row, name in register.unmatched_rows
                ],
            },
            hide_index=True,
            placeholder="",
        )
    if register.ambiguous_rows:
        st.dataframe(
            {
                _("Row"): [row for row, _name in register.ambiguous_rows],
                _("Several firms have or had this name; add the credit code"): [
                    name for _row, name in register.ambiguous_rows
                ],
            },
            hide_index=True,
            placeholder="",
        )
    if st.button(_("Record these outcomes"), type="primary", disabled=not register.rows):
        guard.do(partial(_save, repository, register.rows))
        return True
    return False


def training_file(repository: Repository, scheme: Scheme) -> None:
    """Past applications as the file that ``train`` reads."""
    rows = repository.applications.past_applications()
    st.caption(
        _(
            "Decided applications with an assessment at application: {n}. A model is trained on them on "
            "the page Model; the file is for other programs."
        ).format(n=len(rows))
    )
    download_button.button(
        _("Download past applications (CSV)"),
        lambda: downloads.table_file(past_table(rows, scheme), "csv"),
        file_name="past_applications.csv",
        mime=downloads.MIMES["csv"],
        disabled=not rows,
        icon=":material/download:",
    )
