"""What goes both ways with one firm: what it sent, what was decided, questions to it, its contacts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache, session
from eligibility.app.links import link_widget
from eligibility.app.register import contacts, firms_query, inbox
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web import link_routes, server
from eligibility.app.web.upload_fields import upload_field
from eligibility.app.widgets import download_button, downloads, guard
from eligibility.app.widgets.markup import tag
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.calendar_window import cut_window, latest_year_ids
from eligibility.domain.errors import EligibilityError, InputError
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language
from eligibility.register import inbox_items, questions
from eligibility.reports.question_sheet import Question
from eligibility.store import Repository
from eligibility.store.links import LONGEST_SENDER

Row = Mapping[str, Any]


def exchange(repository: Repository, firm: Row) -> None:
    """What the firm sent and is to be decided on, questions to it, and what was decided."""
    st.header(_("Inbox"), anchor=False)
    inbox.list_items(inbox.of_firm(repository, firm))
    st.header(_("Ask the firm"), anchor=False)
    _ask(repository, firm)
    rows = repository.links.of_firm(firm["id"])
    revoke = partial(repository.links.revoke_of_firm, firm["id"])
    link_widget.list_links(_subject(firm), rows, revoke)
    for row in rows:
        _workbook(repository, firm, row)
    contacts.contacts(repository, firm)
    inbox.show_decisions(repository.inbox.decisions(firm["id"]))


def _subject(firm: Row) -> str:
    return f"questions:{firm['id']}"


def _ask(repository: Repository, firm: Row) -> None:
    """Choose what is asked, and make the link and the workbook of it."""
    subject = _subject(firm)
    link_widget.new_link(subject)
    years = repository.records.years(firm["id"])
    choice = sorted({date.today().year, date.today().year + 1, *years}, reverse=True)
    year = st.selectbox(
        _("For the application in"),
        choice,
        choice.index(years[0] if years else date.today().year),
        key=f"{subject}:year",
        width=220,
    )
    fields = {field.stem: field for field in reversed(questions.askable(year).values())}
    stems = {stem: fields[stem] for stem in reversed(fields)}
    usual = _open_stems(repository, firm, year)
    with st.form(subject, border=False):
        asked = st.multiselect(
            _("What is asked (open items are chosen)"),
            list(stems),
            [stem for stem in stems if stem in usual],
            format_func=lambda stem: language().of(stems[stem].stem_title),
            placeholder=_("choose"),
            key=f"{subject}:{year}:stems",
        )
        sender = st.text_input(
            _("Who sends it"), firm["carrier"] or "", max_chars=LONGEST_SENDER, key=f"{subject}:by"
        )
        days = link_widget.days_choice(f"{subject}:days", 30)
        has_address = server.public_url() is not None
        label = _("Make the link and the workbook") if has_address else _("Make the workbook")
        if st.form_submit_button(label):
            keys = [key for key, f in questions.askable(year).items() if f.stem in asked]
            guard.do(partial(_make, repository, firm, year, keys, days, sender))
            st.rerun()


def _open_stems(repository: Repository, firm: Row, year: int) -> set[str]:
    """Figures that leave something open on what is held; of a firm without any, what is required."""
    stored, _version = inbox_items.stored_facts(repository, firm["id"], year)
    facts = cut_window(stored, year, latest_year_ids(joint_fields()))
    facts = {"application_date": f"{year}-01-01", **facts}
    by_key = questions.askable(year)
    try:
        judged = firms_query.assess_facts(facts, cache.scheme())
    except EligibilityError:
        return {field.stem for field in by_key.values() if field.required}
    return {by_key[key].stem for key in questions.open_keys(judged.missing_anywhere, year)}


def _make(
    repository: Repository, firm: Row, year: int, keys: list[str], days: int, sender: str
) -> Message:
    token, link_id = repository.links.add_question_link(firm["id"], year, keys, days, sender)
    if url := link_routes.link_url(token):
        session.keep_link(_subject(firm), link_id, url)
    return Message(msgid("The questions are ready to be sent."))


def _workbook(repository: Repository, firm: Row, link: Row) -> None:
    """The workbook of a link to take away, and the place for what comes back."""
    year, keys = link["options"]["year"], link["options"]["keys"]
    stored, _version = inbox_items.stored_facts(repository, firm["id"], year)
    title = _("Workbook of {day}: {n} fields").format(
        day=f"{link['at'].astimezone():%Y-%m-%d}", n=len(keys)
    )
    with st.expander(title):
        download_button.button(
            _("Download to send it by mail or WeChat"),
            partial(_sheet, firm, year, keys, stored, language()),
            file_name=f"{downloads.file_stem(firm['name'], year)}.xlsx",
            mime=downloads.MIMES["xlsx"],
            key=f"sheet:{link['id']}",
        )
        key = f"{session.ANSWER}:{link['id']}"
        upload_field(_("The workbook that the firm sent back"), ["xlsx"], key)
        file = session.uploaded_file(key)
        if file is not None and st.button(_("Put it into the inbox"), key=f"take:{link['id']}"):
            held = {**link, "uscc": firm["uscc"], "facts": stored, "submissions": []}
            guard.do(partial(_receive, repository, firm, held, file.name, file.content))
            st.rerun()
        st.html(tag("p", _("Nothing changes in the register until it is accepted."), cls="muted"))


def _sheet(firm: Row, year: int, keys: list[str], facts: Row, words: Language) -> bytes:
    fields = questions.askable(year)
    rows = [Question(field, facts.get(key)) for key, field in fields.items() if key in keys]
    return downloads.question_sheet((firm["name"], firm["uscc"]), rows, year, words)


def _receive(repository: Repository, firm: Row, link: Row, name: str, content: bytes) -> Message:
    shown = questions.shown_texts(link)
    answers = questions.read_sheet(name, content, link, cache.scheme(), shown)
    if answers.troubles:
        key, trouble = next(iter(answers.troubles.items()))
        raise InputError(
            "{title}: {value}; expected: {expected}",
            title=inbox_items.key_title(key, language()), value=answers.facts[key],
            expected=trouble.say(language()),
        )  # fmt: skip
    repository.links.answer_for_firm(firm["id"], link["id"], answers.facts, name)
    return Message(msgid("The answers are in the inbox; look at them and decide."))
