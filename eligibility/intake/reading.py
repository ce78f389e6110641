"""A file as blocks of rows: encodings, delimiters and records of CSV, sheets and cells of xlsx.

Nothing here knows what a column means. A CSV file is never held whole: it is read in blocks that
end at the end of a record, brought to UTF-8 on the way.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Protocol, Self
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eligibility.vocabulary import InputError

#: a path, or a name and the bytes of a file
Source = Path | str | tuple[str, bytes]

HEAD_LINES = 10
BLOCK_BYTES = 1 << 24
#: what one task of the parser takes; larger ones fall out of the processor's cache
PARSER_BYTES = 1 << 21
#: a single record is never longer; behind a quotation mark that stays open it would be
RECORD_BYTES = 1 << 20
SHEET_CELLS = 10_000_000
#: of a workbook: what all its parts hold, what a part that is read whole holds, and their number
UNPACKED_BYTES, PART_BYTES, PARTS = 1 << 29, 1 << 25, 10_000
SHEET_ROWS = 16_384
_DELIMITERS = ",;\t"
_UTF8 = ("utf-8", "utf-8-sig")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: number formats of Excel's own that show per cent
PERCENT_FORMATS = (9, 10)
# each stops at the next "<", so that no sheet, however it is made, is gone through twice
_STYLED = re.compile(
    rb"<(?:\w+:)?c( [^<>]*[^<>/])>(?:<(?:\w+:)?f[^<>]*/>|<(?:\w+:)?f[^<>]*>[^<]*</(?:\w+:)?f>)?"
    rb"<(?:\w+:)?v>([0-9.eE+-]+)</"
)
_STYLE = re.compile(rb' s="(\d+)"')
_PLACED = re.compile(rb' r="([A-Z]+)(\d+)"')
_PLACE = re.compile(rb"""<(?:\w+:)?(?:c|row)\b[^<]*?\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?c[\s/>]")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^<>]*\st=["']e["'])[^<>]*?\sr=["']([A-Z]+)(\d+)["'][^<>]*>"""
    rb"""((?:(?!</?(?:\w+:)?c\b).)*)</(?:\w+:)?c>""",
    re.S,
)
_ERROR_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Block(Protocol):
    """Some rows of a sheet, one after the other; columns are named by their position."""

    @property
    def first_row(self) -> int:
        """The row of its first, as the sheet counts."""
        ...

    @property
    def lines(self) -> int:
        """The most rows it can hold, known before it is read: a cell may have several lines."""
        ...

    @property
    def rows(self) -> int:
        """Number of its rows, blank ones too; before it is read, as far as that can be told."""
        ...

    def begun_at(self, row: int, /) -> Self:
        """The same rows of the sheet, the first of them at another row."""
        ...

    @property
    def text(self) -> pa.Table:
        """Every cell as it came, "" where it is blank."""
        ...

    @property
    def too_long(self) -> Mapping[int, int]:
        """Rows with more cells than the header, by place in the block: their number of cells."""
        ...

    def typed(self, types: Mapping[int, pa.DataType], blanks: Sequence[str], /) -> pa.Table | None:
        """These columns read as these types; None if one cell of them cannot be."""
        ...


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its first lines, and its rows as blocks.

    ``blocks(lines, width)`` gives the rows below that many lines, ``width`` columns of them;
    ``sheets`` names all that can be seen in a workbook.
    """

    file: str
    name: str
    head: list[list[str]]
    blocks: Callable[[int, int], Iterator[Block]]
    sheets: tuple[str, ...] = ()


#: how many columns of a sheet are known, by its first lines
Known = Callable[[list[list[str]]], int]
#: so many make a header; a single one may be a word on a cover
HEADER_COLUMNS = 2


def _none_known(_: list[list[str]]) -> int:
    return 0


def open_sheet(
    source: Source,
    encoding: str | None = None,
    sheet: str | None = None,
    known: Known = _none_known,
    most_lines: int | None = None,
) -> Sheet:
    """Open a CSV or xlsx file.

    Parameters
    ----------
    source : path, or (name, bytes)
    encoding : str, optional
        Of a CSV file; found by its content if omitted.
    sheet : str, optional
        Of an xlsx file; the first visible one with a known header if omitted, or else with data.
    known : callable
        How many columns the first lines of a sheet name.
    most_lines : int, optional
        A sheet with more lines below its header is refused when its blocks are read.

    Raises
    ------
    InputError
        If it cannot be read: absent, empty, protected, damaged, too large, not text.
    """
    file = source[0] if isinstance(source, tuple) else Path(source).name
    try:
        with _opened(source) as stream:
            start = stream.read(8)
            if start.startswith(_ZIP):
                stream.seek(0)
                opened = _Workbook(file, stream.read()).sheet(sheet, known)
                return _short(opened, most_lines)
            if start.startswith(_OLE):
                _refuse_ole(file, start + stream.read())
        return _short(_csv_sheet(file, source, encoding), most_lines)
    except OSError as error:
        raise InputError(
            "{file} cannot be opened: {why}.", file=file, why=error.strerror
        ) from error


def _short(sheet: Sheet, most_lines: int | None) -> Sheet:
    if most_lines is None:
        return sheet

    def blocks(skipped: int, width: int) -> Iterator[Block]:
        lines = 0
        for block in sheet.blocks(skipped, width):
            lines += block.lines
            if lines > most_lines:
                raise InputError(
                    "{file} has more than {lines} lines; split it, or use the command line.",
                    file=sheet.file,
                    lines=f"{most_lines:,}",
                )
            yield block

    return replace(sheet, blocks=blocks)


@contextmanager
def _opened(source: Source) -> Iterator[IO[bytes]]:
    if isinstance(source, tuple):
        yield io.BytesIO(source[1])
        return
    with Path(source).open("rb") as stream:
        yield stream


# --- CSV --------------------------------------------------------------------------------------------


def _csv_sheet(file: str, source: Source, encoding: str | None) -> Sheet:
    with _opened(source) as stream:
        encoding = _declared(file, stream, encoding) if encoding else find_encoding(file, stream)
        stream.seek(0)
        start = _text(stream, encoding).read(RECORD_BYTES)
    lines = start.decode("utf-8", "ignore")
    if not lines.strip():
        raise InputError("{file} is empty.", file=file)
    delimiter = _delimiter(lines)

    def blocks(skipped: int, width: int) -> Iterator[Block]:
        offset = len("".join(_consumed(lines, delimiter, skipped)).encode())
        row = skipped + 1
        with _opened(source) as stream:
            for data, breaks in _records(file, _text(stream, encoding), offset, delimiter, width):
                block = CsvBlock(file, data, breaks, delimiter, width, row)
                yield block
                row += block.rows

    return Sheet(file, "", _first_records(lines, delimiter), blocks)


def _declared(file: str, stream: IO[bytes], encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise InputError("There is no encoding {encoding}.", encoding=encoding) from error
    if not _decodes(stream, name):
        raise _not_text(file, encoding)
    return name


def _not_text(file: str, encoding: str) -> InputError:
    return InputError(
        "{file} is not text in {encoding}; save it as UTF-8, or name its encoding (--encoding on the "
        "command line).",
        file=file,
        encoding=encoding,
    )


def find_encoding(file: str, stream: IO[bytes]) -> str:
    """The encoding of a text: by its mark, by zero bytes (UTF-16), UTF-8 if all of it is, GB18030.

    Raises
    ------
    InputError
        If it is none of these.
    """
    start = stream.read(1 << 16)
    likely: tuple[str, ...] = ("utf-8", "gb18030")
    if b"\0" in start:
        # ASCII in UTF-16 has its zero byte first (big end first) or second
        likely = ("utf-16-be" if start[0::2].count(0) > start[1::2].count(0) else "utf-16-le",)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            likely = (encoding,)
            break
    for encoding in likely:
        stream.seek(0)
        if _decodes(stream, encoding):
            return encoding
    raise InputError(
        "{file} is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8, or name its encoding "
        "(--encoding on the command line).",
        file=file,
    )


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while data := stream.read(1 << 24):
            # whole lines hold whole characters; what is cut off is left to the decoder
            end = data.rfind(b"\n") + 1
            if encoding in _UTF8 and not decoder.getstate()[0] and _is_utf8(memoryview(data)[:end]):
                data = data[end:]
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _is_utf8(data: memoryview) -> bool:
    """True if it is UTF-8; Arrow tells ten times faster than decoding does."""
    ends = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class _Text(Protocol):
    """A text in UTF-8 without a mark, read in parts of which the end can be put back."""

    def read(self, size: int) -> bytes: ...
    def put_back(self, data: bytes) -> None: ...


def _text(stream: IO[bytes], encoding: str) -> _Text:
    return _Utf8(stream) if encoding in _UTF8 else _Transcoded(stream, encoding)


class _Utf8:
    """Bytes that need no change, so that the end of a part is read again instead of copied."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def put_back(self, data: bytes) -> None:
        self._stream.seek(-len(data), io.SEEK_CUR)


class _Transcoded:
    """Text of another encoding, brought to UTF-8 part by part."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream, self._decoder = stream, codecs.getincrementaldecoder(encoding)()
        self._kept = b""

    def read(self, size: int) -> bytes:
        parts = [self._kept]
        wanted = size - len(self._kept)
        self._kept = b""
        while wanted > 0 and (data := self._stream.read(min(wanted, 1 << 20))):
            parts.append(self._decoder.decode(data).encode())
            wanted -= len(parts[-1])
        return b"".join(parts)

    def put_back(self, data: bytes) -> None:
        self._kept = data


def _records(
    file: str, text: _Text, offset: int, delimiter: str, width: int
) -> Iterator[tuple[memoryview, int]]:
    """What stands behind ``offset``, in blocks that end with a record, and their line breaks."""
    while len(data := text.read(BLOCK_BYTES)) > offset:
        # more than was asked for may come of a longer encoding; less comes only at the end
        end = (
            len(data)
            if len(data) < BLOCK_BYTES
            else _end_of_records(data, offset, delimiter, width)
        )
        if end == offset:
            raise _never_closed(file)
        yield memoryview(data)[offset:end], data.count(b"\n", offset, end)
        if end < len(data):
            text.put_back(data[end:])
        offset = 0


def _end_of_records(data: bytes, start: int, delimiter: str, width: int) -> int:
    """Where the last whole record behind ``start`` ends; ``start`` if none does.

    A line break ends a record if an even number of quotation marks stands before it. A mark within
    a bare cell (12" pipe) upsets that count; the record before the break is then not ``width``
    cells wide, and the quoted cells are looked for one by one.
    """
    marks = data.count(b'"', start)
    if not marks:
        return data.rfind(b"\n", start) + 1 or start
    behind = len(data)
    # where the last record ends, and where it begins
    ends: list[int] = []
    while len(ends) < 2 and behind >= start:
        end = max(data.rfind(b"\n", start, behind), start - 1)
        marks -= data.count(b'"', end + 1, behind)
        if marks % 2 == 0 or end < start:
            ends.append(end + 1)
        behind = end
    last, first = [*ends, start][:2]
    if [len(record) for record in _csv(data[first:last], delimiter)] == [width]:
        return last
    return _end_outside_quotes(data, start, delimiter)


def _end_outside_quotes(data: bytes, start: int, delimiter: str) -> int:
    end = data.rfind(b"\n", start)
    for quoted in reversed(list(_quoted(data, start, delimiter))):
        if quoted.end() <= end:
            break
        if quoted.start() < end:
            end = data.rfind(b"\n", start, quoted.start())
    return max(end + 1, start)


def _quoted(data: bytes, start: int, delimiter: str) -> Iterator[re.Match[bytes]]:
    """Every cell in quotation marks; group 1 is empty where it is not closed."""
    begin = rf"(?:^|(?<=[{delimiter}\r\n]))".encode()
    return re.compile(begin + rb'"[^"]*(?:""[^"]*)*("?)').finditer(data, start)


def _csv(data: bytes, delimiter: str) -> Iterator[list[str]]:
    """Records of a few lines, one by one, as far as they can be read."""
    return csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""), delimiter=delimiter)


def _never_closed(file: str) -> InputError:
    return InputError("{file}: a quotation mark opens a cell and is never closed.", file=file)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first line that can be cut into most cells."""
    records = {delimiter: _first_records(text, delimiter) for delimiter in _DELIMITERS}
    for lines in zip(*records.values(), strict=False):
        cells = dict(zip(records, map(len, lines), strict=True))
        if max(cells.values()) > 1:
            return max(cells, key=lambda delimiter: cells[delimiter])
    return _DELIMITERS[0]


def _first_records(text: str, delimiter: str) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            records.append(record)
            if len(records) == HEAD_LINES:
                break
    except csv.Error:
        # a cell beyond all measure; what stands above it may still be a header
        pass
    return records


def _consumed(text: str, delimiter: str, records: int) -> list[str]:
    """The lines that the first so many records take."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), delimiter=delimiter)
    for _, _ in zip(range(records), reader, strict=False):
        pass
    return lines[: reader.line_num]


class CsvBlock:
    """Records of a CSV file, in UTF-8.

    Records of one length go through the parser of Arrow; a block with blank lines, short or
    overlong records is read record by record.
    """

    def __init__(
        self,
        file: str,
        data: memoryview | bytes,
        breaks: int,
        delimiter: str,
        width: int,
        first_row: int,
    ) -> None:
        self.first_row = first_row
        self.too_long: dict[int, int] = {}
        self._file, self._data, self._breaks = file, data, breaks
        self._delimiter, self._width = delimiter, width
        self._rows: int | None = None

    @property
    def lines(self) -> int:
        """See Block."""
        return self._breaks

    @property
    def rows(self) -> int:
        """Number of records; until they are read, of line breaks that stand outside quoted cells."""
        return self._count() if self._rows is None else self._rows

    def _count(self) -> int:
        data = bytes(self._data)
        quoted = _quoted(data, 0, self._delimiter) if b'"' in data else ()
        within = sum(data.count(b"\n", *cell.span()) for cell in quoted)
        return self._breaks - within + (not data.endswith(b"\n"))

    def begun_at(self, row: int) -> Self:
        """See Block."""
        made = copy(self)
        made.first_row = row
        return made

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to read the same records: not what was read of them here."""
        state = {name: value for name, value in self.__dict__.items() if name != "text"}
        return state | {"_data": bytes(self._data), "_rows": None, "too_long": {}}

    def typed(self, types: Mapping[int, pa.DataType], blanks: Sequence[str]) -> pa.Table | None:
        """See Block."""
        table = self._parse(types, blanks)
        if table is not None:
            self._rows = table.num_rows
        return table

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        table = self._parse(dict.fromkeys(range(self._width), pa.string()), [])
        if table is None:
            table = self._read_one_by_one()
        self._rows = table.num_rows
        return table

    def _parse(self, types: Mapping[int, pa.DataType], blanks: Sequence[str]) -> pa.Table | None:
        """These columns, if every cell can be read so and no row would be lost."""
        convert = pacsv.ConvertOptions(
            column_types={str(position): kind for position, kind in types.items()},
            include_columns=[str(position) for position in types],
            null_values=blanks,
            check_utf8=False,
        )
        for size in (PARSER_BYTES, len(self._data) + 1):
            try:
                table = pacsv.read_csv(
                    pa.BufferReader(pa.py_buffer(self._data)),
                    read_options=pacsv.ReadOptions(
                        column_names=[str(position) for position in range(self._width)],
                        block_size=size,
                    ),
                    parse_options=pacsv.ParseOptions(delimiter=self._delimiter),
                    convert_options=convert,
                )
            except pa.ArrowInvalid as error:
                # a part of the parser's own may end within a quoted cell: then all at once
                if "conversion error" in str(error):
                    return None
            else:
                return None if self._blank_lines(table.num_rows) else table
        return None

    def _blank_lines(self, rows: int) -> bool:
        """True if there may be blank lines, which are rows of the sheet but are not parsed."""
        if rows >= self._breaks:
            return False
        text = bytes(self._data)
        return text.startswith((b"\n", b"\r\n")) or b"\n\n" in text or b"\n\r\n" in text

    def _read_one_by_one(self) -> pa.Table:
        data = bytes(self._data)
        if any(not quoted[1] for quoted in _quoted(data, 0, self._delimiter)):
            raise _never_closed(self._file)
        columns: list[list[str]] = [[] for _ in range(self._width)]
        try:
            for place, record in enumerate(_csv(data, self._delimiter)):
                cells = record[: self._width]
                if any(cell.strip() for cell in record[self._width :]):
                    self.too_long[place] = len(record)
                    # nothing is lost: what has no column of its own stays in the last one
                    cells[-1] = self._delimiter.join(record[self._width - 1 :])
                for column, cell in zip(columns, cells, strict=False):
                    column.append(cell)
                for column in columns[len(cells) :]:
                    column.append("")
        except csv.Error as error:
            raise InputError(
                "{file}: row {row} has a cell that is too long.",
                file=self._file,
                row=self.first_row + len(columns[0]),
            ) from error
        return _text_table(columns)


# --- rows already at hand ---------------------------------------------------------------------------


@dataclass(frozen=True)
class TextBlock:
    """Rows whose cells are texts already."""

    columns: list[list[str]]
    first_row: int
    too_long: Mapping[int, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """See Block."""
        return len(self.columns[0]) if self.columns else 0

    rows = lines

    def begun_at(self, row: int) -> Self:
        """See Block."""
        return replace(self, first_row=row)

    def typed(self, _: Mapping[int, pa.DataType], __: Sequence[str]) -> pa.Table | None:
        """See Block."""
        return None

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        return _text_table(self.columns)


def _text_table(columns: list[list[str]]) -> pa.Table:
    return pa.table(
        {str(place): pa.array(cells, pa.string()) for place, cells in enumerate(columns)}
    )


# --- xlsx -------------------------------------------------------------------------------------------


def _refuse_ole(file: str, content: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise InputError("{file} is protected by a password; save it without one.", file=file)
    raise InputError("{file} is an Excel 97-2003 file; save it as .xlsx or CSV.", file=file)


class _Workbook:
    """An xlsx file, looked over before it is unpacked."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file, self.content = file, content
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
            self._measure_parts()
            self.book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            self.parts = self._parts()
            self.percents = self._percents()
        except PasswordError as error:
            raise InputError(
                "{file} is protected by a password; save it without one.", file=file
            ) from error
        except _DAMAGED as error:
            raise self._damaged() from error

    def _measure_parts(self) -> None:
        """Refuse what unpacks too far, and two parts of one name, of which each reader takes another.

        The sizes that an archive states may be invented: what is in it is counted.
        """
        entries = self.archive.infolist()
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            raise self._damaged()
        if len(entries) > PARTS:
            raise self._too_large()
        unpacked = 0
        for entry in entries:
            with self._part(entry) as stream:
                while data := stream.read(1 << 20):
                    unpacked += len(data)
                    if unpacked > UNPACKED_BYTES:
                        raise self._too_large()

    def _part(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        """All that a part holds, whatever size it states."""
        whole = copy(entry)
        whole.file_size = UNPACKED_BYTES + 1
        return self.archive.open(whole)

    def _tree(self, name: str) -> ElementTree.Element:
        """A small part, read whole."""
        with self._part(self.archive.getinfo(name)) as stream:
            content = stream.read(PART_BYTES + 1)
        if len(content) > PART_BYTES:
            raise self._too_large()
        return ElementTree.fromstring(content)

    def sheet(self, name: str | None, known: Known) -> Sheet:
        """The sheet of that name, or the first that best looks like a table of known columns."""
        names = [
            sheet.name
            for sheet in self.book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
            and (sheet.visible == SheetVisibleEnum.Visible or sheet.name == name)
        ]
        if name is not None and name not in names:
            raise InputError(
                "{file} has no sheet {sheet}; it has: {sheets}.",
                file=self.file, sheet=name, sheets=", ".join(names),
            )  # fmt: skip
        best, most = None, -1
        try:
            for candidate in names if name is None else [name]:
                shown = self._look_over(candidate)
                cells = self.book.get_sheet_by_name(candidate)
                if not cells.height:
                    continue
                made = self._read(candidate, cells, shown, tuple(names))
                count = min(known(made.head), HEADER_COLUMNS)
                if count > most:
                    best, most = made, count
                if most == HEADER_COLUMNS:
                    break
        except _DAMAGED as error:
            raise self._damaged() from error
        if best is None:
            raise InputError("{file} is empty.", file=self.file)
        return best

    def _read(
        self,
        name: str,
        cells: Any,
        shown: Mapping[tuple[int, int], str],
        sheets: tuple[str, ...],
    ) -> Sheet:
        left: int = cells.start[1]

        def rows() -> Iterator[list[str]]:
            for row, values in enumerate(cells.iter_rows()):
                texts = [""] * left + [cell_text(value) for value in values]
                for column in range(left, len(texts)):
                    if (row, column) in shown:
                        texts[column] = shown[row, column]
                yield texts

        head = [texts for texts, _ in zip(rows(), range(HEAD_LINES), strict=False)]

        def blocks(skipped: int, width: int) -> Iterator[Block]:
            part: list[list[str]] = []
            first = skipped + 1
            for row, texts in enumerate(rows(), start=1):
                if row <= skipped:
                    continue
                part.append(texts[:width])
                if len(part) == SHEET_ROWS:
                    yield TextBlock([list(column) for column in zip(*part, strict=True)], first)
                    part, first = [], row + 1
            if part:
                yield TextBlock([list(column) for column in zip(*part, strict=True)], first)

        return Sheet(self.file, name, head, blocks, sheets)

    def _look_over(self, name: str) -> dict[tuple[int, int], str]:
        """Refuse a sheet too large to be laid out, and find its error cells and shares in per cent.

        The reader lays a sheet out from its first cell to its last, so two cells can ask for any
        amount of memory; it gives error cells as blank, and 60 % as 0.6, which would pass for an
        amount.
        """
        shown: dict[tuple[int, int], str] = {}
        rows = width = 0
        if name not in self.parts:
            raise self._damaged()
        with self._part(self.archive.getinfo(self.parts[name])) as stream:
            tail = b""
            while data := stream.read(1 << 22):
                piece = tail + data
                cut = max(piece.rfind(b"<row"), piece.rfind(b":row "))
                piece, tail = (piece[:cut], piece[cut:]) if cut > 0 else (piece, b"")
                rows, width = self._measure(piece, rows, width, shown)
            self._measure(tail, rows, width, shown)
        return shown

    def _measure(
        self, xml: bytes, rows: int, width: int, shown: dict[tuple[int, int], str]
    ) -> tuple[int, int]:
        places = _PLACE.findall(xml)
        if places:
            rows = max(rows, *map(int, {row for _, row in places}))
            width = max(
                width, *(_column(letters) for letters in {letters for letters, _ in places})
            )
        lines = _ROW.split(xml)
        cells = [len(_CELL.findall(line)) for line in lines]
        if len(places) < len(lines) - 1 + sum(cells):
            # what names no place stands behind the one before it
            rows, width = rows + len(lines) - 1, max(width, *cells)
        if rows * width > SHEET_CELLS:
            raise self._too_large()
        if b't="e"' in xml or b"t='e'" in xml:
            for letters, row, inside in _ERROR.findall(xml):
                value = _ERROR_VALUE.search(inside)
                shown[int(row) - 1, _column(letters) - 1] = value[1].decode() if value else "#N/A"
        if any(b'"%d"' % style in xml for style in self.percents):
            for attributes, value in _STYLED.findall(xml):
                style, place = _STYLE.search(attributes), _PLACED.search(attributes)
                if style and place and int(style[1]) in self.percents and b" t=" not in attributes:
                    at = int(place[2]) - 1, _column(place[1]) - 1
                    shown[at] = f"{float(value) * 100:.15g}%"
        return rows, width

    def _percents(self) -> frozenset[int]:
        """The cell styles that show a number in per cent."""
        if "xl/styles.xml" not in self.archive.namelist():
            return frozenset()
        styles = self._tree("xl/styles.xml")
        formats = {
            int(made.get("numFmtId", 0)): made.get("formatCode", "")
            for made in styles.iter(f"{_MAIN}numFmt")
        }
        cells = styles.find(f"{_MAIN}cellXfs")
        return frozenset(
            place
            for place, cell in enumerate(cells if cells is not None else ())
            if int(cell.get("numFmtId", 0)) in PERCENT_FORMATS
            or "%" in formats.get(int(cell.get("numFmtId", 0)), "")
        )

    def _parts(self) -> dict[str, str]:
        """Sheet name to its part of the archive."""
        book = self._tree("xl/workbook.xml")
        links = self._tree("xl/_rels/workbook.xml.rels")
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        return {
            sheet.get("name", ""): _part(targets.get(sheet.get(_RELATION), ""))
            for sheet in book.iter(f"{_MAIN}sheet")
        }

    def _damaged(self) -> InputError:
        return InputError("{file} is damaged, or no xlsx file.", file=self.file)

    def _too_large(self) -> InputError:
        return InputError(
            "{file} is too large for a workbook: a sheet may have {cells} cells, empty ones within it "
            "too. Save it as CSV.",
            file=self.file,
            cells=f"{SHEET_CELLS:,}",
        )


_DAMAGED = (
    CalamineError,
    zipfile.BadZipFile,
    ElementTree.ParseError,
    KeyError,
    RuntimeError,
    EOFError,
    zlib.error,
    NotImplementedError,
)


def _part(target: str) -> str:
    # the reader of cells takes both ways of writing it, and must not find another part than this
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def cell_text(value: object) -> str:
    """A cell of a workbook, or a value from Python, as the text a person would have typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        # a workbook holds 15 digits; what stands behind them is noise of binary arithmetic
        return f"{value:.15g}"
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
