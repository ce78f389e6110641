"""Which forms stand on a page or sheet, and where each begins: by number, title and labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from eligibility.documents.context import is_heading
from eligibility.documents.definitions import FormDefinition, FormEdition
from eligibility.documents.grid import Row, Strip, plain_text
from eligibility.documents.lines import LineReader

#: labels that confirm a title, and those that make a form without one (with their share of all)
CONFIRMING, MAKING, SHARE = 3, 8, 0.4
#: letters beside a title that leave a row one
MOST_BESIDE = 8
#: rows between the number of a form and its title
NEAR = 3
_BESIDE = re.compile(
    r"(?:19|20)\d\d(?:年度?)?|\d{1,2}月(?:\d{1,2}日)?|A\d{6}|会[小合]?企?\d\d表|附表|附件\d*|续表|第\d+页|共\d+页"
    r"|\(?A类\)?|中华人民共和国|企业|单位[:：]\S*|[\W_]+"
)
#: the title of a table, or the number of a schedule
_OTHER_TITLE = re.compile(
    r"A\d{6}\S{0,30}|(?:(?:19|20)\d\d年?度?)?[\u4e00-\u9fff“”\"()]{2,40}(?:表|清单|台账|辅助账|明细账)(?:\(.{0,20}\))?"
)


#: row of a title, its form, and whether the number of the form stands there
_Start = tuple[int, FormDefinition | None, bool]


@dataclass(frozen=True)
class Segment:
    """Rows of one form.

    Attributes
    ----------
    form : FormDefinition, optional
        None for what is of no form.
    rows : tuple of Row
        From its title on.
    has_title : bool
    """

    form: FormDefinition | None
    rows: tuple[Row, ...]
    has_title: bool


def segments(strip: Strip, forms: Sequence[FormDefinition]) -> list[Segment]:
    """The rows of a sheet or document, cut where a form begins."""
    starts: list[_Start] = []
    for place, row in enumerate(strip.rows):
        form, by_code = _titled_form(row, forms)
        near = starts and starts[-1][1] is not None and place - starts[-1][0] <= NEAR
        if form is None:
            if not near and _is_other_title(row, forms):
                starts.append((place, None, False))
            continue
        if near and (starts[-1][1] is form or (starts[-1][2] and not by_code)):
            # the title below the number of its form
            continue
        starts.append((place, form, by_code))
    if not any(form for _, form, _ in starts):
        if any(_is_no_title(row, form) for row in strip.rows for form in forms):
            return [Segment(None, strip.rows, False)]
        named = _form_named(strip.place, forms)
        return [Segment(named or form_of_labels(strip.rows, forms), strip.rows, named is not None)]
    starts = _with_headings(starts, strip.rows)
    cuts = [*(place for place, _, _ in starts), len(strip.rows)]
    found = [
        Segment(form, strip.rows[start:end], True)
        for (start, form, _), end in zip(starts, cuts[1:], strict=True)
    ]
    before = strip.rows[: cuts[0]]
    return [Segment(None, before, False), *found] if before else found


def _with_headings(starts: Sequence[_Start], rows: Sequence[Row]) -> list[_Start]:
    """Each start of a form below another moved up to the rows that say whose it is and of when."""
    moved = list(starts[:1])
    for (above, other, _), (place, form, by_code) in pairwise(starts):
        first = place
        while form and other and first - 1 > above + NEAR and is_heading(rows[first - 1]):
            first -= 1
        moved.append((first, form, by_code))
    return moved


def _titled_form(row: Row, forms: Sequence[FormDefinition]) -> tuple[FormDefinition | None, bool]:
    """The form that a row is the title of, and whether its number stands there."""
    if len(row.cells) > 2 * NEAR:
        return None, False
    for cell in row.cells:
        if code := re.match(r"(A\d{6})", plain_text(cell.text)):
            form = next((form for form in forms if form.id == code[1]), None)
            rest = plain_text(cell.text)[len(code[1]) :]
            if form and (not rest or _is_title(rest, form)):
                return form, True
    best: tuple[int, FormDefinition] | None = None
    for text in dict.fromkeys((*(cell.text for cell in row.cells), row.text)):
        for form in forms:
            if length := _is_title(text, form):
                best = max(best or (0, form), (length, form), key=lambda each: each[0])
    return (best[1], False) if best else (None, False)


def _is_title(text: str, form: FormDefinition) -> int:
    """Length of the title of a form that a text is, with little beside it; 0 if it is none."""
    plain = plain_text(text)
    if any(plain_text(title) in plain for title in form.not_titles):
        return 0
    for title in form.titles:
        wanted = plain_text(title)
        if wanted in plain:
            before, _, behind = plain.partition(wanted)
            beside = _BESIDE.sub("", before) + _BESIDE.sub("", behind)
            if len(beside) <= MOST_BESIDE and not beside.startswith("填"):
                return len(wanted)
    return 0


def _is_other_title(row: Row, forms: Sequence[FormDefinition]) -> bool:
    """Whether a row is the title of another form, list or table."""
    if len(row.cells) > 2:
        return False
    text = plain_text(row.cells[0].text) if row.cells else ""
    return _OTHER_TITLE.fullmatch(text) is not None or any(_is_no_title(row, form) for form in forms)  # fmt: skip


def _is_no_title(row: Row, form: FormDefinition) -> bool:
    """Whether a row is the title of a form that is like this one and not it."""
    return any(
        plain_text(title) in text and len(text) <= len(plain_text(title)) + MOST_BESIDE
        for text in (plain_text(cell.text) for cell in row.cells)
        for title in form.not_titles
    )


def _form_named(name: str, forms: Sequence[FormDefinition]) -> FormDefinition | None:
    """The form that a sheet is named after."""
    plain = plain_text(name)
    if code := re.match(r"(A\d{6})", plain):
        return next((form for form in forms if form.id == code[1]), None)
    fitting = [(length, form) for form in forms if (length := _is_title(name, form))]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


def form_of_labels(rows: Sequence[Row], forms: Sequence[FormDefinition]) -> FormDefinition | None:
    """The form whose labels stand in these rows, where no title says it."""
    best, most = None, 0.0
    for form in forms:
        for edition in form.editions:
            if not edition.lines:
                continue
            reader = LineReader(form, edition)
            count = sum(reader.labels_in(row) for row in rows)
            share = count / len(edition.lines)
            if count >= min(MAKING, len(edition.lines)) and share >= SHARE and count > most:
                best, most = form, count
    return best


def edition_of(
    form: FormDefinition, rows: Sequence[Row], year: int | None
) -> tuple[FormEdition, LineReader, int] | None:
    """The edition whose labels and numbers stand in these rows, and how many labels do.

    The year decides only between editions that fit equally well.
    """
    best = None
    most: tuple[float, bool, int] = (0, False, 0)
    for place, edition in enumerate(form.editions):
        reader = LineReader(form, edition)
        matches = reader.read(rows)
        agree = sum(match.agrees is True for match in matches)
        differ = sum(match.agrees is False for match in matches)
        weight = len({match.line for match in matches}) + 2 * agree - 2 * differ
        if matches and (weight, edition.covers(year), place) > most:
            most = (weight, edition.covers(year), place)
            best = (edition, reader, len({match.line for match in matches}))
    if best is None and any(edition.refuse for edition in form.editions):
        edition = next(edition for edition in form.editions if edition.refuse)
        return edition, LineReader(form, edition), CONFIRMING
    return best
