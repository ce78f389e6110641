"""Visits to a firm: planning one, writing down what was found, and those before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.translation import text as _
from eligibility.app.widgets import disclosure, guard
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.store import Repository
from eligibility.store.casework import LONGEST_NOTE, LONGEST_TITLE

Row = Mapping[str, Any]


def visits(repository: Repository, firm: Row) -> None:
    """Visits of a firm, those to be written down first, and a form for another one."""
    st.subheader(_("Visits"), anchor=False)
    rows = repository.visits.of_firm(firm["id"])
    if not rows:
        st.info(_("No visit yet; plan one, or write down what was found at one."))
    for row in sorted(rows, key=lambda each: each["findings"] is not None):
        _line(row)
        if row["findings"] is None:
            write_down(repository, row)
    section = disclosure.popover(_("Add a visit"), f"visit:{firm['id']}")
    if section is None:
        return
    with section:
        _form(
            f"{session.VISIT}:{firm['id']}",
            partial(_add, repository, firm["id"]),
            day=date.today(),
            button=_("Save the visit"),
        )


def _line(row: Row) -> None:
    parts = [tag("small", f"{row['visited_on']} · {row['visitor'] or _('nobody')}")]
    if row["findings"]:
        parts.append(row["findings"])
    if row["next_step"]:
        parts.append(tag("small", _("Next: {step}").format(step=row["next_step"])))
    st.html(tag("p", *parts, cls="note"))


def write_down(repository: Repository, visit: Row) -> None:
    """What was found at a visit, and the next step."""
    with st.popover(_("Write down")):
        _form(
            f"{session.VISIT}:{visit['id']}:{visit['version']}",
            partial(_save, repository, visit),
            day=visit["visited_on"],
            button=_("Save the visit"),
        )


def _form(key: str, save: Any, *, day: date, button: str) -> None:
    with st.form(key, clear_on_submit=True, border=False):
        visited_on = st.date_input(_("Day of the visit"), day, format="YYYY-MM-DD")
        findings = st.text_area(_("What was found (blank: it is planned)"), max_chars=LONGEST_NOTE)
        next_step = st.text_input(_("Next step"), max_chars=LONGEST_TITLE)
        next_due = st.date_input(_("By when (makes it a task)"), None, format="YYYY-MM-DD")
        if st.form_submit_button(button):
            values = {
                "visited_on": visited_on,
                "findings": findings.strip() or None,
                "next_step": next_step.strip() or None,
            }
            guard.do(partial(save, values, next_due))
            st.rerun()


def _add(repository: Repository, firm_id: int, values: Row, next_due: date | None) -> Message:
    repository.visits.add(firm_id, values, next_due=next_due)
    return Message(msgid("The visit is saved."))


def _save(repository: Repository, visit: Row, values: Row, next_due: date | None) -> Message:
    repository.visits.save(visit["id"], values, visit["version"], next_due=next_due)
    return Message(msgid("The visit is saved."))
