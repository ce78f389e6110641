"""Rows of a file that were checked: those that can be used, those that cannot, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools
from eligibility.domain.facts import FirmTable, RowIssue
from eligibility.domain.text import Message
from eligibility.intake.blocks import Block
from eligibility.intake.headers import HeaderMap
from eligibility.intake.layouts import row_numbers


class Trouble(NamedTuple):
    """What is wrong with a row of a block: place, position of the column, whether it rejects the row.

    Its issue is formed when it is asked for: of a large file few are shown.
    """

    place: int
    position: int
    fatal: bool
    form_issue: Callable[[], RowIssue]


@dataclass(frozen=True)
class RowBatch:
    """Some rows of a file: those that can be used, those that cannot, and why.

    Attributes
    ----------
    table : FirmTable
        The accepted rows, n of them; the application date is filled.
    rows : array of int64, shape (n,)
        Their rows in the sheet; the first line of the file is row 1.
    rejects : pyarrow.Table
        The rejected rows as they came, with ``row`` and ``reason`` (in English).
    read : int
        Rows read, blank ones not counted.
    headers : HeaderMap
        What the columns were taken for.
    """

    table: FirmTable
    rows: NDArray[np.int64]
    rejects: pa.Table
    read: int
    headers: HeaderMap
    troubles: tuple[Trouble, ...] = field(repr=False, compare=False)
    _originals: Callable[[], pa.Table] = field(repr=False, compare=False)

    @cached_property
    def issues(self) -> tuple[RowIssue, ...]:
        """What is wrong, in the order of the rows; ``fatal`` issues rejected theirs."""
        return self.first_issues(len(self.troubles))

    def first_issues(self, most: int) -> tuple[RowIssue, ...]:
        """The first so many issues."""
        return tuple(trouble.form_issue() for trouble in self.troubles[:most])

    def reasons(self, rows: Sequence[int], say: Callable[[Message], str]) -> pa.Array:
        """What rejected each of these rows, in the words that ``say`` finds."""
        return _reasons(self.troubles, rows, say)

    @cached_property
    def originals(self) -> pa.Table:
        """The accepted rows as they came; made when asked for."""
        return self._originals()


def join_batches(batches: Sequence[RowBatch]) -> RowBatch:
    """The batches of one file as one."""
    # a table gains a blank column when one it lacks is asked for
    names = set.intersection(*(set(batch.table.columns) for batch in batches))
    return RowBatch(
        table=FirmTable(
            {
                name: np.concatenate([batch.table.columns[name] for batch in batches])
                for name in batches[0].table.columns
                if name in names
            },
            sum(len(batch.table) for batch in batches),
        ),
        rows=np.concatenate([batch.rows for batch in batches]),
        troubles=tuple(trouble for batch in batches for trouble in batch.troubles),
        rejects=pa.concat_tables([batch.rejects for batch in batches]),
        read=sum(batch.read for batch in batches),
        headers=batches[0].headers,
        _originals=lambda: pa.concat_tables([batch.originals for batch in batches]),
    )


@dataclass(frozen=True)
class CheckedBlock:
    """A block of rows, judged; ``usable_rows`` are the places of rows that are not blank, in order."""

    block: Block
    firms: FirmTable
    usable_rows: NDArray[np.intp]
    fatal: Bools
    troubles: tuple[Trouble, ...]
    headers: HeaderMap

    @property
    def count(self) -> int:
        return len(self.usable_rows)

    def batch(self, start: int, stop: int) -> RowBatch:
        """The rows from one to another, counted without blank ones."""
        rows = self.usable_rows[start:stop]
        accepted, rejected = rows[~self.fatal[rows]], rows[self.fatal[rows]]
        troubles: tuple[Trouble, ...] = ()
        if len(rows):
            within = (each for each in self.troubles if rows[0] <= each.place <= rows[-1])
            troubles = tuple(within)
        whole = len(accepted) == len(self.firms)
        return RowBatch(
            table=self.firms if whole else self.firms.take(accepted),
            rows=row_numbers(self.block, accepted),
            rejects=self._rejects(rejected, troubles),
            read=len(rows),
            headers=self.headers,
            troubles=troubles,
            _originals=lambda: self._text(accepted),
        )

    def _text(self, places: NDArray[np.intp]) -> pa.Table:
        return self.block.text.take(pa.array(places)).rename_columns(self.headers.headers)

    def _rejects(self, places: NDArray[np.intp], troubles: Iterable[Trouble]) -> pa.Table:
        if not len(places):
            return _no_rejects(self.headers.headers)
        rows = row_numbers(self.block, places).tolist()
        table = self._text(places)
        for name, column in (
            ("row", pa.array(rows, pa.int64())),
            ("reason", _reasons(troubles, rows, str)),
        ):
            table = table.append_column(name, column)
        return table


def _reasons(
    troubles: Iterable[Trouble], rows: Sequence[int], say: Callable[[Message], str]
) -> pa.Array:
    sentences: dict[int, list[str]] = {row: [] for row in rows}
    for trouble in troubles if rows else ():
        if trouble.fatal and (issue := trouble.form_issue()).row in sentences:
            sentences[issue.row].append(say(issue.sentence))
    return pa.array(["; ".join(sentences[row]) for row in rows], pa.string())


@cache
def _no_rejects(headers: tuple[str, ...]) -> pa.Table:
    schema = [(header, pa.string()) for header in headers]
    return pa.schema([*schema, ("row", pa.int64()), ("reason", pa.string())]).empty_table()
