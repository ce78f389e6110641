"""The sheet of a file that holds firms, with its header: one, or all that do as one; laid as a row a firm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

import pyarrow as pa

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message
from eligibility.intake.blocks import Block, Sheet, TableBlock
from eligibility.intake.column_corrections import (
    require_columns,
    with_column_names,
    with_remark,
    with_units,
)
from eligibility.intake.fields_down import fields_down, figure_a_row, figures_below, transpose
from eligibility.intake.firm_years import firm_years, year_column
from eligibility.intake.header_labels import IDENTITY, FieldNames
from eligibility.intake.headers import HeaderMap, header_map
from eligibility.intake.layouts import LONG_ROWS, TURNED_ROWS, Table, read_rows, sheet_of_table
from eligibility.intake.sheets import open_sheet
from eligibility.intake.source import Source
from eligibility.official_forms import recognise, refuse_form

#: the name that stands for all sheets with firms
ALL_SHEETS = "all"
#: so many figures are a table of firms although nobody is named
FIGURES = 3
#: more fields than a form or a turned table has in one line
MOST_BESIDE = 6


@dataclass(frozen=True)
class IntakeOptions:
    """What the user says about a file.

    Attributes
    ----------
    money_unit : "CNY", "1k CNY", "10k CNY", "100m CNY" or None
        Unit of money columns whose header states none.
    encoding : str or None
        Of a CSV file; None: found by its content.
    sheet : str or None
        Of a workbook; None: the first whose header is recognised; "all": every one whose header is.
    application_date : date
        Fills a blank application date.
    covered_from : date or None
        The first day that the rules cover; an application before it is rejected.
    most_lines : int or None
        A file with more lines is refused; None: any number.
    beside : frozenset of str
        Ids of fields without which a row says all that it is read for: a cell of theirs that cannot
        be read is left blank, with a remark.
    blank_bad_cells : bool
        A cell that cannot be read is left blank, with a remark, in every field but the application
        date; a firm with an unreadable code goes by its name.
    columns : tuple of (str, str)
        Names of columns, each with the id of the field that it holds.
    known_columns : tuple of (str, str)
        The same of names that a file need not have: what an institution keeps from earlier files.
    units : tuple of (str, str)
        Ids or stems of fields, each with the unit of money that its columns are in, whatever their
        headers state.
    """

    money_unit: Literal["CNY", "1k CNY", "10k CNY", "100m CNY"] | None = None
    encoding: str | None = None
    sheet: str | None = None
    application_date: date = field(default_factory=date.today)
    covered_from: date | None = None
    most_lines: int | None = None
    beside: frozenset[str] = frozenset()
    blank_bad_cells: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    known_columns: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()


def open_firm_sheet(
    source: Source, fields: Sequence[Field], options: IntakeOptions
) -> tuple[Sheet, HeaderMap]:
    """Open a file of firms and find the header.

    Parameters
    ----------
    source : path, or (name, bytes)
    fields : sequence of Field
    options : Options

    Raises
    ------
    InputError
        If it cannot be opened, if several sheets cannot be read as one, or if a table lies another way
        and it is not certain how.
    """
    every = options.sheet == ALL_SHEETS
    sheet, headers = _open_one(source, fields, options, None if every else options.sheet)
    if not sheet.others:
        return sheet, headers
    if not every:
        remark = Message(
            "These sheets hold firms as well and were not read: {sheets}. Choose all of them (--sheet all "
            "on the command line) to read them too.",
            {"sheets": ", ".join(sheet.others)},
        )
        return sheet, replace(headers, remarks=(*headers.remarks, remark))
    sheet.close()
    return _together(source, fields, options, sheet, headers)


def _open_one(
    source: Source, fields: Sequence[Field], options: IntakeOptions, name: str | None
) -> tuple[Sheet, HeaderMap]:
    """One sheet, laid as a row a firm where it lies another way."""
    ids = {field.id for field in fields}
    known = tuple(pair for pair in options.known_columns if pair[1] in ids)
    fields = with_column_names(with_column_names(fields, known), options.columns)

    def headers(head: Sequence[Sequence[str]]) -> HeaderMap:
        return header_map(head, fields, options.money_unit, options.application_date.year)

    names = FieldNames(fields, options.application_date.year)

    def count_known(head: Sequence[Sequence[str]]) -> int:
        return max(
            len({column.field.id for column in headers(head).columns}),
            fields_down(head, names.within(head)),
        )

    sheet = open_sheet(source, options.encoding, name, count_known, options.most_lines)
    found = headers(sheet.head)
    names = names.within(sheet.head)
    table: Table | None = None
    # so many fields side by side are a header, whatever stands below
    down = len(found.columns) <= MOST_BESIDE and fields_down(sheet.head, names) > 0
    try:
        if _doubtful(found, sheet, names, down=down) and (form := recognise(sheet.head)):
            raise refuse_form(sheet.file, form)
        if not down and figures_below(sheet.head, names):
            raise figure_a_row(sheet.file)
        if down:
            width = max(map(len, sheet.head))
            table = transpose(sheet.file, read_rows(sheet, 0, width, TURNED_ROWS), names)
        elif (year_at := year_column(found)) is not None:
            below = read_rows(sheet, found.lines, len(found.headers), LONG_ROWS)
            table = firm_years(found, iter(below), year_at, names)
    except InputError:
        sheet.close()
        raise
    if table is not None:
        found = replace(headers(table.head), lines=0, remarks=(table.remark,))
        sheet = sheet_of_table(sheet, table)
    try:
        require_columns(sheet.file, found, options.columns)
        found = with_remark(found, known)
        return sheet, with_units(sheet.file, found, options.units)
    except InputError:
        sheet.close()
        raise


def _doubtful(headers: HeaderMap, sheet: Sheet, names: FieldNames, *, down: bool) -> bool:
    """Whether a sheet may be something else than a table of firms."""
    figures = sum(column.field.id not in IDENTITY for column in headers.columns)
    if not headers.has_identity and figures < FIGURES:
        return True
    # fields stand below each other in forms, too, but there no firm is named among them
    return down and not any(
        names.identifies([cell.partition("：")[0].partition(":")[0] for cell in line])
        for line in sheet.head
    )


def _together(
    source: Source,
    fields: Sequence[Field],
    options: IntakeOptions,
    first: Sheet,
    headers: HeaderMap,
) -> tuple[Sheet, HeaderMap]:
    """All sheets with firms as one, columns by their headers."""
    maps = {first.name: headers}
    for name in first.others:
        sheet, maps[name] = _open_one(source, fields, options, name)
        sheet.close()
        if _meaning(maps[name]) != _meaning(headers):
            raise InputError(
                "{file}: the sheets {one} and {other} have other columns; read them one by one (--sheet "
                "on the command line).",
                file=first.file,
                one=first.name,
                other=name,
            )

    def blocks(_: int, width: int) -> Iterator[Block]:
        # in the order of the workbook
        for name in (each for each in first.sheets if each in maps):
            sheet, found = _open_one(source, fields, options, name)
            places = [
                found.headers.index(header) if header in found.headers else None
                for header in headers.headers
            ]
            for block in sheet.blocks(found.lines, len(found.headers)):
                blank = pa.array([""] * block.text.num_rows, pa.string())
                columns = {
                    str(at): blank if place is None else block.text[str(place)]
                    for at, place in enumerate(places[:width])
                }
                yield TableBlock(pa.table(columns), block.first_row, block.too_long, name)

    return replace(first, name="", others=(), blocks=blocks), headers


def _meaning(headers: HeaderMap) -> set[tuple[str, str, int | None]]:
    """Which columns hold which fields, in which unit."""
    return {(column.header, column.field.id, column.power) for column in headers.columns}
