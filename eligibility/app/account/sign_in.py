"""Forms of sign-in, sign-out and passwords: plain HTML, posted to the routes that set the cookie."""

from __future__ import annotations

import streamlit as st

from eligibility.app import address, auth, session
from eligibility.app.page_files import PAGES
from eligibility.app.translation import text as _
from eligibility.app.web import routes
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import Markup, tag
from eligibility.store import SignedIn
from eligibility.store.passwords import SHORTEST


def refused_page() -> None:
    """What stands at the address of a page for others: the sign-in, or a refusal in words."""
    person = auth.signed_in()
    if person is not None and person.once:
        st.title(_("Account"), anchor=False)
        first_password(person)
        return
    if person is None:
        st.title(_("Sign in"), anchor=False)
        st.html(tag("p", _("This page is for staff; sign in to open it.")))
        sign_in()
        return
    st.title(_("This page is not for you"), anchor=False)
    st.html(
        tag(
            "p",
            _("Your role does not allow this."),
            " ",
            _("If it should, ask an administrator."),
            cls="notice refused",
            role="alert",
        )
    )


def sign_in() -> None:
    """Login and password; a button for the OpenID provider where one is configured."""
    st.html(
        _form(
            routes.SIGN_IN,
            _("Sign in"),
            _field("login", _("Login"), "text", "username"),
            _field("password", _("Password"), "password", "current-password"),
        )
    )
    if auth.provider() and auth.provider_identity() is None:
        st.button(_("Sign in through your organisation"), on_click=st.login)


def password(person: SignedIn) -> None:
    """Change the own password."""
    longer = _("New password, at least {shortest} characters").format(shortest=SHORTEST)
    st.html(
        _form(
            routes.PASSWORD,
            _("Change the password"),
            # so that a password manager knows whose password it is
            tag("input", type="hidden", name="login", value=person.login, autocomplete="username"),
            _field("old", _("Present password"), "password", "current-password"),
            _field("new", longer, "password", "new-password"),
            _field("again", _("The same again"), "password", "new-password"),
        )
    )


def first_password(person: SignedIn) -> None:
    """Change a password that somebody else set; before that nothing else opens."""
    st.header(_("Choose your own password"), anchor=False)
    words = _("The one you signed in with was set by somebody else. Your pages open once you have "
              "chosen your own.")  # fmt: skip
    st.html(tag("p", words))
    password(person)


def sign_out() -> None:
    """Sign out here, or on every device."""
    here = _form(routes.SIGN_OUT, _("Sign out here"))
    all_over = _form(
        routes.SIGN_OUT, _("Sign out on every device"), _hidden_field("everywhere", "yes")
    )
    st.html(tag("div", here, all_over, cls="ways-out"))


def show_signed_out(person: str | None) -> None:
    """That whoever looked at this tab before ``person`` does is signed out, and the way in."""
    if session.signed_out(person):
        words = _("You are signed out; nothing more is stored or shown. Sign in to go on.")
        st.html(tag("p", words, cls="notice refused", role="alert"))
        st.page_link(PAGES / "account/account_page.py", label=_("Sign in"))


def form_result() -> None:
    """What came of the form sent just now; and the last step of who comes from an OpenID provider."""
    message = address.form_message()
    if message is not None:
        notices.show_message(message)
    if (vouched := auth.provider_identity()) is not None and auth.signed_in() is None:
        _continue_openid(*vouched)


def _continue_openid(name: str, word: str) -> None:
    """The provider sends everybody to the first page, so this stands on every one."""
    st.html(tag("p", _("Your organisation knows you as "), tag("strong", name), cls="notice"))
    with st.container(horizontal=True, key="arrived"):
        go_on = _("Continue as the person signed in there")
        st.html(_form(routes.IDENTITY, go_on, _hidden_field("identity", word)), width="content")
        st.button(_("That is not me"), on_click=st.logout)


def _form(action: str, button: str, *fields: Markup) -> Markup:
    return tag(
        "form",
        *fields,
        _hidden_field("csrf", auth.form_token()),
        _hidden_field("back", address.here()),
        tag("button", button, type="submit"),
        cls="sign",
        method="post",
        action=action,
    )


def _field(name: str, label: str, kind: str, filled_by: str) -> Markup:
    entry = tag("input", name=name, type=kind, autocomplete=filled_by, required="required")
    return tag("label", tag("span", label), entry)


def _hidden_field(name: str, value: str) -> Markup:
    return tag("input", type="hidden", name=name, value=value)
