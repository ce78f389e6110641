"""Columns of a file that nothing is read from: what a person says of them, kept for the next file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.markup import tag
from eligibility.assessment.ladder import joint_fields
from eligibility.domain.text import Message, msgid
from eligibility.intake.header_labels import exact_name
from eligibility.intake.proposals import nearest_fields
from eligibility.intake.table import HeaderMap
from eligibility.store import Repository
from eligibility.store.rows import Row

#: columns that are asked about before the rest is only named
MOST = 12


def confirm(repository: Repository, headers: HeaderMap) -> None:
    """Ask which field each unread column holds; nothing is taken until a person says so."""
    heads = [*headers.unknown, *(header for header, _lacking in headers.doubtful)]
    if not heads:
        return
    near = nearest_fields(headers)
    # those with a proposal first
    heads = sorted(heads, key=lambda head: head not in near)
    titles = {field.id: language().of(field.title) for field in joint_fields()}
    with st.expander(_("Columns not used: {n}").format(n=len(heads)), expanded=bool(near)):
        st.caption(
            _(
                "Say which field a column holds. It is read so from now on, in later files of this "
                "institution too, until somebody takes it back. Without an answer it stays unread."
            )
        )
        with st.form("columns"):
            answers = {}
            for head in heads[:MOST]:
                near_ids = [near[head].id] if head in near else []
                answers[head] = st.selectbox(
                    head,
                    [*near_ids, *(name for name in titles if name not in near_ids)],
                    index=None,
                    format_func=titles.__getitem__,
                    placeholder=_("perhaps {field}").format(field=titles[near_ids[0]])
                    if near_ids
                    else _("not used"),
                )
            send = st.form_submit_button(_("Read these columns so"))
        if len(heads) > MOST:
            st.caption(_("Further columns: {names}").format(names=_(", ").join(heads[MOST:])))
    if send and (pairs := [(head, name) for head, name in answers.items() if name]):
        guard.do(partial(_save, repository, pairs))
        st.rerun()


def names_kept(repository: Repository, names: Sequence[Row]) -> None:
    """The names that the institution keeps, each to be taken back."""
    if not names:
        return
    titles = {field.id: language().of(field.title) for field in joint_fields()}
    with st.expander(_("Names of columns kept from earlier files: {n}").format(n=len(names))):
        for row in names:
            with st.container(horizontal=True, vertical_alignment="center"):
                field = titles.get(row["field_id"], row["field_id"])
                st.html(tag("p", tag("b", row["name"]), " → ", field))
                st.button(
                    _("Take back"),
                    on_click=guard.do,
                    args=(partial(_withdraw, repository, row["id"]),),
                    key=f"column-name:{row['id']}",
                    type="tertiary",
                )


def _save(repository: Repository, pairs: Sequence[tuple[str, str]]) -> Message:
    repository.column_names.save(pairs)
    names = ", ".join(exact_name(name) for name, _field in pairs)
    return Message(msgid("Read from now on: {columns}"), {"columns": names})


def _withdraw(repository: Repository, name_id: int) -> Message:
    repository.column_names.withdraw(name_id)
    return Message(msgid("Taken back; files are read without it."))
