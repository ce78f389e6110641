"""One large CSV file as byte ranges, each of whole records, that workers read by themselves.

Where no quotation mark stands in the file every line break ends a record, and workers find the
borders and count the rows, each of its own range. Else a line break may stand within a cell, which
only who has read everything before it can tell: then the file is gone through here, once, without
parsing.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from eligibility.batch.storage import StoredFile
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.intake.csv_file import RECORD_BYTES, CsvBlock, CsvDialect, line_breaks
from eligibility.intake.encodings import declared_encoding, is_utf8
from eligibility.intake.table import FileLayout, IntakeOptions, open_blocks

#: bytes of a part; some 120,000 firms with every field
PART_BYTES = 1 << 26
#: encodings in which no byte of a letter looks like a line break or a quotation mark
_PLAIN = ("utf-8", "utf-8-sig", "gb18030")
TaskMap = Callable[[Callable[..., Any], Iterable[tuple[Any, ...]]], Iterator[Any]]


@dataclass(frozen=True)
class ByteRange:
    """Records of a CSV file, by their place in it.

    Attributes
    ----------
    start, stop : int
        Bytes of the file.
    first_row : int
        The row of the first record, as the file counts.
    layout, dialect
        How it is read.
    """

    start: int
    stop: int
    first_row: int
    layout: FileLayout
    dialect: CsvDialect

    def blocks(self, file: StoredFile) -> Iterator[CsvBlock]:
        """Its records.

        Raises
        ------
        InputError
            If it is no text in the encoding of the file.
        """
        stream = io.BytesIO(file.read(self.start, self.stop))
        declared_encoding(file.name, stream, self.dialect.encoding)
        stream.seek(0)
        return self.dialect.blocks(stream, self.first_row)


@dataclass(frozen=True)
class RangeSurvey:
    """What stands between two line breaks of a file: where, its line breaks, and what else matters."""

    start: int
    stop: int
    breaks: int
    has_quotes: bool
    utf8: bool


def byte_ranges(
    file: StoredFile, fields: tuple[Field, ...], options: IntakeOptions, run: TaskMap
) -> list[ByteRange] | None:
    """Cut a CSV file into ranges of about ``PART_BYTES``.

    Parameters
    ----------
    run : callable
        ``run(function, tasks)`` gives what the function makes of every task, here or elsewhere.

    Returns
    -------
    list of ByteRange, or None
        None if it is one part: small, or in an encoding or layout that cannot be cut.
    """
    if file.size <= PART_BYTES:
        return None
    start = file.read(0, RECORD_BYTES)
    cut = max(start.rfind(b"\n"), start.rfind(b"\r"))
    if cut < 0 or b"\0" in start[: 1 << 16]:
        return None
    layout, blocks = open_blocks((file.name, start[: cut + 1]), fields, options)
    first = next(blocks, None)
    if not isinstance(first, CsvBlock) or first.dialect.encoding not in _PLAIN:
        return None
    dialect = first.dialect
    begin = dialect.bytes_of(start, layout.headers.lines)
    mark = b"\n" if b"\n" in start else b"\r"
    borders = [begin, *range(PART_BYTES, file.size, PART_BYTES), file.size]
    tasks = [(file, mark, one, other) for one, other in pairwise(borders)]
    surveys = sorted(run(survey, tasks), key=lambda each: each.start)
    if options.encoding is None and not all(each.utf8 for each in surveys):
        # as ``encodings.find_encoding`` has it
        dialect = replace(dialect, encoding="gb18030")
    if any(each.has_quotes for each in surveys):
        return _one_after_the_other(file, begin, layout, dialect)
    ranges, row = [], layout.headers.lines + 1
    for each in surveys:
        if each.stop > each.start:
            ranges.append(ByteRange(each.start, each.stop, row, layout, dialect))
            row += each.breaks
    return ranges


def survey(file: StoredFile, mark: bytes, start: int, stop: int) -> RangeSurvey:
    """Look at the records that begin in a range of a file.

    A record begins behind a line break; the first range begins with one.
    """
    # from the byte before, which may be the line break that the range begins behind
    data = file.read(start - 1, stop + RECORD_BYTES)
    first = data.find(mark) + 1
    last = len(data) if stop >= file.size else data.find(mark, stop - start) + 1
    if not first or not last:
        raise InputError(
            "{file}: a record is longer than {bytes} bytes.", file=file.name, bytes=RECORD_BYTES
        )
    return RangeSurvey(
        start - 1 + first,
        start - 1 + last,
        line_breaks(data, first, last),
        data.find(b'"', first, last) >= 0,
        is_utf8(memoryview(data)[first:last]),
    )


def _one_after_the_other(
    file: StoredFile, begin: int, layout: FileLayout, dialect: CsvDialect
) -> list[ByteRange] | None:
    """The ranges of a file whose records have to be told apart from its beginning.

    None where its bytes are not those of its text.
    """
    if not dialect.encoding.startswith("utf-8"):
        return None
    ranges: list[ByteRange] = []
    start = stop = begin
    row = first_row = layout.headers.lines + 1
    mark = len(codecs.BOM_UTF8) if dialect.encoding == "utf-8-sig" else 0
    with file.open() as stream:
        for block in dialect.blocks(stream, row, begin - mark):
            stop += block.size
            row += block.rows
            if stop - start >= PART_BYTES:
                ranges.append(ByteRange(start, stop, first_row, layout, dialect))
                start, first_row = stop, row
    if stop > start:
        ranges.append(ByteRange(start, stop, first_row, layout, dialect))
    return ranges
