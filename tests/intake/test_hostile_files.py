"""Hostile files, tried: each of these stands in docs/security.md with what happens."""

from __future__ import annotations

import csv
import io
import pickle
import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter

from eligibility.app import cache
from eligibility.app.widgets import downloads
from eligibility.domain.errors import InputError
from eligibility.i18n import ENGLISH
from eligibility.intake import xlsx_file
from eligibility.intake.sheets import open_sheet
from eligibility.intake.table import IntakeOptions, read_table
from eligibility.intake.workbook_caps import Caps
from eligibility.screening import screen

#: seconds in which a hostile file has to be refused
SOON = 10
#: the namespace of worksheets
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*lines: list[object]) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, line)
    book.close()
    return held.getvalue()


def replaced(part: str, content: bytes, book: bytes | None = None, **more: bytes) -> bytes:
    """A workbook with another content of one part."""
    held = io.BytesIO()
    given = zipfile.ZipFile(io.BytesIO(book or workbook(["企业名称"], ["甲"])))
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(name, content if name == part else given.read(name))
        for name, extra in more.items():
            made.writestr(name, extra)
    return held.getvalue()


def refused(content: bytes, says: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=says):
        open_sheet(("f.xlsx", content))
    assert time.monotonic() - began < SOON


def test_a_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "CAPS", Caps(bytes_unpacked=1 << 24))
    refused(replaced("xl/sharedStrings.xml", bytes(1 << 25)), "too large")


def test_a_zip_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "CAPS", Caps(bytes_unpacked=1 << 24))
    size = 1 << 25
    bomb = bytearray(replaced("xl/sharedStrings.xml", bytes(size)))
    # every place where the archive states how large the part is
    stated = struct.pack("<I", size)
    assert bomb.count(stated) >= 1
    refused(bytes(bomb.replace(stated, struct.pack("<I", 10))), "too large")


def test_two_parts_of_one_name_are_refused() -> None:
    for name in ("xl/workbook.xml", "XL/Workbook.xml"):
        held = io.BytesIO(workbook(["企业名称"], ["甲"]))
        with zipfile.ZipFile(held, "a") as archive, pytest.warns() if name[0] == "x" else archive:
            archive.writestr(name, "<workbook/>")
        refused(held.getvalue(), "damaged")


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "haha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)
)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "content",
    [
        LAUGHS + b"]><l>&u;</l>",
        b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l>&x;</l>',
        b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/l.dtd"><l>&x;</l>',
    ],
    ids=["billion laughs", "a file", "an address"],
)
def test_entities_are_neither_multiplied_nor_fetched(part: str, content: bytes) -> None:
    began = time.monotonic()
    try:
        sheet = open_sheet(("f.xlsx", replaced(part, content, workbook(["a", "b"], [1, 2]))))
        told = repr([block.text.to_pylist() for block in sheet.blocks(1, 2)])
    except InputError as error:
        told = str(error)
    assert "haha" not in told
    assert Path("/etc/hostname").read_text().strip() not in told
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(
    "line",
    [b"<c ", b'<c t="e" r="A1">', b'<c s="1" ', b"<row ", b'<c r="A1" t="e"><f>', b"<c r  "],
)
def test_a_sheet_made_to_be_searched_for_ever_is_read_once(line: bytes) -> None:
    percents = b'<styleSheet xmlns="%s"><cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs></styleSheet>'
    styles = percents % MAIN.encode()
    book = replaced("xl/styles.xml", styles)
    hostile = b"<worksheet><sheetData>" + line * ((1 << 23) // len(line))
    began = time.process_time()
    with suppress(InputError):
        open_sheet(("f.xlsx", replaced("xl/worksheets/sheet1.xml", hostile, book)))
    assert time.process_time() - began < SOON


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c x=">" r="A1"><v>1</v></c><c x=">" r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1">%s</row><row r="1048576"><c><v>1</v></c></row>'
        % (b"<c><v>1</v></c>" * 16_384),
        b"<row><c><v>1</v></c></row>%s<row><c><v>1</v></c></row>" % (b"<row/>" * 1_100_000),
    ],
    ids=["a place behind a mark", "cells without a place", "rows without a place"],
)
def test_cells_far_apart_that_hide_their_places_are_refused(
    rows: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "CAPS", Caps(cells=1_000_000))
    head = b'<worksheet xmlns="%s"><sheetData>' % MAIN.encode()
    sheet = head + rows + b"</sheetData></worksheet>"
    refused(replaced("xl/worksheets/sheet1.xml", sheet), "too large")


def test_a_sheet_whose_cells_name_no_place_is_still_read() -> None:
    head = b'<worksheet xmlns="%s"><sheetData>' % MAIN.encode()
    rows = b"<row><c><v>1</v></c><c><v>2</v></c></row>" * 3
    sheet = head + rows + b"</sheetData></worksheet>"
    opened = open_sheet(("f.xlsx", replaced("xl/worksheets/sheet1.xml", sheet)))
    assert opened.head == [["1", "2"]] * 3


@pytest.mark.parametrize("line", ["\n", "甲,1\n", '"', ",\n"])
def test_endless_lines_are_refused_before_they_are_read(line: str) -> None:
    content = f"name,staff_total\n{line * 8_000_000}".encode()
    fields = cache.scheme().fields
    began = time.monotonic()
    with pytest.raises(InputError, match=r"lines|never closed|too long"):
        read_table(("f.csv", content), fields, IntakeOptions(most_lines=cache.MOST_LINES))
    assert time.monotonic() - began < SOON


def test_a_workbook_of_too_many_lines_is_refused() -> None:
    book = workbook(["企业名称", "职工总数"], *([["甲", 1]] * 50))
    with pytest.raises(InputError, match="more than 20 lines"):
        read_table(("f.xlsx", book), cache.scheme().fields, IntakeOptions(most_lines=20))


def test_cells_that_a_spreadsheet_would_run_are_written_as_texts() -> None:
    name = '=HYPERLINK("http://evil.example","x")'
    content = f'name,registered_on\n"{name.replace(chr(34), chr(34) * 2)}",2015-01-01\n'
    held = read_table(("f.csv", content.encode()), cache.scheme().fields, IntakeOptions())
    assert held.table.columns["name"][0] == name
    screening = screen(held, cache.scheme())
    made = downloads.score_file(screening, screening.table(ENGLISH), ENGLISH, "csv").decode(
        "utf-8-sig"
    )
    assert "HYPERLINK" in made
    cells = [cell for line in csv.reader(io.StringIO(made)) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_a_model_placed_by_upload_is_a_table_that_cannot_be_read() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (Path("ran"),)  # type: ignore[return-value]

    for name in ("model.joblib", "model.csv", "model.xlsx"):
        with pytest.raises(InputError):
            read_table((name, pickle.dumps(Evil())), cache.scheme().fields, IntakeOptions())
    assert not Path("ran").exists()
