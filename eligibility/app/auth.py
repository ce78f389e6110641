"""Authentication of the page: who looks at it, and the store as that person may see it."""

from __future__ import annotations

import streamlit as st

from eligibility.app import cache, page_memo
from eligibility.app.web import cookies
from eligibility.store import LOCAL, Actor, Principal, Repository, SignedIn, Visitor


def signed_in() -> SignedIn | None:
    """Whoever this browser's cookie belongs to; asked of the store in each run, as it may have ended."""
    return page_memo.once(
        "signed in", lambda: cache.accounts().signed_in(cookies.token(st.context.cookies))
    )


def principal() -> Principal:
    """The person signed in with an own password; the one person of a store without accounts; else a
    visitor, known by the address only."""
    person = signed_in()
    if person is not None and not person.once:
        return person.principal
    return page_memo.once("without account", _without_account)


def _without_account() -> Principal:
    if not cache.accounts().any_accounts():
        return LOCAL
    return Visitor(cache.accounts().source_of(str(st.context.ip_address or "")))


def person() -> str | None:
    """A name for whoever is signed in, or is the one of a store without accounts; else None."""
    person = signed_in()
    identity = principal() if person is None else person.principal
    return None if isinstance(identity, Visitor) else repr(identity)


def repository() -> Repository:
    """The store, as this person may see it at the moment of each call."""
    return page_memo.once("repository", lambda: Repository(cache.engine(), principal()))


def actor() -> Actor:
    """The rights of this person in this run: what a page offers by them."""
    return page_memo.once("rights", lambda: repository().rights())


def browser() -> str:
    """The cookie that names this browser; empty where it takes none."""
    return str(st.context.cookies.get(cookies.VISIT) or "")


def form_token() -> str:
    """What a form of this page sends back, so that no other site's form passes for it."""
    person = signed_in()
    if person is not None:
        return person.csrf
    visit = st.context.cookies.get(cookies.VISIT)
    return cache.accounts().csrf_token(visit) if visit else ""


def provider_identity() -> tuple[str, str] | None:
    """Whom an OpenID provider knows here: the name, and its word signed for the form that signs in."""
    visit = st.context.cookies.get(cookies.VISIT)
    if not provider() or not visit or not st.user.is_logged_in:
        return None
    provider_claims = st.user.to_dict()
    login, name = str(provider_claims.get("email") or ""), str(provider_claims.get("name") or "")
    claims = {
        "issuer": str(provider_claims["iss"]),
        "subject": str(provider_claims["sub"]),
        "login": login,
        "email_is_verified": provider_claims.get("email_verified") is True,
        "name": name,
    }
    return name or login or str(provider_claims["sub"]), cookies.identity(visit, claims)


def provider() -> bool:
    """Is an OpenID provider configured?"""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False
