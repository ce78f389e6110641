"""The persons of a firm: shown to whom its figures are shown, changed, confirmed, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.store import Repository
from eligibility.store.contacts import LENGTHS, MOST_PERSONS, ContactList

Row = Mapping[str, Any]


def contacts(repository: Repository, firm: Row) -> None:
    """The persons, and the form to change them."""
    st.header(_("Contacts"), anchor=False)
    current = repository.contacts.of_firm(firm["id"])
    if current.confirmed_at is None or not current.persons:
        st.html(tag("p", _("No contact yet."), cls="muted"))
    else:
        st.html(tag("ul", *map(_line, current.persons), cls="rows"))
        st.caption(
            _("Confirmed on {day}; kept for three years from then on, for the work with this firm.")
            .format(day=f"{current.confirmed_at.astimezone():%Y-%m-%d}")
        )  # fmt: skip
    with st.expander(_("Change or confirm the contacts")):
        _form(repository, firm["id"], current)
    if current.persons:
        with st.popover(_("Erase the contacts")):
            st.write(_("All contacts of this firm are erased at once; the log keeps no name."))
            if st.button(_("Erase them now"), type="primary"):
                guard.do(partial(_erase, repository, firm["id"]))
                st.rerun()


def _line(person: Row) -> str:
    rest = " · ".join(person[name] for name in LENGTHS if name != "name" and name in person)
    return tag("li", tag("b", person["name"]), tag("span", rest, cls="muted"))


def _form(repository: Repository, firm_id: int, current: ContactList) -> None:
    words = {
        "name": _("Name"),
        "post": _("Post"),
        "phone": _("Phone"),
        "wechat": _("WeChat"),
        "mail": _("Mail"),
    }
    with st.form(f"contacts:{firm_id}:{current.version}", border=False):
        persons: list[dict[str, str]] = []
        for place in range(MOST_PERSONS):
            person = current.persons[place] if place < len(current.persons) else {}
            columns = st.columns(len(words))
            persons.append(
                {
                    name: column.text_input(
                        label, person.get(name, ""), max_chars=LENGTHS[name],
                        key=f"contact:{firm_id}:{current.version}:{place}:{name}", autocomplete="off",
                    )
                    for column, (name, label) in zip(columns, words.items(), strict=True)
                }
            )  # fmt: skip
        st.caption(_("Tell the persons that they stand here, and why."))
        if st.form_submit_button(_("Save")):
            guard.do(partial(_save, repository, firm_id, persons, current.version))
            st.rerun()


def _save(repository: Repository, firm_id: int, persons: Sequence[Row], version: int) -> Message:
    repository.contacts.save(firm_id, persons, version)
    return Message(msgid("Saved."))


def _erase(repository: Repository, firm_id: int) -> Message:
    repository.contacts.erase(firm_id)
    return Message(msgid("The contacts are erased."))
