"""A small OpenID provider on this machine: discovery, authorization code, signed id_token, keys.

Its one page asks who one is and believes it; everything after that is as OpenID Connect Core has it,
so that what the app does with a provider is tried against one.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from tests.browser.server import free_port

CLIENT, SECRET = "eligibility", "the secret of the client"
KEY_BITS, LASTS = 2048, 300


class Provider:
    """Knows people by name, and what it says of each.

    Parameters
    ----------
    people : mapping
        By the name on the button, the claims about the person; ``sub`` is the name if absent.
    """

    def __init__(self, people: Mapping[str, Mapping[str, Any]]) -> None:
        self.people = people
        self.issuer = f"http://127.0.0.1:{free_port()}"
        self._key = RSAKey.generate_key(KEY_BITS, {"kid": "one", "use": "sig", "alg": "RS256"})
        #: signs nothing that the published key would verify
        self._other = RSAKey.generate_key(KEY_BITS, {"kid": "one"})
        self._codes: dict[str, dict[str, Any]] = {}
        #: sign with a key that is not published
        self.forges = False

    @property
    def app(self) -> Starlette:
        """Its pages."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def secrets(self, app: str, folder: Path) -> Path:
        """The file that tells the app of this provider."""
        file = folder / "secrets.toml"
        file.write_text(
            f"""[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{self.issuer}/.well-known/openid-configuration"
""",
            encoding="utf-8",
        )
        return file

    async def _discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "scopes_supported": ["openid", "email", "profile"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            return PlainTextResponse("no such client", 400)
        person = asked.pop("person", None)
        if person is None:
            again = "".join(
                f'<input type=hidden name="{escape(name)}" value="{escape(value)}">'
                for name, value in asked.items()
            )
            people = "".join(
                f'<button name=person value="{escape(name)}">{escape(name)}</button>'
                for name in self.people
            )
            return HTMLResponse(f"<h1>Who are you?</h1><form>{again}{people}</form>")
        code = secrets.token_urlsafe()
        self._codes[code] = {**asked, "person": person}
        back = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> Response:
        given = await request.form()
        shown = request.headers.get("authorization", "").removeprefix("Basic ")
        held = self._codes.pop(str(given.get("code")), None)
        if base64.b64decode(shown).decode() != f"{CLIENT}:{SECRET.replace(' ', '%20')}" and (
            base64.b64decode(shown).decode() != f"{CLIENT}:{SECRET}"
        ):
            return JSONResponse({"error": "invalid_client"}, 401)
        if held is None or given.get("redirect_uri") != held["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "sub": held["person"], **self.people[held["person"]], "iss": self.issuer,
            "aud": CLIENT, "iat": now, "exp": now + LASTS, "nonce": held.get("nonce"),
        }  # fmt: skip
        key = self._other if self.forges else self._key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token,
             "expires_in": LASTS}
        )  # fmt: skip

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


@contextmanager
def providing(provider: Provider) -> Iterator[Provider]:
    """The provider answers until the block ends."""
    port = int(provider.issuer.rsplit(":", 1)[1])
    config = uvicorn.Config(provider.app, host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(timeout=20)
