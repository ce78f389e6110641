"""Official forms and usual exports, recognised by their words, and where their figures go.

A form is known by its number or title, or by several of its labels: numbers and lines change between
editions, labels hardly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from eligibility.domain.errors import InputError
from eligibility.domain.text import Wording

#: words that make a form where it does not say how many
LEAST = 3
#: what a title weighs against words; a longer cell is a sentence and no label
TITLE, LONGEST = 3, 60
_DATA = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class OfficialForm:
    """A form or export.

    Attributes
    ----------
    id : str
    name : Wording
        What it is.
    titles, words : tuple of str
        Its titles, and labels that stand in it; without punctuation.
    least : int
        So many words make it.
    figures : Wording
        What of it is wanted, and where it goes.
    """

    id: str
    name: Wording
    titles: tuple[str, ...]
    words: tuple[str, ...]
    least: int
    figures: Wording


def recognise(lines: Iterable[Sequence[str]]) -> OfficialForm | None:
    """The form that these lines are the beginning of; None if they are of none.

    Parameters
    ----------
    lines : iterable of sequences of str
        The first lines of a sheet or page, cell by cell.
    """
    cells = {plain for line in lines for cell in line if (plain := _plain(cell))}
    best, most = None, 0
    for form in forms():
        titles = sum(any(title in cell for cell in cells) for title in form.titles)
        words = sum(any(_is(word, cell) for cell in cells) for word in form.words)
        if not titles and words < form.least:
            continue
        if (weight := TITLE * titles + words) > most:
            best, most = form, weight
    return best


def refuse_form(file: str, form: OfficialForm) -> InputError:
    """The sentence for a file that is a form and no table of firms."""
    return InputError(
        "{file} looks like {form}, not like a table of firms. {figures}.",
        file=file,
        form=form.name,
        figures=form.figures,
    )


@cache
def forms() -> tuple[OfficialForm, ...]:
    """All forms that are known."""
    content = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(
        OfficialForm(
            entry["id"],
            Wording(**entry["name"]),
            tuple(map(_plain, entry["titles"])),
            tuple(map(_plain, entry["words"])),
            entry.get("least", LEAST),
            Wording(**entry["figures"]),
        )
        for entry in content["forms"]
    )


def _is(word: str, cell: str) -> bool:
    # a label may have a number, a unit or a formula around it
    return word == cell or (len(word) > 2 and word in cell and len(cell) <= 2 * len(word) + 8)


def _plain(text: str) -> str:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    return plain if len(plain) <= LONGEST else ""
