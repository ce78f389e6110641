"""A CSV file as blocks of rows, never held whole: each ends at the end of a record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from eligibility.domain.errors import InputError
from eligibility.intake.blocks import HEAD_LINES, Block, Sheet, refuse_wide, text_table
from eligibility.intake.encodings import Text, declared_encoding, find_encoding, open_text
from eligibility.intake.source import InputFile

BLOCK_BYTES = 1 << 24
#: what one task of the parser takes; larger ones fall out of the processor's cache
PARSER_BYTES = 1 << 20
#: a single record is never longer; behind a quotation mark that stays open it would be
RECORD_BYTES = 1 << 20
_DELIMITERS, _BAR = ",;\t", "|"


def csv_sheet(source: InputFile, encoding: str | None = None) -> Sheet:
    """A CSV file as a sheet; a line ends with LF, CR LF or CR.

    Parameters
    ----------
    source : InputFile
    encoding : str, optional
        Found by the content if omitted.

    Raises
    ------
    InputError
        If it is empty, no text of that encoding, or too wide; from its blocks if a quotation mark
        is never closed, a cell is too long, or the file changes meanwhile.
    """
    file = source.name
    with source.open() as stream:
        if encoding:
            encoding = declared_encoding(file, stream, encoding)
        else:
            encoding = find_encoding(file, stream)
        stream.seek(0)
        start = open_text(stream, encoding).read(RECORD_BYTES)
    lines = start.decode("utf-8", "ignore")
    if not lines.strip():
        raise InputError("{file} is empty.", file=file)
    delimiter = _delimiter(lines)
    head = _first_records(lines, delimiter)
    refuse_wide(file, head)

    def blocks(skip: int, width: int) -> Iterator[Block]:
        offset = len("".join(_lines_of_records(lines, delimiter, skip)).encode())
        with source.open() as stream:
            yield from CsvDialect(file, encoding, delimiter, width).blocks(stream, skip + 1, offset)

    return Sheet(file, "", head, blocks)


@dataclass(frozen=True)
class CsvDialect:
    """How the records of a CSV file are told apart, wherever in it reading begins.

    Attributes
    ----------
    file : str
        Its name.
    encoding, delimiter : str
    width : int
        Cells of a record.
    """

    file: str
    encoding: str
    delimiter: str
    width: int

    def bytes_of(self, start: bytes, records: int) -> int:
        """How many bytes the first so many records of a file take."""
        text = start.decode(self.encoding, "replace")
        lines = len(_lines_of_records(text, self.delimiter, records))
        return sum(map(len, start.splitlines(keepends=True)[:lines]))

    def blocks(self, stream: IO[bytes], row: int, offset: int = 0) -> Iterator[CsvBlock]:
        """The records of a stream behind so many bytes of its text, the first at that row."""
        text = open_text(stream, self.encoding)
        for data, breaks in _records(self.file, text, offset, self.delimiter, self.width):
            block = CsvBlock(self, data, breaks, row)
            yield block
            row += block.rows


def _records(
    file: str, text: Text, offset: int, delimiter: str, width: int
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
        yield memoryview(data)[offset:end], line_breaks(data, offset, end)
        if end < len(data):
            text.put_back(data[end:])
        offset = 0


def line_breaks(data: bytes, start: int, end: int) -> int:
    """How many line breaks stand between two places: LF, CR LF or CR."""
    breaks = data.count(b"\n", start, end)
    # counting takes ten times as long as finding, and most files have none
    if data.find(b"\r", start, end) >= 0:
        breaks += data.count(b"\r", start, end) - data.count(b"\r\n", start, end)
    return breaks


def _end_of_records(data: bytes, start: int, delimiter: str, width: int) -> int:
    """Where the last whole record behind ``start`` ends; ``start`` if none does.

    A file whose lines end with CR may have LF within its cells, so LF alone may find no end.
    """
    end = _end_by(b"\n", data, start, len(data), delimiter, width)
    # the last CR may belong to an LF that follows
    return end if end > start else _end_by(b"\r", data, start, len(data) - 1, delimiter, width)


def _end_by(mark: bytes, data: bytes, start: int, stop: int, delimiter: str, width: int) -> int:
    """Where the last record before ``stop`` ends, by that line break.

    A line break ends a record if an even number of quotation marks stands before it. A mark within
    a bare cell (12" pipe) upsets that count; the record before the break is then not ``width``
    cells wide, and the quoted cells are looked for one by one.
    """
    if data.find(b'"', start, stop) < 0:
        return data.rfind(mark, start, stop) + 1 or start
    marks = data.count(b'"', start, stop)
    behind = stop
    # where the last record ends, and where it begins
    ends: list[int] = []
    while len(ends) < 2 and behind >= start:
        end = max(data.rfind(mark, start, behind), start - 1)
        marks -= data.count(b'"', end + 1, behind)
        if marks % 2 == 0 or end < start:
            ends.append(end + 1)
        behind = end
    last, first = [*ends, start][:2]
    if [len(record) for record in _csv(data[first:last], delimiter)] == [width]:
        return last
    return _end_outside_quotes(data, start, stop, delimiter, mark)


def _end_outside_quotes(data: bytes, start: int, stop: int, delimiter: str, mark: bytes) -> int:
    end = data.rfind(mark, start, stop)
    for quoted in reversed(list(_quotations(data, start, delimiter))):
        if quoted.end() <= end:
            break
        if quoted.start() < end:
            end = data.rfind(mark, start, quoted.start())
    return max(end + 1, start)


def _quotations(data: bytes, start: int, delimiter: str) -> Iterator[re.Match[bytes]]:
    """Every cell in quotation marks; group 1 is empty where it is not closed."""
    begin = rf"(?:^|(?<=[{delimiter}\r\n]))".encode()
    return re.compile(begin + rb'"[^"]*(?:""[^"]*)*("?)').finditer(data, start)


def _csv(data: bytes, delimiter: str) -> Iterator[list[str]]:
    """Records of a few lines, one by one, as far as they can be read."""
    return csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""), delimiter=delimiter)


def _never_closed(file: str) -> InputError:
    return InputError("{file}: a quotation mark opens a cell and is never closed.", file=file)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first line that can be cut into most cells.

    A bar also stands within names (企业名称 | Name), so it counts only where it cuts several lines
    into far more cells than that, and no other cuts all of them alike.
    """
    records = {delimiter: _first_records(text, delimiter) for delimiter in _DELIMITERS}
    widths = [
        {delimiter: len(line) for delimiter, line in zip(records, lines, strict=True)}
        for lines in zip(*records.values(), strict=False)
    ]
    bars = [len(line) for line in _first_records(text, _BAR)]
    by_bars = sum(
        bar > 1 and bar >= 2 * max(cells.values()) for bar, cells in zip(bars, widths, strict=False)
    )
    cuts_alike = any(
        len(lines) > 1 and len(lines[0]) > 1 and len(set(map(len, lines))) == 1
        for lines in records.values()
    )
    if not cuts_alike and (by_bars > 1 or (by_bars and len(bars) == 1)):
        return _BAR
    for cells in widths:
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


def _lines_of_records(text: str, delimiter: str, records: int) -> list[str]:
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
        self, dialect: CsvDialect, data: memoryview | bytes, breaks: int, first_row: int
    ) -> None:
        self.dialect, self.first_row = dialect, first_row
        self.too_long: dict[int, int] = {}
        self._data, self._breaks = data, breaks
        self._file, self._delimiter, self._width = dialect.file, dialect.delimiter, dialect.width
        self._rows: int | None = None

    @property
    def size(self) -> int:
        """Bytes of its text."""
        return len(self._data)

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
        quoted = _quotations(data, 0, self._delimiter) if b'"' in data else ()
        within = sum(line_breaks(data, *cell.span()) for cell in quoted)
        return self._breaks - within + (not data.endswith((b"\n", b"\r")))

    def begun_at(self, row: int) -> Self:
        """See Block."""
        block = copy(self)
        block.first_row = row
        return block

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to read the same records: not what was read of them here."""
        read = ("text", "_line_ends")
        state = {name: value for name, value in self.__dict__.items() if name not in read}
        return state | {"_data": bytes(self._data), "_rows": None, "too_long": {}}

    def read_as(self, types: Mapping[int, pa.DataType], blanks: Sequence[str]) -> pa.Table | None:
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

    def cell_text(self, position: int, place: int) -> str:
        """One cell as it came; read from its line alone where a record is a line."""
        if "text" not in self.__dict__ and (ends := self._line_ends) is not None:
            # no cell is quoted
            line = bytes(self._data[ends[place] + 1 : ends[place + 1]])
            cells = line.split(self._delimiter.encode(), position + 1)
            if len(cells) > position:
                return cells[position].decode()
        text: str = self.text[str(position)][place].as_py()
        return text

    @cached_property
    def _line_ends(self) -> NDArray[np.int64] | None:
        """Where the lines end, -1 first; None where a record may be more or less than a line."""
        data = np.frombuffer(self._data, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        is_blank = np.diff(ends, prepend=-1) == 1
        if is_blank.any() or any((data == ord(mark)).any() for mark in '"\r'):
            return None
        return np.concatenate(([-1], ends, [len(data)]))

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
        # of the last line the break may be missing
        if rows > self._breaks:
            return False
        if rows == self._breaks and bytes(self._data[-1:]) in (b"\n", b"\r"):
            return False
        text = bytes(self._data)
        return text.startswith((b"\n", b"\r")) or any(
            pair in text for pair in (b"\n\n", b"\n\r", b"\r\r")
        )

    def _read_one_by_one(self) -> pa.Table:
        data = bytes(self._data)
        if any(not quoted[1] for quoted in _quotations(data, 0, self._delimiter)):
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
        return text_table(columns)
