"""A parquet file of firms as blocks of rows: a row a firm, columns by their names.

Its columns have types already: numbers and days are taken as they are, all else is read as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.intake.blocks import Block
from eligibility.intake.column_corrections import require_columns, with_column_names, with_units
from eligibility.intake.headers import header_map
from eligibility.intake.source import Source
from eligibility.intake.table import FileLayout, IntakeOptions

ROWS_PER_BLOCK = 32_768


def open_parquet(
    source: Source, fields: Sequence[Field], options: IntakeOptions
) -> tuple[FileLayout, Iterator[Block]]:
    """Open a parquet file; its first firm is row 1.

    Parameters
    ----------
    source : path, or (name, bytes)
    fields, options
        As of ``table.read_batches``.

    Raises
    ------
    InputError
        If it is no parquet file, or its columns cannot be used.
    """
    name = source[0] if isinstance(source, tuple) else Path(source).name
    try:
        file = pq.ParquetFile(
            pa.BufferReader(source[1]) if isinstance(source, tuple) else str(source)
        )
    except (pa.ArrowException, OSError) as error:
        raise InputError("{file} is no parquet file, or it is damaged.", file=name) from error
    head = [file.schema_arrow.names]
    known = with_column_names(fields, options.columns)
    headers = header_map(head, known, options.money_unit, options.application_date.year)
    require_columns(name, headers, options.columns)
    headers = with_units(name, headers, options.units)
    headers.require(name)

    def blocks() -> Iterator[Block]:
        row = 1
        for batch in file.iter_batches(ROWS_PER_BLOCK):
            table = pa.Table.from_batches([batch])
            yield ParquetBlock(
                table.rename_columns([str(place) for place in range(table.num_columns)]), row
            )
            row += table.num_rows

    return FileLayout(name, "", headers, options), blocks()


@dataclass(frozen=True)
class ParquetBlock:
    """Rows of a parquet file, each column of its own type."""

    table: pa.Table
    first_row: int
    too_long: Mapping[int, int] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        """See Block."""
        rows: int = self.table.num_rows
        return rows

    rows = lines

    def begun_at(self, row: int) -> Self:
        """See Block."""
        return replace(self, first_row=row)

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        return pa.table({name: _texts(self.table[name]) for name in self.table.column_names})

    def read_as(self, types: Mapping[int, pa.DataType], _: Sequence[str]) -> pa.Table:
        """These columns as these types where theirs fit, else as texts."""
        return pa.table(
            {str(place): _convert(self.table[str(place)], kind) for place, kind in types.items()}
        )


def _convert(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    held = column.type
    if pa.types.is_float64(kind) and (pa.types.is_floating(held) or pa.types.is_integer(held)):
        return column.cast(kind, safe=False)
    if pa.types.is_date(kind) and pa.types.is_date(held):
        return column.cast(kind)
    texts = _texts(column)
    return texts.dictionary_encode() if pa.types.is_dictionary(kind) else texts


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as they would be written in a cell, "" for none."""
    try:
        return pc.fill_null(column.cast(pa.string()), "")
    except pa.ArrowNotImplementedError:
        # lists and the like, which no field has
        words = ["" if value is None else str(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(words, pa.string())])
