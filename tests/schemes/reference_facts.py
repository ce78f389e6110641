"""The facts of a firm in exact fractions: numbers, years, costs of research, rights.

A part of the second reading of the law in `tests/schemes/reference.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

MET, UNMET, UNDETERMINED = "met", "unmet", "undetermined"
Firm = Mapping[str, object]
Points = tuple[Fraction, Fraction]
Finding = tuple[str, Fraction | None]
ZERO = Fraction(0)
INTERNAL_COSTS = (
    "rd_personnel",
    "rd_direct",
    "rd_depreciation",
    "rd_amortization",
    "rd_design",
    "rd_trial",
)
OTHER_COSTS = "rd_other"
OUTSOURCED_DOMESTIC = "rd_outsourced_domestic"
OUTSOURCED_OVERSEAS = "rd_outsourced_overseas"


def number(firm: Firm, field: str) -> Fraction | None:
    """The exact value of a number field."""
    value = firm.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise TypeError(f"{field}: {value!r} is not an exact number")
    return Fraction(value)


def yes_no(firm: Firm, field: str) -> bool | None:
    """The answer to a yes/no field."""
    value = firm.get(field)
    if value is None or isinstance(value, bool):
        return value
    raise TypeError(f"{field}: {value!r} is not yes or no")


def text(firm: Firm, field: str) -> str | None:
    """The value of a code or rating field."""
    value = firm.get(field)
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{field}: {value!r} is not text")


def day(firm: Firm, field: str) -> date | None:
    """The value of a date field."""
    value = firm.get(field)
    if value is None or isinstance(value, date):
        return value
    raise TypeError(f"{field}: {value!r} is not a date")


def applied_on(firm: Firm) -> date:
    """The date of the application, which every firm must have."""
    applied = day(firm, "application_date")
    if applied is None:
        raise ValueError("application_date: blank")
    return applied


def applicable_years(firm: Firm) -> list[int] | None:
    """指引三(一): the three fiscal years before the year of application, as y1, y2, y3.

    办法第十一条(五): a younger firm has only the years it lived in. A year that ended before the
    registration is left out, and what is written for it is ignored.
    """
    registered = day(firm, "registered_on")
    if registered is None:
        return None
    year_of_application = applied_on(firm).year
    ends = {k: date(year_of_application - 4 + k, 12, 31) for k in (1, 2, 3)}
    return [k for k, end in ends.items() if end >= registered]


#: as little and as much as one likes
TINY, BIG = Fraction(1, 10**30), Fraction(10**30)


def spans_of_years(firm: Firm) -> list[list[int]]:
    """The years that apply, or each span of them that a blank registration leaves open."""
    years = applicable_years(firm)
    return [[1, 2, 3], [2, 3], [3], []] if years is None else [years]


def shares(part: Fraction | None, whole: Fraction | None) -> list[tuple[Fraction, Fraction]]:
    """A part and its whole, or the ends of what they may be."""
    if part is not None and whole is not None:
        return [(part, whole)]
    if whole is not None:
        return [(ZERO, whole), (whole, whole)]
    if part is not None:
        return [(part, part), (part, BIG)]
    return [(ZERO, ZERO), (ZERO, BIG), (BIG, BIG)]


def agreed(findings: Iterable[Finding]) -> Finding:
    """The finding that all of these give; else none."""
    found = list(findings)
    if len(found) == 1:
        return found[0]
    statuses = {status for status, _ in found}
    return (statuses.pop() if len(statuses) == 1 else UNDETERMINED), None


def filled(values: list[Fraction | None], ends: tuple[Fraction, ...]) -> Iterator[list[Fraction]]:
    """Every way of putting blanks at these ends."""
    for way in product(*([value] if value is not None else ends for value in values)):
        yield list(way)


def total(values: Iterable[Fraction | None]) -> Fraction | None:
    """The sum, not known as soon as one part is not known."""
    result = ZERO
    for value in values:
        if value is None:
            return None
        result += value
    return result


@dataclass(frozen=True)
class RdCosts:
    """The R&D costs of one year, as counted: all of them, and those within mainland China."""

    counted: Fraction | None
    domestic: Fraction | None


def rd_costs_filled(firm: Firm, year: int, home: Fraction, abroad: Fraction) -> RdCosts:
    """A year's R&D costs with its blanks within mainland China, and outside it, at these amounts."""
    costs = rd_costs(firm, year)
    if costs.counted is not None and costs.domestic is not None:
        return costs
    names = [*INTERNAL_COSTS, OTHER_COSTS, OUTSOURCED_DOMESTIC, OUTSOURCED_OVERSEAS]
    fields = [f"{name}_y{year}" for name in names]
    blank = [number(firm, field) is None for field in fields]
    if costs.counted is None and any(blank) and not all(blank):
        amounts = [home] * (len(fields) - 1) + [abroad]
        fill = {
            field: amount
            for field, amount, fills in zip(fields, amounts, blank, strict=True)
            if fills
        }
        return rd_costs({**firm, **fill}, year)
    domestic = costs.domestic
    if domestic is None:
        domestic = home if costs.counted is None else min(home, costs.counted)
    return RdCosts(domestic + abroad if costs.counted is None else costs.counted, domestic)


def rd_costs(firm: Firm, year: int) -> RdCosts:
    """指引三(六)2–3: a year's R&D costs, from the nine categories or else from the totals given.

    Outsourced costs count at 80 % of the amount paid. Other costs are at most 20 % of the internal
    costs, themselves included; so at most 20/80 of the six other internal categories. Domestic
    costs are the internal ones and what was outsourced in mainland China.
    """
    internal = total(number(firm, f"{cost}_y{year}") for cost in INTERNAL_COSTS)
    other = number(firm, f"{OTHER_COSTS}_y{year}")
    at_home = number(firm, f"{OUTSOURCED_DOMESTIC}_y{year}")
    abroad = number(firm, f"{OUTSOURCED_OVERSEAS}_y{year}")
    if internal is None or other is None or at_home is None or abroad is None:
        return RdCosts(
            counted=number(firm, f"rd_expense_y{year}"),
            domestic=number(firm, f"rd_expense_domestic_y{year}"),
        )
    cap = max(internal, ZERO) * Fraction(20, 80)
    inside = internal + min(other, cap)
    domestic = inside + Fraction(80, 100) * at_home
    return RdCosts(counted=domestic + Fraction(80, 100) * abroad, domestic=domestic)


@dataclass(frozen=True)
class Count:
    """A count known to lie between two ends; `most` is None where nothing bounds it."""

    least: Fraction
    most: Fraction | None

    def __add__(self, other: Count) -> Count:
        unbounded = self.most is None or other.most is None
        return Count(
            self.least + other.least,
            None if unbounded else (self.most or ZERO) + (other.most or ZERO),
        )

    def surely_at_least_one(self) -> bool:
        return self.least >= 1

    def surely_none(self) -> bool:
        return self.most is not None and self.most < 1


def class1_rights(firm: Firm) -> Count:
    """指引三(二)3: rights valued as Class I."""
    count = number(firm, "ip_class1_count")
    return Count(ZERO, None) if count is None else Count(count, count)


def usable_class2_rights(firm: Firm) -> Count:
    """指引三(二)3–4: rights valued as Class II; each may be used in one certification only."""
    count = number(firm, "ip_class2_count")
    used = number(firm, "ip_class2_used_count")
    if count is None:
        return Count(ZERO, None)
    if used is None:
        return Count(ZERO, count)
    usable = max(count - used, ZERO)
    return Count(usable, usable)


def usable_rights(firm: Firm) -> Count:
    """指引三(二): all rights the firm may bring to this application."""
    return class1_rights(firm) + usable_class2_rights(firm)
