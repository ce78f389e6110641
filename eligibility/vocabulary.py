"""The words of the program: what every other module speaks of.

Three families live here, and nothing else.

*Law*: what an edition file holds (``Wording``, ``Citation``, ``Parameter``, ``Bracket``, ``Band``,
``Interpretation``, ``Condition``, ``Item``, ``Sign``, ``Edition``), and what a region adds to it
(``Overlay``), read from YAML, checked and frozen.

*Facts*: what is known of firms (``Field``, ``FirmTable``, ``YearSeries``). A table is columns, one
row a firm; a blank is NaN (numbers), NaT (dates) or None (texts), never zero.

*Results*: what is found (``Finding``, ``ScoredItem``, ``ScoreInterval``, ``Warning``) and what would
mend it (``Lever``, ``Need``, ``Step``), again columns, and the errors, one hierarchy::

    EligibilityError
    ├── InputError          a file, a row or an argument cannot be used
    ├── DateNotCovered      no edition of the law covers the date asked for
    ├── ModelRefused        a model on disk cannot be trusted or used; all else goes on without it
    ├── NotFound            what is asked for is not there, or not for this person
    ├── NotAllowed          this person may not do that
    ├── Conflict            someone else changed it first; nothing was stored
    ├── StoreUnavailable    the store cannot be opened, does not answer or is damaged
    └── LawError            an edition file contradicts itself (a developer's error)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, model_validator

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]
T = TypeVar("T")
#: within this two figures are one: relative to the line, absolute for lines below one (see exact.py)
TOLERANCE = 1e-14

MET, UNDETERMINED, UNMET = 1, 0, -1


# --- words in two languages ---------------------------------------------------------------------


class Speaks(Protocol):
    """A language: translates a msgid, and picks its own side of a Wording."""

    def text(self, msgid: str) -> str: ...
    def of(self, wording: Wording) -> str: ...


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(_Frozen):
    """One text in Chinese and English."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en


def msgid(text: str) -> str:
    """The text itself, marked to be translated where it is shown."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence for a person: an English msgid with {places}, and the values that go into them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)

    def say(self, language: Speaks) -> str:
        """The sentence in that language."""
        values = {k: _spoken(v, language) for k, v in self.values.items()}
        return language.text(self.text).format(**values)


def _spoken(value: object, language: Speaks) -> object:
    if isinstance(value, Wording):
        return language.of(value)
    if isinstance(value, Message):
        return value.say(language)
    return value


class EligibilityError(Exception):
    """Whatever this program refuses, with a sentence that says what, where and what was expected.

    Parameters
    ----------
    text : str
        English sentence with {places}; also the msgid of its translation.
    **values
        What goes into the places.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[Any, ...]:
        """Its sentence crosses to another process whole, and can still be said in any language."""
        return _said_again, (type(self), self.message)


def _said_again(kind: type[EligibilityError], message: Message) -> EligibilityError:
    return kind(message.text, **message.values)


class InputError(EligibilityError):
    """A file, a row or an argument cannot be used as it is."""


class DateNotCovered(EligibilityError):
    """No edition of the law covers this date."""


class ModelRefused(EligibilityError):
    """A model on disk cannot be trusted, or not be used here."""


class NotFound(EligibilityError):
    """What is asked for is not there, or is not for this person to see: the two look alike."""


class NotAllowed(EligibilityError):
    """This person may not do that."""


class SignedOut(NotAllowed):
    """Whoever asks is not signed in any more, or the account is disabled."""


class Conflict(EligibilityError):
    """What was to be changed has been changed by someone else meanwhile; nothing was stored."""


class StoreUnavailable(EligibilityError):
    """The store cannot be opened, does not answer or is damaged."""


class LawError(EligibilityError):
    """An edition file is incomplete or contradicts itself."""


STATUS_WORDS: Mapping[int, str] = {
    MET: msgid("met"),
    UNDETERMINED: msgid("undetermined"),
    UNMET: msgid("unmet"),
}
VERDICT_WORDS: Mapping[int, str] = {
    MET: msgid("eligible"),
    UNDETERMINED: msgid("undetermined"),
    UNMET: msgid("ineligible"),
}


# --- law ----------------------------------------------------------------------------------------


class Citation(_Frozen):
    """Where a rule stands.

    ``confidence`` is A (two or more independent copies agree), B (one copy) or M (not checked
    against a text); B and M are shown to users wherever the rule is shown.
    """

    document: str
    article: str
    gist: Wording
    confidence: Literal["A", "B", "M"] = "A"


class Parameter(_Frozen):
    """One number of the law."""

    value: float
    unit: str
    citation: Citation
    checked_on: date


class Bracket(_Frozen):
    """One step of a scale: ``value`` holds up to ``up_to`` (inclusive or not); None is the last."""

    value: float
    up_to: float | None = None
    inclusive: bool = True


class Scale(_Frozen):
    """Brackets in rising order of their bounds."""

    brackets: tuple[Bracket, ...]
    unit: str
    bound_unit: str
    citation: Citation
    checked_on: date


class Band(_Frozen):
    """One grade of a scored item: from ``at_least`` or ``above`` upwards it gives ``points``.

    ``strict_under`` names a reading (by its interpretation) that takes ``at_least`` as ``above``.
    """

    grade: str
    points: tuple[float, float]
    at_least: float | None = None
    above: float | None = None
    strict_under: Mapping[str, str] = {}


class Reading(_Frozen):
    """One way to read an unclear clause."""

    says: Wording


class Interpretation(_Frozen):
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


class Condition(_Frozen):
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


class Item(_Frozen):
    """One item of the score; ``id`` names its function in indicators.py."""

    id: str
    title: Wording
    max: float
    unit: str
    citation: Citation
    bands: tuple[Band, ...] = ()

    def points(self, grade: str) -> tuple[float, float]:
        """Lowest and highest points of a grade."""
        for band in self.bands:
            if band.grade == grade:
                return band.points
        raise LawError("Item {item} has no band {grade}.", item=self.id, grade=grade)


class ItemGroup(_Frozen):
    """Items that share one ceiling; their points are added, or the best of them is taken."""

    id: str
    title: Wording
    max: float
    takes: Literal["sum", "best"] = "sum"
    items: tuple[Item, ...]


class ScoreRule(_Frozen):
    """The score: its groups of items, the mark to pass, and where that is said."""

    pass_mark: float
    total: float
    citation: Citation
    checked_on: date
    groups: tuple[ItemGroup, ...]


#: what a statement rests on: a text, or nothing but our assumption, which is to be checked
Source = Citation | Literal["assumed"]


class Figure(_Frozen):
    """One number that is not of the law: a target, a date's lead, a cost, an effect."""

    value: float
    unit: str
    source: Source
    note: Wording | None = None


class Sign(_Frozen):
    """One thing that reviewers look at and no rule forbids; ``id`` names its function in warnings.py.

    ``limits`` are the program's own choice where the source of the figure is "assumed"; the
    citation says where the sign comes from, with confidence B where one source names it and M where none was found.
    """

    id: str
    says: Wording
    citation: Citation
    limits: Mapping[str, Figure] = {}


class Edition(_Frozen):
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
    def score_condition(self) -> Condition:
        """The condition that the score must meet."""
        return next(condition for condition in self.conditions if condition.judges == "score")

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


class Batch(_Frozen):
    """One round of applications of a year, and the last day to hand the papers in."""

    year: int
    number: int
    due: date
    source: Source


class WorkItem(_Frozen):
    """Work that has to be done some days before a batch closes."""

    id: str
    title: Wording
    #: where the work is asked for; its lead is another matter
    citation: Citation
    days_before: Figure


class Overlay(_Frozen):
    """What a region adds to the law of a scheme: its batches, year by year, and the work before them.

    Dates are those of the region's notices; where none was found they are assumed, and say so.
    """

    id: str
    title: Wording
    checked_on: date
    batches: tuple[Batch, ...]
    work: tuple[WorkItem, ...]

    @model_validator(mode="after")
    def _batches_in_order(self) -> Overlay:
        places = [(batch.year, batch.number) for batch in self.batches]
        days = [batch.due for batch in self.batches]
        if places != sorted(set(places)) or days != sorted(set(days)):
            raise ValueError(
                "batches stand in the order of their years, numbers and days, each once"
            )
        return self

    def batches_from(self, day: date) -> tuple[Batch, ...]:
        """The batches that close on that day or later."""
        return tuple(batch for batch in self.batches if batch.due >= day)

    def last_batch(self, year: int, today: date) -> Batch | None:
        """The last batch of a year once it has closed; None while one is open or none is known."""
        of_year = [batch for batch in self.batches if batch.year == year]
        last = max(of_year, key=lambda batch: batch.due, default=None)
        return last if last is not None and last.due < today else None


class FormRow(_Frozen):
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


class FormTable(_Frozen):
    """One table of an official application.

    ``head`` stands over the titles of rows; ``by_year`` columns are the three years of the form.
    A table of a ``list`` has a row for each thing in it, numbered as IP01, RD01, PS01: ``takes``
    says for each column what of the thing stands there; ``empty_rows`` are left where the list
    is empty. ``each_year``: a table for every year, with a column for each thing of the list.
    """

    title: Wording
    head: Wording
    columns: tuple[Wording, ...] = ()
    by_year: bool = False
    each_year: bool = False
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


# --- facts --------------------------------------------------------------------------------------

Kind = Literal["text", "code", "date", "money", "number", "count", "yes_no", "rating", "catalogue"]
RATINGS = "ABCDE"


class Field(_Frozen):
    """One column of the input.

    ``kind`` fixes how it is held: *text* and *code* as objects (None: blank); *date* as
    datetime64[D] (NaT: blank); all others as float64 (NaN: blank), money in CNY, yes_no as 1 and
    0, rating as 0 (A) to 4 (E), catalogue as the code's number.
    """

    id: str
    kind: Kind
    unit: str
    section: str
    title: Wording
    help: Wording
    source: Wording
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    #: 1, 2 or 3 for the first, second and third year of the official forms; None: no year
    year: int | None = None
    stem: str
    #: the title without its year
    stem_title: Wording
    #: the field that it cannot pass, in the same year where both have years
    part_of: str | None = None
    #: what it is formed of where it is blank: the first less the second
    difference_of: tuple[str, str] | None = None
    #: who is counted, where it is a mean over the months of a year
    average_of_months: Wording | None = None
    #: title of the group of inputs that it begins, and what is to be known before filling them in
    group: Wording | None = None
    group_note: Wording | None = None

    @property
    def in_series(self) -> bool:
        """Whether it is one year of a figure that is asked for by year."""
        return self.year is not None and self.stem_title != self.title

    def titled(self, application_year: int) -> Wording:
        """The title with the calendar year that its year of the form stands for."""
        if self.year is None or not self.in_series:
            return self.title
        year = years_of(application_year)[self.year - 1]
        return Wording(zh=f"{year}年{self.stem_title.zh}", en=f"{self.stem_title.en}, {year}")


@dataclass(frozen=True)
class YearSeries:
    """One figure over the three fiscal years before the application year.

    Attributes
    ----------
    values : array of shape (3, n)
        y1, y2, y3; NaN where blank.
    applies : array of shape (3, n)
        False where the year ended before the firm was registered: neither zero nor missing.
    missing : mapping of field id to array of shape (n,)
        Blanks that stand in years that apply, and the registration date where it is blank.
    """

    values: Floats
    applies: Bools
    missing: Mapping[str, Bools]

    @cached_property
    def known(self) -> Bools:
        """True where no needed value is blank, shape (n,)."""
        known = np.ones(self.values.shape[1], dtype=np.bool_)
        for blank in self.missing.values():
            known &= ~blank
        return known

    @cached_property
    def total(self) -> Floats:
        """Sum over the years that apply; NaN where a needed value is blank, shape (n,)."""
        total: Floats = np.where(self.applies, self.values, 0.0).sum(axis=0)
        return np.where(self.known, total, np.nan)


class FirmTable:
    """Facts about firms: columns by field id, one row a firm.

    A column that is absent is blank in every row. The application date is never blank: whoever
    builds the table fills it. Tables are not changed after they are built.

    Parameters
    ----------
    columns : mapping of field id to array of shape (n,)
        Held as ``Field.kind`` says.
    rows : int
        Number of firms, n.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]], rows: int) -> None:
        for name, column in columns.items():
            if len(column) != rows:
                raise ValueError(f"column {name} has {len(column)} rows, expected {rows}")
        self.columns = dict(columns)
        self.rows = rows
        self._formed: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return self.rows

    def numbers(self, field_id: str) -> Floats:
        """A column of numbers, NaN where blank."""
        column = self.columns.get(field_id)
        return self.formed("blank", self._blank) if column is None else column

    def _blank(self) -> Floats:
        blank = np.full(self.rows, np.nan)
        blank.flags.writeable = False
        return blank

    def dates(self, field_id: str) -> NDArray[np.datetime64]:
        """A column of days, NaT where blank."""
        column = self.columns.get(field_id)
        return np.full(self.rows, np.datetime64("NaT", "D")) if column is None else column

    def texts(self, field_id: str) -> NDArray[np.object_]:
        """A column of texts, None where blank."""
        column = self.columns.get(field_id)
        return np.full(self.rows, None, dtype=object) if column is None else column

    def blank(self, field_id: str) -> Bools:
        """True where nothing is entered."""
        column = self.columns.get(field_id)
        if column is None:
            return np.ones(self.rows, dtype=np.bool_)
        if column.dtype.kind == "M":
            return np.asarray(np.isnat(column))
        if column.dtype.kind == "f":
            return np.asarray(np.isnan(column))
        # elementwise, which `is` cannot be
        return np.asarray(column == None, dtype=np.bool_)  # noqa: E711

    def take(self, rows: NDArray[np.intp] | Bools) -> FirmTable:
        """The rows chosen, in their order."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        count = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
        return FirmTable(columns, count)

    def with_columns(self, columns: Mapping[str, NDArray[Any]]) -> FirmTable:
        """The same firms with other figures in these columns."""
        return FirmTable({**self.columns, **columns}, self.rows)

    @cached_property
    def application_years(self) -> NDArray[np.int64]:
        """Calendar year of the application, shape (n,)."""
        years: NDArray[np.int64] = self.dates("application_date").astype("M8[Y]").astype(np.int64)
        return years + 1970

    @cached_property
    def operating(self) -> Bools:
        """True where the firm was registered by the end of y1, y2, y3, shape (3, n).

        A blank registration date leaves it open; the year is then held to apply, and
        ``YearSeries.missing`` names the date.
        """
        registered = self.dates("registered_on")
        first_year = registered.astype("M8[Y]").astype(np.int64) + 1970
        years = self.application_years
        operating: Bools = np.isnat(registered) | (first_year <= years - np.array([[3], [2], [1]]))
        return operating

    def formed(self, key: Hashable, form: Callable[[], T]) -> T:
        """What ``form`` gives, remembered under ``key`` for as long as the table lives."""
        if key not in self._formed:
            self._formed[key] = form()
        made: T = self._formed[key]
        return made

    def series(self, stem: str) -> YearSeries:
        """The three years of one figure."""
        return self.formed(stem, lambda: self._series(stem))

    def _series(self, stem: str) -> YearSeries:
        values = np.stack([self.numbers(f"{stem}_y{year}") for year in (1, 2, 3)])
        blanks = np.isnan(values) & self.operating
        missing = {f"{stem}_y{year}": blanks[year - 1] for year in (1, 2, 3)}
        missing["registered_on"] = np.isnat(self.dates("registered_on"))
        return YearSeries(values, self.operating, only_somewhere(missing))


def only_somewhere(missing: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """The entries that are true in at least one row."""
    return {name: rows for name, rows in missing.items() if rows.any()}


# --- results ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What one condition says of every firm.

    Attributes
    ----------
    status : array of int8, shape (n,)
        MET, UNDETERMINED or UNMET.
    observed, required, margin : arrays of float64, shape (n,)
        The firm's figure, the line it must pass, and how far it is on the right side of it
        (negative: on the wrong one), in the unit of the condition; NaN where it cannot be said.
    missing : mapping of field id to array of bool
        Rows where that blank leaves the finding open.
    terms : mapping of term to array of float64
        The figures that ``observed`` was formed from, named as in ``Condition.terms``.
    """

    status: Codes
    observed: Floats
    required: Floats
    margin: Floats
    missing: Mapping[str, Bools]
    terms: Mapping[str, Floats]


def finding(
    *,
    passes: Bools,
    known: Bools,
    observed: Floats,
    required: Floats | float,
    missing: Mapping[str, Bools],
    terms: Mapping[str, Floats] | None = None,
    ceiling: bool = False,
) -> Finding:
    """A Finding: met or unmet where it is known whether it passes, else undetermined.

    ``missing`` is kept only for rows left undetermined: a blank that decides nothing is not
    missed. Under a ``ceiling`` the figure must not pass ``required``.
    """
    status = np.where(known, np.where(passes, MET, UNMET), UNDETERMINED).astype(np.int8)
    needed = np.broadcast_to(np.asarray(required, dtype=np.float64), status.shape)
    margin = needed - observed if ceiling else observed - needed
    # a firm on its line is on it exactly, whatever binary rounding left
    margin[np.abs(margin) <= TOLERANCE * np.maximum(1.0, np.abs(needed))] = 0.0
    still_open = only_somewhere({name: rows & ~known for name, rows in missing.items()})
    return Finding(status, observed, needed, margin, still_open, terms or {})


@dataclass(frozen=True)
class ScoredItem:
    """Points of one item of the score, as far as the facts and ratings fix them.

    ``low`` and ``high`` have shape (n,), in points; ``observed`` is the figure the band was chosen
    by (NaN for judged items); ``missing`` as in a Finding.
    """

    low: Floats
    high: Floats
    observed: Floats
    missing: Mapping[str, Bools]


@dataclass(frozen=True)
class ScoreInterval:
    """The score: every item, and the totals after the ceilings of the groups, shape (n,).

    Attributes
    ----------
    missing : mapping of field id to array of bool
        Blanks that leave the score open.
    firms : FirmTable
        Who was scored: a condition on the score may be met by another fact instead.
    """

    items: Mapping[str, ScoredItem]
    low: Floats
    high: Floats
    missing: Mapping[str, Bools]
    firms: FirmTable


@dataclass(frozen=True)
class Learned:
    """What a readiness model was learned from; stands beside every number that it gives.

    Attributes
    ----------
    estimator : str
        msgid of the estimator's name.
    applications, certified : int
    years : (int, int)
        First and last year of application.
    invented : bool
        The applications were invented: the model only shows what the program can do.
    half_width : float
        Half the width of its 90 % interval where the chance is one half, /1.
    scheme, edition : str
    sha256 : str
        Of the file of applications.
    elsewhere : int
        How many of the applications fell under another edition; they count by what the two share.
    """

    estimator: str
    applications: int
    certified: int
    years: tuple[int, int]
    invented: bool
    half_width: float
    scheme: str
    edition: str
    sha256: str
    elsewhere: int = 0

    @property
    def sentence(self) -> Message:
        """The sample, in words."""
        values = {
            "estimator": Message(self.estimator),
            "applications": self.applications,
            "first": self.years[0],
            "last": self.years[1],
        }
        if self.invented:
            said = msgid(
                "demonstration model, learned from {applications} invented applications of "
                "{first}–{last} ({estimator})"
            )
        else:
            said = msgid("learned from {applications} applications of {first}–{last} ({estimator})")
        if not self.elsewhere:
            return Message(said, values)
        shared = msgid("{sample}; {count} of them under other rules, by the conditions they share")
        return Message(shared, {"sample": Message(said, values), "count": self.elsewhere})


@dataclass(frozen=True)
class Readiness:
    """How likely firms are to be certified, learned from past applications; never a finding.

    Attributes
    ----------
    probability, low, high : arrays of shape (n,)
        The chance and the ends of its 90 % interval, /1; were the unmet conditions met, where
        ``conditional``.
    factors : mapping of condition to array of shape (n,)
        The chance that it survives review, /1; empty where the estimator knows no such parts.
    outside : mapping of condition or item to array of bool
        Rows in which it lies beyond all that was seen.
    conditional : array of bool, shape (n,)
        Some finding is unmet: the firm cannot be certified as it stands.
    """

    probability: Floats
    low: Floats
    high: Floats
    factors: Mapping[str, Floats]
    outside: Mapping[str, Bools]
    conditional: Bools
    learned: Learned

    @cached_property
    def weakest(self) -> Codes:
        """The place of the weakest factor, shape (n,); -1 where there are no factors."""
        if not self.factors:
            return np.full(len(self.probability), -1, dtype=np.int8)
        weakest: Codes = np.stack(list(self.factors.values())).argmin(axis=0).astype(np.int8)
        return weakest


@dataclass(frozen=True)
class Warning:
    """A sign that a person should look, never a finding: the rows it holds for, and why."""

    id: str
    rows: Bools
    says: Wording
    citation: Citation | None = None


@dataclass(frozen=True)
class RowIssue:
    """One trouble of the input: where it stands, what stands there, what was expected.

    ``row`` counts as the sheet does: the header is row 1. ``fatal`` issues reject the row. ``firm``
    is what the row says of who it is: the name, else the credit code, else nothing.
    """

    file: str
    row: int
    column: str
    value: str
    expected: Message
    fatal: bool = True
    sheet: str = ""
    firm: str = ""

    @property
    def sentence(self) -> Message:
        """The issue as one sentence."""
        values = {
            "file": f"{self.file}[{self.sheet}]" if self.sheet else self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.expected,
        }
        if self.value:
            said = msgid("{file}, row {row}, column {column}: {value!r}, expected {expected}")
        else:
            said = msgid("{file}, row {row}, column {column}: expected {expected}")
        return Message(said, values)


@dataclass(frozen=True)
class Lever:
    """One way in which a firm can move a figure of its own, always to its advantage.

    Attributes
    ----------
    field : str
        The field it is spoken of by; amounts are in that field's unit.
    present : array of shape (n,)
        The figure now; NaN where blank.
    room : array of shape (n,)
        How much it can still be moved; inf where nothing in the law or in the facts bounds it.
    moved : callable
        Amounts of shape (n,) → the columns of the firms so moved.
    days_needed : float
        Days of the year that must be left for it to count in that year's average.
    how : Wording, optional
        What is meant, where one field can be moved in several ways.
    plannable : bool
        False where moving it may undo another line, or where it is only waiting.
    """

    field: str
    present: Floats
    room: Floats
    moved: Callable[[Floats], Mapping[str, NDArray[Any]]]
    days_needed: float = 0.0
    how: Wording | None = None
    plannable: bool = True


@dataclass(frozen=True)
class Need:
    """A line of the law turned round: it is reached once Σ gain · amount of the levers ≥ ``short``.

    ``short`` has shape (n,): zero or less where the line is reached already, NaN where it cannot
    be said. ``gains`` tells for each lever what one unit of it brings, never less than nothing.
    Where ``strict`` the sum must be above ``short``.
    """

    short: Floats
    gains: Mapping[str, Floats | float]
    strict: Bools | bool = False


@dataclass(frozen=True)
class Step:
    """A better grade of a scored item: the points it gives once every need is filled."""

    grade: str
    points: tuple[float, float]
    needs: tuple[Need, ...]


def years_of(application_year: int) -> Sequence[int]:
    """The calendar years of y1, y2 and y3 for an application year."""
    return [application_year - back for back in (3, 2, 1)]


def merge_missing(*parts: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """Blanks of several inputs of one result, joined by field."""
    merged: dict[str, Bools] = {}
    for part in parts:
        for name, rows in part.items():
            merged[name] = merged[name] | rows if name in merged else rows
    return merged
