"""Tables written to .csv, .xlsx and .parquet, a part at a time, so that no spreadsheet runs a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import pyarrow as pa
import pyarrow.csv as pacsv

from eligibility.atomic_file import atomic_file, check_output, save_to_disk, staged_file, unwritable
from eligibility.domain.errors import InputError
from eligibility.formula_injection import escape_formula, escape_formulas

if TYPE_CHECKING:
    # the writers of workbooks and of Parquet take long to import: only who writes one needs them
    from eligibility.reports.text_book import TextBook

EXCEL_ROWS = 1_048_576
#: characters across a column of texts: the registered name of a firm is about 16 Chinese ones
TEXT_WIDTH = 34
BOM = b"\xef\xbb\xbf"
#: appends a table to a file
Append = Callable[[pa.Table], None]
Writer = Callable[[BinaryIO, pa.Schema], AbstractContextManager[Append]]


def open_writer(path: Path) -> Output:
    """A file to write tables to, by its ending.

    Raises
    ------
    InputError
        If the ending is none of .csv .xlsx .parquet, the folder does not exist, or the file cannot
        be written.
    """
    writers: dict[str, Writer] = {
        ".csv": _csv,
        ".xlsx": partial(_xlsx, path),
        ".parquet": _parquet,
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(
            "{path}: the output must end in {endings}.", path=path, endings=", ".join(writers)
        )
    check_output(path)
    return Output(path, writer)


class Output:
    """A file of tables of one schema, which takes its name once it is whole."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path, self._writer = path, writer
        self._append: Append | None = None
        self._stack = ExitStack()
        self._file = self._stack.enter_context(staged_file(path))
        self._content = self._stack.enter_context(ExitStack())

    def write(self, table: pa.Table) -> None:
        """Append a table; the first one gives the columns."""
        with unwritable(self._path):
            if self._append is None:
                writer = self._writer(self._file, table.schema)
                self._append = self._content.enter_context(writer)
            self._append(table)

    def finish(self) -> None:
        """Bring everything to the disk; only the renaming is left."""
        with unwritable(self._path):
            self._content.close()
            save_to_disk(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with unwritable(self._path):
            self._stack.__exit__(kind, error, trace)


@contextmanager
def _csv(file: BinaryIO, schema: pa.Schema) -> Iterator[Append]:
    """UTF-8 with a BOM, which Excel needs to show Chinese."""
    file.write(BOM)
    names = (_quote(escape_formula(name)) for name in schema.names)
    file.write((",".join(names) + "\n").encode())
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    with pacsv.CSVWriter(file, schema, write_options=options) as writer:
        yield lambda table: writer.write_table(escape_formulas(table))


@contextmanager
def _parquet(file: BinaryIO, schema: pa.Schema) -> Iterator[Append]:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        yield writer.write_table


@contextmanager
def _xlsx(path: Path, file: BinaryIO, schema: pa.Schema) -> Iterator[Append]:
    """Row by row in constant memory."""
    from eligibility.reports.text_book import open_book

    with open_book(file, constant_memory=True) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, field in enumerate(schema):
            wide = pa.types.is_string(field.type)
            sheet.set_column(place, place, TEXT_WIDTH if wide else 14)
            sheet.write_string(0, place, field.name, head)
        sheet.freeze_panes(1, 3)
        rows = count(1)

        def append(table: pa.Table) -> None:
            for record in zip(*(_plain(column) for column in table.columns), strict=True):
                row = next(rows)
                if row >= EXCEL_ROWS:
                    raise InputError(
                        "{path}: an Excel sheet holds {most} rows; write .csv or .parquet instead.",
                        path=path,
                        most=EXCEL_ROWS,
                    )
                for place, value in enumerate(record):
                    if value is None:
                        continue
                    if isinstance(value, str):
                        sheet.write_string(row, place, value)
                    elif isinstance(value, float | int):
                        sheet.write_number(row, place, value)
                    else:
                        sheet.write_datetime(row, place, value, day)

        yield append


@contextmanager
def open_workbook(path: Path, *, constant_memory: bool = False) -> Iterator[TextBook]:
    """A workbook to fill, which takes its name once it is whole.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    from eligibility.reports.text_book import open_book

    with atomic_file(path) as file, open_book(file, constant_memory=constant_memory) as book:
        yield book


def _plain(column: pa.ChunkedArray) -> Iterable[object]:
    values: list[object] = column.to_pylist()
    return values


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\r\n') else name
