"""What the web server is told that Streamlit has no option for.

Streamlit builds uvicorn's settings before this program is loaded, so they are changed where uvicorn
uses them: whose word it takes for the address of a client, and how long a message may be. Left to
itself it believes every program of this machine, and collects 200 MB of a message before anybody
can refuse it.
"""

from __future__ import annotations

import os
from typing import Any

import uvicorn.config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.server import ServerProtocol

from eligibility.domain.errors import InputError
from eligibility.i18n import language
from eligibility.trusted_proxies import trusted_proxies

#: bytes of one message of a browser; the longest that pages send is a draft of 300,000 characters
LONGEST_MESSAGE = 2 << 20


def configure() -> None:
    """Let the server that loads this program use these settings.

    Raises
    ------
    SystemExit
        With the sentence that says which setting is wrong.
    """
    try:
        proxies = trusted_proxies()
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
