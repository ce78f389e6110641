"""Courses held: which one, when, and the firms that came."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from eligibility.app import cache
from eligibility.app.self_assessment.fields import EARLIEST
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.table import table
from eligibility.city.annual_results import course_results
from eligibility.domain.text import Message, msgid
from eligibility.register.firm_matching import likely_firms
from eligibility.store import Repository


def record_course(repository: Repository) -> None:
    """The courses of this year, and the form that records one with its firms."""
    today = date.today()
    held = course_results(repository.courses.attendance(today.year))
    with st.expander(_("Courses held in {year}: {n}").format(year=today.year, n=len(held))):
        if held:
            heads = (_("Course"), _("Day"), _("Firms that came"), _("At another stage since"))
            rows = [
                (each.course, str(each.held_on), str(each.firms), str(each.at_other_stage))
                for each in held
            ]
            st.html(table(heads, rows, numbers=[2, 3]))
        with st.form("course", border=False, clear_on_submit=True):
            titles = [language().of(course.title) for course in cache.city().courses]
            with st.container(horizontal=True):
                course = st.selectbox(
                    _("Course"), titles, index=None, accept_new_options=True, width=360
                )
                day = st.date_input(_("Held on"), today, EARLIEST, today, format="YYYY-MM-DD")
            came = st.text_area(
                _("Firms that came, a name or credit code a line"),
                height=110,
                help=_("The list takes the place of one recorded for the same course and day."),
            )
            if st.form_submit_button(_("Record the course")):
                lines = [line.strip() for line in came.splitlines() if line.strip()]
                guard.do(partial(_save, repository, course or "", day, lines))
                st.rerun()


def _save(repository: Repository, course: str, day: date, lines: list[str]) -> Message:
    """Record who is held; who is not is named."""
    codes = [line.upper() if line.isalnum() and line.isascii() else None for line in lines]
    likely = likely_firms(repository, list(zip(codes, lines, strict=True)))
    found = [ids[0] for ids in likely if len(ids) == 1]
    unknown = [line for line, ids in zip(lines, likely, strict=True) if len(ids) != 1]
    if not found:
        return Message(msgid("Nothing recorded: no line names a firm held here."))
    count = repository.courses.save(course, day, found)
    if unknown:
        return Message(
            msgid("Recorded: {n} firms. Not held here, or several of the name: {names}"),
            {"n": count, "names": ", ".join(unknown)},
        )
    return Message(msgid("Recorded: {n} firms."), {"n": count})
