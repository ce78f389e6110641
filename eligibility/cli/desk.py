"""``desk``: what is before an adviser, or all of them, today and this week."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import Tongue, day_of, refusals
from eligibility.domain.errors import InputError, NotFound
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME


def desk(
    store: Annotated[
        str | None,
        typer.Option(
            "--store", help="File of the store, or its URL; that of the program if omitted."
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="LOGIN", help="Whose desk; of all if omitted."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; today if omitted.")
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option("--calendar", help="Write all its days to this new .ics file.")
    ] = None,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    lang: Tongue = None,
) -> None:
    """What is before an adviser today and this week: tasks, visits, firms that one call settles."""
    from eligibility.atomic_file import atomic_file
    from eligibility.register.assumptions import load_settings
    from eligibility.register.desk import agenda
    from eligibility.register.desk_text import agenda_calendar, agenda_record, agenda_text
    from eligibility.store import Repository, Role, System, open_store

    with refusals(lang) as spoken:
        repository = Repository(open_store(store_url(store)), System(Role.MANAGER))
        whose = None if person is None else repository.desk.person_id(person)
        if person is not None and whose is None:
            raise NotFound("There is no active account {login}.", login=person)
        settings = load_settings(repository)
        scheme = settings.schemes[DEFAULT_SCHEME]
        record = agenda(repository, whose, day_of(on, "--on"), settings.city, scheme)
        if calendar is not None:
            with atomic_file(calendar) as file:
                file.write(agenda_calendar(record, spoken))
        if form is Result.JSON:
            print(json_text(agenda_record(record)), end="")
        else:
            print(agenda_text(record, scheme, spoken), end="")


def store_url(store: str | None) -> str | None:
    """The URL of a store that is named by its file or URL; InputError where the file is not there."""
    if store is None or "://" in store:
        return store
    if not Path(store).is_file():
        raise InputError("There is no store {file}.", file=store)
    return f"sqlite:///{Path(store).resolve()}"
