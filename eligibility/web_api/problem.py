"""Errors as ``application/problem+json`` (RFC 9457), in the caller's language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from eligibility.domain.errors import (
    Conflict,
    DateNotCovered,
    EligibilityError,
    InputError,
    ModelRefused,
    NotAllowed,
    NotFound,
    SignedOut,
    StoreUnavailable,
)
from eligibility.domain.facts import RowIssue
from eligibility.domain.text import Message, msgid
from eligibility.i18n import Language, language

MEDIA_TYPE = "application/problem+json"
#: of the first class in the list that an error belongs to
STATUS: Mapping[type[EligibilityError], HTTPStatus] = {
    SignedOut: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelRefused: HTTPStatus.SERVICE_UNAVAILABLE,
    DateNotCovered: HTTPStatus.UNPROCESSABLE_ENTITY,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
#: what pydantic adds to the place of a value that may be of several kinds
UNION_KINDS = ("str", "bool", "int", "float")
NO_TOKEN = msgid(
    "This call needs a token: send it as Authorization: Bearer elig_…; an administrator makes them."
)
TOO_LARGE = msgid("The request is larger than {bytes} bytes.")
BUSY = msgid("The server is busy with other files; try again in {seconds} seconds.")
TOO_OFTEN = msgid("This token has called too often; try again in {seconds} seconds.")
NOT_READ = msgid("The request cannot be read; errors names each place and what was expected there.")
NO_JSON = msgid("The request cannot be read.")
BROKEN = msgid("Something went wrong on the server; nothing was stored.")
#: what was expected of a value, by pydantic's name for what is wrong with it
EXPECTED: Mapping[str, str] = {
    "missing": msgid("is missing"),
    "extra_forbidden": msgid("no name that is known here"),
    "unknown_name": msgid("no name that is known here; expected one of {known}"),
    "day": msgid("expected a date such as 2026-05-10"),
    "date": msgid("expected a date such as 2026-05-10"),
    "json": msgid("expected JSON"),
    "literal": msgid("expected one of {expected}"),
    "bool": msgid("expected yes or no: true or false"),
    "int": msgid("expected a whole number"),
    "float": msgid("expected a number"),
    "finite": msgid("expected a number"),
    "string_too_short": msgid("expected a text of at least {min_length} characters"),
    "string_too_long": msgid("expected a text of at most {max_length} characters"),
    "string": msgid("expected a text"),
    "too_short": msgid("expected a list of at least {min_length}"),
    "too_long": msgid("expected a list of at most {max_length}"),
    "list": msgid("expected a list"),
    "dict": msgid("expected an object: names with values"),
    "model": msgid("expected an object: names with values"),
    "greater_than_equal": msgid("expected a number of at least {ge}"),
    "less_than_equal": msgid("expected a number of at most {le}"),
    "value_error": msgid("expected a file"),
}
ELSE_EXPECTED = msgid("expected something else, as /api/v1/openapi.json describes it")
NO_SUCH_CALL = msgid("There is no such call; /api/v1/openapi.json lists all of them.")
NOT_IN_THIS_WAY = msgid("This call is not made with {method}.")


class RowsRefused(InputError):
    """Firms of a request that cannot be used, each with its issue."""

    def __init__(self, issues: list[RowIssue]) -> None:
        super().__init__("{issue}", issue=issues[0].sentence)
        self.issues = issues


class TooMuch(EligibilityError):
    """More than the server takes, at once or at all."""

    def __init__(
        self, text: str, status: HTTPStatus, retry_after: int | None = None, **values: object
    ) -> None:
        super().__init__(text, **values)
        self.status = status
        self.retry_after = retry_after


def problem(
    request: Request,
    status: HTTPStatus,
    message: Message,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One error, as clients read it: ``title``, ``status``, ``detail``, ``instance``, ``errors``."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": message.say(language_of(request)),
        "instance": f"urn:request:{request.scope.get('request_id', '')}",
    }
    if errors:
        body["errors"] = errors
    return Response(
        json.dumps(body, ensure_ascii=False),
        status.value,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}) | {"content-language": language_of(request).id},
    )


def language_of(request: Request) -> Language:
    """The language that a caller asks for in ``Accept-Language``; English if in none."""
    return language(request.headers.get("accept-language", "en"))


def add_handlers(app: FastAPI) -> None:
    """Let every error of an app be answered as a problem."""

    @app.exception_handler(TooMuch)
    async def too_much(request: Request, error: TooMuch) -> Response:
        headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
        return problem(request, error.status, error.message, headers=headers)

    @app.exception_handler(EligibilityError)
    async def refusal(request: Request, error: EligibilityError) -> Response:
        status = next(of for kind, of in STATUS.items() if isinstance(error, kind))
        spoken = language_of(request)
        errors = None
        if isinstance(error, RowsRefused):
            errors = [
                {
                    "firm": issue.row - 1,
                    "field": issue.column,
                    "detail": issue.expectation.say(spoken),
                }
                for issue in error.issues
            ]
        headers = {"www-authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
        return problem(request, status, error.message, errors=errors, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        # what was sent may be a firm's figures, so it is not sent back
        spoken = language_of(request)
        errors = [
            {"place": _place(each["loc"]), "detail": _expectation(each).say(spoken)}
            for each in error.errors()
        ]
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return problem(request, status, Message(NOT_READ), errors=errors)

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        message = Message(NO_SUCH_CALL)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            message = Message(NOT_IN_THIS_WAY, {"method": request.method})
        elif status is not HTTPStatus.NOT_FOUND:
            message = Message(NO_JSON)
        return problem(request, status, message, headers=error.headers)


def _expectation(error: Mapping[str, Any]) -> Message:
    """What was expected where a request cannot be read, whatever it was that stood there."""
    kind, context = error["type"], error.get("ctx", {})
    names = (kind, kind.partition("_")[0])
    text = next((EXPECTED[name] for name in names if name in EXPECTED), ELSE_EXPECTED)
    # the choices as pydantic lists them: 'csv', 'xlsx' or 'parquet'
    choices = ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    return Message(text, {**context, "expected": choices})


def _place(parts: Sequence[int | str]) -> str:
    """Where a request is wrong: names and positions, without the kind that a union tried there."""
    names = [str(part) for part in parts]
    return "/".join(name for name in names if "[" not in name and name not in UNION_KINDS)
