"""Signing in and out: plain HTML forms posted to routes of our own, as only these can set cookies.

Streamlit's protection against other sites' forms does not cover them, so each checks where the
form came from (``Origin``) and that this browser was given it (CSRF token).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from eligibility.app import address as app_address
from eligibility.app import cache, session
from eligibility.app.web import cookies, origins
from eligibility.domain.errors import EligibilityError, NotAllowed
from eligibility.domain.text import Message, msgid
from eligibility.i18n import language
from eligibility.store.passwords import AT_ONCE

Fields: TypeAlias = dict[str, str]
#: what a form does: its fields and the answer, which it may give cookies
FormAction: TypeAlias = Callable[[Request, Fields, Response], Message | None]

SIGN_IN, SIGN_OUT, PASSWORD, IDENTITY = (
    f"/auth/{name}" for name in ("sign-in", "sign-out", "password", "identity")
)
ACCOUNT = "/account"
#: bytes of a form, and its fields
LONGEST_FORM, MOST_FIELDS = 16_384, 20
#: people whose passwords wait to be checked, before another one is asked to come again
MOST_WAITING = 200
FOREIGN = msgid("This form was not sent from a page of this site; nothing was done.")
TOO_LONG = msgid("This form is too long; nothing was done.")
CROWD = msgid("Many people are signing in at this moment; try again in a few seconds.")
_passwords = CapacityLimiter(AT_ONCE)


def sign_in(request: Request, fields: Fields, response: Response) -> Message | None:
    """Check login and password and give the browser its cookie."""
    _of_this_browser(request.cookies.get(cookies.VISIT), fields)
    login = fields.get("login", "")
    browser = cookies.known_browser(request.cookies, login)
    token = cache.accounts().sign_in(login, fields.get("password", ""), _source(request), browser)
    _replace(request, response, token)
    cookies.set_known(response, request, login)
    person = cache.accounts().signed_in(token)
    if person is None or not person.once:
        _onwards(response)
        return None
    # it opens no other page, so here is where the change is
    response.headers["location"] = _page(ACCOUNT, response.headers["location"])
    return Message("Somebody else set this password, so it holds once. Choose your own now.")


def sign_in_identity(request: Request, fields: Fields, response: Response) -> None:
    """Sign in whom an OpenID provider vouched for, in this browser."""
    visit = request.cookies.get(cookies.VISIT, "")
    _of_this_browser(visit, fields)
    claims = cookies.claims(visit, fields.get("identity", ""))
    if claims is None:
        raise NotAllowed("That took too long; sign in again.")
    if not cache.accounts().has_administrator():
        # the first account ends the time of the one local person, so it is the administrator's
        raise NotAllowed(
            "There is no administrator yet. Create one first: python -m eligibility create-admin LOGIN"
        )
    _replace(request, response, cache.accounts().sign_in_identity(**claims))


def sign_out(request: Request, fields: Fields, response: Response) -> Message:
    """End this sign-in, or all of its account; the cookie goes and is worth nothing."""
    token = cookies.token(request.cookies)
    _of_this_browser(token, fields)
    cache.accounts().sign_out(token or "", everywhere=fields.get("everywhere") == "yes")
    cookies.forget(response, request)
    return Message("You are signed out.")


def change_password(request: Request, fields: Fields, response: Response) -> Message:
    """Change the own password; every other sign-in of the account ends."""
    token = cookies.token(request.cookies)
    _of_this_browser(token, fields)
    new = fields.get("new", "")
    if new != fields.get("again", ""):
        raise NotAllowed("The two new passwords differ; the old one still holds.")
    accounts = cache.accounts()
    person = accounts.signed_in(token or "")
    browser = cookies.known_browser(request.cookies, person.login) if person else ""
    accounts.change_password(token or "", fields.get("old", ""), new, _source(request), browser)
    if person is not None and person.once:
        _onwards(response)
    return Message("The password is changed; other devices are signed out.")


def local(address: str) -> str:
    """An address to return to: a page of this site, without what was said on it; else the first."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or "\\" in address:
        return "/"
    pairs = [(name, value) for name, value in parse_qsl(parts.query) if name != app_address.SAID]
    # a path of two slashes would name another host
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), urlencode(pairs), ""))


def same_origin(request: Request) -> bool:
    """Did a page of this very site send this?"""
    if "origin" not in request.headers:
        return request.headers.get("sec-fetch-site") == "same-origin"
    return origins.is_own(request.scope)


def _form(action: FormAction) -> Callable[[Request], object]:
    # who waits for a password to be checked waits here, and holds no thread that others need
    limiter = _passwords if action in (sign_in, change_password) else None

    async def endpoint(request: Request) -> Response:
        if not same_origin(request):
            return _refusal(request, FOREIGN, 403)
        fields = await _fields(request)
        if fields is None:
            return _refusal(request, TOO_LONG, 413)
        back = local(fields.get("back", "/"))
        response = RedirectResponse(back, status_code=303)
        if limiter is not None and limiter.statistics().tasks_waiting >= MOST_WAITING:
            return RedirectResponse(_with(back, Message(CROWD)), status_code=303)
        try:
            news = await run_sync(action, request, fields, response, limiter=limiter)
        except EligibilityError as error:
            return RedirectResponse(_with(back, error.message), status_code=303)
        if news is not None:
            response.headers["location"] = _with(response.headers["location"], news)
        return response

    return endpoint


def _onwards(response: Response) -> None:
    """Whoever signed in on the page of the account came for the work: on to the first page."""
    back = response.headers["location"]
    if urlsplit(back).path == ACCOUNT:
        response.headers["location"] = _page("/", back)


def _page(page: str, before: str) -> str:
    """The address of a page in the language of the one before."""
    spoken = [pair for pair in parse_qsl(urlsplit(before).query) if pair[0] == session.LANGUAGE]
    return f"{page}?{urlencode(spoken)}" if spoken else page


def _with(address: str, message: Message) -> str:
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{urlencode({app_address.SAID: cookies.sentence(message)})}"


async def _fields(request: Request) -> Fields | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode(), True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def _of_this_browser(token: str | None, fields: Fields) -> None:
    if not token or not cache.accounts().csrf_holds(token, fields.get("csrf", "")):
        raise NotAllowed("This page was out of date; nothing was done. Try again.")


def _replace(request: Request, response: Response, token: str) -> None:
    """The new sign-in takes the place of what this browser had."""
    if before := cookies.token(request.cookies):
        cache.accounts().sign_out(before)
    cookies.set_sign_in(response, request, token)


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


def _refusal(request: Request, sentence: str, status: int) -> Response:
    spoken = language(request.headers.get("accept-language"))
    return PlainTextResponse(spoken.text(sentence), status)


ROUTES = [
    Route(path, _form(action), methods=["POST"])
    for path, action in (
        (SIGN_IN, sign_in),
        (IDENTITY, sign_in_identity),
        (SIGN_OUT, sign_out),
        (PASSWORD, change_password),
    )
]
