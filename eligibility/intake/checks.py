"""What one row says against itself, and against the rows before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import Field, FirmTable
from eligibility.domain.text import Message
from eligibility.intake import codes
from eligibility.intake.firm_names import name_key

#: by how much a part may pass its whole, relative: the rounding of books kept in 万元
SLACK = 1e-9
#: persons of whom less than one is a share
MANY = 10
#: names that are their own normal name, as most are
_OWN_KEY = r"^[\x{4e00}-\x{9fff}0-9a-z]+$"


@dataclass(frozen=True)
class Contradiction:
    """Rows, and the field of theirs that does not fit with what else they say."""

    field: str
    expectations: dict[int, Message]
    fatal: bool = True


def contradictions(firms: FirmTable, fields: Sequence[Field]) -> Iterator[Contradiction]:
    """What cannot be true within a row, and what is of no use in it."""
    by_id = {field.id: field for field in fields}
    for part in fields:
        whole = by_id.get(part.part_of or "")
        if whole is not None and part.id in firms.columns:
            formed = [whole.id, *(whole.difference_of or ())]
            if any(name in firms.columns for name in formed):
                yield _larger(firms, part.id, _whole(firms, whole), whole)
            if part.unit == whole.unit == "person":
                yield _share_of_persons(firms, part.id, _whole(firms, whole))
    yield from _below_usual(firms, fields)
    if "applied_year" in firms.columns:
        yield _other_year(firms)
    yield _registered_too_late(firms)
    yield from _before_registration(firms, fields)


def _below_usual(firms: FirmTable, fields: Sequence[Field]) -> Iterator[Contradiction]:
    """Costs below nothing, as where more was written back than spent; they are taken as they are."""
    for figure in fields:
        if figure.usual_minimum is None or figure.id not in firms.columns:
            continue
        expectation = Message(
            "{minimum} or more; taken as it is, as costs that were written back (冲减)",
            {"minimum": f"{figure.usual_minimum:g}"},
        )
        below = firms.numbers(figure.id) < figure.usual_minimum
        if below.any():
            yield Contradiction(figure.id, dict.fromkeys(_places(below), expectation), fatal=False)


def _larger(firms: FirmTable, part: str, whole: Floats, field: Field) -> Contradiction:
    with np.errstate(invalid="ignore"):
        wrong = firms.numbers(part) > whole + SLACK * np.abs(whole)
    return Contradiction(
        part,
        {
            row: Message(
                "not more than {whole}, which is {amount}",
                {"whole": field.title, "amount": _describe(whole[row], field)},
            )
            for row in _places(wrong)
        },
    )


def _share_of_persons(firms: FirmTable, part: str, whole: Floats) -> Contradiction:
    """Less than one person of many: a share that stands where persons are counted, as 0.2 for 20 %."""
    persons = firms.numbers(part)
    with np.errstate(invalid="ignore"):
        wrong = (persons > 0) & (persons < 1) & (whole >= MANY)
    expectation = Message(
        "a number of persons; less than one of so many may be a share (0.2 for 20 %). Taken as it is"
    )
    return Contradiction(part, dict.fromkeys(_places(wrong), expectation), fatal=False)


def _describe(amount: float, field: Field) -> Message:
    if field.kind != "money":
        return Message("{amount}", {"amount": f"{amount:,.15g}"})
    values = {"amount": f"{amount:,.15g}", "wan": f"{amount / 10_000:,.15g}"}
    return Message("CNY {amount}", values)


def _whole(firms: FirmTable, field: Field) -> Floats:
    """A figure that others are parts of, as far as it is told.

    One that is a difference is that, else what is stated, else at most what it is taken from.
    """
    stated = firms.numbers(field.id)
    if field.difference_of is None:
        return stated
    gross, less = (firms.numbers(name) for name in field.difference_of)
    formed = gross - less
    return np.where(np.isnan(formed), np.where(np.isnan(stated), gross, stated), formed)


def _other_year(firms: FirmTable) -> Contradiction:
    years = firms.numbers("applied_year")
    wrong = np.isfinite(years) & (years != firms.application_years)
    return Contradiction(
        "applied_year",
        {
            row: Message("{year}, as the application date says", {"year": int(year)})
            for row, year in zip(
                _places(wrong), firms.application_years[wrong].tolist(), strict=True
            )
        },
    )


def _registered_too_late(firms: FirmTable) -> Contradiction:
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    return Contradiction(
        "registered_on",
        {
            row: Message("not after the date of application, {day}", {"day": applied[row].item()})
            for row in _places(registered > applied)
        },
    )


def _before_registration(firms: FirmTable, fields: Sequence[Field]) -> Iterator[Contradiction]:
    """Each row once, at the first of its figures that stands in a year before it was registered."""
    registered = firms.dates("registered_on")
    # a firm registered after its application is rejected for that already
    left = np.flatnonzero(
        ~firms.operating.all(axis=0) & (registered <= firms.dates("application_date"))
    )
    for figure in fields:
        if not len(left):
            return
        # a figure of the latest year alone is used as it stands
        if figure.year is None or not figure.in_series or figure.id not in firms.columns:
            continue
        is_figure = np.abs(firms.numbers(figure.id)[left]) > 0
        is_stray = ~firms.operating[figure.year - 1][left] & is_figure
        stray, left = left[is_stray], left[~is_stray]
        yield Contradiction(
            figure.id,
            {
                row: Message(
                    "a blank, here and wherever else the year ended before the firm was registered "
                    "on {day}; such figures are not used",
                    {"day": registered[row].item()},
                )
                for row in stray.tolist()
            },
            fatal=False,
        )


def _places(rows: Bools) -> list[int]:
    places: list[int] = np.flatnonzero(rows).tolist()
    return places


# --- duplicates -------------------------------------------------------------------------------------


@dataclass
class SeenKeys:
    """Keys met so far and the row of each, as a few sorted runs of doubling length."""

    _runs: list[tuple[NDArray[np.complex128], NDArray[np.int64]]] = field(default_factory=list)

    def first_rows(
        self, keys: NDArray[np.complex128], rows: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """The earliest row with the same key, its own where it is the first; remembers all."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        fresh = np.ones(len(keys), dtype=np.bool_)
        fresh[1:] = ordered[1:] != ordered[:-1]
        leader = np.maximum.accumulate(np.where(fresh, np.arange(len(keys)), 0))
        earliest = rows[order][leader]
        for run_keys, run_rows in self._runs:
            at = np.minimum(np.searchsorted(run_keys, ordered), len(run_keys) - 1)
            is_known = run_keys[at] == ordered
            earliest[is_known] = np.minimum(earliest[is_known], run_rows[at[is_known]])
        result = np.empty_like(rows)
        result[order] = earliest
        self._remember(ordered[fresh], rows[order][fresh])
        return result

    def _remember(self, keys: NDArray[np.complex128], rows: NDArray[np.int64]) -> None:
        while self._runs and len(self._runs[-1][0]) <= len(keys):
            other_keys, other_rows = self._runs.pop()
            keys, rows = np.concatenate([other_keys, keys]), np.concatenate([other_rows, rows])
            order = np.argsort(keys, kind="stable")
            keys, rows = keys[order], rows[order]
        if len(keys):
            self._runs.append((keys, rows))


@dataclass(frozen=True)
class FirmKeys:
    """What tells firms of one application year apart, one key a row.

    Attributes
    ----------
    keys : array of complex128, shape (n,)
        As ``codes.keys`` makes them, of the credit code or of the name.
    by_name : array of bool, shape (n,)
        True where a firm has no code.
    """

    keys: NDArray[np.complex128]
    by_name: Bools

    @classmethod
    def of(cls, firms: FirmTable) -> FirmKeys:
        """The keys of firms that have a code or a name."""
        by_name = firms.blank("uscc")
        keys = np.empty(len(firms), dtype=np.complex128)
        for column, make, place in (
            ("uscc", codes.keys, ~by_name),
            ("name", _name_keys, by_name),
        ):
            if place.any():
                keys[place] = make(firms.texts(column)[place], firms.application_years[place])
        return cls(keys, by_name)


@dataclass(frozen=True)
class EarlierRows:
    """Duplicates: for each firm the row that has it already.

    Attributes
    ----------
    rows : array of int64, shape (n,)
        0 where no row has it.
    files : mapping of place to str
        The file of that row, where it is another than that of the firm.
    """

    rows: NDArray[np.int64]
    files: Mapping[int, str] = field(default_factory=dict)

    def expectations(self) -> dict[int, Message]:
        """What is expected of each firm that comes again, by its place."""
        result = {}
        for place in _places(self.rows != 0):
            row = int(self.rows[place])
            if (file := self.files.get(place)) is None:
                result[place] = Message(
                    "a firm once a year; row {row} has it already", {"row": row}
                )
            else:
                result[place] = Message(
                    "a firm once a year; row {row} of {file} has it already",
                    {"row": row, "file": file},
                )
        return result


#: finds duplicates of firms, given their rows of the sheet
Earlier = Callable[[FirmKeys, NDArray[np.int64]], EarlierRows]


@dataclass
class SeenFirms:
    """Firms met so far: by credit code, or by name where they have none, in an application year."""

    _codes: SeenKeys = field(default_factory=SeenKeys)
    _names: SeenKeys = field(default_factory=SeenKeys)

    def earlier(self, firms: FirmKeys, rows: NDArray[np.int64]) -> EarlierRows:
        """For each firm the row of the sheet that has it already."""
        result = np.zeros(len(rows), dtype=np.int64)
        for index, place in ((self._codes, ~firms.by_name), (self._names, firms.by_name)):
            if place.any():
                first = index.first_rows(firms.keys[place], rows[place])
                result[place] = np.where(first == rows[place], 0, first)
        return EarlierRows(result)


def _name_keys(names: NDArray[np.object_], years: NDArray[np.int64]) -> NDArray[np.complex128]:
    """As ``codes.keys``; of a name by 92 bits of the hash of its key, which no two firms will share."""
    is_own_key = pc.match_substring_regex(pa.array(names, pa.string()), _OWN_KEY).to_pylist()
    words = np.frombuffer(
        b"".join(
            hashlib.blake2b((name if own else name_key(name)).encode(), digest_size=16).digest()
            for name, own in zip(names, is_own_key, strict=True)
        ),
        np.uint64,
    ).reshape(-1, 2)
    result = np.empty(len(names), dtype=np.complex128)
    result.real = words[:, 0] >> np.uint64(12)
    result.imag = (words[:, 1] >> np.uint64(24)).astype(np.int64) * 4096 + years
    return result
