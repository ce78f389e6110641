"""What the web server is told that Streamlit has no option for.

Streamlit builds uvicorn's settings before this program is loaded, so they are changed where uvicorn
uses them: whose word it takes for the address of a client, and how long a message may be. Left to
itself it believes every program of this machine, and collects 200 MB of a message before anybody
can refuse it.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import uvicorn.config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.server import ServerProtocol

from eligibility.domain.errors import InputError
from eligibility.i18n import language
from eligibility.trusted_proxies import trusted_proxies

PUBLIC_URL = "ELIGIBILITY_PUBLIC_URL"
#: bytes of one message of a browser; the longest that pages send is a draft of 300,000 characters
LONGEST_MESSAGE = 2 << 20


def public_url() -> str | None:
    """The address under which others reach the app, without a slash at its end; None: nobody does.

    Raises
    ------
    InputError
        If it is no http or https address of a host, or has more than a path.
    """
    url = os.environ.get(PUBLIC_URL, "").strip().rstrip("/")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or {*url} & {*"?#"}:
        raise InputError(
            "{variable} is {value}; expected an address such as https://gaoqi.example.cn.",
            variable=PUBLIC_URL, value=url,
        )  # fmt: skip
    return url


def configure() -> None:
    """Let the server that loads this program use these settings.

    Raises
    ------
    SystemExit
        With the sentence that says which setting is wrong.
    """
    try:
        proxies = trusted_proxies()
        public_url()
    except InputError as error:
        raise SystemExit(error.message.say(language(os.environ.get("LANG")))) from error

    class NamedProxies(ProxyHeadersMiddleware):
        def __init__(self, app: Any, **_: object) -> None:
            super().__init__(app, proxies)

    class BoundedProtocol(ServerProtocol):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "max_size": LONGEST_MESSAGE})

    uvicorn.config.ProxyHeadersMiddleware = NamedProxies  # type: ignore[assignment,attr-defined]
    websockets_sansio_impl.ServerProtocol = BoundedProtocol  # type: ignore[attr-defined]
