"""Accounts, carriers, targets, and the trail of who did what."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import auth
from eligibility.app.account import administration, api_tokens, sessions
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.store import ADMINISTRATORS, LEADS, Role

repository = guard.only(LEADS)
st.title(_("Administration"), anchor=False)
guard.news()
role = repository.rights().role
if role is Role.LOCAL:
    administration.alone()

parts = {
    _("Carriers"): administration.carriers,
    _("Targets"): administration.targets,
    _("Who did what"): administration.audit_trail,
}
if role in ADMINISTRATORS:
    signed = partial(sessions.sign_ins, here=auth.signed_in())
    parts = (
        {_("Accounts"): administration.accounts}
        | parts
        | {_("Open sign-ins"): signed, _("Programs"): api_tokens.api_tokens}
    )
for tab, part in zip(st.tabs(list(parts)), parts.values(), strict=True):
    with tab:
        part(repository)
