"""A file of firms as a FirmTable, and everything that could not be taken as it was written.

Every row read is accepted or rejected, never dropped: ``read == len(rows) + rejects.num_rows``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field, FirmTable, RowIssue
from eligibility.domain.text import Message
from eligibility.intake.blocks import Block, TextBlock
from eligibility.intake.cells import (
    CellFormat,
    titles_to_codes,
    whole_text,
)
from eligibility.intake.checks import Earlier, FirmKeys, SeenFirms, contradictions
from eligibility.intake.columns import BLANKS, ColumnReader, ColumnValues
from eligibility.intake.csv_file import CsvBlock
from eligibility.intake.firm_sheet import IntakeOptions, open_firm_sheet
from eligibility.intake.header_labels import IDENTITY
from eligibility.intake.headers import HeaderMap, MappedColumn, header_map
from eligibility.intake.kind_counts import has_kind_counts, sum_kinds
from eligibility.intake.layouts import cell_name, row_numbers, sheet_name
from eligibility.intake.non_firm_places import name_heads, non_firm_places
from eligibility.intake.number_formats import FORMULA_MARK
from eligibility.intake.row_batch import CheckedBlock, RowBatch, Trouble, join_batches
from eligibility.intake.sheet_survey import cell_text
from eligibility.intake.source import Source

ROWS_PER_BATCH = 65_536
PREVIEW_ROWS = 5
_NO_TITLES: Mapping[str, str] = {}


@dataclass(frozen=True)
class FileLayout:
    """What has to be known of a file to read any block of it."""

    file: str
    sheet: str
    headers: HeaderMap
    options: IntakeOptions


@dataclass(frozen=True)
class Preview:
    """What a file seems to hold: its columns, its first rows as they came, and its sheets."""

    headers: HeaderMap
    rows: pa.Table
    sheet: str = ""
    sheets: tuple[str, ...] = ()


def read_batches(
    source: Source,
    fields: Sequence[Field],
    options: IntakeOptions | None = None,
    *,
    rows_per_batch: int = ROWS_PER_BATCH,
    catalogue: Mapping[str, str] = _NO_TITLES,
) -> Iterator[RowBatch]:
    """Read a CSV or xlsx file of any length, part by part.

    Parameters
    ----------
    source : path, or (name, bytes)
    fields : sequence of Field
        What columns can hold.
    options : Options, optional
    rows_per_batch : int
        The most rows that a batch holds, rejected ones too.
    catalogue : mapping of code to title
        Titles that may stand for a technical field code.

    Raises
    ------
    InputError
        Before the first batch, if the file or its header cannot be used; later only if a quotation
        mark is never closed.
    """
    layout, blocks = open_blocks(source, fields, options)
    intake = Intake(layout, fields, catalogue)
    return intake.every_batch(blocks, SeenFirms().earlier, rows_per_batch)


def open_blocks(
    source: Source, fields: Sequence[Field], options: IntakeOptions | None = None
) -> tuple[FileLayout, Iterator[Block]]:
    """A file as blocks that an :class:`Intake` reads; parameters and errors as ``read_batches``.

    Blocks may be read elsewhere: then the row that each begins at is the one expected, which cells
    of several lines can put wrong.
    """
    options = options or IntakeOptions()
    sheet, headers = open_firm_sheet(source, fields, options)
    try:
        headers.require(sheet.file, sheet.sheets)
    except InputError:
        sheet.close()
        raise
    blocks = sheet.blocks(headers.lines, len(headers.headers))
    return FileLayout(sheet.file, sheet.name, headers, options), blocks


def read_table(
    source: Source,
    fields: Sequence[Field],
    options: IntakeOptions | None = None,
    *,
    catalogue: Mapping[str, str] = _NO_TITLES,
) -> RowBatch:
    """Read a whole file as one batch; parameters and errors as in ``read_batches``."""
    return join_batches(list(read_batches(source, fields, options, catalogue=catalogue)))


def preview(
    source: Source, fields: Sequence[Field], options: IntakeOptions | None = None
) -> Preview:
    """What the columns of a file are taken for; refuses nothing that can be opened."""
    options = options or IntakeOptions()
    sheet, headers = open_firm_sheet(source, fields, options)
    rows = pa.table({name: pa.array([], pa.string()) for name in headers.headers})
    for block in sheet.blocks(headers.lines, len(headers.headers)) if headers.headers else ():
        rows = block.text.slice(0, PREVIEW_ROWS).rename_columns(headers.headers)
        break
    sheet.close()
    return Preview(headers, rows, sheet.name, sheet.sheets)


def from_records(
    records: Iterable[Mapping[str, object]],
    fields: Sequence[Field],
    options: IntakeOptions | None = None,
    *,
    catalogue: Mapping[str, str] = _NO_TITLES,
) -> RowBatch:
    """Firms given as mappings of field id to a value or its text; money in CNY.

    Rows count from 1, and a firm need not say who it is. Other parameters as in ``read_batches``.

    Raises
    ------
    InputError
        If a key is no field.
    """
    rows = list(records)
    by_id = {field.id: field for field in fields}
    used = dict.fromkeys(key for record in rows for key in record)
    if unknown := [key for key in used if key not in by_id]:
        raise InputError("There is no field {field}.", field=", ".join(map(str, unknown)))
    columns = tuple(
        MappedColumn(place, key, by_id[key], 0, "field id") for place, key in enumerate(used)
    )
    headers = HeaderMap(columns, (), (), (), (), tuple(used), 0, False)
    texts = {key: [_typed_text(record.get(key)) for record in rows] for key in used}
    block = TextBlock([[whole_text(text) for text in column] for column in texts.values()], 1)
    layout = FileLayout("input", "", headers, options or IntakeOptions())
    intake = Intake(layout, fields, catalogue, with_names=False)
    readings = {key: reader.each(texts[key]) for key, reader in intake.readers.items()}
    earlier = SeenFirms().earlier
    return intake.check(block, readings, len(rows), earlier).batch(0, len(rows))


def _typed_text(value: object) -> str:
    # all 17 digits of a number from Python, where a workbook has 15
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return cell_text(bool(value) if isinstance(value, np.bool_) else value)


class Intake:
    """Reads blocks of one file; what stays the same from block to block.

    Parameters
    ----------
    layout : Layout
    fields, catalogue
        As in ``read_batches``.
    with_names : bool
        Whether a firm must say who it is.
    """

    def __init__(
        self,
        layout: FileLayout,
        fields: Sequence[Field],
        catalogue: Mapping[str, str],
        *,
        with_names: bool = True,
    ) -> None:
        self.file, self.sheet, self.fields = layout.file, layout.sheet, fields
        self.headers = headers = layout.headers
        self.application_date = np.datetime64(layout.options.application_date, "D")
        self.covered_from = layout.options.covered_from
        self.beside = layout.options.beside
        self.blank_bad_cells = layout.options.blank_bad_cells
        self.with_names = with_names
        titles = titles_to_codes(catalogue) if _needs_titles(headers) else _NO_TITLES
        self.columns = {column.field.id: column for column in headers.columns}
        self.readers = {
            name: ColumnReader(
                CellFormat(column.field, column.power or 0, titles), name in IDENTITY
            )
            for name, column in self.columns.items()
        }

    def batches(
        self, block: Block, earlier: Earlier, rows_per_batch: int = ROWS_PER_BATCH
    ) -> Iterator[RowBatch]:
        """The rows of a block, blank ones left out; ``earlier`` tells of firms met before."""
        part = self._part(block, earlier)
        for start in range(0, part.count, rows_per_batch):
            yield part.batch(start, min(start + rows_per_batch, part.count))
        pa.default_memory_pool().release_unused()

    def every_batch(
        self, blocks: Iterable[Block], earlier: Earlier, rows_per_batch: int = ROWS_PER_BATCH
    ) -> Iterator[RowBatch]:
        """The rows of every block; an empty batch if there is none."""
        some = False
        for block in blocks:
            for batch in self.batches(block, earlier, rows_per_batch):
                some = True
                yield batch
                # the next block is read in the meantime: two tables at once are not needed
                del batch
        if not some:
            yield self.nothing()

    def nothing(self) -> RowBatch:
        """What a file without rows gives."""
        block = TextBlock([[] for _ in self.headers.headers], self.headers.lines + 1)
        return self.check(block, {}, 0, SeenFirms().earlier).batch(0, 0)

    def _part(self, block: Block, earlier: Earlier) -> CheckedBlock:
        """A block, read and judged."""
        places = {name: column.position for name, column in self.columns.items()}
        typed = block.read_as(
            {places[name]: reader.type for name, reader in self.readers.items()}, BLANKS
        )
        readings: dict[str, ColumnValues] = {}
        for name, reader in self.readers.items():
            at = str(places[name])
            native = reader.native(typed[at]) if typed is not None else None
            readings[name] = native or reader.texts(block.text[at])
        rows = (block.text if typed is None else typed).num_rows
        return self.check(block, readings, rows, earlier)

    def check(
        self, block: Block, readings: Mapping[str, ColumnValues], rows: int, earlier: Earlier
    ) -> CheckedBlock:
        """A block whose cells are read: what is wrong with its rows, and which can be used."""
        columns = {name: read.values for name, read in readings.items()}
        for name in IDENTITY:
            columns.setdefault(name, np.full(rows, None, dtype=object))
        applied = columns.get("application_date", np.full(rows, np.datetime64("NaT", "D")))
        columns["application_date"] = np.where(np.isnat(applied), self._day(columns), applied)
        differing = list(sum_kinds(columns, self.fields)) if has_kind_counts(columns) else []
        firms = FirmTable(columns, rows)

        troubles = _Troubles(self, block)
        for field_id, expected_by_row in differing:
            for place, expected in expected_by_row.items():
                troubles.add(place, field_id, expected, fatal=False)
        non_firms = non_firm_places(
            block, firms, self.file, self.headers, self._name_heads, with_names=self.with_names
        )
        for place, kind in non_firms.items():
            troubles.reject(
                place, "uscc" if firms.blank("name")[place] else "name", Message(kind.value)
            )
        for place, cells in block.too_long.items():
            troubles.add(
                place, None,
                Message(
                    "{width} cells as in the header, not {cells}; an amount with commas must stand in "
                    "quotation marks",
                    {"width": len(self.headers.headers), "cells": cells},
                ),
            )  # fmt: skip
        for name, read in readings.items():
            for place, expected in read.troubles.items():
                if name in self.beside or self._left_blank(name, place, firms):
                    left = Message("{expected}; left blank", {"expected": expected})
                    troubles.add(place, name, left, fatal=False)
                else:
                    troubles.add(place, name, expected)
        usable = self._identities(block, firms, readings, troubles)
        if self.headers.calendar_years:
            year = int(self.application_date.astype("M8[Y]").astype(np.int64)) + 1970
            for place in np.flatnonzero(firms.application_years != year).tolist():
                troubles.add(
                    place, "application_date",
                    Message("an application in {year}, as the header names calendar years", {"year": year}),
                )  # fmt: skip
        if self.covered_from is not None:
            early = firms.dates("application_date") < np.datetime64(self.covered_from, "D")
            for place in np.flatnonzero(early).tolist():
                troubles.add(
                    place, "application_date",
                    Message("a date that the rules held here cover, {day} or later", {"day": self.covered_from}),
                )  # fmt: skip
        for contradiction in contradictions(firms, self.fields):
            for place, expected in contradiction.expectations.items():
                troubles.add(place, contradiction.field, expected, fatal=contradiction.fatal)
        self._duplicates(block, firms, usable, troubles, earlier)
        return CheckedBlock(
            block, firms, usable, troubles.fatal(rows), troubles.in_order(), self.headers
        )

    def _left_blank(self, name: str, place: int, firms: FirmTable) -> bool:
        """Whether a cell that cannot be read leaves only itself undecided."""
        if not self.blank_bad_cells or name == "application_date":
            return False
        # somebody has to be judged
        return name != "uscc" or not firms.blank("name")[place]

    def _day(self, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.datetime64]:
        """The application date where none is given: that of the options, or amid the year told."""
        if "applied_year" not in columns:
            return np.asarray(self.application_date)
        years = columns["applied_year"]
        is_plausible = (years >= 1970) & (years < 2200)
        amid = np.where(is_plausible, years, 1970).astype(np.int64).astype(str)
        days = np.array([f"{year}-07-01" for year in amid], "M8[D]")
        return np.where(is_plausible, days, self.application_date)

    def _identities(
        self,
        block: Block,
        firms: FirmTable,
        readings: Mapping[str, ColumnValues],
        troubles: _Troubles,
    ) -> NDArray[np.intp]:
        """Reports firms without code and name; the places of rows that are not blank."""
        if not self.with_names:
            return np.arange(len(firms))
        unnamed = firms.blank("uscc") & firms.blank("name")
        blank = np.zeros(len(firms), dtype=np.bool_)
        if unnamed.any():
            places = np.flatnonzero(unnamed)
            filled = np.zeros(len(places), dtype=np.bool_)
            for cells in block.text.take(pa.array(places)).columns:
                filled |= pc.not_equal(pc.utf8_trim_whitespace(cells), "").to_numpy()
            blank[places[~filled]] = True
            unread = {
                place for name in IDENTITY if name in readings for place in readings[name].troubles
            }
            for place in places[filled].tolist():
                if place not in unread:
                    troubles.add(
                        place,
                        IDENTITY[0],
                        Message("a unified social credit code, or a name of the firm"),
                    )
        return np.flatnonzero(~blank)

    @cached_property
    def _name_heads(self) -> frozenset[str]:
        return name_heads(self.fields, self.headers)

    def _duplicates(
        self,
        block: Block,
        firms: FirmTable,
        usable_rows: NDArray[np.intp],
        troubles: _Troubles,
        earlier: Earlier,
    ) -> None:
        """Reports firms that an earlier usable row has already."""
        usable = usable_rows[~troubles.fatal(len(firms))[usable_rows]]
        usable = usable[~(firms.blank("uscc") & firms.blank("name"))[usable]]
        keys = FirmKeys.of(firms if len(usable) == len(firms) else firms.take(usable))
        repeats = earlier(keys, row_numbers(block, usable)).expectations()
        for at, expected in repeats.items():
            place = int(usable[at])
            known_by = "uscc" if firms.texts("uscc")[place] is not None else "name"
            troubles.add(place, known_by, expected)


@dataclass(frozen=True)
class _Issues:
    """Forms the issues of a block; apart from those who keep them, so that no block waits for a collection."""

    intake: Intake
    block: Block

    def form(
        self, place: int, field_id: str | None, expectation: Message, *, fatal: bool
    ) -> RowIssue:
        column = self.intake.columns.get(field_id or "")
        return RowIssue(
            file=self.intake.file,
            row=int(row_numbers(self.block, np.array([place], np.intp))[0]),
            column=column.header if column else field_id or "",
            value=self._cell(column, place),
            expectation=expectation,
            fatal=fatal,
            sheet=sheet_name(self.block) or self.intake.sheet,
            firm=self._firm(place),
            cell=cell_name(self.block, column.position, place) if column else "",
        )

    def _cell(self, column: MappedColumn | None, place: int) -> str:
        if column is None:
            return ""
        if isinstance(self.block, CsvBlock):
            return self.block.cell_text(column.position, place)
        text: str = self.block.text[str(column.position)][place].as_py()
        return text.replace(FORMULA_MARK, "=")

    def _firm(self, place: int) -> str:
        columns = map(self.intake.columns.get, ("name", "uscc"))
        return next(filter(None, (self._cell(column, place).strip() for column in columns)), "")


class _Troubles:
    """The issues of a block, as they are found."""

    def __init__(self, intake: Intake, block: Block) -> None:
        self._intake, self._issues = intake, _Issues(intake, block)
        self._troubles: list[Trouble] = []
        self._rejects: set[int] = set()

    def reject(self, place: int, field_id: str, expectation: Message) -> None:
        """A row that is none of what the file lists: nothing else is said of it."""
        self.add(place, field_id, expectation)
        self._rejects.add(place)

    def add(
        self, place: int, field_id: str | None, expectation: Message, *, fatal: bool = True
    ) -> None:
        """A trouble of the row at ``place``, in the column of a field; of the whole row if None."""
        if place in self._rejects:
            return
        column = self._intake.columns.get(field_id or "")
        form = partial(self._issues.form, place, field_id, expectation, fatal=fatal)
        self._troubles.append(Trouble(place, column.position if column else -1, fatal, form))

    def fatal(self, rows: int) -> Bools:
        """True for rows that a trouble rejects, shape (rows,)."""
        rejected = np.zeros(rows, dtype=np.bool_)
        rejected[[trouble.place for trouble in self._troubles if trouble.fatal]] = True
        return rejected

    def in_order(self) -> tuple[Trouble, ...]:
        """By row, then by column."""
        return tuple(sorted(self._troubles, key=lambda trouble: trouble[:2]))


def _needs_titles(headers: HeaderMap) -> bool:
    return any(column.field.kind == "catalogue" for column in headers.columns)


__all__ = [
    "FileLayout",
    "HeaderMap",
    "Intake",
    "IntakeOptions",
    "MappedColumn",
    "Preview",
    "Source",
    "from_records",
    "header_map",
    "open_blocks",
    "preview",
    "read_batches",
    "read_table",
]
