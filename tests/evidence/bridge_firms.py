"""Invented firms whose books, return and application agree, worked out by hand and not by the product."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

Amounts = dict[tuple[str, str, int], Decimal]
CATEGORIES = (
    "personnel", "direct", "depreciation", "amortization", "design", "trial", "other",
    "outsourced_domestic", "outsourced_overseas",
)  # fmt: skip
FIVE = CATEGORIES[:6]
YEARS = (2023, 2024, 2025)
#: difference -> what it adds to the deduction and to the certification, by category
SCOPE: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]] = {
    "support_staff": ({"personnel": -1}, {}),
    "short_term_staff": ({}, {"personnel": -1}),
    "welfare": ({"personnel": -1, "other": 1}, {"personnel": -1}),
    "building_rent": ({"direct": -1}, {}),
    "building_depreciation": ({"depreciation": -1}, {}),
    "deferred_charges": ({"depreciation": -1}, {}),
    "tax_depreciation": ({"depreciation": 1}, {}),
    "equipment_tuning": ({"trial": -1}, {}),
    "other_not_listed": ({"other": -1}, {}),
    "overseas_individuals": ({"outsourced_overseas": -1}, {}),
}
#: differences whose category their row states
FREE = {
    "untaxed_grants": (-1, 0),
    "negative_list": (-1, -1),
    "deduction_not_claimed": (-1, 0),
    "outside_certification": (0, -1),
}
CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


#: amounts large enough that no difference makes one negative
LARGE = st.integers(10_000_000, 2_000_000_000).map(lambda number: number * CENT)
SMALL = st.integers(1, 900_000).map(lambda number: number * CENT)


@st.composite
def firms(draw: st.DrawFn) -> Amounts:
    """All figures of three years on every basis, and the differences between them."""
    amounts: Amounts = {}
    for year in YEARS:
        amounts |= rd_year(draw, year) | income_year(draw, year) | staff_year(draw, year)
    return amounts


def rd_year(draw: st.DrawFn, year: int) -> Amounts:
    books = {category: draw(LARGE) for category in CATEGORIES}
    deduction, certification = dict(books), dict(books)
    amounts: Amounts = {}
    for name, effects in SCOPE.items():
        if draw(st.booleans()):
            amount = draw(SMALL)
            amounts[name, "all", year] = amount
            for book, effect in zip((deduction, certification), effects, strict=True):
                for category, sign in effect.items():
                    book[category] += sign * amount
    for name, signs in FREE.items():
        if draw(st.booleans()):
            category, amount = draw(st.sampled_from(CATEGORIES)), draw(SMALL)
            amounts[name, category, year] = amount
            deduction[category] += signs[0] * amount
            certification[category] += signs[1] * amount
    expensed, elsewhere = draw(SMALL), draw(SMALL)
    amounts["capitalised_in_year", "all", year] = expensed
    amounts["booked_elsewhere", "all", year] = elsewhere
    amounts["statement", "all", year] = sum(books.values()) - expensed - elsewhere
    for name, book in (
        ("books", books),
        ("deduction_incurred", deduction),
        ("certification_incurred", certification),
    ):
        amounts |= {(name, category, year): amount for category, amount in book.items()}
    return (
        amounts
        | allowed(deduction, year)
        | counted(certification, year)
        | base(draw, deduction, year)
    )


def allowed(incurred: Mapping[str, Decimal], year: int) -> Amounts:
    """A107012 lines 34, 36 × 80 %, 38 and 40."""
    lines = dict(incurred)
    five = sum((incurred[each] for each in FIVE), Decimal(0))
    lines["other"] = min(incurred["other"], cents(five * 10 / 90))
    domestic = incurred["outsourced_domestic"] * 80 / 100
    base = five + lines["other"] + domestic
    overseas = min(incurred["outsourced_overseas"] * 80 / 100, cents(base * 2 / 3))
    lines |= {"outsourced_domestic": cents(domestic), "outsourced_overseas": cents(overseas)}
    stated = ("other", "outsourced_domestic", "outsourced_overseas")
    amounts = {("deduction", each, year): lines[each] for each in stated}
    return amounts | {("deduction", "all", year): sum(lines.values(), Decimal(0))}


def base(draw: st.DrawFn, incurred: Mapping[str, Decimal], year: int) -> Amounts:
    """From line 40 to the base of the deduction."""
    total = allowed(incurred, year)["deduction", "all", year]
    names = {"capitalised": -1, "amortised_new": 1, "amortised_earlier": 1, "special_income": -1, "sold_material": -1}  # fmt: skip
    amounts: Amounts = {}
    for name, sign in names.items():
        amounts[name, "all", year] = draw(SMALL)
        total += sign * amounts[name, "all", year]
    return amounts | {("deduction_base", "all", year): total}


def counted(incurred: Mapping[str, Decimal], year: int) -> Amounts:
    """A107041 lines 24, 25 and 15."""
    lines = dict(incurred)
    five = sum((incurred[each] for each in FIVE), Decimal(0))
    lines["other"] = min(incurred["other"], cents(five * 20 / 80))
    for each in ("outsourced_domestic", "outsourced_overseas"):
        lines[each] = cents(incurred[each] * 80 / 100)
    stated = ("other", "outsourced_domestic", "outsourced_overseas")
    amounts = {("certification", each, year): lines[each] for each in stated}
    return amounts | {("certification", "all", year): sum(lines.values(), Decimal(0))}


def income_year(draw: st.DrawFn, year: int) -> Amounts:
    amount = draw(LARGE)
    amounts: Amounts = {("statement_revenue", "all", year): amount}
    for basis, names in {
        "return_sales": {"revenue_adjustment": 1},
        "gross_income": {"deemed_sales": 1, "non_operating_income": 1, "interest_income": 1, "gains_in_other_lines": -1},
        "total_income": {"non_taxable_income": -1},
        "hitech_income": {"ordinary_products": -1, "other_income": -1},
    }.items():  # fmt: skip
        for name, sign in names.items():
            amounts[name, "all", year] = draw(SMALL)
            amount += sign * amounts[name, "all", year]
        amounts[basis, "all", year] = amount
    return amounts


def staff_year(draw: st.DrawFn, year: int) -> Amounts:
    heads = st.integers(1, 900).map(lambda number: number * CENT)
    staff = Decimal(draw(st.integers(40, 400)))
    dispatched, part_time, retired, others = (draw(heads) for _ in range(4))
    return {
        ("staff_total", "all", year): staff,
        ("dispatched", "all", year): dispatched,
        ("part_time", "all", year): part_time,
        ("retired", "all", year): retired,
        ("not_st_staff", "all", year): others,
        ("return_staff", "all", year): staff + dispatched - part_time,
        ("insured_staff", "all", year): staff - part_time - retired,
        ("st_staff", "all", year): staff - others,
    }
