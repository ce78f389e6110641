"""Tokens of programs that call the web API: who has one, a new one, ending one."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import session
from eligibility.app.register.dossier import moment
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.domain.text import Message
from eligibility.store import ROLE_WORDS, Repository, Role
from eligibility.store.api_tokens import LONGEST

#: days that a new token is valid for, unless others are chosen
DAYS = 90


def api_tokens(repository: Repository) -> None:
    """All tokens; a new one, which is shown once; ending one at once."""
    rows = repository.api_tokens.tokens()
    carriers = {row["id"]: row["name"] for row in repository.administration.carriers()}
    st.caption(
        _(
            "A platform calls /api/v1 with such a token. It is shown once and kept as a hash; whoever "
            "has it may do what its role may, until it expires or is ended here."
        )
    )
    if rows:
        st.dataframe(
            [
                {
                    _("Program"): row["name"],
                    _("Role"): _(ROLE_WORDS[Role(row["role"])]),
                    _("Carrier"): carriers.get(row["carrier_id"], ""),
                    _("State"): _state(row),
                    _("Valid until"): moment(row["expires_at"]),
                    _("Last used"): moment(row["seen_at"]) if row["seen_at"] else _("never"),
                }
                for row in rows
            ],
            hide_index=True,
            placeholder="",
        )
    new, end = st.columns(2, gap="large")
    with new, st.form(f"new-token-{len(rows)}", border=False):
        st.subheader(_("New token"), anchor=False)
        name = st.text_input(_("Which program has it"), max_chars=200, autocomplete="off")
        carrier = st.selectbox(
            _("Carrier"),
            [None, *carriers],
            format_func=lambda each: (
                _("all carriers (a manager's rights)") if each is None else str(carriers[each])
            ),
        )
        days = st.number_input(_("Valid for days"), 1, LONGEST, DAYS)
        if st.form_submit_button(_("Make the token")):
            guard.do(partial(_add, repository, name, carrier, int(days)))
            st.rerun()
    valid = {row["id"]: row["name"] for row in rows if row["revoked_at"] is None}
    with end:
        st.subheader(_("End a token"), anchor=False)
        if not valid:
            st.caption(_("There is no token to end."))
            return
        selection = st.selectbox(_("Token"), list(valid), format_func=lambda each: valid[each])
        st.button(
            _("End this token"),
            key=session.END_TOKEN,
            on_click=guard.do,
            args=(partial(_revoke, repository, selection),),
        )


def _state(row: dict[str, Any]) -> str:
    return _("○ ended") if row["revoked_at"] else _("● valid")


def _add(repository: Repository, name: str, carrier: int | None, days: int) -> Message:
    role = Role.MANAGER if carrier is None else Role.ADVISER
    token = repository.api_tokens.add(name, role, carrier_id=carrier, days=days)
    return Message(
        "Token of {name}, shown this once: {token} — hand it over by a safe way.",
        {"name": name, "token": token},
    )


def _revoke(repository: Repository, token_id: int) -> Message:
    repository.api_tokens.revoke(token_id)
    return Message("The token is ended: its next call is refused.")
