"""The cookies and what is signed into them and into addresses; one place for their names.

The sign-in cookie carries the store's random token, signed and dated, and nothing else: what it
is worth stands in the store, which can end it.

Over https their names begin with ``__Host-``: a browser takes such a cookie from this very host
over https only, so that neither a neighbouring host nor a page of plain http can plant one.
``read_prefixed`` gives them their plain names on the way in; no other module knows of the prefix.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any

from itsdangerous import BadData, Signer, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Scope

from eligibility.domain.text import Message
from eligibility.store import signing_key
from eligibility.store.accounts import ABSOLUTE
from eligibility.store.passwords import normalize_login

SIGN_IN = "eligibility_sign_in"
#: names a browser, so that its forms can be told from another site's and its drafts are found again
VISIT = "eligibility_visit"
#: remembers, for a browser's own count of wrong passwords, who has signed in with it
KNOWN = "eligibility_known"
OWN = (SIGN_IN, VISIT, KNOWN)
#: of a cookie that holds over https and for this host alone
HOST = "__Host-"
SECURE = ("https", "wss")
#: Streamlit's own, of a sign-in through an OpenID provider
PROVIDER = "_streamlit_user"
#: seconds that a sentence in an address, and an identity waiting for its cookie, are believed
SAID_FOR, IDENTITY_FOR = 60, 600
#: seconds that a browser is known after the last sign-in with it, logins it is known for, bytes of its id
KNOWN_FOR, MOST_KNOWN, BROWSER_BYTES = 365 * 24 * 3600, 8, 16


def set_sign_in(response: Response, request: Request, token: str) -> None:
    """Put a sign-in's token into the browser."""
    put(response, request, SIGN_IN, _signer("sign-in").dumps(token), ABSOLUTE.total_seconds())


def put(
    response: Response, request: Request, name: str, value: str, seconds: float | None = None
) -> None:
    """Set a cookie that no script can read and no other site's form can send.

    It lasts so many seconds; until the browser is closed if omitted.
    """
    # behind a proxy the server knows the scheme from X-Forwarded-Proto, if it trusts the proxy
    secure = request.url.scheme in SECURE
    response.set_cookie(
        HOST + name if secure else name,
        value,
        max_age=None if seconds is None else int(seconds),
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def forget(response: Response, request: Request) -> None:
    """Take every cookie of a sign-in out of the browser."""
    secure = request.url.scheme in SECURE
    for name in request.cookies:
        if name == SIGN_IN:
            # a browser lets a cookie of this prefix be ended only as it was set
            response.delete_cookie(HOST + name if secure else name, secure=secure, httponly=True)
        elif name.startswith(PROVIDER):
            response.delete_cookie(name)


def read_prefixed(scope: Scope) -> None:
    """Give the own cookies of a request their plain names; drop those that another host may have set.

    Over https only those with the prefix count, over http only those without.
    """
    headers = MutableHeaders(scope=scope)
    secure = scope["scheme"] in SECURE
    remaining = []
    for pair in "; ".join(headers.getlist("cookie")).split(";"):
        name = pair.split("=", 1)[0].strip()
        plain = name.removeprefix(HOST)
        if plain in OWN:
            if secure != name.startswith(HOST):
                continue
            pair = pair.strip().removeprefix(HOST)
        remaining.append(pair.strip())
    if "cookie" in headers:
        headers["cookie"] = "; ".join(remaining)


def browser(scope: Scope) -> tuple[str, str] | None:
    """What names a browser and its sign-in; None where it was given no cookie."""
    cookies = HTTPConnection(scope).cookies
    named = cookies.get(VISIT, ""), cookies.get(SIGN_IN, "")
    return named if any(named) else None


def set_known(response: Response, request: Request, login: str) -> None:
    """Let the browser be known as one with which this login has signed in."""
    name, logins = _provider_keys(request.cookies) or (secrets.token_urlsafe(BROWSER_BYTES), [])
    newest = [_digest(login), *(each for each in logins if each != _digest(login))][:MOST_KNOWN]
    put(response, request, KNOWN, _signer("known").dumps([name, newest]), KNOWN_FOR)


def known_browser(cookies: Mapping[str, str], login: str) -> str:
    """The id of a browser with which this login has signed in before; else empty."""
    name, logins = _provider_keys(cookies) or ("", [])
    return name if _digest(login) in logins else ""


def token(cookies: Mapping[str, str]) -> str | None:
    """The sign-in's token; None without one, or where it is forged or too old."""
    content = _read("sign-in", cookies.get(SIGN_IN), ABSOLUTE.total_seconds())
    return content if isinstance(content, str) else None


def sentence(message: Message) -> str:
    """A sentence as it goes into an address: nobody else can make one up."""
    values = {name: str(value) for name, value in message.values.items()}
    return _signer("said").dumps([message.text, values])


def signed_message(cookie: str | None) -> Message | None:
    """The sentence of an address; None where it is forged or no longer of this moment."""
    content = _read("said", cookie, SAID_FOR)
    return None if content is None else Message(*content)


def identity(visit: str, claims: Mapping[str, Any]) -> str:
    """What an OpenID provider says of a person, for this browser's form to hand back."""
    return _signer("identity").dumps([visit, dict(claims)])


def claims(visit: str, cookie: str) -> Mapping[str, Any] | None:
    """What the provider said; None where it is forged, too old or another browser's."""
    content = _read("identity", cookie, IDENTITY_FOR)
    return content[1] if content is not None and visit and content[0] == visit else None


def link_address(token: str) -> str:
    """The token of a link as it stands in its address, signed: guesses are refused unasked."""
    return _link_signer().sign(token).decode()


def link_token(address: str) -> str | None:
    """The token of a link's address; None where it was not made here, or was not copied whole."""
    try:
        return _link_signer().unsign(address).decode()
    except BadData:
        return None


def _link_signer() -> Signer:
    return Signer(signing_key(), salt="link")


def _provider_keys(cookies: Mapping[str, str]) -> tuple[str, list[str]] | None:
    content = _read("known", cookies.get(KNOWN), KNOWN_FOR)
    return None if content is None else (str(content[0]), list(content[1]))


def _digest(login: str) -> str:
    return hashlib.sha256(normalize_login(login).encode(errors="surrogatepass")).hexdigest()[:16]


def _read(purpose: str, cookie: str | None, seconds: float) -> Any:
    try:
        return _signer(purpose).loads(cookie, max_age=int(seconds)) if cookie else None
    except BadData:
        return None


@cache
def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_key(), salt=purpose)
