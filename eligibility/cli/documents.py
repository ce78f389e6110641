"""``documents``: the papers of one firm's application, and where each stands."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import SchemeId, Tongue, held_scheme, refusals
from eligibility.cli.desk import store_url
from eligibility.domain.errors import NotFound
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


def documents(
    firm: Annotated[str, typer.Argument(metavar="USCC", help="Credit code of the firm.")],
    store: Annotated[
        str | None,
        typer.Option(
            "--store", help="File of the store, or its URL; that of the program if omitted."
        ),
    ] = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """Papers of a firm's application: which are here, which are asked for and until when."""
    from eligibility.register.documents import checklist
    from eligibility.register.documents_text import documents_record, documents_text
    from eligibility.store import Repository, Role, System, open_store

    with refusals(lang) as spoken:
        qualification, today = held_scheme(scheme), date.today()
        repository = Repository(open_store(store_url(store)), System(Role.MANAGER))
        firm_id = repository.firms.ids_by_code([firm]).get(firm)
        if firm_id is None:
            raise NotFound("The register has no firm with the code {code}.", code=firm)
        law = qualification.in_force(today)
        papers = checklist(qualification, law, repository.documents.of_firm(firm_id))
        row = repository.firms.get(firm_id)
        if form is Result.JSON:
            print(json_text(documents_record(row, papers, qualification, today)), end="")
        else:
            print(documents_text(row, papers, qualification, today, spoken))
