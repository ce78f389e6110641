"""Calls of ``/api/v1``: each reads a request, calls what the command of its name calls, and answers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response, StreamingResponse

from eligibility.api import ladder as ladder_records
from eligibility.api import read_firms
from eligibility.assessment.assess import assess_table
from eligibility.assessment.ladder import joint_fields
from eligibility.assessment.record import records
from eligibility.assessment.record_types import AssessmentRecord, LadderRecord
from eligibility.atomic_file import atomic_file
from eligibility.batch.local import score_file
from eligibility.documents.reading import read_documents
from eligibility.domain.errors import InputError, NotFound
from eligibility.domain.facts import FirmTable
from eligibility.domain.text import json_text
from eligibility.finder.search import find
from eligibility.intake.table import IntakeOptions
from eligibility.planning.firm_plan import firm_plan
from eligibility.planning.plan_request import PlanRequest
from eligibility.planning.record_types import PlanRecord
from eligibility.reports.dictionary import dictionary
from eligibility.reports.paper_text import reading_record
from eligibility.reports.record_types import PapersRecord
from eligibility.reports.score_table import Judge
from eligibility.schemes.registry import DEFAULT_SCHEME, load_scheme
from eligibility.web_api.problem import BUSY, RowsRefused, TooMuch, language_of
from eligibility.web_api.schemas import (
    AssessRequest,
    Day,
    FieldQuestion,
    LadderRequest,
    PlanQuestion,
    Problem,
)
from eligibility.web_api.score_answer import answer, counts

JSON = "application/json"
MEDIA_TYPES = {"json": JSON, "csv": "text/csv; charset=utf-8", "md": "text/markdown; charset=utf-8"}
#: seconds after which a file may be sent again, while others are being scored
RETRY = 5
#: papers of one call, and characters of a paper's name
MOST_PAPERS, LONGEST_NAME = 50, 100
#: endings of a file that is scored
ENDINGS = (".csv", ".txt", ".xlsx", ".xls", ".ods")
REFUSALS: dict[int | str, dict[str, Any]] = {
    status.value: {
        "model": Problem,
        "description": words,
        "content": {"application/problem+json": {}},
    }
    for status, words in {
        HTTPStatus.BAD_REQUEST: "The request is not HTTP as it should be",
        HTTPStatus.UNAUTHORIZED: "No valid token",
        HTTPStatus.NOT_FOUND: "Not there",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
        HTTPStatus.UNPROCESSABLE_ENTITY: "The input cannot be used; the sentence says why",
        HTTPStatus.TOO_MANY_REQUESTS: "Too often",
        HTTPStatus.SERVICE_UNAVAILABLE: "Busy, or the store or the model is not to be had",
    }.items()
}


def router(judge: Judge | None, model: Path | None, files_at_once: int) -> APIRouter:
    """The calls.

    Parameters
    ----------
    judge, model
        Of the trained model that says readiness, if there is one, and its folder.
    files_at_once : int
        Files that are scored at a time; others are question to come again.
    """
    calls = APIRouter(
        prefix="/api/v1", responses=REFUSALS, dependencies=[Depends(_refuse_unknown_names)]
    )
    places = BoundedSemaphore(files_at_once)

    @calls.post(
        "/assess",
        summary="Assess firms: findings with citations, score by item, gaps",
        responses={200: {"model": list[AssessmentRecord]}},
    )
    def assess(question: AssessRequest) -> Response:
        table = _table(question.firms, question.as_of, question.scheme)
        found = records(
            assess_table(table, load_scheme(question.scheme)), judge or (lambda _: None)
        )
        return Response(json_text(found), media_type=JSON)

    @calls.post(
        "/ladder",
        summary="Qualifications of firms: held, within reach, and what each lacks",
        responses={200: {"model": list[LadderRecord]}},
    )
    def ladder(question: LadderRequest) -> Response:
        batch = read_firms(question.firms, as_of=question.as_of, fields=joint_fields())
        if fatal := [issue for issue in batch.issues if issue.fatal]:
            raise RowsRefused(fatal)
        return Response(json_text(ladder_records(batch.table)), media_type=JSON)

    @calls.post(
        "/score",
        summary="Score a file of any size: a row a firm, the rejected rows, and the counts",
        response_class=Response,
        responses={200: {"description": "Results, rejected rows and counts",
                         "content": {"multipart/mixed": {}}}},
    )  # fmt: skip
    def score(
        request: Request,
        file: Annotated[UploadFile, File(description="CSV or Excel, one row a firm")],
        as_of: Annotated[Day | Literal[""] | None, Form()] = None,
        money_unit: Annotated[
            Literal["CNY", "1k CNY", "10k CNY", "100m CNY"] | None, Form()
        ] = None,
        sheet: Annotated[str | None, Form(max_length=200)] = None,
        blank_bad_cells: Annotated[bool, Form()] = False,
        with_input: Annotated[bool, Form()] = False,
        output: Annotated[Literal["csv", "xlsx", "parquet"], Form()] = "csv",
        scheme: Annotated[str, Form()] = DEFAULT_SCHEME,
    ) -> StreamingResponse:
        qualification = load_scheme(scheme)
        day = as_of or date.today()
        qualification.in_force(day)
        options = IntakeOptions(
            money_unit=money_unit, sheet=sheet, blank_bad_cells=blank_bad_cells,
            application_date=day, covered_from=qualification.covered_from,
        )  # fmt: skip
        folder = TemporaryDirectory(prefix="eligibility-")
        try:
            with _one_of(places):
                place = Path(folder.name)
                results, rejects = place / f"scores.{output}", place / "rejects.csv"
                summary = score_file(
                    _save(file, place, f"firms{_ending(file)}"), results, qualification,
                    language_of(request),
                    options=options, rejects=rejects, with_input=with_input, model=model,
                )  # fmt: skip
                done = counts(summary, language_of(request))
        except BaseException:
            folder.cleanup()
            raise
        return answer(folder, results, rejects, done)

    @calls.get(
        "/fields",
        summary="The data dictionary: every field of the input",
        response_class=Response,
        responses={200: {"content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}}},
    )
    def fields(
        request: Request,
        form: Annotated[Literal["json", "csv", "md"], Query(alias="format")] = "json",
        scheme: str = DEFAULT_SCHEME,
    ) -> Response:
        content = dictionary(load_scheme(scheme), form, language_of(request))
        return Response(content, media_type=MEDIA_TYPES[form])

    @calls.get("/rules/{edition}", summary="An edition of the law: every number with its citation")
    def rules(edition: str, scheme: str = DEFAULT_SCHEME) -> Response:
        laws = {law.id: law for law in load_scheme(scheme).editions}
        if edition not in laws:
            raise NotFound(
                "There is no edition {edition}; expected one of {editions}.",
                edition=edition, editions=", ".join(laws),
            )  # fmt: skip
        return Response(json_text(laws[edition].model_dump(mode="json")), media_type=JSON)

    @calls.post("/find-field", summary="The technical fields most like a sentence about a product")
    def find_field(question: FieldQuestion) -> Response:
        matches = find(load_scheme(question.scheme), question.text, question.count)
        return Response(json_text([asdict(match) for match in matches]), media_type=JSON)

    @calls.post(
        "/plan",
        summary="One firm's way: what is missing, by when, the cheapest actions",
        responses={200: {"model": PlanRecord}},
    )
    def plan(question: PlanQuestion) -> Response:
        table = _table([question.firm], question.as_of, question.scheme)
        scheme, day = load_scheme(question.scheme), question.as_of or date.today()
        request = PlanRequest(by=question.by, score_at_least=question.score_at_least)
        return Response(json_text(firm_plan(table, 0, scheme, day, request)), media_type=JSON)

    @calls.post(
        "/read",
        summary="Facts with their sources from the papers of one firm",
        responses={200: {"model": PapersRecord}},
    )
    def read(
        files: Annotated[
            list[UploadFile],
            File(min_length=1, max_length=MOST_PAPERS, description="PDF, Excel, CSV, Word, zip"),
        ],
        as_of: Annotated[Day | Literal[""] | None, Form()] = None,
        firm: Annotated[str | None, Form(max_length=200)] = None,
        scheme: Annotated[str, Form()] = DEFAULT_SCHEME,
    ) -> Response:
        with _one_of(places), TemporaryDirectory(prefix="eligibility-") as folder:
            papers = [
                _save(file, Path(folder) / str(number), _file_name(file))
                for number, file in enumerate(files)
            ]
            day = as_of or date.today()
            reading = read_documents(papers, as_of=day, scheme=scheme, firm=firm)
            return Response(json_text(reading_record(reading)), media_type=JSON)

    return calls


async def _refuse_unknown_names(request: Request) -> None:
    """Refuse a form with a field that its call does not know, as a JSON body is refused."""
    known = [each.alias for each in request.scope["route"].dependant.body_params]
    unknown = [name for name in dict.fromkeys(await request.form()) if name not in known]
    if unknown:
        context = {"known": ", ".join(known)}
        raise RequestValidationError(
            [{"type": "unknown_name", "loc": ("body", name), "ctx": context} for name in unknown]
        )


@contextmanager
def _one_of(places: BoundedSemaphore) -> Iterator[None]:
    """A place among the files that are worked on; who finds none is asked to come again."""
    if not places.acquire(blocking=False):
        raise TooMuch(BUSY, HTTPStatus.SERVICE_UNAVAILABLE, RETRY, seconds=RETRY)
    try:
        yield
    finally:
        places.release()


def _table(firms: list[Any], as_of: date | None, scheme: str) -> FirmTable:
    """The firms of a request, or every issue of those that cannot be used."""
    batch = read_firms(firms, as_of=as_of, scheme=scheme)
    if fatal := [issue for issue in batch.issues if issue.fatal]:
        raise RowsRefused(fatal)
    return batch.table


def _ending(file: UploadFile) -> str:
    """The ending of a file of firms."""
    ending = Path(file.filename or "").suffix.lower()
    if ending not in ENDINGS:
        raise InputError(
            "The file is named {name}; expected one of {endings}.",
            name=(file.filename or "")[:100], endings=", ".join(ENDINGS),
        )  # fmt: skip
    return ending


def _file_name(file: UploadFile) -> str:
    """The last part of a file's name, which a paper is spoken of by."""
    parts = re.split(r"[/\\\x00-\x1f]", file.filename or "")
    return parts[-1].strip(". ")[-LONGEST_NAME:] or "paper"


def _save(file: UploadFile, folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    with atomic_file(path) as target:
        shutil.copyfileobj(file.file, target)
    return path
