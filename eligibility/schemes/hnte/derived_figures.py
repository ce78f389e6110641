"""The figures that conditions and scored items share, formed from the input as the law says.

195号 三、（二）知识产权, （四）总收入, （六）2 研究开发费用的归集范围.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np

from eligibility.comparisons import quotient
from eligibility.domain.arrays import Bools, Floats, only_somewhere
from eligibility.domain.facts import FirmTable, YearSeries
from eligibility.domain.law import Edition

INTERNAL = ("personnel", "direct", "depreciation", "amortization", "design", "trial")
CATEGORIES = (*INTERNAL, "other", "outsourced_domestic", "outsourced_overseas")
YEARS = ("y1", "y2", "y3")
CATEGORY_FIELDS = frozenset(f"rd_{name}_{year}" for name in CATEGORIES for year in YEARS)
#: stands for an amount without bound where a share is taken of it
ENOUGH = float(np.sqrt(np.finfo(np.float64).max))
#: figures of the latest year that are used as they stand, with no series to leave a year out of
LATEST_YEAR_ALONE = (
    "gross_income_y3",
    "non_taxable_income_y3",
    "total_income_y3",
    "hitech_income_y3",
)
#: what a credit code begins with (GB 32100) that the registrar of enterprises gives to no other body:
#: 92 is of individual businesses, and authorities, public institutions, associations and foundations
#: are entered by other registrars
ENTERPRISES = ("91", "93", "99")


@dataclass(frozen=True)
class Rights:
    """Rights that can be used for this application, as far as the counts are known.

    ``class1`` and ``class2`` are (at least, at most), in items, shape (n,) each; ``missing`` as in
    a Finding.
    """

    class1: tuple[Floats, Floats]
    class2: tuple[Floats, Floats]
    missing: dict[str, Bools]

    @property
    def total(self) -> tuple[Floats, Floats]:
        """Both classes together, (at least, at most)."""
        return self.class1[0] + self.class2[0], self.class1[1] + self.class2[1]


def usable_rights(firms: FirmTable, law: Edition) -> Rights:
    """Rights by class; Class II rights used in a granted certification are spent (三、（二）4).

    An unknown count lies between what its list leaves possible, else between none and any number;
    an unknown number of spent rights between none and all.
    """
    return firms.memoize((_usable_rights, id(law)), lambda: _usable_rights(firms, law))


def _usable_rights(firms: FirmTable, law: Edition) -> Rights:
    names = ("ip_class1_count", "ip_class2_count")
    class1, (low, high) = (firms.bounds(name) for name in names)
    missing = {name: np.isnan(firms.numbers(name)) for name in names}
    if "class2_uses" in law.parameters:
        used = firms.bounds("ip_class2_used_count")
        low, high = np.maximum(low - used[1], 0.0), np.maximum(high - used[0], 0.0)
        missing["ip_class2_used_count"] = np.isnan(firms.numbers("ip_class2_used_count")) & (
            high > 0
        )
    return Rights(class1, (low, high), missing)


@dataclass(frozen=True)
class RdCosts:
    """R&D costs of the three years, in all and in mainland China; CNY."""

    total: YearSeries
    domestic: YearSeries


def counted_rd(firms: FirmTable, law: Edition) -> RdCosts:
    """R&D costs as counted: outsourcing at its share, other costs up to theirs (三、（六）2（7）（8）).

    A year is formed from its nine categories where all are given, else taken from its totals.
    """
    return firms.memoize((_counted_rd, rd_rules(firms, law)), lambda: _counted_rd(firms, law))


def rd_rules(firms: FirmTable, law: Edition) -> Hashable:
    """What of an edition decides how much R&D cost is counted: its numbers, and how it is read.

    How it is read says nothing of totals.
    """
    if not _has_categories(firms):
        return id(law.parameters)
    readings = ("other_cost_base", "other_cost_period")
    return id(law.parameters), *(
        law.reading(name) for name in readings if name in law.interpretations
    )


def paid_rd(firms: FirmTable, law: Edition) -> RdCosts:
    """R&D costs as actually spent (三、（六）3), where the categories tell; else as counted."""
    categories = _categories(firms)
    if categories is None:
        return counted_rd(firms, law)
    domestic = categories.internal + categories.other + categories.outsourced_domestic
    return _costs(firms, domestic, categories.outsourced_overseas)


def _counted_rd(firms: FirmTable, law: Edition) -> RdCosts:
    categories = _categories(firms)
    if categories is None:
        return RdCosts(firms.series("rd_expense"), firms.series("rd_expense_domestic"))
    share = law.value("outsourced_share")
    at_home, abroad = share * categories.outsourced_domestic, share * categories.outsourced_overseas
    domestic = categories.internal + _counted_other(categories, law, firms.operating) + at_home
    return _costs(firms, domestic, abroad)


@dataclass(frozen=True)
class FilledRd:
    """R&D costs of the three years with every blank at an end that it may have, CNY, shape (3, n)."""

    total: Floats
    domestic: Floats


def fill_rd(
    firms: FirmTable,
    law: Edition,
    home: float,
    abroad: float,
    operating: Bools,
    *,
    as_paid: bool = False,
) -> FilledRd:
    """R&D costs with blanks at home and abroad taken as these amounts, 0 or inf.

    A year begun by category has its blank categories filled in, any other its totals, of which the
    domestic part is never the larger. ``operating`` are the years that apply, shape (3, n).
    """
    # only the limit over all years asks which of them there are
    years = operating.tobytes() if _counts_years_together(law) else None
    key = (_fill_rd, rd_rules(firms, law), home, abroad, years, as_paid)
    return firms.memoize(
        key, lambda: _fill_rd(firms, law, home, abroad, operating, as_paid=as_paid)
    )


def _fill_rd(
    firms: FirmTable, law: Edition, home: float, abroad: float, operating: Bools, *, as_paid: bool
) -> FilledRd:
    totals = firms.derive(_fill_totals, home, abroad)
    if not _has_categories(firms):
        return totals
    given = firms.derive(_fill_categories, home, abroad)
    if as_paid:
        other, share = given.other, 1.0
    else:
        other, share = _counted_other(given, law, operating), law.value("outsourced_share")
    formed = given.internal + other + share * given.outsourced_domestic
    begun = firms.derive(_begun_by_category)
    return FilledRd(
        np.where(begun, formed + share * given.outsourced_overseas, totals.total),
        np.where(begun, formed, totals.domestic),
    )


def incomplete_categories(firms: FirmTable, law: Edition) -> Floats | None:
    """What the categories given come to at least in a year that is formed by its total instead.

    CNY, shape (3, n), NaN elsewhere; None where no firm gives a category.
    """
    if not _has_categories(firms):
        return None
    amounts = _amounts(firms)
    blanks = np.isnan(amounts)
    totals = np.stack([firms.numbers(f"rd_expense_{year}") for year in YEARS])
    mixed = blanks.any(axis=0) & ~blanks.all(axis=0) & ~np.isnan(totals)
    if not mixed.any():
        return None
    given = firms.derive(_fill_categories, 0.0, 0.0)
    share = law.value("outsourced_share")
    least = given.internal + share * (given.outsourced_domestic + given.outsourced_overseas)
    return np.where(mixed, least, np.nan)


def _fill_totals(firms: FirmTable, home: float, abroad: float) -> FilledRd:
    total, domestic = (
        np.stack([firms.numbers(f"{stem}_{year}") for year in YEARS])
        for stem in ("rd_expense", "rd_expense_domestic")
    )
    known = np.where(
        np.isnan(domestic), np.minimum(home, np.nan_to_num(total, nan=np.inf)), domestic
    )
    return FilledRd(np.where(np.isnan(total), known + abroad, total), known)


def _begun_by_category(firms: FirmTable) -> Bools:
    """Years that are formed by category: one that is given is, unless the total is and another is not."""
    blanks = np.isnan(firms.derive(_amounts))
    unsaid = np.isnan(np.stack([firms.numbers(f"rd_expense_{year}") for year in YEARS]))
    begun: Bools = ~blanks.all(axis=0) & (unsaid | ~blanks.any(axis=0))
    return begun


def _counted_other(amounts: _Categories, law: Edition, operating: Bools) -> Floats:
    """Other costs as counted: up to their limit, in each year or over the years that are known."""
    limit = _other_limit(amounts, law)
    counted: Floats = np.minimum(amounts.other, limit)
    if not _counts_years_together(law):
        return counted
    # elsewhere no costs were left out that the years together could allow
    rows = np.flatnonzero((amounts.other > counted).any(axis=0))
    counted[:, rows] += _allowed_together(
        amounts.other[:, rows], limit[:, rows], counted[:, rows], operating[:, rows]
    )
    return counted


def _counts_years_together(law: Edition) -> bool:
    """Whether the limit of other costs holds for the three years together."""
    question = "other_cost_period"
    return question in law.interpretations and law.reading(question) != "each_year"


def _allowed_together(other: Floats, limit: Floats, within: Floats, operating: Bools) -> Floats:
    """What the years together allow beyond the limit of each, where costs were left out."""
    known = operating & ~np.isnan(other + limit)
    spent, room, most = (np.where(known, of, 0.0).sum(axis=0) for of in (other, limit, within))
    with np.errstate(invalid="ignore"):
        over = np.where(known, np.minimum(other - within, ENOUGH), 0.0)
        share = quotient(np.minimum(spent, room) - most, over.sum(axis=0))
        return np.nan_to_num(over * share)


def _other_limit(amounts: _Categories, law: Edition) -> Floats:
    share, base = law.value("outsourced_share"), amounts.internal
    if law.reading("other_cost_base") == "all_rd":
        base = base + share * amounts.outsourced_domestic + share * amounts.outsourced_overseas
    # costs written back beyond what was spent leave nothing for others to be a part of
    return np.maximum(base, 0.0) * other_per_base(law)


def other_per_base(law: Edition) -> float:
    """Other costs allowed for one yuan of the rest: other <= cap * (rest + other), solved for other."""
    cap = law.value("other_cost_share")
    return cap / (1 - cap)


def other_cut(firms: FirmTable, law: Edition) -> Floats:
    """Other costs left out by their limit, CNY, shape (3, n); none in years given by totals."""
    categories = _categories(firms)
    if categories is None:
        return np.zeros((len(YEARS), firms.rows))
    over = np.maximum(categories.other - _other_limit(categories, law), 0.0)
    outsourced = categories.outsourced_domestic + categories.outsourced_overseas
    return np.where(np.isnan(over + outsourced), 0.0, over)


def outsourced_ratio(firms: FirmTable) -> Floats:
    """Outsourced R&D over all R&D, both as paid, /1, shape (n,); NaN where a category is blank."""
    categories = _categories(firms)
    if categories is None:
        return np.full(firms.rows, np.nan)
    outsourced = categories.outsourced_domestic + categories.outsourced_overseas
    paid = outsourced + categories.internal + categories.other
    return quotient(*(np.where(firms.operating, of, 0.0).sum(axis=0) for of in (outsourced, paid)))


def _has_categories(firms: FirmTable) -> bool:
    return not CATEGORY_FIELDS.isdisjoint(firms.columns)


@dataclass(frozen=True)
class _Categories:
    """The nine categories as spent, shape (3, n); NaN where a category of the year is blank."""

    internal: Floats
    other: Floats
    outsourced_domestic: Floats
    outsourced_overseas: Floats


def _categories(firms: FirmTable) -> _Categories | None:
    """The categories, or None where no firm gives any."""
    if not _has_categories(firms):
        return None
    return firms.derive(_read_categories)


def _read_categories(firms: FirmTable) -> _Categories:
    def years(*names: str) -> Floats:
        result = np.empty((len(YEARS), firms.rows))
        for row, year in enumerate(YEARS):
            first, *others = (firms.numbers(f"rd_{name}_{year}") for name in names)
            result[row] = first
            for other in others:
                result[row] += other
        return result

    return _Categories(
        years(*INTERNAL),
        years("other"),
        years("outsourced_domestic"),
        years("outsourced_overseas"),
    )


def _amounts(firms: FirmTable) -> Floats:
    """Every category of every year, shape (9, 3, n)."""
    return np.array([[firms.numbers(f"rd_{name}_{year}") for year in YEARS] for name in CATEGORIES])


def _fill_categories(firms: FirmTable, home: float, abroad: float) -> _Categories:
    """The categories; blanks are ``home`` in mainland China and ``abroad`` outside it."""
    amounts = firms.derive(_amounts)
    fills = np.array([abroad if name == CATEGORIES[-1] else home for name in CATEGORIES])
    filled = np.where(np.isnan(amounts), fills[:, None, None], amounts)
    internal = filled[0]
    for other in filled[1 : len(INTERNAL)]:
        internal = internal + other
    return _Categories(internal, *filled[len(INTERNAL) :])


def _costs(firms: FirmTable, domestic: Floats, abroad: Floats) -> RdCosts:
    """Amounts formed from categories, or the totals stated where any category is blank."""
    total = domestic + abroad
    return RdCosts(
        _formed_or_stated(firms, "rd_expense", total),
        _formed_or_stated(
            firms, "rd_expense_domestic", np.where(np.isnan(total), np.nan, domestic)
        ),
    )


def _formed_or_stated(firms: FirmTable, stem: str, total: Floats) -> YearSeries:
    stated = firms.series(stem)
    values = np.where(np.isnan(total), stated.values, total)
    wanting = np.isnan(values) & firms.operating
    missing = {"registered_on": np.isnat(firms.dates("registered_on"))}
    for row, year in enumerate(YEARS):
        if wanting[row].any():
            blanks = firms.derive(_blank_categories, year)
            # a year begun by category wants its blank categories, any other its total
            started = ~np.logical_and.reduce(list(blanks.values()))
            missing[f"{stem}_{year}"] = wanting[row] & ~started
            wanting_category = wanting[row] & started
            for name, blank in blanks.items():
                missing[name] = wanting_category & blank
    return YearSeries(values, firms.operating, only_somewhere(missing))


def _blank_categories(firms: FirmTable, year: str) -> Mapping[str, Bools]:
    """Where each category of a year is blank, by field id."""
    names = (f"rd_{name}_{year}" for name in CATEGORIES)
    return {name: np.isnan(firms.numbers(name)) for name in names}


def no_enterprise(firms: FirmTable) -> Bools:
    """Where the credit code is of no enterprise, shape (n,); nowhere where it is blank."""
    return firms.derive(_no_enterprise)


def _no_enterprise(firms: FirmTable) -> Bools:
    if "uscc" not in firms.columns:
        return np.zeros(firms.rows, dtype=np.bool_)
    codes = firms.texts("uscc").astype("U2")
    # a blank becomes the word None
    return ~np.isin(codes, (*ENTERPRISES, "No", ""))


def years_in_operation(firms: FirmTable) -> Floats:
    """Days from registration to the end of the latest fiscal year, of the three years at most, as years.

    Shape (n,); 0 where the firm was registered later, NaN where the day is blank.
    """
    return firms.derive(_years_in_operation)


def _years_in_operation(firms: FirmTable) -> Floats:
    year = firms.dates("application_date").astype("M8[Y]")
    end, start = (day.astype("M8[D]") for day in (year, year - len(YEARS)))
    registered = firms.dates("registered_on")
    lived, whole = (
        (end - day).astype(np.float64) for day in (np.maximum(registered, start), start)
    )
    part: Floats = np.where(np.isnat(registered), np.nan, np.maximum(lived, 0.0) / whole)
    return len(YEARS) * part


def total_income(firms: FirmTable) -> tuple[Floats, dict[str, Bools]]:
    """Total income (总收入 = 收入总额 − 不征税收入, 三、（四）2) in CNY, and what is missing for it."""
    gross, exempt = firms.numbers("gross_income_y3"), firms.numbers("non_taxable_income_y3")
    stated = firms.numbers("total_income_y3")
    formed = gross - exempt
    income = np.where(np.isnan(formed), stated, formed)
    unknown = np.isnan(income)
    begun = ~np.isnan(gross) | ~np.isnan(exempt)
    return income, {
        "total_income_y3": unknown & ~begun,
        "gross_income_y3": unknown & begun & np.isnan(gross),
        "non_taxable_income_y3": unknown & begun & np.isnan(exempt),
    }
