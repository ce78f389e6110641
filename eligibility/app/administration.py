"""Accounts, carriers, targets, and the trail of who did what."""

from __future__ import annotations

from functools import partial

import streamlit as st

from eligibility.app import state, who
from eligibility.app.components import administration, guard, sessions
from eligibility.store import ADMINISTRATORS, LEADS, LOCAL

language = state.language()
_ = language.text

repository = who.only(LEADS)
st.title(_("Administration"), anchor=False)
guard.news(language)
if repository.actor == LOCAL:
    administration.alone(language)

parts = {
    _("Carriers"): administration.carriers,
    _("Targets"): administration.targets,
    _("Who did what"): administration.trail,
}
if repository.actor.role in ADMINISTRATORS:
    signed = partial(sessions.sign_ins, here=who.signed_in())
    parts = {_("Accounts"): administration.accounts} | parts | {_("Open sign-ins"): signed}
for tab, part in zip(st.tabs(list(parts)), parts.values(), strict=True):
    with tab:
        part(repository, language)
