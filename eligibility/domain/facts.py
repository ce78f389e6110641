"""Input data: fields, tables of columns, three-year series, and issues of input rows.

A table is columns, one row a firm; a blank is NaN (numbers), NaT (dates) or None (texts), never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from eligibility.domain.arrays import Bools, Floats, only_somewhere
from eligibility.domain.text import FrozenModel, Message, Wording, msgid

T = TypeVar("T")
Kind = Literal["text", "code", "date", "money", "number", "count", "yes_no", "rating", "catalogue"]
RATINGS = "ABCDE"


class Field(FrozenModel):
    """Definition of one column of the input: its kind, unit, bounds, titles and aliases.

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
    #: a figure below it is taken, with a remark
    usual_minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    #: whose fact it is: of a calendar year (the latest fiscal one where ``year`` names none), of the
    #: application, whatever its date, or of the firm, whichever application
    of: Literal["calendar_year", "application", "firm"] = "application"
    #: 1, 2 or 3 for the first, second and third year of the official forms; None: no year
    year: int | None = None
    stem: str
    #: the title without its year
    stem_title: Wording
    #: the field that it cannot pass, in the same year where both have years
    part_of: str | None = None
    #: what it is formed of where it is blank: the first less the second
    difference_of: tuple[str, str] | None = None
    #: counts by kind that it is the sum of where it is blank: the names of each, or its field
    sum_of: tuple[tuple[str, ...] | str, ...] = ()
    #: texts that answer no to this question alone; their 无 stands for every word that denies
    no_words: tuple[str, ...] = ()
    #: who is counted, where it is a mean over the months of a year
    average_of_months: Wording | None = None
    #: title of the group of inputs that it begins, and what is to be known before filling them in
    group: Wording | None = None
    group_note: Wording | None = None
    #: what is missing where an answer stands that settles nothing
    gap_title: Wording | None = None
    #: asked for the official application alone: no verdict reads it, and its blank leaves nothing open
    form_only: bool = False

    @property
    def in_series(self) -> bool:
        """Whether it is one year of a figure that is asked for by year."""
        return self.year is not None and self.stem_title != self.title

    @property
    def is_own_rating(self) -> bool:
        """Whether it is the firm's own guess at what experts will say, or a bonus it may claim."""
        bonus = self.kind == "yes_no" and not self.required
        return self.kind == "rating" or self.unit == "point" or bonus

    def title_in_year(self, application_year: int) -> Wording:
        """The title with the calendar year that its year of the form stands for."""
        if self.year is None or not self.in_series:
            return self.title
        year = years_of(application_year)[self.year - 1]
        return Wording(zh=f"{year}年{self.stem_title.zh}", en=f"{self.stem_title.en}, {year}")


@dataclass(frozen=True)
class YearSeries:
    """Time series of one figure: the three fiscal years before the application year.

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
    def is_complete(self) -> Bools:
        """True where no needed value is blank, shape (n,)."""
        complete = np.ones(self.values.shape[1], dtype=np.bool_)
        for blank in self.missing.values():
            complete &= ~blank
        return complete

    @cached_property
    def total(self) -> Floats:
        """Sum over the years that apply; NaN where a needed value is blank, shape (n,)."""
        total: Floats = np.where(self.applies, self.values, 0.0).sum(axis=0)
        return np.where(self.is_complete, total, np.nan)


def bound_ids(field_id: str) -> tuple[str, str]:
    """Ids of the columns that hold the least and the most of an amount that a list leaves open."""
    return f"{field_id}:least", f"{field_id}:most"


def field_of_column(name: str) -> str:
    """The field that a column of a table holds, or holds a bound of."""
    return name.partition(":")[0]


class FirmTable:
    """Columnar table of firms: facts by field id, one row a firm.

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
        self._memo: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return self.rows

    def numbers(self, field_id: str) -> Floats:
        """A column of numbers, NaN where blank."""
        column = self.columns.get(field_id)
        return self.memoize("blank", self._blank) if column is None else column

    def _blank(self) -> Floats:
        blank = np.full(self.rows, np.nan)
        blank.flags.writeable = False
        return blank

    def bounds(self, field_id: str) -> tuple[Floats, Floats]:
        """The least and the most that an amount may be, shape (n,) each.

        A known one is both; a blank one lies between what :func:`bound_ids` hold, else between
        nothing and any amount.
        """
        known = self.numbers(field_id)
        blank = np.isnan(known)
        least, most = (self.columns.get(name) for name in bound_ids(field_id))
        return (
            np.where(blank, 0.0 if least is None else np.nan_to_num(least), known),
            np.where(blank, np.inf if most is None else np.nan_to_num(most, nan=np.inf), known),
        )

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
        return self.memoize(("blank", field_id), lambda: np.asarray(column == None, np.bool_))  # noqa: E711

    def take(self, rows: NDArray[np.intp] | Bools) -> FirmTable:
        """Row selection: the rows of these places, or of this mask, in their order."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        count = int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)
        return FirmTable(columns, count)

    def with_columns(self, columns: Mapping[str, NDArray[Any]]) -> FirmTable:
        """Copy of the table in which these columns are replaced."""
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

    def memoize(self, key: Hashable, form: Callable[[], T]) -> T:
        """Cached derived value: what ``form`` gives, computed once and stored under ``key``."""
        if key not in self._memo:
            self._memo[key] = form()
        value: T = self._memo[key]
        return value

    def derive(self, form: Callable[..., T], *arguments: Hashable) -> T:
        """What ``form`` makes of the table and of the arguments, computed once."""
        return self.memoize((form, *arguments), lambda: form(self, *arguments))

    def series(self, stem: str) -> YearSeries:
        """The three years of one figure."""
        return self.memoize(stem, lambda: self._series(stem))

    def _series(self, stem: str) -> YearSeries:
        values = np.stack([self.numbers(f"{stem}_y{year}") for year in (1, 2, 3)])
        blanks = np.isnan(values) & self.operating
        missing = {f"{stem}_y{year}": blanks[year - 1] for year in (1, 2, 3)}
        missing["registered_on"] = np.isnat(self.dates("registered_on"))
        return YearSeries(values, self.operating, only_somewhere(missing))


@dataclass(frozen=True)
class RowIssue:
    """Validation issue of one row: where it stands, what stands there, what was expected.

    ``row`` counts as the sheet does: the header is row 1. ``fatal`` issues reject the row. ``firm``
    is what the row says of who it is: the name, else the credit code, else nothing. ``cell`` names the
    cell where the table was laid anew and the row alone does not say where it is.
    """

    file: str
    row: int
    column: str
    value: str
    expectation: Message
    fatal: bool = True
    sheet: str = ""
    firm: str = ""
    cell: str = ""

    @property
    def sentence(self) -> Message:
        """The issue as one sentence."""
        values = {
            "file": f"{self.file}[{self.sheet}]" if self.sheet else self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "expected": self.expectation,
            "cell": self.cell,
        }
        if self.cell and self.value:
            sentence = msgid("{file}, cell {cell}, {column}: {value!r}, expected {expected}")
        elif self.cell:
            sentence = msgid("{file}, cell {cell}, {column}: expected {expected}")
        elif self.value:
            sentence = msgid("{file}, row {row}, column {column}: {value!r}, expected {expected}")
        else:
            sentence = msgid("{file}, row {row}, column {column}: expected {expected}")
        return Message(sentence, values)


def years_of(application_year: int) -> Sequence[int]:
    """The calendar years of y1, y2 and y3 for an application year."""
    return [application_year - back for back in (3, 2, 1)]
