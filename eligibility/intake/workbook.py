"""An xlsx file as rows of texts, read within bounds; runs in a process of its own.

It imports nothing but what reads a workbook, so that the process starts at once, and says what it
refuses by a code: :mod:`eligibility.intake.xlsx_file` has the sentences.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import IO, Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eligibility.intake.number_formats import can_alter
from eligibility.intake.sheet_survey import SheetCells, SheetSurvey
from eligibility.intake.workbook_caps import Caps, Refusal

#: number formats of Excel's own that show another number than the cell holds
BUILT_IN_FORMATS = {9: "0%", 10: "0.00%"}
_SHARED = re.compile(rb"""\st\s*=\s*["']s["'][^<>]*>\s*<(?:\w+:)?v>(\d{1,9})<""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
#: of a sheet; strict files write it in another namespace
_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
#: of packing; Excel uses no other, and others unpack into any amount of memory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: of a part that is read whole; a hundred times what Excel writes
_ELEMENTS = 1_000_000


#: what readers of a damaged archive raise
DAMAGED = (
    CalamineError,
    zipfile.BadZipFile,
    ElementTree.ParseError,
    # KeyError, and an encoding that Python does not know
    LookupError,
    RuntimeError,
    EOFError,
    ValueError,
    zlib.error,
    NotImplementedError,
)


def serve(
    content: bytes, requests: Iterator[Any], *, sheet: str | None, caps: Mapping[str, int]
) -> Iterator[Any]:
    """Answer what is asked of a workbook.

    First come the names of its sheets. Then ``["head", name]`` is answered by the first lines of a
    sheet, none where it is empty, and ``["rows", name, skipped, width]`` by its rows in blocks of
    columns, and None behind the last.

    Parameters
    ----------
    content : bytes
    requests : iterator
    sheet : str, optional
        A sheet that may be read although it is hidden.
    caps : mapping
        The attributes of ``Caps``.

    Raises
    ------
    Refusal
    """
    with refusals():
        yield from answer(Workbook(content, Caps(**caps)), requests, sheet)


def answer(book: Any, requests: Iterator[Any], sheet: str | None) -> Iterator[Any]:
    """Answer what is asked of a book: its ``names``, the ``head`` of a sheet, its rows as ``blocks``."""
    yield book.names(sheet)
    for request in requests:
        match request:
            case ["head", str(name)]:
                yield book.head(name)
            case ["rows", str(name), int(skipped), int(width)]:
                yield from book.blocks(name, skipped, width)
                yield None


@contextmanager
def refusals() -> Iterator[None]:
    """What readers of a file raise, as the code that says why it is refused."""
    try:
        yield
    except PasswordError as error:
        raise Refusal("protected") from error
    except DAMAGED as error:
        raise Refusal("damaged") from error


class Workbook:
    """An xlsx file, looked over before it is unpacked.

    Raises
    ------
    Refusal
        If it holds more than it may; other exceptions (``DAMAGED``) if it is damaged.
    """

    def __init__(self, content: bytes, caps: Caps) -> None:
        self._caps = caps
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._measure_parts()
        self._longest_string = 0
        self._string_lengths = array("I")
        self._measure_strings()
        self._styles = self._altering_styles()
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        self._parts = self._sheet_parts()
        self._sheets: dict[str, SheetCells] = {}

    def names(self, sheet: str | None) -> list[str]:
        """The sheets that can be seen, and the one of that name."""
        names = [
            each.name
            for each in self._book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet
            and (each.visible == SheetVisibleEnum.Visible or each.name == sheet)
        ]
        if sheet is None and len(names) > self._caps.sheets:
            raise Refusal("sheets")
        return names

    def head(self, name: str) -> list[list[str]]:
        """The first lines of a sheet; none where it is empty."""
        lines = self._sheet(name).rows()
        head = [texts for texts, _ in zip(lines, range(self._caps.head), strict=False)]
        if max(map(len, head), default=0) > self._caps.columns:
            raise Refusal("columns")
        return head

    def blocks(self, name: str, skip: int, width: int) -> Iterator[tuple[list[str], ...]]:
        """The rows below so many lines as blocks of ``width`` columns."""
        rows: list[list[str]] = []
        size = 0
        for place, texts in enumerate(self._sheet(name).rows()):
            if place < skip:
                continue
            rows.append((texts + [""] * (width - len(texts)))[:width])
            size += sum(map(len, texts))
            if len(rows) == self._caps.block_rows or size > self._caps.block_bytes:
                yield tuple(list(column) for column in zip(*rows, strict=True))
                rows, size = [], 0
        if rows:
            yield tuple(list(column) for column in zip(*rows, strict=True))

    def _sheet(self, name: str) -> SheetCells:
        if name not in self._sheets:
            # one at a time: each is laid out whole
            self._sheets.clear()
            self._sheets[name] = self._look_over(name)
        return self._sheets[name]

    # --- archive ---

    def _measure_parts(self) -> None:
        """Refuse what unpacks too far, and two parts of one name, of which each reader takes another.

        The sizes that an archive states may be invented: what is in it is counted.
        """
        entries = self._archive.infolist()
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            raise Refusal("damaged")
        if len(entries) > self._caps.parts:
            raise Refusal("parts")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refusal("protected")
        if any(entry.compress_type not in _METHODS for entry in entries):
            raise Refusal("damaged")
        if sum(entry.file_size for entry in entries) > self._caps.bytes_unpacked:
            raise Refusal("unpacked")
        unpacked = 0
        for entry in entries:
            for data in self._pieces(entry, 1 << 20):
                unpacked += len(data)
                if unpacked > self._caps.bytes_unpacked:
                    raise Refusal("unpacked")

    def _open(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        """All that a part holds, whatever size it states."""
        whole = copy(entry)
        whole.file_size = self._caps.bytes_unpacked + 1
        return self._archive.open(whole)

    def _pieces(self, entry: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
        with self._open(entry) as stream:
            while data := stream.read(size):
                yield data

    def _elements(self, name: str) -> Iterator[tuple[str, Any]]:
        """The elements of a small part as they begin and end, none of them kept."""
        entry = self._archive.getinfo(name)
        parser: Any = ElementTree.XMLPullParser(("start", "end"))
        size = count = 0
        for data in self._pieces(entry, 1 << 16):
            size += len(data)
            if size > self._caps.part:
                raise Refusal("unpacked")
            parser.feed(data)
            for event, element in parser.read_events():
                count += 1
                if count > _ELEMENTS:
                    raise Refusal("unpacked")
                yield event, element
                if event == "end":
                    element.clear()
        parser.close()
        yield from parser.read_events()

    def _sheet_parts(self) -> dict[str, str]:
        """Sheet name to its part of the archive."""
        targets = {
            element.get("Id"): element.get("Target", "")
            for event, element in self._elements("xl/_rels/workbook.xml.rels")
            if event == "start"
        }
        return {
            element.get("name", ""): _part(
                targets.get(next(filter(None, map(element.get, _RELATIONS)), None), "")
            )
            for event, element in self._elements("xl/workbook.xml")
            if event == "start" and _local(element) == "sheet"
        }

    def _altering_styles(self) -> dict[int, str]:
        """The cell formats that can show another number than the cell holds."""
        if "xl/styles.xml" not in self._archive.namelist():
            return {}
        formats: dict[int, str] = dict(BUILT_IN_FORMATS)
        cells: list[int] = []
        within = False
        for event, element in self._elements("xl/styles.xml"):
            if _local(element) == "cellXfs":
                within = event == "start"
            elif event == "end":
                continue
            elif _local(element) == "numFmt":
                formats[int(element.get("numFmtId", 0))] = element.get("formatCode", "")
            elif within and _local(element) == "xf":
                cells.append(int(element.get("numFmtId", 0)))
            if max(len(cells), len(formats)) > self._caps.styles:
                raise Refusal("styles")
        return {
            place: formats[number]
            for place, number in enumerate(cells)
            if number in formats and can_alter(formats[number])
        }

    def _measure_strings(self) -> None:
        """How long each shared text is, in bytes of its part."""
        named = [
            entry
            for entry in self._archive.infolist()
            if entry.filename.lower() == "xl/sharedstrings.xml"
        ]
        for entry in named:
            rest = 0
            for piece in _cut(self._pieces(entry, 1 << 22), b"<si", b":si"):
                # elements without a prefix and attributes are just cut
                plain = piece.count(b"<si>") == piece.count(b"<si") and b":si" not in piece
                texts = piece.split(b"<si>") if plain else _STRING.split(piece)
                lengths = list(map(len, texts))
                if self._string_lengths:
                    self._string_lengths[-1] += lengths[0]
                else:
                    rest += lengths[0]
                self._string_lengths.extend(lengths[1:])
                if len(self._string_lengths) > self._caps.strings:
                    raise Refusal("texts")
            self._longest_string = max(rest, max(self._string_lengths, default=0))

    # --- one sheet ---

    def _look_over(self, name: str) -> SheetCells:
        """Refuse a sheet too large to be laid out, and find its error cells and shares in per cent.

        The reader lays a sheet out from its first cell to its last, so two cells can ask for any
        amount of memory, and it copies a shared text into every cell; it gives error cells as
        blank, and 60 % as 0.6, which would pass for an amount.
        """
        if name not in self._parts:
            raise Refusal("damaged")
        survey = SheetSurvey(self._caps, self._styles)
        entry = self._archive.getinfo(self._parts[name])
        shared = 0
        for piece in self._rows(entry):
            survey.add(piece)
            shared += _shared_cells(piece)
        if shared * self._longest_string > self._caps.texts:
            self._measure_texts(entry)
        return SheetCells(self._book.get_sheet_by_name(name), survey)

    def _rows(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """A sheet in pieces of whole rows."""
        return _cut(self._pieces(entry, 1 << 22), b"<row", b":row ")

    def _measure_texts(self, entry: zipfile.ZipInfo) -> None:
        """Refuse a sheet whose shared texts come to more than they may, copied into every cell."""
        lengths, size = self._string_lengths, 0
        for piece in self._rows(entry):
            places = [
                place for text in _SHARED.findall(piece) if (place := int(text)) < len(lengths)
            ]
            size += sum(lengths[place] for place in places)
            # whatever is not written as usual may be the longest of them
            size += (_shared_cells(piece) - len(places)) * self._longest_string
            if size > self._caps.texts:
                raise Refusal("texts")


def _shared_cells(xml: bytes) -> int:
    """The most cells of a piece that hold a shared text."""
    return xml.count(b'"s"') + xml.count(b"'s'")


def _local(element: Any) -> str:
    """The name of an element without its namespace, of which strict files have another."""
    name: str = element.tag.rpartition("}")[2]
    return name


def _cut(pieces: Iterator[bytes], *marks: bytes) -> Iterator[bytes]:
    """The same bytes in pieces that begin with one of these marks, all but the first."""
    rest = b""
    for data in pieces:
        piece = rest + data
        cut = max(piece.rfind(mark) for mark in marks)
        piece, rest = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
        yield piece
    yield rest


def _part(target: str) -> str:
    # the reader of cells takes both ways of writing it, and must not find another part than this
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
