"""The law: editions and what they are made of, regional overlays, official forms; read from YAML,
checked and frozen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

import numpy as np
from pydantic import Field as PydanticField
from pydantic import model_validator

from eligibility.domain.arrays import Floats
from eligibility.domain.errors import LawError
from eligibility.domain.text import FrozenModel, Wording, msgid

T = TypeVar("T")
#: values that an edition keeps of those derived from it
MOST_DERIVED = 256


class Citation(FrozenModel):
    """Citation of the law: document, article and gist.

    ``confidence`` is A (two or more independent copies agree), B (one copy), C (one source that
    nothing bears out) or M (not checked against a text); B, C and M are shown to users wherever the
    rule is shown.
    """

    document: str
    article: str
    gist: Wording
    confidence: Literal["A", "B", "C", "M"] = "A"


class Parameter(FrozenModel):
    """Parameter of the law: one number, with its unit, citation and the day it was checked."""

    value: float
    unit: str
    citation: Citation
    checked_on: date


class Bracket(FrozenModel):
    """One step of a scale: ``value`` holds up to ``up_to`` (inclusive or not); None is the last."""

    value: float
    up_to: float | None = None
    inclusive: bool = True


class Scale(FrozenModel):
    """Piecewise constant function of another figure: brackets in rising order of their bounds."""

    brackets: tuple[Bracket, ...]
    unit: str
    bound_unit: str
    citation: Citation
    checked_on: date


class Band(FrozenModel):
    """One grade of a scored item: from ``at_least`` or ``above`` upwards it gives ``points``.

    Where less is better, ``at_most`` says down from where; then all bands of the item do.
    ``strict_under`` names a reading (by its interpretation) that takes ``at_least`` as ``above``.
    ``title`` is the word of the text for a grade that experts give.
    """

    grade: str
    points: tuple[float, float]
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    strict_under: Mapping[str, str] = {}
    title: Wording | None = None


class Reading(FrozenModel):
    """One interpretation of an unclear clause."""

    says: Wording


class Interpretation(FrozenModel):
    """An unclear clause, the reading taken and the readings not taken.

    ``decides`` says where it works: in the *computation* (then another reading is tried on every
    result), or at *entry* (it tells which facts count; the program cannot recount them). ``needs``
    names stems of fields without which another reading cannot be tried.
    """

    question: Wording
    default: str
    readings: Mapping[str, Reading]
    affects: tuple[str, ...]
    citation: Citation
    decides: Literal["computation", "entry"] = "computation"
    needs: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_alternatives(self) -> Interpretation:
        if self.default not in self.readings or len(self.readings) < 2:
            raise ValueError("an interpretation needs its default and at least one alternative")
        return self


class Condition(FrozenModel):
    """One condition of the law; ``id`` names its function in criteria.py."""

    id: str
    title: Wording
    unit: str
    citation: Citation
    rule: Wording
    evidence: Wording
    judges: Literal["firms", "score"] = "firms"
    #: how its figure stands to its line; of a yes_no, *at_most* wants a no and *at_least* a yes
    line: Literal["at_least", "above", "at_most"] = "at_least"
    terms: Mapping[str, Wording] = {}
    term_unit: str = ""
    #: more of the part is more of the whole too, as income from a hi-tech product is income
    part_in_whole: bool = False


class Element(FrozenModel):
    """One thing that the text of an item names, and the papers that show that a firm has it."""

    id: str
    title: Wording
    proof: Wording


class Item(FrozenModel):
    """One item of the score; ``id`` names its function in indicators.py.

    ``elements`` are what the text names for an item that it gives no bands.
    """

    id: str
    title: Wording
    max: float
    unit: str
    citation: Citation
    bands: tuple[Band, ...] = ()
    elements: tuple[Element, ...] = ()

    def points(self, grade: str) -> tuple[float, float]:
        """Lowest and highest points of a grade."""
        for band in self.bands:
            if band.grade == grade:
                return band.points
        raise LawError("Item {item} has no band {grade}.", item=self.id, grade=grade)


class ItemGroup(FrozenModel):
    """Items that share one ceiling; their points are added, or the best of them is taken."""

    id: str
    title: Wording
    max: float
    takes: Literal["sum", "best"] = "sum"
    items: tuple[Item, ...]


class ScoreRule(FrozenModel):
    """The score: its groups of items, the mark to pass, and where that is said."""

    pass_mark: float
    total: float
    citation: Citation
    checked_on: date
    groups: tuple[ItemGroup, ...]


#: what a statement rests on: a text, or nothing but our assumption, which is to be checked
Source = Citation | Literal["assumed"]
#: a number that is at least 0, and finite
NotNegative = Annotated[float, PydanticField(ge=0, allow_inf_nan=False)]


class Figure(FrozenModel):
    """Number that is not of the law (a target, lead time, cost or effect), with its source."""

    value: NotNegative
    unit: str
    source: Source
    note: Wording | None = None


class Holding(FrozenModel):
    """The facts that say that a firm has a scheme's title: the answer, and its last day."""

    title: str
    until: str


class TitleTarget(FrozenModel):
    """What is wanted of a qualification from a year on: titles, and by which fact they are counted.

    ``says`` names the reading where a plan can be read in several ways; ``each_year`` are new titles of
    a year, ``stock`` those held at its end.
    """

    year: int
    counts: str
    says: Wording
    each_year: Figure | None = None
    stock: Figure | None = None


class Sign(FrozenModel):
    """Warning rule: what reviewers look at, and no rule forbids; ``id`` names its function.

    ``limits`` are the program's own choice where the source of the figure is "assumed"; the
    citation says where the sign comes from, with confidence B where one source names it and M where none was found.
    """

    id: str
    says: Wording
    citation: Citation
    limits: Mapping[str, Figure] = {}


class Edition(FrozenModel):
    """The law as it stood in a period: numbers, conditions, score and readings, all cited."""

    id: str
    title: Wording
    in_force_from: date
    in_force_to: date | None
    #: the edition from which all that it does not change was taken
    extends: str | None = None
    checked_on: date
    period_citation: Citation
    parameters: Mapping[str, Parameter]
    scales: Mapping[str, Scale]
    interpretations: Mapping[str, Interpretation]
    conditions: tuple[Condition, ...]
    score: ScoreRule
    #: files of the scheme's folder: the catalogue of technical fields, the tables of an application
    technical_fields: str | None = None
    application_form: str | None = None
    #: technical field code -> does it stand at the lowest level; None: the list is not held.
    catalogue: Mapping[int, bool] | None = None
    #: codes whose text excludes something
    exclusions: Mapping[int, str] = {}
    #: what binds a certified firm and has no number of its own
    clauses: Mapping[str, Citation] = {}
    #: what reviewers look at beyond the conditions
    signs: tuple[Sign, ...] = ()
    readings: Mapping[str, str] = {}

    def __copy__(self) -> Self:
        """A copy without what was derived: it is about to be read another way."""
        copy = super().__copy__()
        copy.__dict__.clear()
        copy.__dict__.update({name: self.__dict__[name] for name in type(self).model_fields})
        return copy

    @cached_property
    def _memo(self) -> dict[Hashable, Any]:
        return {}

    def memoize(self, key: Hashable, form: Callable[[], T]) -> T:
        """Cached derived value: what ``form`` gives, whichever the firm, computed once under ``key``."""
        if (found := self._memo.get(key)) is not None:
            value: T = found
            return value
        if len(self._memo) >= MOST_DERIVED:
            self._memo.clear()
        value = self._memo[key] = form()
        return value

    def value(self, parameter: str) -> float:
        """The number of that name, in its own unit."""
        return self.parameters[parameter].value

    def reading(self, interpretation: str) -> str:
        """The reading taken of an unclear clause."""
        return self.readings.get(interpretation) or self.interpretations[interpretation].default

    def with_reading(self, interpretation: str, reading: str) -> Edition:
        """The same edition, read another way at one place."""
        return self.model_copy(update={"readings": {**self.readings, interpretation: reading}})

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every scored item by its id, in the order of the guideline."""
        return {item.id: item for group in self.score.groups for item in group.items}

    @cached_property
    def conditions_by_id(self) -> Mapping[str, Condition]:
        """Every condition by its id, in the order of the article."""
        return {condition.id: condition for condition in self.conditions}

    @cached_property
    def score_condition(self) -> Condition | None:
        """The condition that the score must meet; None where the law has no score."""
        conditions = (each for each in self.conditions if each.judges == "score")
        return next(conditions, None)

    @cached_property
    def listed_codes(self) -> Floats:
        """Codes of the catalogue, in rising order."""
        return np.array(sorted(self.catalogue or ()), dtype=np.float64)

    @cached_property
    def lowest_codes(self) -> Floats:
        """Codes at the lowest level of the catalogue, in rising order."""
        lowest = [code for code, at_the_end in (self.catalogue or {}).items() if at_the_end]
        return np.array(sorted(lowest), dtype=np.float64)

    @cached_property
    def excluding_codes(self) -> Floats:
        """Codes whose text excludes something, in rising order."""
        return np.array(sorted(self.exclusions), dtype=np.float64)

    @cached_property
    def other_readings(self) -> tuple[tuple[str, str, Edition], ...]:
        """(interpretation, reading not taken, the edition read that way), for each that computes."""
        return tuple(
            (name, reading, self.with_reading(name, reading))
            for name, question in self.interpretations.items()
            if question.decides == "computation"
            for reading in question.readings
            if reading != self.reading(name)
        )


class ApplicationRound(FrozenModel):
    """Application round of a year, with its deadline."""

    year: int
    number: int
    due: date
    source: Source


class WorkItem(FrozenModel):
    """Preparatory work that is due some days before a deadline."""

    id: str
    title: Wording
    #: where the work is asked for; its lead is another matter
    citation: Citation
    days_before: Figure
    #: the part of the form whose department does it; empty for whoever applies
    department: str = ""


class Overlay(FrozenModel):
    """Regional overlay of a scheme: its application rounds by year, and the work before them.

    Dates are those of the region's notices; where none was found they are assumed, and say so.
    """

    id: str
    title: Wording
    checked_on: date
    batches: tuple[ApplicationRound, ...]
    work: tuple[WorkItem, ...]

    @model_validator(mode="after")
    def _batches_in_order(self) -> Overlay:
        places = [(batch.year, batch.number) for batch in self.batches]
        days = [batch.due for batch in self.batches]
        if places != sorted(set(places)) or days != sorted(set(days)):
            raise ValueError(
                msgid("batches stand in the order of their years, numbers and days, each once")
            )
        return self

    def batches_from(self, day: date) -> tuple[ApplicationRound, ...]:
        """The batches that close on that day or later."""
        return tuple(batch for batch in self.batches if batch.due >= day)

    def last_batch(self, year: int, today: date) -> ApplicationRound | None:
        """The last batch of a year once it has closed; None while one is open or none is known."""
        of_year = [batch for batch in self.batches if batch.year == year]
        last = max(of_year, key=lambda batch: batch.due, default=None)
        return last if last is not None and last.due < today else None


class FormRow(FrozenModel):
    """One row of an official table.

    ``cells`` name a field each, or a term of a finding as ``condition/term``, or nothing (to be
    filled in by the firm); ``sums`` names rows above whose cells are added instead; ``counts``
    holds the words by which the kind is called that the row counts in the table's list.
    """

    title: Wording
    id: str = ""
    cells: tuple[str | None, ...] = ()
    sums: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()


class FormTable(FrozenModel):
    """One table of an official application.

    ``head`` stands over the titles of rows; ``by_year`` columns are the three years of the form.
    A table of a ``list`` has a row for each thing in it, numbered as IP01, RD01, PS01: ``takes``
    says for each column what of the thing stands there; ``empty_rows`` are left where the list
    is empty. ``each_year``: a table for every year, with a column for each thing of the list.
    ``one_sheet_each``: the printed form has a sheet for each thing.
    """

    title: Wording
    head: Wording
    columns: tuple[Wording, ...] = ()
    by_year: bool = False
    each_year: bool = False
    one_sheet_each: bool = False
    rows: tuple[FormRow, ...] = ()
    list: str = ""
    takes: tuple[str | None, ...] = ()
    empty_rows: int = 0
    numbered: str = ""
    note: Wording | None = None

    @model_validator(mode="after")
    def _rows_fit(self) -> FormTable:
        for place, row in enumerate(self.rows):
            earlier = {other.id for other in self.rows[:place]}
            if row.sums and not set(row.sums) <= earlier:
                raise ValueError(f"{row.title.en}: a row adds rows above it")
            plain = not (row.sums or row.counts or self.each_year)
            if plain and len(row.cells) != len(self.columns):
                raise ValueError(f"{row.title.en}: a row has a cell for every column")
        if self.takes and len(self.takes) != len(self.columns):
            raise ValueError(f"{self.title.en}: a list fills every column or leaves it blank")
        return self
