"""``published-list``: the firms of a published list, matched and recorded once somebody confirms it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.candidates import Result
from eligibility.cli.common import Tongue, day_of, refusals
from eligibility.domain.text import json_text

if TYPE_CHECKING:
    from eligibility.i18n import Language
    from eligibility.register.published_list import ListMatches, PublishedList
    from eligibility.register.record_types import PublishedListRecord


def published_list(
    file: Annotated[
        Path, typer.Argument(help="The list: a workbook, CSV, text, Word or PDF file.")
    ],
    on: Annotated[
        str, typer.Option("--on", metavar="YYYY-MM-DD", help="Day on which it was published.")
    ],
    publicity: Annotated[
        bool,
        typer.Option(
            "--publicity/--announcement", help="A list in publicity, or announced (certified)."
        ),
    ] = False,
    year: Annotated[
        int | None, typer.Option("--year", help="Year of application; that of --on if omitted.")
    ] = None,
    batch: Annotated[str | None, typer.Option("--batch", help="Batch of the applications.")] = None,
    issue_day: Annotated[
        str | None,
        typer.Option(
            "--issued", metavar="YYYY-MM-DD", help="Day of the certificates; --on if omitted."
        ),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Record what matches; only shown if omitted.")
    ] = False,
    form: Annotated[Result, typer.Option("--format")] = Result.TEXT,
    lang: Tongue = None,
) -> None:
    """A published list of firms, matched with those of the register; recorded with --confirm."""
    from eligibility.register.published_list import match_published_list, read_published_list
    from eligibility.store import ApplicationStep, Repository, Role, System, open_store

    with refusals(lang) as spoken:
        day = day_of(on, "--on")
        entries = read_published_list(file)
        repository = Repository(open_store(), System(Role.MANAGER))
        matches = match_published_list(
            repository,
            entries.entries,
            ApplicationStep.PUBLICITY if publicity else ApplicationStep.ANNOUNCEMENT,
            day,
            year or day.year,
            batch,
            day_of(issue_day, "--issued") if issue_day else None,
        )
        count = repository.applications.save_published(matches.rows) if confirm else 0
        if form is Result.JSON:
            print(json_text(_record(matches, entries, count)), end="")
        else:
            _print(matches, entries, spoken)
        done = spoken.text("Recorded: {n} applications.").format(n=count)
        hint = spoken.text("Nothing is recorded yet: look at it, then add --confirm.")
        print(done if confirm else hint, file=sys.stderr)


def _print(matches: ListMatches, entries: PublishedList, language: Language) -> None:
    """A line for each entry, then who is missing from the list, then the lines without a firm."""
    from eligibility.register.published_list import MATCH_WORDS, counts_sentence

    print(counts_sentence(matches).say(language))
    for each in matches.matches:
        entry = each.entry
        named = " ".join(filter(None, (entry.name, entry.uscc, entry.certificate_number)))
        now = f" → {each.firm}" if each.has_former_name else ""
        print(f"  {entry.line}. {named}{now}: {language.text(MATCH_WORDS[each.status])}")
    say = language.text
    others = [f"{number}. {text}" for number, text in entries.other_lines]
    for title, lines in (
        (
            say("Open applications that the list does not name:"),
            [name for _, name in matches.absent],
        ),
        (say("Lines that name no firm:"), others),
    ):
        if lines:
            print(title, *(f"  {line}" for line in lines), sep="\n")


def _record(matches: ListMatches, entries: PublishedList, count: int) -> PublishedListRecord:
    return {
        "entries": [
            {
                "line": each.entry.line,
                "name": each.entry.name,
                "uscc": each.entry.uscc,
                "certificate_number": each.entry.certificate_number,
                "status": each.status,
                "firm": each.firm,
                "former_name": each.has_former_name,
            }
            for each in matches.matches
        ],
        "absent": [name for _, name in matches.absent],
        "other_lines": [{"line": n, "text": text} for n, text in entries.other_lines],
        "recorded": count,
    }
