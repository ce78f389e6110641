"""Routes of what links open: plain pages for whoever has the link.

The token in the address is what lets somebody in, and what no other site's form can know; no cookie
counts here. Opening changes nothing. A link to nothing, one that was revoked and one that has run out
are answered alike.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from eligibility.app import cache
from eligibility.app.links.document import sentence_page
from eligibility.app.links.result_view import result_page
from eligibility.app.web import cookies, server
from eligibility.app.web.sessions import Bucket
from eligibility.assessment.ladder import schemes_beside
from eligibility.domain.errors import EligibilityError, NotFound
from eligibility.domain.text import msgid
from eligibility.i18n import Language
from eligibility.i18n import language as language_of_tag
from eligibility.intake.draft_reader import read_draft
from eligibility.screening import screen
from eligibility.store import Repository, Visitor
from eligibility.store.exchange_tables import LinkPurpose
from eligibility.store.links import DEAD
from eligibility.store.rows import Row
from eligibility.store.throttling import network

PATH = "/link/"
#: requests of one address: so many at once, and so many a second
AT_ONCE, A_SECOND = 60, 2.0
BUSY = msgid("Too many requests from here; try again in a minute.")
UNREADABLE = msgid(
    "The entries behind this link cannot be read at this moment; ask whoever sent it."
)
_pace: dict[str, Bucket] = {}


def link_url(token: str) -> str | None:
    """The address of a link; None where the app has no public address to put before it."""
    url = server.public_url()
    return None if url is None else f"{url}{PATH}{cookies.link_address(token)}"


def repository_of(request: Request) -> Repository:
    """The store as a visitor from that address sees it."""
    address = request.client.host if request.client else ""
    return Repository(cache.engine(), Visitor(cache.accounts().source_of(address)))


def token_of(request: Request) -> str:
    """The token in the address of a request; NotFound where it is none of this app."""
    token = cookies.link_token(request.path_params["address"])
    if token is None:
        raise NotFound(DEAD)
    return token


def endpoint(
    answer: Callable[[Request, Language], Response],
) -> Callable[[Request], object]:
    """A route that answers off the server's own thread, at a pace, and refuses in a sentence."""

    async def route(request: Request) -> Response:
        spoken = language_of_tag(request.headers.get("accept-language"))
        if not _may_ask(request):
            page = sentence_page(spoken.text(BUSY), spoken)
            return HTMLResponse(page, HTTPStatus.TOO_MANY_REQUESTS)
        try:
            return await run_in_threadpool(answer, request, spoken)
        except NotFound as error:
            page = sentence_page(error.message.say(spoken), spoken)
            return HTMLResponse(page, HTTPStatus.NOT_FOUND)
        except EligibilityError as error:
            page = sentence_page(error.message.say(spoken), spoken)
            return HTMLResponse(page, HTTPStatus.BAD_REQUEST)

    return route


def show(request: Request, language: Language) -> Response:
    """What a link opens, as a page."""
    link = repository_of(request).links.open(token_of(request))
    if link["purpose"] == LinkPurpose.RESULT:
        return HTMLResponse(_result(link, language))
    raise NotFound(DEAD)


def _result(link: Row, language: Language) -> str:
    scheme = cache.scheme()
    reading = read_draft(link["state"], scheme, date.today(), schemes_beside(scheme))
    firm = screen(reading.batch, scheme).only
    if firm is None:
        return sentence_page(language.text(UNREADABLE), language)
    return result_page(firm, link, language)


def _may_ask(request: Request) -> bool:
    """Whether an address asks at a bearable pace."""
    for each in [name for name, bucket in _pace.items() if bucket.is_full()]:
        del _pace[each]
    address = network(request.client.host) if request.client else ""
    return _pace.setdefault(address, Bucket(AT_ONCE, A_SECOND)).take() == 0


ROUTES = [Route(f"{PATH}{{address}}", endpoint(show), methods=["GET"])]
