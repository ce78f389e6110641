"""The cookies and what is signed into them and into addresses; one place for their names.

The sign-in cookie carries the store's random token, signed and dated, and nothing else: what it
is worth stands in the store, which can end it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from eligibility.store import signing_key
from eligibility.store.accounts import ABSOLUTE
from eligibility.vocabulary import Message

SIGN_IN = "eligibility_sign_in"
#: names a browser that has not signed in, so that its forms can be told from another site's
VISIT = "eligibility_visit"
#: Streamlit's own, of a sign-in through an OpenID provider
PROVIDER = "_streamlit_user"
#: seconds that a sentence in an address, and an identity waiting for its cookie, are believed
SAID_FOR, IDENTITY_FOR = 60, 600


def set_sign_in(response: Response, request: Request, token: str) -> None:
    """Put a sign-in's token into the browser."""
    put(response, request, SIGN_IN, _signer("sign-in").dumps(token))


def put(response: Response, request: Request, name: str, value: str) -> None:
    """Set a cookie that no script can read and no other site's form can send."""
    response.set_cookie(
        name,
        value,
        max_age=int(ABSOLUTE.total_seconds()) if name == SIGN_IN else None,
        httponly=True,
        samesite="lax",
        # behind a proxy the server knows the scheme from X-Forwarded-Proto, if it trusts the proxy
        secure=request.url.scheme == "https",
    )


def forget(response: Response, request: Request) -> None:
    """Take every cookie of a sign-in out of the browser."""
    for name in request.cookies:
        if name == SIGN_IN or name.startswith(PROVIDER):
            response.delete_cookie(name)


def token(cookies: Mapping[str, str]) -> str | None:
    """The sign-in's token; None without one, or where it is forged or too old."""
    held = _read("sign-in", cookies.get(SIGN_IN), ABSOLUTE.total_seconds())
    return held if isinstance(held, str) else None


def sentence(message: Message) -> str:
    """A sentence as it goes into an address: nobody else can make one up."""
    values = {name: str(value) for name, value in message.values.items()}
    return _signer("said").dumps([message.text, values])


def said(given: str | None) -> Message | None:
    """The sentence of an address; None where it is forged or no longer of this moment."""
    held = _read("said", given, SAID_FOR)
    return None if held is None else Message(*held)


def identity(visit: str, claims: Mapping[str, Any]) -> str:
    """What an OpenID provider says of a person, for this browser's form to hand back."""
    return _signer("identity").dumps([visit, dict(claims)])


def claims(visit: str, given: str) -> Mapping[str, Any] | None:
    """What the provider said; None where it is forged, too old or another browser's."""
    held = _read("identity", given, IDENTITY_FOR)
    return held[1] if held is not None and visit and held[0] == visit else None


def _read(purpose: str, given: str | None, seconds: float) -> Any:
    try:
        return _signer(purpose).loads(given, max_age=int(seconds)) if given else None
    except BadData:
        return None


@cache
def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_key(), salt=purpose)
