"""Sign-ins that are open: since when, last seen, and ending one."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.domain.text import Message, msgid
from eligibility.store import Repository, SignedIn


def sign_ins(repository: Repository, *, here: SignedIn | None, own: bool = False) -> None:
    """The open sign-ins of everybody, or one's ``own``; the one of this browser is signed out of."""
    rows = {
        row["id"]: row
        for row in repository.administration.open_sign_ins()
        if not own or (here is not None and row["account_id"] == here.account_id)
    }
    this = None if here is None else here.sign_in_id
    who = {} if own else {_("Login"): [row["login"] for row in rows.values()]}
    st.dataframe(
        {
            **who,
            _("Signed in since"): [moment(row["at"]) for row in rows.values()],
            _("Last seen"): [moment(row["seen_at"]) for row in rows.values()],
            _("Where"): [_("this browser") if row == this else "" for row in rows],
        },
        hide_index=True,
        width="content",
        placeholder="",
    )
    others = [row for row in rows if row != this]
    if not others:
        st.caption(_("No other sign-in is open."))
        return

    def label(row: int) -> str:
        whose = "" if own else f"{rows[row]['login']} · "
        seen = _("last seen")
        return f"{whose}{moment(rows[row]['at'])} · {seen} {moment(rows[row]['seen_at'])}"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        selection = st.selectbox(
            _("Open sign-in"), others, format_func=label, key=session.SIGN_IN, width=420
        )
        st.button(
            _("End this sign-in"),
            key=session.END_SIGN_IN,
            on_click=guard.do,
            args=(partial(_end, repository, selection),),
        )
    st.caption(
        _("Kept of a sign-in: whose it is, since when, and when it was last seen; nothing more.")
    )


def _end(repository: Repository, sign_in: int) -> Message:
    repository.administration.end_sign_in(sign_in)
    return Message(msgid("The sign-in is ended: its next click asks for the password."))
