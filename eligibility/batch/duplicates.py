"""Duplicates across the parts of a batch: a shuffle on the firm's code.

Every part leaves the keys of its firms in a file, cut into buckets by the key; whoever is given a bucket
reads that bucket of every part and sees every row of its firms. The earliest row, by part and by row,
is the firm; the others come again.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.batch.storage import Folder
from eligibility.intake.checks import EarlierRows, FirmKeys, SeenFirms

#: of the input that one bucket stands for, in bytes: some million firms
BUCKET_BYTES = 1 << 29
_KEYS = pa.schema(
    [("real", pa.float64()), ("imag", pa.float64()), ("by_name", pa.bool_()), ("row", pa.int64())]
)
_DUPLICATES = pa.schema([(name, pa.int64()) for name in ("part", "row", "in_part", "in_row")])
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class EarlierElsewhere:
    """Rows of one part whose firm an earlier part has.

    Attributes
    ----------
    rows : array of int64, shape (n,)
        Ascending.
    earlier : array of int64, shape (n,)
        The row that has each firm already.
    files : tuple of str
        And its file, where that is another; "" where it is the same one.
    """

    rows: NDArray[np.int64]
    earlier: NDArray[np.int64]
    files: tuple[str, ...]


NOWHERE = EarlierElsewhere(np.empty(0, np.int64), np.empty(0, np.int64), ())


@dataclass
class PartFirms:
    """The firms of one part, as they are read."""

    elsewhere: EarlierElsewhere = NOWHERE
    _index: SeenFirms = field(default_factory=SeenFirms)
    _keys: list[FirmKeys] = field(default_factory=list)
    _rows: list[NDArray[np.int64]] = field(default_factory=list)

    def earlier(self, firms: FirmKeys, rows: NDArray[np.int64]) -> EarlierRows:
        """See ``checks.Earlier``."""
        self._keys.append(firms)
        self._rows.append(rows)
        found = self._index.earlier(firms, rows)
        other = self.elsewhere
        if not len(other.rows):
            return found
        at = np.minimum(np.searchsorted(other.rows, rows), len(other.rows) - 1)
        places = np.flatnonzero(other.rows[at] == rows)
        found.rows[places] = other.earlier[at[places]]
        files = {int(place): other.files[at[place]] for place in places}
        return EarlierRows(found.rows, {place: file for place, file in files.items() if file})

    def content(self, buckets: int) -> bytes:
        """Their keys and rows, as a file of Arrow with a record batch a bucket."""
        keys = np.concatenate([each.keys for each in self._keys] or [np.empty(0, np.complex128)])
        by_name = np.concatenate([each.by_name for each in self._keys] or [np.empty(0, np.bool_)])
        rows = np.concatenate(self._rows or [np.empty(0, np.int64)])
        bucket = _buckets(keys, buckets)
        order = np.argsort(bucket, kind="stable")
        ends = np.searchsorted(bucket[order], np.arange(buckets + 1))
        columns = [np.ascontiguousarray(keys.real[order]), np.ascontiguousarray(keys.imag[order])]
        table = pa.record_batch(
            [*map(pa.array, columns), pa.array(by_name[order]), pa.array(rows[order])],
            schema=_KEYS,
        )
        sink = io.BytesIO()
        with pa.ipc.new_file(sink, _KEYS) as file:
            for one, other in pairwise(ends):
                file.write_batch(table.slice(one, other - one))
        return sink.getvalue()


def _buckets(keys: NDArray[np.complex128], buckets: int) -> NDArray[np.int64]:
    """The bucket of each key, the same on every machine."""
    bits = np.ascontiguousarray(keys).view(np.uint64).reshape(-1, 2)
    hashes = _hashes(bits[:, 0], bits[:, 1])
    return ((hashes >> np.uint64(32)) % np.uint64(buckets)).astype(np.int64)


def _hashes(real: NDArray[np.uint64], imag: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (real ^ (imag * _MIX)) * _MIX


def _rows_of_equal_hash(real: NDArray[np.float64], imag: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rows whose key may stand in another row, too: a fraction of the sorting by every column."""
    hashes = _hashes(real.view(np.uint64), imag.view(np.uint64))
    ordered = np.sort(hashes)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return np.flatnonzero(np.isin(hashes, again)) if len(again) else np.empty(0, np.int64)


def find_duplicates(
    folder: Folder, keys: Sequence[str], target: str, bucket: int
) -> dict[int, str]:
    """Find the firms of a bucket that an earlier part has, and write them down.

    Parameters
    ----------
    keys : sequence of str
        Files of keys, one a part, in the order of the parts.
    target : str
        Where the duplicates are written.

    Returns
    -------
    dict
        A digest of the duplicates of every part that has some, by its number.
    """
    batches = []
    for number, name in enumerate(keys):
        with folder.open(name) as stream, pa.ipc.open_file(stream) as file:
            batch = file.get_batch(bucket)
        part = pa.array(np.full(batch.num_rows, number, np.int64))
        batches.append(pa.record_batch([*batch.columns, part], names=[*_KEYS.names, "part"]))
    table = pa.Table.from_batches(batches)
    columns = [column.to_numpy() for column in table.columns]
    some = _rows_of_equal_hash(columns[0], columns[1])
    real, imag, by_name, row, part = (column[some] for column in columns)
    order = np.lexsort((row, part, imag, real, by_name))
    real, imag, by_name, row, part = (column[order] for column in (real, imag, by_name, row, part))
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (real[1:] != real[:-1]) | (imag[1:] != imag[:-1]) | (by_name[1:] != by_name[:-1])
    leader = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    places = np.flatnonzero(part[leader] != part)
    places = places[np.lexsort((row[places], part[places]))]
    columns = [part[places], row[places], part[leader[places]], row[leader[places]]]
    found = pa.table(list(map(pa.array, columns)), schema=_DUPLICATES)
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, _DUPLICATES) as file:
        file.write_table(found)
    folder.write(target, sink.getvalue())
    digests: dict[int, str] = {}
    stacked = np.column_stack(columns)
    for number in np.unique(columns[0]):
        digests[int(number)] = hashlib.sha256(stacked[columns[0] == number].tobytes()).hexdigest()
    return digests


def earlier_elsewhere(
    folder: Folder, files: Sequence[str], number: int, sources: Sequence[str]
) -> EarlierElsewhere:
    """The rows of a part whose firm an earlier part has, from the files of :func:`find_duplicates`.

    ``sources`` are the files that the parts are read from, in their order.
    """
    found = []
    for name in files:
        with folder.open(name) as stream, pa.ipc.open_file(stream) as file:
            table = file.read_all()
        found.append(np.column_stack([column.to_numpy() for column in table.columns]))
    rows = np.concatenate(found)
    rows = rows[rows[:, 0] == number]
    rows = rows[np.argsort(rows[:, 1])]
    same = sources[number]
    names = tuple("" if sources[part] == same else sources[part] for part in rows[:, 2])
    return EarlierElsewhere(rows[:, 1], rows[:, 3], names)
