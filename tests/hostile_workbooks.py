"""Workbooks made to cost far more than they weigh, each of a few kilobytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def plain() -> bytes:
    """A workbook of two firms."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, line in enumerate((["企业名称", "职工总数"], ["甲", 1], ["乙", 2])):
        sheet.write_row(row, 0, line)
    book.close()
    return content.getvalue()


def with_parts(parts: Mapping[str, bytes], book: bytes | None = None) -> bytes:
    """A workbook with other contents of some parts, and more parts."""
    content = io.BytesIO()
    before = zipfile.ZipFile(io.BytesIO(book or plain()))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in before.namelist():
            archive.writestr(name, parts.get(name, before.read(name)))
        for name in parts.keys() - set(before.namelist()):
            archive.writestr(name, parts[name])
    return content.getvalue()


def sheet(rows: bytes) -> bytes:
    """The part of a worksheet with these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"


def percent_styles(count: int) -> bytes:
    """Styles of which each shows per cent."""
    return (
        f'<styleSheet xmlns="{MAIN}"><cellXfs>' + '<xf numFmtId="9"/>' * count
    ).encode() + b"</cellXfs></styleSheet>"


def strings(text: str) -> bytes:
    """Shared texts: one."""
    return f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'.encode()


def many_styles(count: int) -> bytes:
    """So many formats in per cent, and 16 MB of cells that use none of them."""
    cells = b'<row><c s="0"><v>1</v></c></row>' * (1 << 19)
    styles = percent_styles(count).replace(b'"9"', b'"0"', 1)
    return with_parts({STYLES: styles, SHEET: sheet(cells)})


def long_text(length: int, cells: int) -> bytes:
    """One text of so many letters, which each of so many cells has."""
    row = b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
    return with_parts({STRINGS: strings("x" * length), SHEET: sheet(row * (cells // 100))})


def wide_header(columns: int) -> bytes:
    """The same header in so many columns."""
    return with_parts(
        {
            STRINGS: strings("企业名称"),
            SHEET: sheet(b"<row>" + b'<c t="s"><v>0</v></c>' * columns + b"</row>"),
        }
    )


def many_strings(count: int) -> bytes:
    """So many shared texts, of which none is used."""
    return with_parts({STRINGS: f'<sst xmlns="{MAIN}">'.encode() + b"<si/>" * count + b"</sst>"})


def many_elements(part: str, count: int) -> bytes:
    """So many elements in a part that is read whole."""
    return with_parts({part: f'<x xmlns="{MAIN}">'.encode() + b"<y/>" * count + b"</x>"})


def far_cell() -> bytes:
    """Two cells at two corners of the sheet."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_parts({SHEET: sheet(rows)})


def many_sheets(count: int) -> bytes:
    """So many sheets, each with a word."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    for _ in range(count):
        book.add_worksheet().write(0, 0, "x")
    book.close()
    return content.getvalue()


def many_errors() -> bytes:
    """200,000 error cells."""
    row = b"<row>" + b'<c t="e" r="B2"><v>#N/A</v></c>' * 100 + b"</row>"
    return with_parts({SHEET: sheet(row * 2_000)})


#: a workbook, and what its refusal says
COSTLY: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "60,000 formats in per cent": (lambda: many_styles(60_000), "no column"),
    "100,000 formats in per cent": (lambda: many_styles(100_000), "65,490 cell formats"),
    "a text of 1,000 letters in 500,000 cells": (lambda: long_text(1_000, 500_000), "texts of a sheet"),
    "a text of 32,000 letters in 100,000 cells": (lambda: long_text(32_000, 100_000), "texts of a sheet"),
    "16,000 columns of one header": (lambda: wide_header(16_000), "1,000 columns"),
    "1,000 columns of one header": (lambda: wide_header(1_000), "the same field"),
    "11,000,000 shared texts": (lambda: many_strings(11_000_000), "texts of a sheet"),
    "2,000,000 elements of styles": (lambda: many_elements(STYLES, 2_000_000), "too large"),
    "2,000,000 elements of relations": (
        lambda: many_elements("xl/_rels/workbook.xml.rels", 2_000_000), "damaged"
    ),
    "two cells at two corners": (far_cell, "10,000,000 cells"),
    "200,000 error cells at one place": (many_errors, "no column"),
}  # fmt: skip
