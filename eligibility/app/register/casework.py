"""The daily work on one firm: tasks and notes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.store import Repository
from eligibility.store.casework import LONGEST_NOTE, LONGEST_TITLE

Row = Mapping[str, Any]


def tasks(repository: Repository, firm: Row) -> None:
    """What is to be done until when and by whom; done ones below."""
    advisers = {None: _("nobody")} | {
        row["id"]: row["name"] for row in repository.administration.advisers()
    }
    tasks = repository.casework.tasks(firm["id"])
    if not tasks:
        st.info(_("No task yet; add what is to be done next, with its day."))
    for task in sorted(tasks, key=lambda each: each["done"]):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.checkbox(
                _("done"),
                task["done"],
                key=f"{session.TASK}:{task['id']}:{task['version']}",
                on_change=guard.do,
                args=(partial(_close, repository, task),),
            )
            due = str(task["due_on"]) if task["due_on"] else _("no day")
            who = task["assignee"] or _("nobody")
            st.html(tag("p", tag("b", task["title"]), tag("small", f"{due} · {who}"), cls="task"))
    with st.form(session.TASK, clear_on_submit=True):
        title = st.text_input(_("What is to be done"), max_chars=LONGEST_TITLE)
        with st.container(horizontal=True):
            due_on = st.date_input(_("Until"), None, format="YYYY-MM-DD", width=180)
            assignee = st.selectbox(
                _("By whom"), list(advisers), format_func=advisers.__getitem__, width=220
            )
        if st.form_submit_button(_("Add the task")):
            values = {"title": title.strip(), "due_on": due_on, "assignee_id": assignee}
            guard.do(partial(_add_task, repository, firm["id"], values))
            st.rerun()


def _close(repository: Repository, task: Row) -> Message:
    repository.casework.save_task(task["id"], {"done": not task["done"]}, task["version"])
    return Message(msgid("Saved."))


def _add_task(repository: Repository, firm_id: int, values: Row) -> Message:
    if not values["title"]:
        return Message(msgid("Say first what is to be done."))
    repository.casework.add_task(firm_id, values)
    return Message(msgid("The task is added."))


def notes(repository: Repository, firm: Row) -> None:
    """Notes of staff; the firm never sees them, and none is rewritten."""
    with st.form(session.NOTE, clear_on_submit=True):
        text = st.text_area(_("A new note (for staff only)"), max_chars=LONGEST_NOTE)
        if st.form_submit_button(_("Add the note")):
            guard.do(partial(_add_note, repository, firm["id"], text.strip()))
            st.rerun()
    notes = repository.casework.notes(firm["id"])
    if not notes:
        st.info(_("No note yet; write down what was said, so that a colleague can go on."))
    for note in notes:
        head = f"{moment(note['at'])} · {note['by'] or fmt.NOTHING}"
        st.html(tag("p", tag("small", head), note["text"], cls="note"))


def _add_note(repository: Repository, firm_id: int, text: str) -> Message:
    if not text:
        return Message(msgid("Write the note first."))
    repository.casework.add_note(firm_id, text)
    return Message(msgid("The note is added."))
