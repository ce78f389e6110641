"""Steps of one application: those on record, and the form that adds the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache
from eligibility.app.self_assessment.fields import EARLIEST, LATEST
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.table import table
from eligibility.domain.text import Message, msgid
from eligibility.register.application_life import application_status, next_steps
from eligibility.register.review_reasons import REVIEW_REASONS, reason_titles
from eligibility.store import STEP_WORDS, ApplicationStep, Repository

Row = Mapping[str, Any]


def draw_steps(repository: Repository, row: Row) -> None:
    """The steps of an application on record, and the next one to record."""
    status = application_status(row)
    since = _(" since {day}").format(day=status.since) if status.since else ""
    st.html(tag("p", tag("strong", _(str(status.words))), since, cls="counts"))
    if row["steps"]:
        heads = (_("Step"), _("Day"), _("Reasons"), _("Remark"))
        lines = [
            (
                _(STEP_WORDS[each["step"]]),
                str(each["day"]),
                _(", ").join(_(title) for title in reason_titles(each["reasons"])),
                each["remark"],
            )
            for each in row["steps"]
        ]
        st.html(table(heads, lines))
    if status.step is ApplicationStep.PUBLICITY:
        law = cache.scheme().in_force(status.since or date.today())
        st.caption(fmt.clause(law.clauses["public_notice"]))
    if later := next_steps(status):
        _form(repository, row, later)


def _form(repository: Repository, row: Row, later: tuple[ApplicationStep, ...]) -> None:
    with st.form(f"step:{row['firm_id']}:{row['applied_year']}:{row['version']}"):
        with st.container(horizontal=True):
            step = st.selectbox(
                _("Next step"), later, format_func=lambda each: _(STEP_WORDS[each]), width=200
            )
            day = st.date_input(_("Day"), date.today(), EARLIEST, LATEST, format="YYYY-MM-DD")
        reasons = st.multiselect(
            _("Reasons (of a return or a refusal)"),
            list(REVIEW_REASONS),
            format_func=lambda code: _(REVIEW_REASONS[code].title),
        )
        remark = st.text_input(_("Remark"), max_chars=500)
        if st.form_submit_button(_("Record the step")):
            new = {"step": step, "day": day, "reasons": reasons, "remark": remark.strip()}
            guard.do(partial(_save, repository, row, new))
            st.rerun()


def _save(repository: Repository, row: Row, step: Row) -> Message:
    steps = [*row["steps"], step]
    key = row["firm_id"], row["applied_year"]
    repository.applications.save_steps(*key, steps, row["version"])
    return Message(msgid("Saved."))
