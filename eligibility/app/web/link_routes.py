"""Routes of what links open: plain pages for whoever has the link.

The token in the address is what lets somebody in, and what no other site's form can know; no cookie
counts here. Opening changes nothing. A link to nothing, one that was revoked and one that has run out
are answered alike.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.links import questions_view
from eligibility.app.links.document import sentence_page
from eligibility.app.links.result_view import result_page
from eligibility.app.web import cookies, errors, server
from eligibility.app.web.sessions import Bucket
from eligibility.app.widgets import downloads
from eligibility.assessment.ladder import schemes_beside
from eligibility.domain.errors import (
    EligibilityError,
    InputError,
    NotAllowed,
    NotFound,
    StoreUnavailable,
)
from eligibility.domain.text import msgid
from eligibility.i18n import Language
from eligibility.i18n import language as language_of_tag
from eligibility.intake.draft_reader import read_draft
from eligibility.register import questions
from eligibility.register.inbox_items import fields_by_key
from eligibility.reports.fact_sources import condition_sources
from eligibility.reports.question_sheet import Question
from eligibility.screening import screen
from eligibility.store import Repository, Visitor
from eligibility.store.exchange_tables import LinkPurpose
from eligibility.store.links import DEAD
from eligibility.store.rows import Row
from eligibility.store.throttling import network

PATH = "/link/"
#: requests of one address: so many at once, and so many a second
AT_ONCE, A_SECOND = 60, 2.0
#: bytes of a form with a workbook, and its fields
LARGEST_FORM, MOST_FIELDS = 2 << 20, 200
TOO_LARGE = msgid("This is larger than 2 MB; nothing was sent.")
BUSY = msgid("Too many requests from here; try again in a minute.")
UNREADABLE = msgid(
    "The entries behind this link cannot be read at this moment; ask whoever sent it."
)
FAILED = msgid("Something went wrong on this page; load it again, or tell whoever sent the link.")
log = logging.getLogger("eligibility.app")
buckets: dict[str, Bucket] = {}


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
) -> Callable[[Request], Awaitable[Response]]:
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
        except Exception as error:
            # its message may hold a firm's figures; the log names where and what kind
            log.error("a page of a link: %s", errors.where(error))
            page = sentence_page(spoken.text(FAILED), spoken)
            return HTMLResponse(page, HTTPStatus.INTERNAL_SERVER_ERROR)

    return route


def show(request: Request, language: Language) -> Response:
    """What a link opens, as a page; of questions also as a workbook."""
    link = repository_of(request).links.open(token_of(request))
    if link["purpose"] == LinkPurpose.RESULT:
        return HTMLResponse(_result(link, language))
    if request.query_params.get("sheet") == "xlsx":
        return _workbook(link, language)
    return HTMLResponse(questions_view.questions_page(link, language))


def receive(request: Request, language: Language, form: FormData) -> Response:
    """Take the answers to the questions of a link, typed or as a workbook; what is wrong is said."""
    links = repository_of(request).links
    token = token_of(request)
    link = links.open(token)
    if link["purpose"] != LinkPurpose.QUESTIONS:
        raise NotFound(DEAD)
    shown, scheme = questions.shown_texts(link), cache.scheme()
    typed = {key: str(form[key]) for key in (*shown, questions_view.REMARK) if key in form}
    file = form.get(questions_view.SHEET)
    name = file.filename or "" if isinstance(file, UploadFile) else None
    try:
        if isinstance(file, UploadFile) and name is not None:
            answers = questions.read_sheet(name, file.file.read(), link, scheme, shown)
        else:
            texts = {key: text for key, text in typed.items() if key in shown}
            answers = questions.read_answers(texts, shown, link["options"]["year"], scheme)
        if answers.troubles:
            page = questions_view.questions_page(
                link, language, entries=typed, troubles=answers.troubles
            )
            return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        links.answer(token, answers.facts, typed.get(questions_view.REMARK, ""), name)
    except (InputError, NotAllowed, StoreUnavailable) as error:
        page = questions_view.questions_page(
            link, language, entries=typed, refusal=error.message.say(language)
        )
        return HTMLResponse(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    # loading the page again sends nothing a second time
    return RedirectResponse(f"{PATH}{request.path_params['address']}", HTTPStatus.SEE_OTHER)


async def take(request: Request) -> Response:
    """Read a form of bounded size, then answer as every route of a link."""
    spoken = language_of_tag(request.headers.get("accept-language"))
    size = request.headers.get("content-length", "")
    if not (size.isascii() and size.isdigit()) or int(size) > LARGEST_FORM:
        page = sentence_page(spoken.text(TOO_LARGE), spoken)
        return HTMLResponse(page, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        answer: Response = await endpoint(lambda each, words: receive(each, words, form))(request)
        return answer


def _workbook(link: Row, language: Language) -> Response:
    year = link["options"]["year"]
    fields = fields_by_key(year)
    asked = [
        Question(field, link["facts"].get(key))
        for key, field in fields.items()
        if key in link["options"]["keys"]
    ]
    content = downloads.question_sheet((link["firm"], link["uscc"]), asked, year, language)
    headers = {"content-disposition": 'attachment; filename="questions.xlsx"'}
    return Response(content, media_type=downloads.MIMES["xlsx"], headers=headers)


def _result(link: Row, language: Language) -> str:
    scheme = cache.scheme()
    reading = read_draft(
        link["state"], scheme, date.today(), schemes_beside(scheme), blank_bad_cells=True
    )
    firm = screen(reading.batch, scheme).only
    if firm is None:
        return sentence_page(language.text(UNREADABLE), language)
    sources = condition_sources(firm.table, link["state"], scheme, language)
    summary = plan_results.summary(
        firm, cache.city().region, date.today(), language,
        with_amounts=bool(link["options"].get("figures")),
    )  # fmt: skip
    return result_page(firm, summary, link, language, sources)


def _may_ask(request: Request) -> bool:
    """Whether an address asks at a bearable pace."""
    for each in [name for name, bucket in buckets.items() if bucket.is_full()]:
        del buckets[each]
    address = network(request.client.host) if request.client else ""
    return buckets.setdefault(address, Bucket(AT_ONCE, A_SECOND)).take() == 0


ROUTES = [
    Route(f"{PATH}{{address}}", endpoint(show), methods=["GET"]),
    Route(f"{PATH}{{address}}", take, methods=["POST"]),
]
