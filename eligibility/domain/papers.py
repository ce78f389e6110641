"""What was read of a firm's own papers: figures with their source, conflicts, doubts.

Nothing of it is a fact of the firm before a person confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan

from eligibility.domain.calendar_window import SEPARATOR, cut_window
from eligibility.domain.text import Message, Wording


class Certainty(StrEnum):
    """How sure a reading is.

    CERTAIN: label, line number, unit and year are printed and agree. LIKELY: one of them is not
    printed on the paper itself, or the paper is not the first source of the figure. OPEN: a person
    has to answer or confirm something first.
    """

    CERTAIN = "certain"
    LIKELY = "likely"
    OPEN = "open"


@dataclass(frozen=True)
class PaperSource:
    """Where a figure stands on paper.

    Attributes
    ----------
    file : str
    place : str
        Sheet, page or table; "" where the file has only one.
    cell : str
        Of a workbook, such as C7; of a page, its line from the top.
    form, edition, line : str
        Id of the form, of its edition, number of the line as printed; "" where there is none.
    words : str
        What it was read beside: label and head of the column.
    text : str
        The figure as printed.
    """

    file: str
    place: str = ""
    cell: str = ""
    form: str = ""
    edition: str = ""
    line: str = ""
    words: str = ""
    text: str = ""


@dataclass(frozen=True)
class PaperFact:
    """A value for a field, with its source.

    Attributes
    ----------
    field : str
        Id of the field without its year.
    year : int, optional
        Calendar year of the figure; None for what is of the firm or its application.
    value : float or str
        Money in CNY.
    source : PaperSource
    certainty : Certainty
    note : Wording or Message, optional
        What has to be known or answered before it is taken.
    others : tuple of PaperSource
        Where else the same value stands.
    accuracy : float
        By how much a rounded figure may be off, in the unit of the value.
    """

    field: str
    year: int | None
    value: float | str
    source: PaperSource
    certainty: Certainty
    note: Wording | Message | None = None
    others: tuple[PaperSource, ...] = ()
    accuracy: float = 0.0

    @property
    def key(self) -> str:
        """The key under which it is stored: ``stem@calendar year``, or the field's id."""
        return self.field if self.year is None else f"{self.field}{SEPARATOR}{self.year}"


@dataclass(frozen=True)
class FactConflict:
    """Two or more papers that give one figure differently; a person chooses."""

    key: str
    facts: tuple[PaperFact, ...]

    @property
    def difference(self) -> float:
        """The largest less the smallest amount; NaN where they are texts."""
        numbers = [fact.value for fact in self.facts if isinstance(fact.value, float)]
        return max(numbers) - min(numbers) if len(numbers) == len(self.facts) else nan


@dataclass(frozen=True)
class PaperDoubt:
    """Something on a paper that does not agree with itself, or could not be taken."""

    source: PaperSource
    message: Message


@dataclass(frozen=True)
class FormFigure:
    """One figure of a form: line and column by their ids, value in the unit of its field.

    ``accuracy`` is by how much a rounded figure may be off.
    """

    line: str
    column: str
    value: float | str
    source: PaperSource
    accuracy: float = 0.0


@dataclass(frozen=True)
class FormReading:
    """One form as it was read, whether or not its figures are facts of the scheme.

    Attributes
    ----------
    form, edition : str
    title : Wording
    file, place : str
    year : int, optional
        Calendar year that it is of.
    figures : mapping of (line, column) to FormFigure
        Money in CNY; blank and starred cells are left out.
    remarks : tuple of (line, Wording)
        Lines that look like a field and are none, and why.
    """

    form: str
    edition: str
    title: Wording
    file: str
    place: str
    year: int | None
    uscc: str = ""
    name: str = ""
    figures: Mapping[tuple[str, str], FormFigure] = field(default_factory=dict)
    remarks: tuple[tuple[str, Wording], ...] = ()

    def amount(self, line: str, column: str = "amount") -> float | None:
        """The figure of a line and column, if it is a number that was printed."""
        figure = self.figures.get((line, column))
        return figure.value if figure and isinstance(figure.value, float) else None


@dataclass(frozen=True)
class PaperList:
    """Rows of a list of the scheme as they stand on paper, by its columns, as typed."""

    list: str
    year: int | None
    rows: tuple[Mapping[str, str], ...]
    source: PaperSource


@dataclass(frozen=True)
class HeadCount:
    """Number of persons in a month, from a list whose rows were counted and not stored.

    ``basis`` says what was counted.
    """

    year: int | None
    month: int | None
    persons: int
    basis: Wording
    source: PaperSource


@dataclass(frozen=True)
class UnreadPaper:
    """A file, sheet or page that was not read, and why; its first rows, unless persons stand in them."""

    file: str
    place: str
    why: Message
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class PaperReading:
    """Everything that was read of some papers of one firm.

    Attributes
    ----------
    facts : tuple of PaperFact
        One a key; those in conflict are not among them.
    offers : tuple of PaperFact
        Figures to compare with, which never fill a field by themselves.
    """

    uscc: str = ""
    name: str = ""
    facts: tuple[PaperFact, ...] = ()
    offers: tuple[PaperFact, ...] = ()
    conflicts: tuple[FactConflict, ...] = ()
    doubts: tuple[PaperDoubt, ...] = ()
    forms: tuple[FormReading, ...] = ()
    lists: tuple[PaperList, ...] = ()
    head_counts: tuple[HeadCount, ...] = ()
    unread: tuple[UnreadPaper, ...] = ()

    @property
    def usable(self) -> Mapping[str, PaperFact]:
        """By key, the facts about which nothing is open; still to be confirmed by a person."""
        return {fact.key: fact for fact in self.facts if fact.certainty is not Certainty.OPEN}

    def window(self, application_year: int, latest: Sequence[str]) -> dict[str, PaperFact]:
        """The usable facts by field id, as the form of an application in a year has them.

        ``latest`` are the ids that name no year and are of the latest fiscal year.
        """
        return cut_window(self.usable, application_year, latest)
