"""Whether a page of this very site sent a request: its scheme, host and port."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

PORTS = {"http": 80, "https": 443}
PAGES = {"ws": "http", "wss": "https"}


def is_own(scope: Scope) -> bool:
    """Does the ``Origin`` of a request name the address that the request itself was sent to?

    A request without an ``Origin`` is nobody's page; browsers send it with every form and socket.
    """
    headers = Headers(scope=scope)
    scheme = PAGES.get(scope["scheme"], scope["scheme"])
    origin = _parts(headers.get("origin", ""))
    return origin is not None and origin == _parts(f"{scheme}://{headers.get('host', '')}")


def _parts(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None where one is missing."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.path or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port
