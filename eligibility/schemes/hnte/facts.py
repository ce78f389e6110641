"""The figures that conditions and scored items share, formed from the input as the law says.

195号 三、（二）知识产权, （四）总收入, （五）3 统计方法, （六）2 研究开发费用的归集范围.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eligibility.vocabulary import (
    Bools,
    Edition,
    FirmTable,
    Floats,
    InputError,
    YearSeries,
    only_somewhere,
)

INTERNAL = ("personnel", "direct", "depreciation", "amortization", "design", "trial")
CATEGORIES = (*INTERNAL, "other", "outsourced_domestic", "outsourced_overseas")
YEARS = ("y1", "y2", "y3")
MONTHS = 12


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

    An unknown count lies between none and any number, an unknown number of spent rights between
    none and all.
    """
    return firms.formed(("rights", id(law)), lambda: _usable_rights(firms, law))


def _usable_rights(firms: FirmTable, law: Edition) -> Rights:
    class1, class2 = firms.numbers("ip_class1_count"), firms.numbers("ip_class2_count")
    missing = {"ip_class1_count": np.isnan(class1), "ip_class2_count": np.isnan(class2)}
    low, high = np.where(missing["ip_class2_count"], [[0.0], [np.inf]], class2)
    if "class2_uses" in law.parameters:
        used = firms.numbers("ip_class2_used_count")
        unknown = np.isnan(used)
        low = np.maximum(np.where(unknown, 0.0, low - used), 0.0)
        high = np.maximum(np.where(unknown, high, high - used), 0.0)
        missing["ip_class2_used_count"] = unknown & (high > 0)
    return Rights(
        (
            np.where(missing["ip_class1_count"], 0.0, class1),
            np.where(missing["ip_class1_count"], np.inf, class1),
        ),
        (low, high),
        missing,
    )


@dataclass(frozen=True)
class CountedRd:
    """R&D costs of the three years: in all and in mainland China, as counted; CNY.

    ``paid_total`` and ``paid_domestic`` are what was actually spent, where the categories tell;
    elsewhere they equal the counted amounts.
    """

    total: YearSeries
    domestic: YearSeries
    paid_total: YearSeries
    paid_domestic: YearSeries


def counted_rd(firms: FirmTable, law: Edition) -> CountedRd:
    """R&D costs after the rules on outsourcing and other costs (三、（六）2（7）（8）), year by year.

    A year is formed from its nine categories where all are given, else taken from its total.
    """
    return firms.formed(("rd", id(law)), lambda: _counted_rd(firms, law))


def _counted_rd(firms: FirmTable, law: Edition) -> CountedRd:
    totals = firms.series("rd_expense")
    domestics = firms.series("rd_expense_domestic")
    if not any(
        f"rd_{category}_{year}" in firms.columns for category in CATEGORIES for year in YEARS
    ):
        return CountedRd(totals, domestics, totals, domestics)

    given = {
        category: np.stack([firms.numbers(f"rd_{category}_{year}") for year in YEARS])
        for category in CATEGORIES
    }
    internal = sum((given[category] for category in INTERNAL), np.zeros(totals.values.shape))
    counted_share = law.value("outsourced_share")
    at_home = counted_share * given["outsourced_domestic"]
    abroad = counted_share * given["outsourced_overseas"]
    base = internal + at_home + abroad if law.reading("other_cost_base") == "all_rd" else internal
    cap = law.value("other_cost_share")
    # other <= cap * (base + other), solved for other
    other = np.minimum(given["other"], base * cap / (1 - cap))
    blanks = {category: np.isnan(column) for category, column in given.items()}
    complete = ~np.logical_or.reduce(list(blanks.values()))
    started = ~np.logical_and.reduce(list(blanks.values()))

    def series(stem: str, amounts: Floats, stated: YearSeries) -> YearSeries:
        values = np.where(complete, amounts, stated.values)
        wanting = np.isnan(values) & firms.operating
        missing = {"registered_on": np.isnat(firms.dates("registered_on"))}
        for row, year in enumerate(YEARS):
            # a year begun by category wants its blank categories, any other its total
            missing[f"{stem}_{year}"] = wanting[row] & ~started[row]
            for category in CATEGORIES:
                missing[f"rd_{category}_{year}"] = (
                    wanting[row] & started[row] & blanks[category][row]
                )
        return YearSeries(values, firms.operating, only_somewhere(missing))

    spent_at_home = internal + given["other"] + given["outsourced_domestic"]
    return CountedRd(
        total=series("rd_expense", internal + other + at_home + abroad, totals),
        domestic=series("rd_expense_domestic", internal + other + at_home, domestics),
        paid_total=series("rd_expense", spent_at_home + given["outsourced_overseas"], totals),
        paid_domestic=series("rd_expense_domestic", spent_at_home, domestics),
    )


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


def annual_average(months: Sequence[tuple[float, float]]) -> float:
    """Annual average of monthly averages (全年月平均数, 三、（五）3), in persons.

    Parameters
    ----------
    months : sequence of (persons at the start, persons at the end)
        The months in which the firm operated: twelve, or fewer in a year it opened or closed.

    Raises
    ------
    InputError
        If there is no month or more than twelve, or a number is negative.

    Examples
    --------
    >>> annual_average([(10, 12)] * 12)
    11.0
    """
    if not 1 <= len(months) <= MONTHS:
        raise InputError(
            "A year has one to twelve months of operation; {count} were given.", count=len(months)
        )
    if any(person < 0 for month in months for person in month):
        raise InputError("A number of persons cannot be negative.")
    return float(np.mean(months))
