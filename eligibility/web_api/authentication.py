"""Authentication of programs: ``Authorization: Bearer elig_…``, and how often each may call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from eligibility.domain.errors import SignedOut
from eligibility.store import ApiToken, Engine, find_token
from eligibility.web_api.problem import NO_TOKEN, TOO_OFTEN, TooMuch

MINUTE = 60
BEARER = HTTPBearer(auto_error=False, scheme_name="token")


class Authentication:
    """FastAPI dependency: the token of a request, or a refusal.

    Parameters
    ----------
    engine : Engine
        Of the store that holds the tokens.
    calls_per_minute : int
        Of one token, at this process.
    """

    def __init__(self, engine: Engine, calls_per_minute: int) -> None:
        self._engine = engine
        self._rate = RateLimitItemPerMinute(calls_per_minute)
        self._calls = MovingWindowRateLimiter(MemoryStorage())

    def __call__(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> ApiToken:
        """The token of this request.

        Raises
        ------
        SignedOut
            If there is none, or it is none that is valid.
        TooMuch
            If it has called too often.
        """
        principal = find_token(self._engine, credentials.credentials) if credentials else None
        if principal is None:
            raise SignedOut(NO_TOKEN)
        if not self._calls.hit(self._rate, str(principal.id)):
            raise TooMuch(TOO_OFTEN, HTTPStatus.TOO_MANY_REQUESTS, MINUTE, seconds=MINUTE)
        request.scope["token_id"] = principal.id
        return principal
