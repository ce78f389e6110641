"""Workbooks (.xlsx): the staff's view of a batch, and one firm's tables with formulas that live.

Texts are written as texts, so none of them runs; only formulas made here are formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pyarrow as pa
from xlsxwriter.utility import xl_rowcol_to_cell

from eligibility.assessment.assess import Assessment
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Citation, Condition
from eligibility.domain.results import STATUS_WORDS, UNDETERMINED, UNMET, Finding
from eligibility.i18n import Language
from eligibility.intake.table import Batch
from eligibility.reports.application import DraftCell, DraftTable, Lists, draft
from eligibility.reports.files import EXCEL_ROWS, TextBook, open_workbook
from eligibility.reports.firm_paper import verdict_sentence
from eligibility.reports.firm_text import doubt, fields_in_words, own_figure, score_sentence, titles
from eligibility.reports.score_table import Judge, rejects_with_reasons, scored_table
from eligibility.schemes.registry import Scheme

#: a figure is near its line where it lies within this part of it
NEAR = 0.1
#: the number that Excel has for the paper
A4 = 9
#: more columns than these would be too small to read on one page
FITTING = 12
#: characters across the first column and the others of a firm's tables; points of a line
FIRST, OTHERS, LINE = 44, 20, 15.5
FORMATS: dict[str, dict[str, Any]] = {
    "text": {},
    "share": {"num_format": "0.0%"},
    "number": {"num_format": "#,##0.##"},
    "whole": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
    # a text right of a number, which would touch it
    "beside": {"indent": 1},
}
_LOOK = {"valign": "top"}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its header, how its values look, and its width in characters."""

    title: str
    look: str = "text"
    width: int = 16


def staff_workbook(
    path: Path,
    batch: Batch,
    assessments: Sequence[Assessment],
    scheme: Scheme,
    language: Language,
    judge: Judge | None = None,
) -> None:
    """Write what staff need of a batch, a sheet for each view.

    Parameters
    ----------
    batch, assessments
        A file as read, and the assessments of its table.
    judge : callable, optional
        Gives the readiness of an assessment's firms; without it there is no such sheet.

    Raises
    ------
    InputError
        If a sheet would have more rows than Excel takes, or the file cannot be written.
    """
    with open_workbook(path, constant_memory=True) as opened:
        book = _Book(opened)
        _Staff(book, batch, assessments, scheme, language, judge).write()


def firm_workbook(
    path: Path,
    record: dict[str, Any],
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
    with open_workbook(path) as opened:
        book = _Book(opened)
        _application(book, draft(record, firm, scheme, lists), record, scheme, language)
        _reviewers(book, record, scheme, language)


def list_workbook(
    path: Path,
    name: str,
    columns: Mapping[str, Column],
    table: pa.Table,
    notes: Sequence[str] = (),
) -> None:
    """Write a list of any length as one sheet, in constant memory.

    Parameters
    ----------
    name : str
        Of the sheet.
    columns : mapping of column id to Column
        Those of ``table`` that are written, in this order.
    notes : sequence of str
        Sentences above the table, a line each.

    Raises
    ------
    InputError
        If it has more rows than Excel takes, or the file cannot be written.
    """
    with open_workbook(path, constant_memory=True) as opened:
        book = _Book(opened)
        batches = table.select(list(columns)).to_batches(max_chunksize=4096)
        rows = (
            row
            for batch in batches
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
        )
        book.table(name, list(columns.values()), rows, frozen=1, notes=notes)


class _Book:
    """A workbook, its formats, and how values go into its cells."""

    def __init__(self, book: TextBook) -> None:
        self.book = book
        self.formats = {
            name: self.book.add_format({**_LOOK, **look}) for name, look in FORMATS.items()
        }
        self.wrapped = self.book.add_format({**_LOOK, "text_wrap": True})
        grid = {"border": 1, "valign": "top", "text_wrap": True}
        shade = {"bold": True, "bg_color": "#DCE6F1"}
        self.head = self.book.add_format({**grid, **shade})
        self.title = self.book.add_format({"bold": True, "font_size": 13, "font_color": "#1F3A5F"})
        self.cell = self.book.add_format(grid)
        self.note = self.book.add_format({"italic": True, "valign": "top", "text_wrap": True})
        self.blank = self.book.add_format({**grid, "bg_color": "#FFF2CC"})
        self.sums = self.book.add_format({**grid, "num_format": "#,##0.00", "bg_color": "#EEEEEE"})
        self.looks = {
            name: self.book.add_format({**grid, **look})
            for name, look in {**FORMATS, "money": {"num_format": "#,##0.00"}}.items()
        }
        self.inputs = {
            name: self.book.add_format({**grid, **look, "bg_color": "#FFF2CC"})
            for name, look in FORMATS.items()
        }

    def sheet(self, name: str) -> Any:
        """A new sheet of that name."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        return sheet

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        frozen: int = 0,
        notes: Sequence[str] = (),
    ) -> None:
        """A sheet with one table: header kept in sight, filters, a look for each column.

        A value may come with a look of its own, as (value, look). Notes stand above the table.
        """
        sheet = self.sheet(name)
        head = len(notes)
        for line, note in enumerate(notes):
            sheet.write_string(line, 0, note)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(head, place, column.title, self.head)
        sheet.set_row(head, 30)
        sheet.freeze_panes(head + 1, frozen)
        sheet.repeat_rows(head)
        if len(columns) <= FITTING or notes:
            sheet.fit_to_pages(1, 0)
        last = head
        for last, row in enumerate(rows, start=head + 1):
            if last >= EXCEL_ROWS:
                raise InputError(
                    "A sheet of the workbook would have more than {most} rows; use the command score for a file of this size.",
                    most=EXCEL_ROWS,
                )
            for place, given in enumerate(row):
                value, look = given if isinstance(given, tuple) else (given, columns[place].look)
                self.put(sheet, last, place, value, self.formats[look])
        sheet.autofilter(head, 0, last, len(columns) - 1)

    def put(self, sheet: Any, row: int, place: int, value: Any, look: Any) -> None:
        """One value as what it is: a text is never taken for a formula or an address."""
        if value is None or (isinstance(value, float) and not np.isfinite(value)):
            sheet.write_blank(row, place, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, place, value, look)
        elif isinstance(value, int | float | np.number):
            sheet.write_number(row, place, value, look)
        else:
            sheet.write_datetime(row, place, value, look)


# --- staff --------------------------------------------------------------------------------------


class _Staff:
    def __init__(
        self,
        book: _Book,
        batch: Batch,
        assessments: Sequence[Assessment],
        scheme: Scheme,
        language: Language,
        judge: Judge | None,
    ) -> None:
        self.book, self.batch, self.assessments = book, batch, assessments
        self.scheme, self.language, self.judge = scheme, language, judge
        self.say = language.text
        self.table = (
            scored_table(assessments, batch.rows, scheme, language, judge) if assessments else None
        )
        self.conditions: Mapping[str, Condition] = {
            condition.id: condition for found in assessments for condition in found.law.conditions
        }

    def write(self) -> None:
        say, book = self.say, self.book
        self._overview()
        if self.table is not None:
            self._firms(self.table)
        firm = [Column(say("Row"), "whole", 7), Column(self._field("uscc"), width=21)]
        firm.append(Column(self._field("name"), width=34))
        condition = [Column(say("Condition"), width=26)]
        figures = [Column(say("Own figure"), "number"), Column(say("Line"), "number")]
        unit, source = Column(say("Unit"), width=9), Column(say("Source"), width=34)
        short = Column(say("Short by"), "number")
        book.table(
            say("Unmet"),
            [
                *firm,
                *condition,
                *figures,
                unit,
                short,
                Column(say("Unit of the gap"), width=9),
                source,
            ],
            self._unmet(),
            3,
        )
        book.table(
            say("Undetermined"),
            [*firm, *condition, Column(say("What is missing"), width=80), source],
            self._undetermined(),
            3,
        )
        nearness = Column(say("Distance from the line, part of it"), "share")
        status = Column(say("Finding"), width=13)
        book.table(
            say("Near the line"),
            [*firm, *condition, status, *figures, unit, nearness, source],
            self._near(),
            3,
        )
        book.table(
            say("Signs to look at"),
            [*firm, Column(say("Sign"), width=90), source],
            self._signs(),
            3,
        )
        rejects = rejects_with_reasons(self.batch, self.language)
        book.table(
            say("Rejected rows"),
            [Column(self._reject_title(name), width=30) for name in rejects.column_names],
            (tuple(row.values()) for row in rejects.to_pylist()),
            1,
        )
        if self.judge is not None and self.table is not None:
            self._readiness(self.table, firm)
        self._explanations()

    def _overview(self) -> None:
        say, batch = self.say, self.batch
        rows: list[tuple[Any, ...]] = [
            (say("Rows read"), batch.read),
            (say("Rows assessed"), batch.table.rows),
            (say("Rows rejected"), batch.rejects.num_rows),
        ]
        for entry in [] if self.table is None else self.table["verdict"].value_counts().to_pylist():
            verdict = entry["values"]
            rows.append((say(verdict), entry["counts"]))
        for name, condition in self.conditions.items():
            for status in (UNMET, UNDETERMINED):
                held = sum(
                    int((found.findings[name].status == status).sum())
                    for found in self.assessments
                    if name in found.findings
                )
                title = f"{self.language.of(condition.title)}: {say(STATUS_WORDS[status])}"
                rows.append((title, held))
        columns = [Column(say("What"), width=52), Column(say("Number of firms"), "whole")]
        self.book.table(say("Overview"), columns, rows)

    def _firms(self, table: pa.Table) -> None:
        """Every firm in the columns of the score command, headed for people."""
        names = [name for name in table.column_names if not name.startswith("readiness")]
        spoken = {"verdict", *(name for name in names if name.endswith("_status"))}

        def rows() -> Iterator[list[Any]]:
            for batch in table.select(names).to_batches(max_chunksize=4096):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield [
                        self.say(value) if name in spoken and value else value
                        for name, value in zip(names, row, strict=True)
                    ]

        self.book.table(self.say("All firms"), [self._column(name) for name in names], rows(), 3)

    def _column(self, name: str) -> Column:
        say = self.say
        fixed = {
            "row": Column(say("Row"), "whole", 7),
            "edition": Column(say("Edition"), width=9),
            "verdict": Column(say("Verdict"), width=13),
            "score_low": Column(say("Score, at least"), "number", 10),
            "score_high": Column(say("Score, at most"), "number", 10),
            "turned_by_another_reading": Column(say("Turned by another reading"), width=24),
            "warnings": Column(say("Signs (ids)"), width=24),
        }
        if name in fixed:
            return fixed[name]
        if name in self.scheme.fields_by_id:
            day = self.scheme.fields_by_id[name].kind == "date"
            return Column(self._field(name), "day" if day else "text", 34 if name == "name" else 20)
        if name.startswith("gap_"):
            return Column(say("Gap {number}").format(number=name.removeprefix("gap_")), width=60)
        condition_id, _, part = name.rpartition("_")
        known = {c.id: c for law in self.scheme.editions for c in law.conditions}
        condition = known[condition_id]
        words = {"status": say("Finding"), "observed": say("Own figure"), "margin": say("Margin")}
        title = f"{self.language.of(condition.title)} · {words[part]}"
        if part == "status":
            return Column(title, width=13)
        return Column(title, "share" if condition.unit == "/1" else "number", 13)

    def _each(self) -> Iterator[tuple[Assessment, str, Condition]]:
        for found in self.assessments:
            for name in found.findings:
                yield found, name, found.law.conditions_by_id[name]

    def _unmet(self) -> Iterator[list[Any]]:
        for found, name, condition in self._each():
            finding = found.findings[name]
            unmet = np.flatnonzero(finding.status == UNMET)
            if not len(unmet):
                continue
            gap = found.gaps.by_condition[name]
            for row in unmet:
                yield [
                    *self._firm(found, row),
                    self.language.of(condition.title),
                    *self._measured(finding, condition, row),
                    float(gap.shortfall[row]),
                    self._unit(gap.unit),
                    self._source(condition),
                ]

    def _undetermined(self) -> Iterator[list[Any]]:
        for found, name, condition in self._each():
            finding = found.findings[name]
            for row in np.flatnonzero(finding.status == UNDETERMINED):
                missing = self.scheme.in_form_order(
                    field for field, rows in finding.missing.items() if rows[row]
                )
                year = int(found.firms.application_years[row])
                said = fields_in_words(missing, self.scheme.fields_by_id, year, self.language)
                yield [
                    *self._firm(found, row),
                    self.language.of(condition.title),
                    said or self.say("No fact: judgement decides"),
                    self._source(condition),
                ]

    def _signs(self) -> Iterator[list[Any]]:
        """What reviewers look at, a row for each sign of a firm; none is a finding."""
        for found in self.assessments:
            for sign in found.warnings:
                source = self._cited(sign.citation) if sign.citation else self.say("no source")
                for row in np.flatnonzero(sign.rows):
                    yield [*self._firm(found, row), self.language.of(sign.says), source]

    def _near(self) -> Iterator[list[Any]]:
        """Figures close to a line, on either side, the closest first."""
        close = []
        for found, name, condition in self._each():
            finding = found.findings[name]
            if condition.unit in ("yes_no", "code"):
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                parts = finding.margin / np.abs(finding.required)
            close += [
                (float(parts[row]), found, row, name)
                for row in np.flatnonzero(np.isfinite(parts) & (np.abs(parts) <= NEAR))
            ]
        for part, found, row, name in sorted(close, key=lambda one: abs(one[0])):
            finding, condition = found.findings[name], found.law.conditions_by_id[name]
            yield [
                *self._firm(found, row),
                self.language.of(condition.title),
                self.say(STATUS_WORDS[int(finding.status[row])]),
                *self._measured(finding, condition, row),
                part,
                self._source(condition),
            ]

    def _readiness(self, table: pa.Table, firm: list[Column]) -> None:
        say = self.say
        names = [
            "row",
            "uscc",
            "name",
            *(n for n in table.column_names if n.startswith("readiness")),
        ]
        columns = [
            *firm,
            Column(say("Readiness"), "share"),
            Column(say("At least"), "share"),
            Column(say("At most"), "share"),
            Column(say("If every unmet condition were met"), "share"),
            Column(say("Weakest"), width=24),
            Column(say("Beyond what was seen"), width=24),
            Column(say("Learned from"), width=60),
        ]
        listed = ("readiness_weakest", "readiness_outside")
        rows = (
            [self._titles(value) if name in listed else value for name, value in row.items()]
            for row in table.select(names).to_pylist()
        )
        self.book.table(say("Readiness"), columns, rows, 3)

    def _explanations(self) -> None:
        say = self.say
        rows: list[tuple[str, str, str, str]] = [
            (
                self.language.of(condition.title),
                self.language.of(condition.rule),
                self.language.of(condition.evidence),
                self._source(condition),
            )
            for condition in self.conditions.values()
        ]
        near = say("A figure is near where it lies within {share} of its line, on either side.")
        rows.append((say("Near the line"), near.format(share=f"{NEAR:.0%}"), "", ""))
        blank = say("A blank is missing and never zero; it leaves the finding undetermined.")
        rows.append((say("Undetermined"), blank, "", ""))
        if self.judge is not None:
            said = say(
                "Readiness estimates how likely certification is after review; it never changes the verdict."
            )
            rows.append((say("Readiness"), said, "", ""))
        columns = [
            Column(say("What"), width=28),
            Column(say("Rule"), width=70),
            Column(say("Evidence"), width=60),
            Column(say("Source"), width=34),
        ]
        self.book.table(say("Explanations"), columns, rows)

    def _firm(self, found: Assessment, row: np.intp) -> list[Any]:
        place = int(found.rows[row])
        texts = [found.firms.texts(name)[row] for name in ("uscc", "name")]
        return [int(self.batch.rows[place]), *texts]

    def _measured(self, finding: Finding, condition: Condition, row: np.intp) -> list[Any]:
        """The figure, its line and their unit."""
        look = "share" if condition.unit == "/1" else "number"
        figures = (finding.observed[row], finding.required[row])
        return [*((float(figure), look) for figure in figures), self._unit(condition.unit)]

    def _unit(self, unit: str) -> str:
        say = self.say
        words = {
            "/1": "%",
            "day": say("days"),
            "item": say("items"),
            "point": say("points"),
            "person": say("people"),
            "CNY": say("CNY"),
            "yes_no": "",
            "code": "",
        }
        return words.get(unit, unit)

    def _titles(self, names: str | None) -> str | None:
        """Conditions and items, as the readiness columns list them, by their titles."""
        if not names:
            return None
        named = names.split()
        laws = [assessment.law for assessment in self.assessments]
        law = next(law for law in laws if {*named} <= {*law.conditions_by_id, *law.items, "score"})
        return titles(named, law, self.language)

    def _field(self, name: str) -> str:
        return self.language.of(self.scheme.fields_by_id[name].title)

    def _reject_title(self, name: str) -> str:
        return {"row": self.say("Row"), "reason": self.say("Reason")}.get(name, name)

    def _source(self, condition: Condition) -> str:
        return self._cited(condition.citation)

    def _cited(self, cite: Citation) -> str:
        return f"{cite.document} {cite.article}{doubt(cite.model_dump(), self.language)}"


# --- one firm -----------------------------------------------------------------------------------


def _application(
    book: _Book,
    tables: Sequence[DraftTable],
    record: dict[str, Any],
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
        sheet.write_string(top, 0, language.of(table.title), book.title)
        if table.note:
            top += 1
            note, last = language.of(table.note), max(len(table.columns) - 1, 1)
            sheet.merge_range(top, 0, top, last, note, book.note)
            sheet.set_row(top, _height([(note, FIRST + last * OTHERS)]))
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
                    _filled(book, sheet, at, cell, language)
        top = first + len(table.rows) + 1


def _sum(
    book: _Book, sheet: Any, at: tuple[int, int], parts: Sequence[str], cell: DraftCell
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
    return LINE * max(1, ceil(max(lines, default=0)))


def _filled(
    book: _Book, sheet: Any, at: tuple[int, int], cell: DraftCell, language: Language
) -> None:
    if isinstance(cell.value, float):
        sheet.write_number(*at, cell.value, book.looks["money" if cell.money else "number"])
    elif (text := cell.text(language)) is None:
        sheet.write_blank(*at, None, book.blank)
    else:
        sheet.write_string(*at, text, book.cell)


def _reviewers(book: _Book, record: dict[str, Any], scheme: Scheme, language: Language) -> None:
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
        _recomputed(book, sheet, row, finding, record["score"], language)
        sheet.write_string(row, 6, say(finding["status"]), book.cell)
        sheet.write_blank(row, 7, None, book.blank)
        cite = finding["citation"]
        said = f"{cite['document']} {cite['article']}{doubt(cite, language)}"
        sheet.write_string(row, 8, said, book.cell)
    _points(book, sheet, 5 + len(record["findings"]) + 2, record, scheme, language)


def _recomputed(
    book: _Book,
    sheet: Any,
    row: int,
    finding: dict[str, Any],
    score: dict[str, Any],
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
    book: _Book, sheet: Any, top: int, record: dict[str, Any], scheme: Scheme, language: Language
) -> None:
    say, lang, law = language.text, language.id, scheme.edition(record["edition"])
    items = {item["id"]: item for item in record["score"]["items"]}
    heads = (say("Item"), say("At least"), say("At most"), say("Best"), say("Points given"))
    for place, head in enumerate(heads):
        sheet.write_string(top, place, head, book.head)
    row, parts, given = top + 1, [], []
    for group in law.score.groups:
        first = row
        for item in group.items:
            held = items[item.id]
            sheet.write_string(row, 0, held["title"][lang], book.cell)
            for place, name in enumerate(("low", "high", "max"), start=1):
                book.put(sheet, row, place, held[name], book.looks["number"])
            sheet.write_blank(row, 4, None, book.blank)
            sheet.data_validation(
                row, 4, row, 4,
                {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": item.max},
            )  # fmt: skip
            row += 1
        cells = f"{xl_rowcol_to_cell(first, 4)}:{xl_rowcol_to_cell(row - 1, 4)}"
        given.append(cells)
        taken = {"sum": "SUM", "best": "MAX"}[group.takes]
        parts.append(f"MIN({group.max:g},{taken}({cells}))")
    sheet.write_string(row, 0, say("Total"), book.head)
    for place, name in enumerate(("low", "high", "total"), start=1):
        book.put(sheet, row, place, record["score"][name], book.looks["number"])
    whole = f'=IF(COUNT({",".join(given)})<{len(items)},"",{"+".join(parts)})'
    sheet.write_formula(row, 4, whole, book.sums, "")
    total = xl_rowcol_to_cell(row, 4)
    above = record["score"]["pass_above"] is not None
    mark = record["score"]["pass_above" if above else "pass_at_least"]
    sheet.write_string(row + 1, 0, say("Enough?"), book.head)
    enough = f"{total}{'>' if above else '>='}{mark}"
    said = f'=IF({total}="","",IF({enough},"{say("met")}","{say("unmet")}"))'
    sheet.write_formula(row + 1, 4, said, book.cell, "")
