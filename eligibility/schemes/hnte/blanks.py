"""What shares and points could be by every value that a blank may admissibly have.

A blank amount is nothing or more, a part is never more than its whole, and a firm is registered by
its application. Each function is for rows of which some figure is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import TypeVar

import numpy as np

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
from eligibility.domain.facts import FirmTable, YearSeries
from eligibility.domain.law import Edition, Scale

from .derived_figures import YEARS, fill_rd, total_income

T = TypeVar("T")
#: a blank of a year's figure at its ends: nothing, as little as one likes, as much as one likes
ENDS = (0.0, 1e-30, 1e30)
#: rows and fills of them that are worked out at once
CELLS = 1 << 16
#: and so many at most that are remembered until the rows are judged
MEMO_CELLS = 1 << 18


def select(firms: FirmTable, rows: Bools, *stems: str) -> FirmTable:
    """Rows of a table, with the columns whose ids begin so and the dates; the same one when asked again."""
    return firms.memoize(("select", rows.tobytes(), stems), lambda: _select(firms, rows, stems))


def _select(firms: FirmTable, rows: Bools, stems: tuple[str, ...]) -> FirmTable:
    wanted = ("registered_on", "application_date", *stems)
    columns = {
        name: column[rows] for name, column in firms.columns.items() if name.startswith(wanted)
    }
    return FirmTable(columns, int(np.count_nonzero(rows)))


def over_registrations(firms: FirmTable, form: Callable[[FirmTable], T]) -> list[T]:
    """What ``form`` gives for each span of operating years that a blank registration leaves open."""
    return [form(table) for table in firms.memoize("registrations", lambda: _registrations(firms))]


def _registrations(firms: FirmTable) -> list[FirmTable]:
    registered, applied = firms.dates("registered_on"), firms.dates("application_date")
    blank = np.isnat(registered)
    if not blank.any():
        return [firms]
    years = applied.astype("M8[Y]")
    dates = [(years - back).astype("M8[D]") for back in range(1, len(YEARS) + 1)]
    return [
        firms.with_columns({"registered_on": np.where(blank, day, registered)})
        for day in (applied, *dates)
    ]


def range_over_registrations(
    firms: FirmTable, form: Callable[[FirmTable], ShareRange]
) -> ShareRange:
    """The range of a share over all registrations that are admissible: several only where it is blank."""
    blank = np.isnat(firms.dates("registered_on"))
    if blank.all() or not blank.any():
        return union_of_ranges(over_registrations(firms, form))
    known, unsaid = (
        range_over_registrations(firms.memoize(("rows", some), partial(firms.take, rows)), form)
        for some, rows in ((True, ~blank), (False, blank))
    )
    return known.merge(unsaid, blank)


def hitech_income(firms: FirmTable, line: float) -> ShareRange:
    """Hi-tech income over total income; non-taxable income is at most the gross income."""
    part, (whole, _) = firms.numbers("hitech_income_y3"), total_income(firms)
    gross = firms.numbers("gross_income_y3")
    is_known = ~np.isnan(whole)
    return part_within(
        part, part, np.where(is_known, whole, np.nan), np.where(is_known, whole, gross), line
    )


def rd_over_sales(firms: FirmTable, law: Edition) -> ShareRange:
    """R&D over sales of the years that apply; the line is that of the latest year's sales."""

    def over(table: FirmTable) -> ShareRange:
        sales = table.series("sales_revenue")
        operating = table.operating
        least, most = (
            _total(fill_rd(table, law, fill, fill).total, operating) for fill in (0.0, np.inf)
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

    def over(table: FirmTable) -> ShareRange:
        def ends(home: float, abroad: float) -> tuple[Floats, Floats]:
            costs = fill_rd(table, law, home, abroad, as_paid=as_paid)
            return tuple(_total(of, table.operating) for of in (costs.domestic, costs.total))  # type: ignore[return-value]

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
    form: Callable[[FirmTable, YearSeries], tuple[Floats, Floats]],
) -> tuple[Floats, Floats, Bools]:
    """Fewest and most points of a series over every fill of its blanks by ``ends``, and where all agree.

    ``form`` takes a table of n rows and a series of k times n: the rows once for each fill.
    """
    low, high = np.empty(firms.rows), np.empty(firms.rows)
    fixed = np.empty(firms.rows, dtype=np.bool_)
    for rows, group in firms.memoize(("blanks", stem), lambda: _by_blanks(firms, stem)):
        found = [
            pair
            for table in over_registrations(group, lambda table: table)
            for pair in _over_ends(table, stem, ends, form)
        ]
        lows, highs = (np.concatenate(side) for side in zip(*found, strict=True))
        low[rows], high[rows] = lows.min(axis=0), highs.max(axis=0)
        fixed[rows] = (lows == lows[0]).all(axis=0) & (highs == highs[0]).all(axis=0)
    return low, high, fixed


def _by_blanks(firms: FirmTable, stem: str) -> list[tuple[Bools, FirmTable]]:
    """The rows by which years of a series are blank, and whether the registration is: one table each."""
    blank = np.isnan(np.stack([firms.numbers(f"{stem}_{year}") for year in YEARS]))
    patterns = np.stack([*blank, np.isnat(firms.dates("registered_on"))])
    groups = []
    for pattern in np.unique(patterns, axis=1).T:
        rows = (patterns == pattern[:, None]).all(axis=0)
        groups.append((rows, select(firms, rows, stem)))
    return groups


def _over_ends(
    firms: FirmTable,
    stem: str,
    ends: Sequence[float],
    form: Callable[[FirmTable, YearSeries], tuple[Floats, Floats]],
) -> Iterator[tuple[Floats, Floats]]:
    """Points of every fill of rows whose blanks are in the same years, some fills at once: fills × rows."""
    series = firms.series(stem)
    blank = np.isnan(series.values)
    wanted = [bool(year.any()) for year in blank & series.applies]
    fills = np.array(list(product(*(ends if is_blank else ends[:1] for is_blank in wanted)))).T
    cells = fills.shape[1] * firms.rows

    def series_of_fills() -> Iterator[YearSeries]:
        for some in np.array_split(fills, -(-cells // CELLS), axis=1):
            values = np.where(blank[:, None], some[:, :, None], series.values[:, None])
            applies = np.broadcast_to(series.applies[:, None], values.shape)
            years = len(values)
            yield YearSeries(values.reshape(years, -1), applies.reshape(years, -1), {})

    # every reading of the law asks for the same fills
    some_at_once: Iterable[YearSeries] = series_of_fills()
    if cells <= MEMO_CELLS:
        some_at_once = firms.memoize(("fills", stem, tuple(ends)), lambda: list(series_of_fills()))
    for some in some_at_once:
        low, high = form(firms, some)
        yield low.reshape(-1, firms.rows), high.reshape(-1, firms.rows)
