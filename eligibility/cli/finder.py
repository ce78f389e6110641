"""``find-field``: from a sentence about the product to codes of the catalogue."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from eligibility.cli.common import SchemeId, Tongue, held_scheme, refusals
from eligibility.domain.text import json_text
from eligibility.schemes.registry import DEFAULT_SCHEME

if TYPE_CHECKING:
    from eligibility.finder.search import Match
    from eligibility.i18n import Language


class Answer(StrEnum):
    """Forms of the answer."""

    TEXT = "text"
    JSON = "json"


def find_field(
    text: Annotated[str, typer.Argument(help="A sentence about the product, in Chinese.")],
    count: Annotated[int, typer.Option("--count", min=1, help="At most so many fields.")] = 5,
    form: Annotated[Answer, typer.Option("--format")] = Answer.TEXT,
    scheme: SchemeId = DEFAULT_SCHEME,
    lang: Tongue = None,
) -> None:
    """The fields of the catalogue most like a sentence about a product."""
    from eligibility.finder.search import FAINTLY, find

    with refusals(lang) as spoken:
        matches = find(held_scheme(scheme), text, count)
        if form is Answer.JSON:
            print(json_text([asdict(match) for match in matches]), end="")
            return
        for match in matches:
            print("\n".join(_lines(match, spoken)))
        if matches and matches[0].faint:
            print(spoken.text(FAINTLY), file=sys.stderr)
        sentence = (
            spoken.text(
                "Suggested by likeness of words. Terms and exclusions are held from one source: read the official text before you choose."
            )
            if matches
            else spoken.text("No field of the catalogue shares a telling word with this sentence.")
        )
        print(sentence, file=sys.stderr)


def _lines(match: Match, language: Language) -> list[str]:
    shared = language.text(", ").join(
        dict.fromkeys(
            term.text if term.stands_for == term.text else f"{term.text} → {term.stands_for}"
            for term in match.terms
        )
    )
    lines = [
        f"{match.code} {match.title}  {match.score:.2f}",
        f"      {' › '.join(match.path)}",
        "      " + language.text("shared: {terms}").format(terms=shared),
    ]
    if match.exclusion:
        excluded = language.text("excluded by {code}: {text}")
        lines.append(
            "      " + excluded.format(code=match.exclusion.code, text=match.exclusion.text)
        )
        if match.exclusion.touched:
            named = language.text(", ").join(match.exclusion.touched)
            touched = language.text("the sentence names: {terms}")
            lines.append("      ! " + touched.format(terms=named))
    return lines
