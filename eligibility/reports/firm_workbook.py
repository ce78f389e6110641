"""One firm's tables as a workbook with formulas that live: the official form, and the reviewers' sheet.

Only formulas made here are formulas; texts are written as texts, so none of them runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from xlsxwriter.utility import xl_rowcol_to_cell

from eligibility.application_form.contents import Lists
from eligibility.assessment.record_types import AssessmentRecord, FindingRecord, ScoreRecord
from eligibility.domain.facts import FirmTable
from eligibility.i18n import Language
from eligibility.reports.application import DraftCell, DraftTable, draft
from eligibility.reports.files import open_workbook
from eligibility.reports.firm_paper import verdict_sentence
from eligibility.reports.firm_text import doubt, own_figure, score_sentence
from eligibility.reports.workbook import SheetBook
from eligibility.schemes.registry import Scheme

#: characters across the first column and the others of a firm's tables; points of a line
FIRST, OTHERS, LINE = 44, 20, 15.5
#: points that a row can be high
MOST_HEIGHT = 409.0


def firm_workbook(
    path: Path,
    record: AssessmentRecord,
    firm: FirmTable,
    scheme: Scheme,
    language: Language,
    lists: Lists | None = None,
) -> None:
    """Write one firm's official tables and the reviewers' working sheet, with live formulas.

    Parameters
    ----------
    record : dict
        As :func:`eligibility.assessment.record.record` gives it.
    firm : FirmTable
        The firm's one row.
    lists : mapping of list to rows, optional
        What the firm listed one by one.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    with open_workbook(path) as text_book:
        book = SheetBook(text_book)
        _application(book, draft(record, firm, scheme, lists), record, scheme, language)
        _reviewers(book, record, scheme, language)


def _application(
    book: SheetBook,
    tables: Sequence[DraftTable],
    record: AssessmentRecord,
    scheme: Scheme,
    language: Language,
) -> None:
    """The official tables one under the other; sums of rows are formulas."""
    if not tables:
        return
    sheet = book.sheet(language.text("Application tables"))
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, FIRST)
    sheet.set_column(1, max(len(table.columns) for table in tables), OTHERS)
    sheet.write_string(0, 0, verdict_sentence(record, scheme, language))
    sheet.write_string(
        1, 0, language.text("Yellow cells are to be filled in; grey cells are formulas.")
    )
    top = 3
    for table in tables:
        top = write_form_table(book, sheet, top, table, language)


def write_form_table(
    book: SheetBook,
    sheet: Any,
    top: int,
    table: DraftTable,
    language: Language,
    others: float = OTHERS,
) -> int:
    """Write one official table under its title; the row after it. Sums of rows are formulas.

    ``others`` is the width of all columns but the first, in characters.
    """
    sheet.write_string(top, 0, language.of(table.title), book.title)
    if table.note:
        top += 1
        note, last = language.of(table.note), max(len(table.columns) - 1, 1)
        sheet.merge_range(top, 0, top, last, note, book.note)
        sheet.set_row(top, _height([(note, FIRST + last * others)]))
    heads = [language.of(column) for column in table.columns]
    _texts(sheet, top + 1, heads, book.head)
    first = top + 2
    for offset, row in enumerate(table.rows):
        _texts(sheet, first + offset, [language.of(row.title)], book.cell)
        cells = [xl_rowcol_to_cell(first + offset, place) for place in range(1, len(heads))]
        for place, cell in enumerate(row.cells, start=1):
            at = (first + offset, place)
            if row.sums:
                parts = [xl_rowcol_to_cell(first + part, place) for part in row.sums]
                _sum(book, sheet, at, parts, cell)
            elif table.across and place == len(row.cells):
                _sum(book, sheet, at, cells[:-1], cell)
            else:
                _fill(book, sheet, at, cell, language)
        words = [language.of(row.title), *(cell.text(language) or "" for cell in row.cells)]
        widths = (FIRST, *(others for _ in row.cells))
        sheet.set_row(first + offset, _height(list(zip(words, widths, strict=True))))
    return first + len(table.rows) + 1


def _sum(
    book: SheetBook, sheet: Any, at: tuple[int, int], parts: Sequence[str], cell: DraftCell
) -> None:
    """The sum of some cells; of some of its parts it would be too small, so a blank leaves it blank."""
    listed = ",".join(parts)
    value = "" if cell.value is None else cell.value
    formula = f'=IF(COUNT({listed})<{len(parts)},"",SUM({listed}))'
    sheet.write_formula(*at, formula, book.sums, value)


def _texts(sheet: Any, row: int, texts: Sequence[str], look: Any) -> None:
    """Texts from the first column on, in a row as high as the longest of them asks."""
    for place, text in enumerate(texts):
        sheet.write_string(row, place, text, look)
    widths = (FIRST, *(OTHERS for _ in texts[1:]))
    sheet.set_row(row, _height(list(zip(texts, widths, strict=True))))


def _height(texts: Iterable[tuple[str, float]]) -> float:
    """Points that a row takes for texts in columns so many characters wide; Chinese ones take two."""
    lines = [
        sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) / width
        for text, width in texts
    ]
    return min(LINE * max(1, ceil(max(lines, default=0))), MOST_HEIGHT)


def _fill(
    book: SheetBook, sheet: Any, at: tuple[int, int], cell: DraftCell, language: Language
) -> None:
    if isinstance(cell.value, float):
        sheet.write_number(*at, cell.value, book.looks["money" if cell.money else "number"])
    elif (text := cell.text(language)) is None:
        sheet.write_blank(*at, None, book.blank)
    else:
        sheet.write_string(*at, text, book.cell)


def _reviewers(
    book: SheetBook, record: AssessmentRecord, scheme: Scheme, language: Language
) -> None:
    """Conditions recomputed from verified figures, and points to be given, with their sums."""
    say, lang = language.text, language.id
    sheet = book.sheet(say("Reviewers"))
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 7, 15)
    sheet.set_column(8, 8, 34)
    sheet.write_string(0, 0, verdict_sentence(record, scheme, language))
    sheet.write_string(1, 0, score_sentence(record, language))
    sheet.write_string(
        2, 0, say("Change the yellow cells to what was verified; the rest recomputes.")
    )
    heads = (
        say("Condition"), say("Part"), say("Whole"), say("Own figure"), say("Line"),
        say("As verified"), say("Finding as entered"), say("Remark"),
    )  # fmt: skip
    _texts(sheet, 4, [*heads, say("Source")], book.head)
    sheet.freeze_panes(5, 1)
    for row, finding in enumerate(record["findings"], start=5):
        sheet.write_string(row, 0, finding["title"][lang], book.cell)
        _recompute(book, sheet, row, finding, record["score"], language)
        sheet.write_string(row, 6, say(finding["status"]), book.cell)
        sheet.write_blank(row, 7, None, book.blank)
        cite = finding["citation"]
        sentence = f"{cite['document']} {cite['article']}{doubt(cite, language)}"
        sheet.write_string(row, 8, sentence, book.cell)
    _points(book, sheet, 5 + len(record["findings"]) + 2, record, scheme, language)


def _recompute(
    book: SheetBook,
    sheet: Any,
    row: int,
    finding: FindingRecord,
    score: ScoreRecord,
    language: Language,
) -> None:
    say = language.text
    unit, terms, required = finding["unit"], finding["terms"], finding["required"]
    share = "share" if unit == "/1" else "number"
    figure = xl_rowcol_to_cell(row, 3)
    ratio = unit == "/1" and {"part", "whole"} <= set(terms)
    for place, term in ((1, "part"), (2, "whole")):
        if ratio:
            book.put(sheet, row, place, terms[term], book.inputs["number"])
        else:
            sheet.write_string(row, place, "", book.cell)
    observed = finding["observed"]
    if ratio:
        part, whole = xl_rowcol_to_cell(row, 1), xl_rowcol_to_cell(row, 2)
        formed = f'=IF(OR({part}="",{whole}="",{whole}=0),"",{part}/{whole})'
        sheet.write_formula(row, 3, formed, book.looks[share], "" if observed is None else observed)
    elif unit in ("yes_no", "point"):
        sheet.write_string(row, 3, own_figure(finding, score, language), book.inputs["text"])
    else:
        book.put(sheet, row, 3, observed, book.inputs[share])
    measured = unit not in ("yes_no", "code", "point") and required is not None
    if not measured:
        sheet.write_string(row, 4, "", book.cell)
        sheet.write_blank(row, 5, None, book.blank)
        return
    line = xl_rowcol_to_cell(row, 4)
    book.put(sheet, row, 4, required, book.looks[share])
    # two figures are one where they differ in the last of Excel's fifteen digits
    sign = {"at_least": ">=0", "above": ">0", "at_most": "<=0"}[finding["line"]]
    met, unmet = say("met"), say("unmet")
    judged = f'=IF({figure}="","",IF(ROUND({figure}-{line},12){sign},"{met}","{unmet}"))'
    shown = "" if observed is None else say(finding["status"])
    sheet.write_formula(row, 5, judged, book.looks["text"], shown)


def _points(
    book: SheetBook,
    sheet: Any,
    top: int,
    record: AssessmentRecord,
    scheme: Scheme,
    language: Language,
) -> None:
    say, lang, law = language.text, language.id, scheme.edition(record["edition"])
    items = {item["id"]: item for item in record["score"]["items"]}
    heads = (say("Item"), say("At least"), say("At most"), say("Best"), say("Points given"))
    for place, head in enumerate(heads):
        sheet.write_string(top, place, head, book.head)
    row, parts, point_cells = top + 1, [], []
    for group in law.score.groups:
        first = row
        for item in group.items:
            scored_item = items[item.id]
            sheet.write_string(row, 0, scored_item["title"][lang], book.cell)
            limits = scored_item["low"], scored_item["high"], scored_item["max"]
            for place, points in enumerate(limits, start=1):
                book.put(sheet, row, place, points, book.looks["number"])
            sheet.write_blank(row, 4, None, book.blank)
            sheet.data_validation(
                row, 4, row, 4,
                {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": item.max},
            )  # fmt: skip
            row += 1
        cells = f"{xl_rowcol_to_cell(first, 4)}:{xl_rowcol_to_cell(row - 1, 4)}"
        point_cells.append(cells)
        function = {"sum": "SUM", "best": "MAX"}[group.takes]
        parts.append(f"MIN({group.max:g},{function}({cells}))")
    sheet.write_string(row, 0, say("Total"), book.head)
    score = record["score"]
    for place, points in enumerate((score["low"], score["high"], score["total"]), start=1):
        book.put(sheet, row, place, points, book.looks["number"])
    whole = f'=IF(COUNT({",".join(point_cells)})<{len(items)},"",{"+".join(parts)})'
    sheet.write_formula(row, 4, whole, book.sums, "")
    total = xl_rowcol_to_cell(row, 4)
    above = record["score"]["pass_above"] is not None
    mark = record["score"]["pass_above" if above else "pass_at_least"]
    sheet.write_string(row + 1, 0, say("Enough?"), book.head)
    enough = f"{total}{'>' if above else '>='}{mark}"
    sentence = f'=IF({total}="","",IF({enough},"{say("met")}","{say("unmet")}"))'
    sheet.write_formula(row + 1, 4, sentence, book.cell, "")
