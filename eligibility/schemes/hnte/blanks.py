"""What shares and points could be by every value that a blank may admissibly have.

A blank amount is nothing or more, a part is never more than its whole, and a firm is registered by
its application. Each function is for rows of which some figure is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from eligibility.comparisons import (
    ShareRange,
    above,
    at_least,
    part_within,
    quotient_limit,
    scale_values,
    share_range,
    union_of_ranges,
)
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import FirmTable, YearSeries, bound_ids
from eligibility.domain.law import Edition, Scale

from .derived_figures import YEARS, fill_rd, total_income, years_in_operation

T = TypeVar("T")
Judge = Callable[[FirmTable, Edition], T]
#: a blank of a year's figure at its ends: nothing, as little as one likes, as much as one likes
ENDS = (0.0, 1e-30, 1e30)
#: rows and fills of them that are worked out at once
CELLS = 1 << 16


def select(firms: FirmTable, rows: Bools, *stems: str) -> FirmTable:
    """Rows of a table, with the columns whose ids begin so and the dates; the same one when asked again."""
    return firms.memoize((_select, rows.tobytes(), stems), lambda: _select(firms, rows, stems))


def _select(firms: FirmTable, rows: Bools, stems: tuple[str, ...]) -> FirmTable:
    wanted = ("registered_on", "application_date", *stems)
    # by place, where numpy would count the mask again for every column
    places = np.flatnonzero(rows)
    columns = {
        name: column[places] for name, column in firms.columns.items() if name.startswith(wanted)
    }
    return FirmTable(columns, len(places))


def alike_where_blank(*stems: str) -> Callable[[Judge[T]], Judge[T]]:
    """Decorator of what is judged by figures whose ids begin so: once for all firms that give none.

    One firm at a time, as a program asks; nothing but the time in operation tells such firms apart.
    """

    def mark(judge: Judge[T]) -> Judge[T]:
        @wraps(judge)
        def call(firms: FirmTable, law: Edition) -> T:
            history = firms.memoize(("blank", stems), lambda: _blank_history(firms, stems))
            if history is None:
                return judge(firms, law)
            return law.memoize((judge.__name__, history), lambda: _read_only(judge(firms, law)))

        return call

    return mark


def _blank_history(firms: FirmTable, stems: tuple[str, ...]) -> Hashable:
    """Names all that the figures of a single firm rest on if it gives none of them; None otherwise."""
    if firms.rows != 1:
        return None
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    unsaid = np.isnat(registered)[0]
    # of a younger firm the day counts
    if not (unsaid or (registered <= applied.astype("M8[Y]") - len(YEARS))[0]):
        return None
    if any(name.startswith(stems) and not firms.blank(name)[0] for name in firms.columns):
        return None
    # of an unsaid registration the year of the application says how many days each year may have
    return int(firms.application_years[0]) if unsaid else len(YEARS)


def _read_only(result: T) -> T:
    """The same, of which no array can be written to: many firms share it."""
    parts = [*vars(result).values()]
    for part in parts:
        if isinstance(part, np.ndarray):
            part.flags.writeable = False
        elif isinstance(part, Mapping | tuple):
            parts += part.values() if isinstance(part, Mapping) else part
    return result


def over_registrations(firms: FirmTable, form: Callable[[FirmTable], T]) -> list[T]:
    """What ``form`` gives for each span of operating years that a blank registration leaves open."""
    return [form(table) for table in firms.derive(_registrations)]


def _registrations(firms: FirmTable) -> list[FirmTable]:
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    blank = np.isnat(registered)
    if not blank.any():
        return [firms]
    years = applied.astype("M8[Y]")
    # this year, and the first day of each year before that counts
    days = ((years - back).astype("M8[D]") for back in range(len(YEARS) + 1))
    return [firms.with_columns({"registered_on": np.where(blank, day, registered)}) for day in days]


def range_over_registrations(
    firms: FirmTable, form: Callable[[FirmTable, FirmTable], ShareRange]
) -> ShareRange:
    """The range of a share over all registrations that are admissible: several only where it is blank.

    ``form`` takes the firms, and the same firms with a registration for each blank one.
    """
    blank = np.isnat(firms.dates("registered_on"))
    if blank.all() or not blank.any():
        return union_of_ranges(over_registrations(firms, partial(form, firms)))
    known, unsaid = (
        range_over_registrations(
            firms.memoize((_registrations, some), partial(firms.take, rows)), form
        )
        for some, rows in ((True, ~blank), (False, blank))
    )
    return known.merge(unsaid, blank)


def hitech_income(firms: FirmTable, line: float) -> ShareRange:
    """Hi-tech income over total income; non-taxable income is at most the gross income."""
    least, most = firms.bounds("hitech_income_y3")
    whole, _ = total_income(firms)
    gross = firms.numbers("gross_income_y3")
    is_known = ~np.isnan(whole)
    return part_within(
        least, most, np.where(is_known, whole, np.nan), np.where(is_known, whole, gross), line
    )


def rd_over_sales(firms: FirmTable, law: Edition) -> ShareRange:
    """R&D over sales of the years that apply; the line is that of the latest year's sales."""

    def over(rows: FirmTable, table: FirmTable) -> ShareRange:
        sales = table.series("sales_revenue")
        operating = table.operating
        # the costs are those of the rows, whenever they were registered
        least, most = (
            _total(fill_rd(rows, law, fill, fill, operating).total, operating)
            for fill in (0.0, np.inf)
        )
        blank = np.isnan(sales.values) & operating
        filled = np.where(blank, 0.0, sales.values)
        some_blank = blank.any(axis=0)
        known_sales = _total(filled, operating)
        latest = np.where(operating[-1], sales.values[-1], np.nan)
        unsaid = operating[-1] & blank[-1]
        some_sales = some_blank | (known_sales > 0)
        line, reached = _reach(law.scales["rd_intensity"], latest, unsaid, most, known_sales)
        least_share = quotient_limit(least, np.where(some_blank, np.inf, known_sales))
        return ShareRange(
            np.where(some_sales, least_share, np.nan),
            np.where(some_sales, quotient_limit(most, known_sales), np.nan),
            reached & some_sales,
            ~at_least(least_share, line) & some_sales,
            known_sales == 0,
            np.ones(table.rows, dtype=np.bool_),
        )

    return range_over_registrations(firms, over)


def _reach(
    scale: Scale, latest: Floats, unsaid: Bools, most: Floats, others: Floats
) -> tuple[Floats, Bools]:
    """The line of each row, and whether the most R&D reaches the line of some admissible sales.

    Where the latest sales are ``unsaid``, every bracket is tried from its lower end.
    """
    line = scale_values(scale, latest)
    reached = ~unsaid & at_least(quotient_limit(most, others), line)
    lower, inside = 0.0, True
    for bracket in scale.brackets:
        share = quotient_limit(most, others + lower)
        passes = at_least(share, bracket.value) if inside else above(share, bracket.value)
        reached |= unsaid & passes
        lower, inside = bracket.up_to or 0.0, not bracket.inclusive
    return line, reached


def domestic_rd(firms: FirmTable, law: Edition, *, as_paid: bool) -> ShareRange:
    """R&D in mainland China over all R&D of the years that apply."""

    def over(rows: FirmTable, table: FirmTable) -> ShareRange:
        operating = table.operating

        def ends(home: float, abroad: float) -> tuple[Floats, Floats]:
            costs = fill_rd(rows, law, home, abroad, operating, as_paid=as_paid)
            return tuple(_total(of, operating) for of in (costs.domestic, costs.total))  # type: ignore[return-value]

        nothing = ends(0.0, 0.0)
        return share_range(
            ends(0.0, np.inf),
            ends(np.inf, 0.0),
            law.value("domestic_rd_share"),
            may_be_empty=nothing[1] == 0,
        )

    return range_over_registrations(firms, over)


def _total(values: Floats, operating: Bools) -> Floats:
    total: Floats = np.where(operating, values, 0.0).sum(axis=0)
    return total


def points_over_fills(
    firms: FirmTable,
    stem: str,
    ends: Sequence[float],
    figures: Callable[[YearSeries], T],
    points: Callable[[FirmTable, T], tuple[Floats, Floats]],
) -> tuple[Floats, Floats, Bools]:
    """Fewest and most points of a series over every fill of its blanks by ``ends``, and where all agree.

    ``figures`` is what the points are given by, whatever the reading; it is formed once. It takes a
    series of k times n, the n rows of a table once for each fill, and ``points`` that table and it.
    """
    low, high = np.empty(firms.rows), np.empty(firms.rows)
    fixed = np.empty(firms.rows, dtype=np.bool_)
    for group in firms.derive(_by_blanks, stem):
        lows: list[Floats] = []
        highs: list[Floats] = []
        for table in over_registrations(group.table, lambda table: table):
            fills = table.memoize(
                (_figures_of_fills, stem),
                partial(
                    _figures_of_fills, table.series(stem), ends, _list_bounds(table, stem), figures
                ),
            )
            for each in fills:
                fewest, largest = points(table, each)
                lows.append(fewest.reshape(-1, table.rows))
                highs.append(largest.reshape(-1, table.rows))
        (least, most_low), (least_high, most) = (_ends(side) for side in (lows, highs))
        at, like = group.places, group.like
        low[at], high[at] = least[like], most[like]
        fixed[at] = ((least == most_low) & (least_high == most))[like]
    return low, high, fixed


def _ends(parts: Sequence[Floats]) -> tuple[Floats, Floats]:
    """The least and the most of each row."""
    values = np.concatenate(parts)
    return values.min(axis=0), values.max(axis=0)


@dataclass(frozen=True)
class _Alike:
    """Rows whose blanks stand in the same years.

    Attributes
    ----------
    places : array of int, shape (n,)
        Where they stand.
    table : FirmTable of m rows
        Of rows with the same points only one.
    like : array of int, shape (n,), or slice
        Which row of ``table`` each is like.
    """

    places: NDArray[np.intp]
    table: FirmTable
    like: NDArray[np.intp] | slice


def _by_blanks(firms: FirmTable, stem: str) -> list[_Alike]:
    """The rows by which years of a series are blank, and whether the registration is."""
    if firms.rows == 1:
        return [_Alike(np.zeros(1, dtype=np.intp), firms, slice(None))]
    blank = np.isnan(np.stack([firms.numbers(f"{stem}_{year}") for year in YEARS]))
    unsaid = np.isnat(firms.dates("registered_on"))
    patterns = np.stack([*blank, unsaid])
    kinds = np.packbits(patterns, axis=0)[0]
    groups = []
    for kind in np.flatnonzero(np.bincount(kinds)):
        rows = kinds == kind
        places = np.flatnonzero(rows)
        pattern = patterns[:, places[0]]
        like: NDArray[np.intp] | slice = slice(None)
        if pattern[:-1].all() and _list_bounds(firms, stem) is None:
            # with no figure at all only the time in operation tells two firms apart
            lived = years_in_operation(firms)[places]
            _, first, like = np.unique(lived, return_index=True, return_inverse=True)
            rows = np.isin(np.arange(firms.rows), places[first])
            # rows come in the order of the table
            like = np.argsort(np.argsort(first))[like]
        groups.append(_Alike(places, select(firms, rows, stem), like))
    return groups


def _list_bounds(firms: FirmTable, stem: str) -> NDArray[np.float64] | None:
    """What the list of a series leaves possible in each year, shape (2, 3, n); None without one."""
    names = [f"{stem}_{year}" for year in YEARS]
    if firms.columns.keys().isdisjoint(end for name in names for end in bound_ids(name)):
        return None
    return np.stack([firms.bounds(name) for name in names], axis=1)


def _figures_of_fills(
    series: YearSeries,
    ends: Sequence[float],
    bounds: NDArray[np.float64] | None,
    figures: Callable[[YearSeries], T],
) -> list[T]:
    """Figures of every fill of rows whose blanks are in the same years, some fills at once."""
    blank = np.isnan(series.values)
    years, rows = blank.shape
    wanted = [bool(year.any()) for year in blank & series.applies]
    fills = np.array(list(product(*(ends if is_blank else ends[:1] for is_blank in wanted)))).T
    result = []
    for some in np.array_split(fills, -(-fills.shape[1] * rows // CELLS), axis=1):
        shape = (years, some.shape[1], rows)
        fill = some[:, :, None]
        if bounds is not None:
            fill = np.clip(fill, *bounds[:, :, None])
        values = np.where(blank[:, None], fill, series.values[:, None])
        applies = np.broadcast_to(series.applies[:, None], shape)
        filled = YearSeries(values.reshape(years, -1), applies.reshape(years, -1), {})
        result.append(figures(filled))
    return result
