"""Sign in; or who is signed in, the password, and signing out."""

from __future__ import annotations

import streamlit as st

from eligibility.app import auth
from eligibility.app.account import sessions, sign_in
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets.markup import tag
from eligibility.store import LOCAL, ROLE_WORDS

signed = auth.signed_in()
if signed is not None:
    st.title(_("Account"), anchor=False)
    told = [tag("strong", signed.name), f" ({signed.login})"]
    if not signed.once:
        told += [" · ", _(ROLE_WORDS[signed.actor.role])]
    st.html(tag("p", _("Signed in: "), *told, cls="notice"))
    if signed.once:
        sign_in.first_password(signed)
    sign_in.sign_out()
    if not signed.once:
        st.header(_("Open sign-ins"), anchor=False)
        guard.news()
        sessions.sign_ins(auth.repository(), here=signed, own=True)
    if signed.by_password and not signed.once:
        st.header(_("Change the password"), anchor=False)
        sign_in.password(signed)
elif auth.principal() == LOCAL:
    st.title(_("Account"), anchor=False)
    st.write(
        _(
            "This is a tool for one person on this machine: there are no accounts and nobody signs "
            "in. To let others in, create the first administrator on the command line:"
        )
    )
    st.code("python -m eligibility create-admin LOGIN", language=None)
else:
    st.title(_("Sign in"), anchor=False)
    st.write(
        _(
            "For staff, and for firms that were given an account. A firm needs none to try the "
            "assessment."
        )
    )
    sign_in.sign_in()
    st.html(tag("p", _("Password forgotten? An administrator gives you a new one."), cls="muted"))
