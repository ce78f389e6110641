"""Tables written to .csv, .xlsx and .parquet, a part at a time, so that no spreadsheet runs a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from functools import reduce
from os import strerror
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from eligibility.vocabulary import InputError

#: a text that a spreadsheet would take for a formula, and is not just a number
RUNS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?$"
EXCEL_ROWS = 1_048_576
BOM = b"\xef\xbb\xbf"


class Writer(Protocol):
    """Takes tables of one schema, one after the other."""

    def write(self, table: pa.Table) -> None: ...
    def close(self) -> None: ...


def open_writer(path: Path, schema: pa.Schema) -> Output:
    """A file to write tables to, by its ending.

    Raises
    ------
    InputError
        If the ending is none of .csv .xlsx .parquet, or the folder does not exist.
    """
    kinds: dict[str, Callable[[Path, pa.Schema], Writer]] = {
        ".csv": _Csv,
        ".xlsx": _Xlsx,
        ".parquet": _Parquet,
    }
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            "{path}: the output must end in {endings}.", path=path, endings=", ".join(kinds)
        )
    if not path.parent.is_dir():
        raise InputError("{path}: its folder does not exist.", path=path)
    return Output(path, schema, kind)


class Output:
    """A file written under another name, and given its own once it is whole."""

    def __init__(
        self, path: Path, schema: pa.Schema, kind: Callable[[Path, pa.Schema], Writer]
    ) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.stem}.partial{path.suffix}")
        with self._refusing():
            if path.is_dir():
                raise IsADirectoryError(EISDIR, strerror(EISDIR))
            self._partial.touch()
            self._writer = kind(self._partial, schema)

    def write(self, table: pa.Table) -> None:
        """Append a table."""
        with self._refusing():
            self._writer.write(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._refusing():
            self._writer.close()
            if error is None:
                self._partial.replace(self._path)
            else:
                self._partial.unlink()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Say in one sentence that the file cannot be written: no space, no right, open elsewhere."""
        try:
            yield
        except (OSError, XlsxWriterException) as error:
            why = getattr(error, "strerror", None) or error
            raise InputError(
                "{path} cannot be written: {why}.", path=self._path, why=why
            ) from error


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Another name to write a file under; it gets its own once it is whole.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        why = error.strerror or error
        raise InputError("{path} cannot be written: {why}.", path=path, why=why) from error
    finally:
        partial.unlink(missing_ok=True)


def disarmed(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before every text that a spreadsheet would run."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            column = table.column(place)
            runs = reduce(pc.or_, (pc.starts_with(column, mark) for mark in RUNS))
            if pc.any(runs).as_py():
                number = pc.match_substring_regex(column, NUMBER)
                safe = pc.binary_join_element_wise("'", column, "")
                column = pc.if_else(pc.and_(runs, pc.invert(number)), safe, column)
                table = table.set_column(place, field, column)
    return table


class _Csv:
    """UTF-8 with a BOM, which Excel needs to show Chinese."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("wb")
        self._file.write(BOM)
        names = disarmed(pa.table({"name": schema.names}))["name"].to_pylist()
        self._file.write((",".join(_quoted(name) for name in names) + "\n").encode())
        options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
        self._writer = pacsv.CSVWriter(self._file, schema, write_options=options)

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(disarmed(table))

    def close(self) -> None:
        self._writer.close()
        self._file.close()


class _Parquet:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        self._writer.write_table(table)

    def close(self) -> None:
        self._writer.close()


class _Xlsx:
    """Row by row in constant memory; every text is written as text, so nothing runs."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._sheet = self._book.add_worksheet()
        head = self._book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        for place, field in enumerate(schema):
            wide = pa.types.is_string(field.type)
            self._sheet.set_column(place, place, 22 if wide else 14)
            self._sheet.write_string(0, place, field.name, head)
        self._sheet.freeze_panes(1, 3)
        self._row = 1

    def write(self, table: pa.Table) -> None:
        if self._row + table.num_rows > EXCEL_ROWS:
            raise InputError(
                "{path}: an Excel sheet holds {most} rows; write .csv or .parquet instead.",
                path=self._path,
                most=EXCEL_ROWS,
            )
        for record in zip(*(_plain(column) for column in table.columns), strict=True):
            for place, value in enumerate(record):
                if value is None:
                    continue
                if isinstance(value, str):
                    self._sheet.write_string(self._row, place, value)
                elif isinstance(value, float | int):
                    self._sheet.write_number(self._row, place, value)
                else:
                    self._sheet.write_datetime(self._row, place, value, self._day)
            self._row += 1

    def close(self) -> None:
        self._book.close()


def _plain(column: pa.ChunkedArray) -> Iterable[object]:
    values: list[object] = column.to_pylist()
    return values


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',"\n') else name
