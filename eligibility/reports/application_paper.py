"""The official application in the layout of the printed form, with its cover list of materials.

Parts stand in the order of the form; each activity and each product has a sheet of its own. Word, PDF and
the workbook show the same parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from eligibility.application_form.contents import FormContents
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.text import Wording
from eligibility.i18n import Language
from eligibility.reports.application import DraftRow, DraftTable, draft
from eligibility.reports.files import open_workbook
from eligibility.reports.firm_workbook import FIRST, OTHERS, write_form_table
from eligibility.reports.form_cells import form_cells
from eligibility.reports.paper import Block, Grid, Heading, Paper, Text
from eligibility.reports.workbook import SheetBook, SheetColumn

#: characters across an entry where it stands beside its title alone
WIDE = 70
#: characters that a sheet's name can have, and those it cannot
SHEET_NAME, _UNNAMED = 31, re.compile(r"[\[\]:*?/\\]")
_ENTRY = Wording(zh="内容", en="Entry")
#: what follows the name of a part in the titles of its tables
_AFTER_PART = re.compile(r"(?:：|: ).*|(?:（[^（）]*）)+$| \([^()]*\)$")


@dataclass(frozen=True)
class FormPart:
    """One part of the printed form: its title and its tables."""

    title: Wording
    tables: tuple[DraftTable, ...]


def form_parts(tables: Sequence[DraftTable]) -> list[FormPart]:
    """The tables of a draft as the form prints them: by part, a sheet for each activity and product."""
    parts: list[FormPart] = []
    for title, group in groupby(tables, key=lambda table: _AFTER_PART.sub("", table.title.zh)):
        of_part = list(group)
        name = Wording(zh=title, en=_AFTER_PART.sub("", of_part[0].title.en))
        sheets = [table for table in of_part if table.list]
        plain = tuple(table for table in of_part if not table.list)
        parts.append(FormPart(name, (*plain, *_sheets(sheets))))
    return parts


def _sheets(tables: Sequence[DraftTable]) -> Iterator[DraftTable]:
    """A table for each thing: every column of the tables of its list as a row."""
    for place in range(len(tables[0].rows) if tables else 0):
        number = tables[0].rows[place].title
        head = tables[0].columns[0]
        rows = tuple(
            DraftRow(_under(table, column), (cell,))
            for table in tables
            for column, cell in zip(table.columns[1:], table.rows[place].cells, strict=True)
        )
        yield DraftTable(number, None, (Wording(zh=f"{head.zh} {number.zh}", en=f"{head.en} {number.en}"), _ENTRY), rows, False)  # fmt: skip


def _under(table: DraftTable, column: Wording) -> Wording:
    """The title of a column; of a year, with what the table says of it."""
    if not table.numbers:
        return column
    zh, en = (title.partition(mark)[2] for title, mark in ((table.title.zh, "："), (table.title.en, ": ")))  # fmt: skip
    return Wording(zh=f"{zh}：{column.zh}", en=f"{en}: {column.en}")


@dataclass(frozen=True)
class Material:
    """One paper that the application hands in, and what of the firm's lists belongs behind it."""

    title: Wording
    things: tuple[str, ...]


def materials(contents: FormContents) -> list[Material]:
    """The papers of an application in the order of the law, with what the lists say belongs to each."""
    guide = contents.scheme.guide
    lists = guide.material_lists or ({},) * len(guide.materials)
    return [
        Material(
            title,
            tuple(
                thing
                for name, columns in behind.items()
                for thing in _things(contents, name, columns)
            ),
        )
        for title, behind in zip(guide.materials, lists, strict=True)
    ]


def _things(contents: FormContents, name: str, columns: Sequence[str]) -> list[str]:
    """The things of a list by what names them; those of a list beside it only with more than a name."""
    adds = bool(contents.scheme.lists[name].adds_to)
    entries = (
        [str(row[column]) for column in columns if column in row] for row in contents.rows(name)
    )
    return list(dict.fromkeys(" ".join(entry) for entry in entries if len(entry) > adds))


def application_paper(
    record: AssessmentRecord, contents: FormContents, language: Language
) -> Paper:
    """The application as a paper: what is filled, the parts of the form, the list of materials.

    Parameters
    ----------
    record : mapping
        The firm's assessment.
    contents : FormContents
        What it entered.
    """
    say = language.text
    tables = draft(record, contents.firm, contents.scheme, contents.lists)
    lead = tuple(Text(line) for line in _lead(contents, tables, language))
    blocks: list[Block] = []
    for part in form_parts(tables):
        blocks.append(Heading(language.of(part.title), new_page=True))
        for table in part.tables:
            blocks += _table_blocks(table, part, language)
    blocks.append(Heading(say("Materials in their order"), new_page=True))
    blocks.append(
        Grid(
            (say("No."), say("Paper"), say("What of the lists it proves"), say("Pages")),
            tuple(
                (str(number), language.of(each.title), "\n".join(each.things) or "–", "")
                for number, each in enumerate(materials(contents), start=1)
            ),
            (1, 5, 7, 1.5),
        )
    )
    title = say("Application: {firm}").format(firm=contents.name or say("(no name)"))
    return Paper(title, (str(record["as_of"]),), tuple(blocks), language, lead)


def _lead(
    contents: FormContents, tables: Sequence[DraftTable], language: Language
) -> Iterator[str]:
    say = language.text
    cells = [
        cell
        for cell in form_cells(contents.scheme.official_cells(contents.law), tables)
        if not cell.group.extra
    ]
    yield say(
        "{filled} of {count} cells of the form are filled; what is marked is still to be filled in."
    ).format(filled=sum(cell.is_filled for cell in cells), count=len(cells))
    for cell in cells:
        if cell.by_hand:
            yield f"{cell.item}：{language.of(cell.by_hand)}"
    yield say(
        "Filled from what the firm entered. Money in 10k CNY (万元), two decimals. The official system and its form decide."
    )


def _table_blocks(table: DraftTable, part: FormPart, language: Language) -> Iterator[Block]:
    if len(part.tables) > 1 or table.title.zh.startswith(("RD", "PS")):
        yield Heading(language.of(table.title), 2)
    if table.note:
        yield Text(language.of(table.note), "note")
    columns = tuple(language.of(column) for column in table.columns)
    yield Grid(
        columns,
        tuple(
            (language.of(row.title), *(cell.text(language) for cell in row.cells))
            for row in table.rows
        ),
        (
            1.8 if table.has_numbered_rows else 5.0,
            *((9.0,) if len(columns) == 2 else (3.0,) * (len(columns) - 1)),
        ),
        frozenset(range(1, len(columns))) if table.numbers else frozenset(),
    )


def application_workbook(
    path: Path, record: AssessmentRecord, contents: FormContents, language: Language
) -> None:
    """Write the application as a workbook: a sheet for each part of the form, then the materials.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    tables = draft(record, contents.firm, contents.scheme, contents.lists)
    with open_workbook(path) as text_book:
        book = SheetBook(text_book)
        for part in form_parts(tables):
            sheet = book.sheet(_UNNAMED.sub(" ", language.of(part.title))[:SHEET_NAME])
            sheet.fit_to_pages(1, 0)
            most = max(len(table.columns) for table in part.tables) - 1
            width = WIDE if most == 1 else OTHERS
            sheet.set_column(0, 0, FIRST)
            sheet.set_column(1, most, width)
            top = 0
            for table in part.tables:
                top = write_form_table(book, sheet, top, table, language, width)
        say = language.text
        book.table(
            say("Materials"),
            [
                SheetColumn(say("No."), "whole", 6),
                SheetColumn(say("Paper"), "wrap", FIRST),
                SheetColumn(say("What of the lists it proves"), width=WIDE),
            ],
            (
                (number, language.of(each.title), ("\n".join(each.things), "wrap"))
                for number, each in enumerate(materials(contents), start=1)
            ),
        )
