"""What is known of the official forms: read from the folder ``papers`` of a scheme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from eligibility.domain.errors import LawError
from eligibility.domain.text import FrozenModel, Wording
from eligibility.schemes.registry import Scheme
from eligibility.schemes.yaml_file import read_yaml

Role = Literal["fact", "check", "offer"]
LineKind = Literal["amount", "count", "share", "text"]


class FormColumn(FrozenModel):
    """A column of figures, known by its heads.

    Attributes
    ----------
    heads : tuple of str
        What stands above it; none: the one figure behind a label.
    year : int
        Its year less that of the form.
    after : str, optional
        The column behind which it stands, where several have the same head.
    equals : str, optional
        Of which other columns it is the sum in each line.
    """

    heads: tuple[str, ...] = ()
    year: int = 0
    after: str | None = None
    equals: str | None = None


class FormLine(FrozenModel):
    """A line of a form.

    Attributes
    ----------
    label : str
    names : tuple of str
        How else it is labelled.
    number : str, optional
        What is printed as its number, where that is not its key; "" where none is.
    equals : str, optional
        What it is worked out by, with L12 for line 12 of the same column.
    unit : str, optional
        Of money, where it is another than the form's.
    columns : tuple of str, optional
        Those that it has, where they are others than the edition's.
    """

    label: str
    names: tuple[str, ...] = ()
    kind: LineKind = "amount"
    number: str | None = None
    equals: str | None = None
    unit: str | None = None
    columns: tuple[str, ...] | None = None


class FieldRule(FrozenModel):
    """Which lines are which field, and in which role.

    Attributes
    ----------
    value : str, optional
        Of numbers: an expression of lines.
    text : tuple of str
        Of texts: lines, joined as a path.
    role : str
        fact: fills the field. check: the same figure in another place, fills it where there is no
        better. offer: is shown beside it, and never fills it by itself.
    ask : bool
        Whether the note has to be answered before it is taken.
    unless_zero : bool
        Whether there is nothing to ask where the figure is nothing.
    """

    field: str
    value: str | None = None
    text: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    role: Role
    note: Wording | None = None
    ask: bool = False
    unless_zero: bool = False


class LineRemark(FrozenModel):
    """A line that looks like a field and is none, and why."""

    line: str
    note: Wording


class FormEdition(FrozenModel):
    """Edition of a form: its lines under their keys.

    ``refuse`` says why nothing is taken from it; ``numbers``: whether it prints fixed line numbers.
    """

    id: str
    lines: Mapping[str, FormLine]
    start: int | None = Field(None, alias="from")
    until: int | None = None
    numbers: bool = True
    columns: tuple[str, ...] = ("amount",)
    relations: tuple[str, ...] = ()
    facts: tuple[FieldRule, ...] = ()
    remarks: tuple[LineRemark, ...] = ()
    refuse: Wording | None = None
    sure: Literal["low"] | None = None

    def covers(self, year: int | None) -> bool:
        """Whether it was in use in a tax year."""
        return year is None or (self.start or year) <= year <= (self.until or year)


class FormDefinition(FrozenModel):
    """Official form: what it is called, its unit, its columns and editions.

    Attributes
    ----------
    titles, not_titles : tuple of str
        What stands above it, and above forms that are like it and not it.
    unit_printed : bool
        Whether a form without its unit leaves a doubt.
    period : str
        year: its figures are of a whole year; end: of its last day.
    across : str, optional
        Heads, as a pattern, of columns that add up to the column ``total`` in each line.
    can_turn : bool
        Whether its lines may stand across and its columns down.
    names_no_year : bool
        Whether it usually names no year, and is of the one before the application.
    """

    id: str
    title: Wording
    titles: tuple[str, ...]
    not_titles: tuple[str, ...] = ()
    unit: str
    unit_printed: bool = False
    period: Literal["year", "end"] = "year"
    columns: Mapping[str, FormColumn] = Field(default_factory=lambda: {"amount": FormColumn()})
    across: str | None = None
    can_turn: bool = False
    names_no_year: bool = False
    note: Wording | None = None
    editions: tuple[FormEdition, ...]

    @property
    def has_code(self) -> bool:
        """Whether its id is the number printed on it."""
        return self.id[:1] == "A" and self.id[1:].isdigit()


class ListSheet(FrozenModel):
    """How a list of the scheme is known on paper.

    ``needs`` are columns of the list that must be there, each or one of several; ``assume`` is what
    columns hold that the sheet has not, once a person says so.
    """

    list: str
    titles: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...]
    assume: Mapping[str, str] = Field(default_factory=dict)


class PersonSheets(FrozenModel):
    """Heads by which lists of persons are known, and which of their rows are counted.

    Attributes
    ----------
    heads, names : tuple of str
        Heads of data of persons, and those of them that say who it is.
    month, insurance, payer : tuple of str
        Heads of columns that say which month, insurance and payer a row is of.
    insurance_kind, payer_kind : str
        What stands in the rows of which one is there for each person and month.
    """

    heads: tuple[str, ...]
    names: tuple[str, ...]
    month: tuple[str, ...]
    insurance: tuple[str, ...]
    insurance_kind: str
    payer: tuple[str, ...]
    payer_kind: str
    basis: Wording


class MonthColumns(FrozenModel):
    """Heads of the columns of a group of persons, and the fields of their average and last number."""

    start: tuple[str, ...]
    end: tuple[str, ...]
    average: str
    year_end: str | None = None


class HeadCountTable(FrozenModel):
    """Tables of monthly numbers of persons.

    Attributes
    ----------
    groups : tuple of MonthColumns
    average : str
        The field that averages of lists of persons are compared with, under this ``note``.
    """

    month: tuple[str, ...]
    groups: tuple[MonthColumns, ...]
    average: str
    note: Wording


@dataclass(frozen=True)
class PaperDefinitions:
    """Everything a scheme says of papers."""

    forms: tuple[FormDefinition, ...]
    lists: tuple[ListSheet, ...]
    persons: PersonSheets | None
    head_counts: HeadCountTable | None

    def form(self, form_id: str) -> FormDefinition:
        """The form of an id."""
        return next(form for form in self.forms if form.id == form_id)


def paper_definitions(scheme: Scheme) -> PaperDefinitions:
    """The forms that a scheme knows; none where it has no folder of them."""
    return _definitions(scheme.folder / "papers")


@cache
def _definitions(folder: Path) -> PaperDefinitions:
    forms: list[FormDefinition] = []
    lists: list[ListSheet] = []
    persons: PersonSheets | None = None
    head_counts: HeadCountTable | None = None
    for path in sorted(folder.glob("*.yaml")):
        content: dict[str, Any] = read_yaml(path)
        try:
            forms += [FormDefinition(**entry) for entry in content.get("forms", ())]
            lists += [ListSheet(**entry) for entry in content.get("lists", ())]
            if "persons" in content:
                persons = PersonSheets(**content["persons"])
            if "head_counts" in content:
                head_counts = HeadCountTable(**content["head_counts"])
        except ValidationError as error:
            raise LawError("{file}: {why}", file=path.name, why=error) from error
    return PaperDefinitions(tuple(forms), tuple(lists), persons, head_counts)
