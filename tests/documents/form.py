"""A form before any layout: lines with their numbers, words and figures, and what must be read of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

#: what stands in a cell; None is left empty, "*" is not to be filled
Cell = Decimal | int | str | None
LINES = Path(__file__).with_name("official_lines.tsv")
#: (field without its year, calendar year) -> what a paper says of it
Facts = Mapping[tuple[str, int], Decimal | int | str]


@dataclass(frozen=True)
class Line:
    """One line of a form: its number (or ""), its words, its figures, the half that it stands in."""

    number: str
    label: str
    cells: tuple[Cell, ...]
    right: bool = False


@dataclass(frozen=True)
class Form:
    """One form of one firm and year.

    Attributes
    ----------
    id : str
        Of the form and its edition, as in official_lines.tsv where it has lines of its own.
    columns : tuple of str
        Heads of the figures; ``label_head`` stands over the words.
    unit : str
        元, 万元 or 人, as the form says it.
    facts : mapping
        What must be read from it, by field and calendar year.
    planted : tuple of str
        Numbers, or words, of the lines whose figure was made wrong.
    """

    id: str
    number: str
    title: str
    year: int
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    label_head: str = "项目"
    unit: str = "元"
    period: str = "year"
    decimals: int = 2
    facts: Facts = field(default_factory=dict)
    planted: tuple[str, ...] = ()

    @property
    def two_sided(self) -> bool:
        return any(line.right for line in self.lines)


@cache
def official_lines(*forms: str) -> tuple[tuple[str, str, bool], ...]:
    """(number, words, right half) of every line of a form, of several parts in their order."""
    with LINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return tuple(
        (row["line"], row["label"], row["side"] == "right")
        for form in forms
        for row in rows
        if row["form"] == form
    )


def lines_of(values: Callable[[str, str], tuple[Cell, ...]], *forms: str) -> tuple[Line, ...]:
    return tuple(
        Line(number, label, values(number, label), right)
        for number, label, right in official_lines(*forms)
    )


def by_number(figures: Mapping[str, Cell], empty: Cell, width: int = 1) -> Callable[[str, str], tuple[Cell, ...]]:  # fmt: skip
    return lambda number, _: (figures.get(number, empty),) + (empty,) * (width - 1)


def plant(form: Form, line: str, column: int, amount: Decimal) -> Form:
    """The same form with one figure made wrong by an amount; ``line`` is its number or its words."""
    lines = []
    for each in form.lines:
        if line in (each.number, each.label):
            cells = list(each.cells)
            figure = cells[column]
            assert isinstance(figure, Decimal), (form.id, line, figure)
            cells[column] = figure + amount
            each = replace(each, cells=tuple(cells))
        lines.append(each)
    return replace(form, lines=tuple(lines), planted=(*form.planted, line))
