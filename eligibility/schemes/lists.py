"""Lists behind the counts of a scheme (台账): their columns, and what counting their rows needs.

Which lists a scheme has stands in its ``lists.yaml``; what counts, in a function of the list's id in
its ``lists.py``: ``(rows: ListRows, law: Edition, year: int, applied: datetime64) -> Count``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Codes
from eligibility.domain.facts import Kind, bound_ids
from eligibility.domain.law import Edition
from eligibility.domain.results import MET
from eligibility.domain.text import Message, Wording

#: rows that a reason holds for, the status that it gives them, and the reason; the first decides
Reasons = list[tuple[Bools, int, Message]]
#: the least and the most of an amount
Bounds = tuple[float, float]


@dataclass(frozen=True)
class ListColumn:
    """One column of a list: how its texts are read.

    ``kind`` is that of a Field; *count* is a year here, *money* is in 万元 unless the text has its
    own unit. ``words`` turns what a person writes into the one word that is compared. ``titles`` are
    what stands above such a column in people's own lists. The firm's own name stands for the word
    ``firm_name``, where a column has one. One that ``refers_to`` other lists holds numbers or names
    of their things; blank, it means the thing of the same name where it is ``by_title``.
    """

    id: str
    kind: Kind
    words: Mapping[str, str]
    titles: tuple[str, ...]
    firm_name: str = ""
    refers_to: tuple[str, ...] = ()
    by_title: bool = False
    #: an amount below nothing is taken, as costs that were written back
    may_be_negative: bool = False
    #: a field of the form whose 0 answers "no" for every row that leaves the column blank
    no_if_zero: str = ""


@dataclass(frozen=True)
class ListRows:
    """The columns of a list as values; a text that cannot be read is blank and among the troubles.

    ``normalize`` gives the form in which two texts are compared.
    """

    columns: Mapping[str, NDArray[Any]]
    troubles: Mapping[tuple[int, str], Message]
    rows: int
    normalize: Callable[[str], str]

    def blank(self, name: str) -> Bools:
        """Where a column says nothing, shape (n,)."""
        column = self.columns[name]
        blank: Bools
        if column.dtype.kind == "O":
            blank = np.array([value is None for value in column], dtype=np.bool_)
        else:
            # a value that is not itself: NaN or NaT
            blank = column != column
        return blank

    def total(self, name: str, rows: Bools) -> float | None:
        """The sum of a column over some rows; None where one of them is blank."""
        amounts = self.columns[name][rows]
        return None if np.isnan(amounts).any() else fsum(amounts)


@dataclass(frozen=True)
class Count:
    """What a list says.

    Attributes
    ----------
    fields : mapping of field id to value
        Numbers (money in CNY), "yes" or "no"; None: blank, because a row leaves it open.
    status : array of int8, shape (n,)
        MET: the row counts; UNMET: it does not; UNDETERMINED: something is missing.
    reasons : tuple of Message or None
        Why a row does not count or what it lacks.
    bounds : mapping of field id to (float, float)
        The least and the most of an amount that is blank because of open rows.
    """

    fields: Mapping[str, float | str | None]
    status: Codes
    reasons: tuple[Message | None, ...]
    bounds: Mapping[str, Bounds] = field(default_factory=dict)

    def bound_columns(self) -> dict[str, float]:
        """The bounds by the ids of their columns in a table of firms."""
        return {
            name: end
            for field_id, ends in self.bounds.items()
            for name, end in zip(bound_ids(field_id), ends, strict=True)
        }


Counter = Callable[[ListRows, Edition, int, np.datetime64], Count]


@dataclass(frozen=True)
class ListDefinition:
    """One list of a scheme.

    ``section`` is the part of the form that it belongs to; ``rule`` says which rows count. ``of``
    says whose its rows are: of the latest fiscal year all together, or of the application, where
    each row has a date or year of its own. ``prefix`` begins the numbers of its things, as RD does
    that of RD01. ``adds_to`` is the list whose things it says more of, by
    their names.
    """

    id: str
    section: str
    title: Wording
    rule: Wording
    columns: tuple[ListColumn, ...]
    count: Counter
    of: Literal["calendar_year", "application"] = "application"
    prefix: str = ""
    adds_to: str = ""

    @property
    def amounts(self) -> tuple[str, ...]:
        """Its columns of money."""
        return tuple(column.id for column in self.columns if column.kind == "money")


def count_rows(certain: Bools, possible: Bools) -> Bounds:
    """How many rows count at least, and at most."""
    return float(certain.sum()), float((certain | possible).sum())


def separate_open(
    amounts: Mapping[str, Bounds],
) -> tuple[dict[str, float | None], dict[str, Bounds]]:
    """Amounts by field id, None where their two ends differ, and the ends of those."""
    open_amounts = {name: ends for name, ends in amounts.items() if ends[0] != ends[1]}
    return {
        name: None if name in open_amounts else least for name, (least, _) in amounts.items()
    }, open_amounts


def answer_yes_no(*, yes: Bools, no: Bools, unknown: Bools) -> str | None:
    """Yes if some row says so, no if some row does and none is unknown; else nothing."""
    if yes.any():
        return "yes"
    return "no" if no.any() and not unknown.any() else None


def judge_rows(rows: int, reasons: Reasons) -> tuple[Codes, tuple[Message | None, ...]]:
    """Status and reason of each row: the first reason that holds decides; without one it counts."""
    status: Codes = np.full(rows, MET, dtype=np.int8)
    row_reasons: list[Message | None] = [None] * rows
    for mask, code, message in reversed(reasons):
        status[mask] = code
        for row in np.flatnonzero(mask).tolist():
            row_reasons[row] = message
    return status, tuple(row_reasons)


def definitions(
    content: Sequence[Mapping[str, Any]], counter: Callable[[str], Counter]
) -> Mapping[str, ListDefinition]:
    """The lists of ``lists.yaml``; ``counter`` gives the function that counts a list."""
    return {
        entry["id"]: ListDefinition(
            id=entry["id"],
            section=entry["section"],
            title=Wording(**entry["title"]),
            rule=Wording(**entry["rule"]),
            columns=tuple(
                ListColumn(
                    column["id"],
                    column["kind"],
                    {
                        str(text): word
                        for word, texts in column.get("words", {}).items()
                        for text in texts
                    },
                    tuple(column.get("titles", ())),
                    column.get("firm_name", ""),
                    tuple(column.get("refers_to", ())),
                    column.get("by_title", False),
                    column.get("may_be_negative", False),
                    column.get("no_if_zero", ""),
                )
                for column in entry["columns"]
            ),
            count=counter(entry["id"]),
            of=entry.get("of", "application"),
            prefix=entry.get("prefix", ""),
            adds_to=entry.get("adds_to", ""),
        )
        for entry in content
    }
