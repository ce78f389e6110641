"""The nine conditions and the score of 2016 as openfisca-core has them: variables and formulas.

Written in that library's own way, on the same columns, with the same results in kind: three states
for a condition (its floats hold NaN for a blank), the lowest and highest points of every item, the
nine R&D categories with their rules, years before registration left out. It leaves out what it has
no place for (which fields are missing, margins, named readings, equality at a line; its floats are
32 bits wide), so it does less, not more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Formula = Callable[[Any, Any], Any]
Firm = build_entity(key="firm", plural="firms", label="Firm", is_person=True)
PERIOD = "2026"
YEARS = ("y1", "y2", "y3")
INTERNAL = ("personnel", "direct", "depreciation", "amortization", "design", "trial")
CATEGORIES = (*INTERNAL, "other", "outsourced_domestic", "outsourced_overseas")
SERIES = ("sales_revenue", "net_assets", "rd_expense", "rd_expense_domestic", "conversions")
INPUT = [
    *(f"{stem}_{year}" for stem in (*SERIES, *(f"rd_{name}" for name in CATEGORIES)) for year in YEARS),
    *"gross_income_y3 non_taxable_income_y3 total_income_y3 hitech_income_y3 staff_total st_staff".split(),
    *"ip_class1_count ip_class2_count ip_class2_used_count ip_core_support ip_self_developed".split(),
    *"technical_field_code ip_advancement_rating ip_core_support_rating standards_participation".split(),
    *"management_system management_institution management_incentive management_talent".split(),
    *"major_violation age registered_year application_year".split(),
]  # fmt: skip


def three_states(known: Any, passes: Any) -> Any:
    """1 met, 0 undetermined, -1 unmet."""
    return np.where(known, np.where(passes, 1, -1), 0)


def operating(place: int) -> Formula:
    """Did the firm exist at the end of that year."""
    return lambda firm, period: (
        firm("registered_year", period) <= firm("application_year", period) - 3 + place
    )


def counted(year: str, domestic: bool) -> Formula:
    """R&D of a year from its categories, or as stated."""

    def formula(firm: Any, period: Any) -> Any:
        internal = sum(firm(f"rd_{name}_{year}", period) for name in INTERNAL)
        other = np.minimum(firm(f"rd_other_{year}", period), internal * 0.2 / 0.8)
        abroad = 0.8 * firm(f"rd_outsourced_overseas_{year}", period)
        made = internal + other + 0.8 * firm(f"rd_outsourced_domestic_{year}", period)
        stated = firm(f"rd_expense_domestic_{year}" if domestic else f"rd_expense_{year}", period)
        whole = made + abroad
        return np.where(np.isnan(whole), stated, made if domestic else whole)

    return formula


def total(stem: str) -> Formula:
    """Sum over the years of operation."""
    return lambda firm, period: sum(
        np.where(firm(f"operating_{year}", period), firm(f"{stem}_{year}", period), 0)
        for year in YEARS
    )


def share(part: str, whole: str, line: float) -> Formula:
    """A share that must reach a line."""

    def formula(firm: Any, period: Any) -> Any:
        above, below = firm(part, period), firm(whole, period)
        known = ~np.isnan(above) & ~np.isnan(below)
        return three_states(known, (below > 0) & (above >= line * below))

    return formula


def intensity(firm: Any, period: Any) -> Any:
    """R&D over sales, by tier."""
    latest, rd, sales = (
        firm(name, period) for name in ("sales_revenue_y3", "rd_total", "sales_total")
    )
    line = np.select([latest <= 5e7, latest <= 2e8], [0.05, 0.04], 0.03)
    return three_states(~np.isnan(rd) & ~np.isnan(sales), (sales > 0) & (rd >= line * sales))


def rights(end: str) -> Formula:
    """Usable Class II rights, at least or at most."""

    def formula(firm: Any, period: Any) -> Any:
        second, used = firm("ip_class2_count", period), firm("ip_class2_used_count", period)
        if end == "low":
            return np.nan_to_num(np.maximum(np.where(np.isnan(used), 0, second - used), 0))
        most = np.where(np.isnan(used), second, second - used)
        return np.where(np.isnan(second), np.inf, np.maximum(most, 0))

    return formula


def has_rights(end: str) -> Formula:
    """Does the firm have a usable right, for certain or perhaps."""
    blank = 0 if end == "low" else np.inf

    def formula(firm: Any, period: Any) -> Any:
        first = firm("ip_class1_count", period)
        return np.where(np.isnan(first), blank, first) + firm(f"class2_{end}", period) >= 1

    return formula


def core_ip(firm: Any, period: Any) -> Any:
    """Rights that support the main products."""
    support = firm("ip_core_support", period)
    certain, perhaps = firm("rights_low", period), firm("rights_high", period)
    known = (certain & (support == 1)) | ~perhaps | (support == 0)
    return three_states(known, certain & (support == 1))


def count_points(end: str) -> Formula:
    """Points for the number of rights."""
    points = ([7, 5, 3, 1], [8, 6, 4, 2])[end == "high"]
    blank = 0 if end == "low" else np.inf

    def formula(firm: Any, period: Any) -> Any:
        first, second = firm("ip_class1_count", period), firm(f"class2_{end}", period)
        first = np.where(np.isnan(first), blank, first)
        return np.select([first >= 1, second >= 5, second >= 3, second >= 1], points, 0)

    return formula


def rated(name: str, end: str) -> Formula:
    """Points of a rating, where there are rights."""
    points = np.array([[7, 5, 3, 1, 0, 0], [8, 6, 4, 2, 0, 8]][end == "high"])

    def formula(firm: Any, period: Any) -> Any:
        rating = np.nan_to_num(firm(name, period), nan=5).astype(int)
        return np.where(firm(f"rights_{end}", period), points[rating], 0)

    return formula


def acquired(end: str) -> Formula:
    """Points for how the rights were acquired."""

    def formula(firm: Any, period: Any) -> Any:
        points = 1 if end == "low" else np.where(firm("ip_self_developed", period) == 0, 3, 6)
        return np.where(firm(f"rights_{end}", period), points, 0)

    return formula


def standards(end: str) -> Formula:
    """Points for standards."""

    def formula(firm: Any, period: Any) -> Any:
        took_part = firm("standards_participation", period)
        return np.where(took_part == 1, 1, 0) if end == "low" else np.where(took_part == 0, 0, 2)

    return formula


def conversion(end: str) -> Formula:
    """Points for results put to use."""
    points = ([25, 19, 13, 7, 1], [30, 24, 18, 12, 6])[end == "high"]

    def formula(firm: Any, period: Any) -> Any:
        years = sum(firm(f"operating_{year}", period) * 1 for year in YEARS)
        mean = firm("conversions_total", period) / np.maximum(years, 1)
        made = np.select([mean >= 5, mean >= 4, mean >= 3, mean >= 2, mean >= 1], points, 0)
        if end == "high":
            made = np.where((mean > 0) & (mean < 1), 6, made)
        return np.where(np.isnan(mean), 0 if end == "low" else 30, made)

    return formula


def given(name: str, end: str, most: int) -> Formula:
    """Points as given, or the full range."""
    return lambda firm, period: np.nan_to_num(firm(name, period), nan=0 if end == "low" else most)


def growth(stem: str, end: str) -> Formula:
    """Points for growth."""
    points = ([9, 7, 5, 3, 1], [10, 8, 6, 4, 2])[end == "high"]

    def formula(firm: Any, period: Any) -> Any:
        first, second, third = (firm(f"{stem}_{year}", period) for year in YEARS)
        runs = [firm(f"operating_{year}", period) for year in YEARS]
        blank = (
            sum(
                (one & np.isnan(value))
                for one, value in zip(runs, (first, second, third), strict=True)
            )
            > 0
        )
        sinking = (
            sum(
                (one & (value < 0)) for one, value in zip(runs, (first, second, third), strict=True)
            )
            > 0
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            both = (second / first + third / second) / 2 - 1
            rate = np.where(runs[0] & (first != 0), both, third / second - 1)
        none = sinking | ~runs[1] | (second == 0)
        made = np.select(
            [rate >= 0.35, rate >= 0.25, rate >= 0.15, rate >= 0.05, rate > 0], points, 0
        )
        return np.where(blank, 0 if end == "low" else 10, np.where(none, 0, made))

    return formula


def score(end: str) -> Formula:
    """The total after the ceiling of the rights."""
    names = ("advancement", "support", "count", "acquired", "standards")
    others = ("conversion", "system", "institution", "incentive", "talent", "assets", "sales")

    def formula(firm: Any, period: Any) -> Any:
        rights = np.minimum(sum(firm(f"{name}_{end}", period) for name in names), 30)
        return rights + sum(firm(f"{name}_{end}", period) for name in others)

    return formula


def innovation(firm: Any, period: Any) -> Any:
    """More than 70 points, for certain or perhaps."""
    low, high = firm("score_low", period), firm("score_high", period)
    return three_states((low > 70) | (high <= 70), low > 70)


def flag(name: str, passes: Callable[[Any], Any]) -> Formula:
    """A condition on one field."""
    return lambda firm, period: three_states(
        ~np.isnan(firm(name, period)), passes(firm(name, period))
    )


def income(firm: Any, period: Any) -> Any:
    """Gross less non-taxable, or as stated."""
    made = firm("gross_income_y3", period) - firm("non_taxable_income_y3", period)
    return np.where(np.isnan(made), firm("total_income_y3", period), made)


def build(codes: np.ndarray) -> TaxBenefitSystem:
    """The variables and their formulas."""
    formulas: dict[str, Formula] = {
        **{f"operating_{year}": operating(place) for place, year in enumerate(YEARS)},
        **{f"rd_counted_{year}": counted(year, False) for year in YEARS},
        **{f"rd_domestic_{year}": counted(year, True) for year in YEARS},
        "rd_total": total("rd_counted"),
        "domestic_total": total("rd_domestic"),
        "sales_total": total("sales_revenue"),
        "conversions_total": total("conversions"),
        "income_total": income,
    }
    for end in ("low", "high"):
        formulas |= {
            f"class2_{end}": rights(end),
            f"rights_{end}": has_rights(end),
            f"advancement_{end}": rated("ip_advancement_rating", end),
            f"support_{end}": rated("ip_core_support_rating", end),
            f"count_{end}": count_points(end),
            f"acquired_{end}": acquired(end),
            f"standards_{end}": standards(end),
            f"conversion_{end}": conversion(end),
            f"system_{end}": given("management_system", end, 6),
            f"institution_{end}": given("management_institution", end, 6),
            f"incentive_{end}": given("management_incentive", end, 4),
            f"talent_{end}": given("management_talent", end, 4),
            f"assets_{end}": growth("net_assets", end),
            f"sales_{end}": growth("sales_revenue", end),
            f"score_{end}": score(end),
        }
    conditions: dict[str, Formula] = {
        "meets_age": flag("age", lambda age: age >= 365),
        "meets_ip": core_ip,
        "meets_field": flag("technical_field_code", lambda code: np.isin(code, codes)),
        "meets_staff": share("st_staff", "staff_total", 0.1),
        "meets_intensity": intensity,
        "meets_domestic": share("domestic_total", "rd_total", 0.6),
        "meets_hitech": share("hitech_income_y3", "income_total", 0.6),
        "meets_score": innovation,
        "meets_conduct": flag("major_violation", lambda violation: violation == 0),
    }

    def verdict(firm: Any, period: Any) -> Any:
        states = np.stack([firm(name, period) for name in conditions])
        return np.where((states < 0).any(axis=0), -1, np.where((states > 0).all(axis=0), 1, 0))

    system = TaxBenefitSystem([Firm])
    kinds = {**dict.fromkeys(INPUT, float), **dict.fromkeys(formulas, float)}
    kinds |= {name: bool for name in formulas if name.startswith(("operating", "rights"))}
    kinds |= dict.fromkeys([*conditions, "verdict"], int)
    for name, formula in {
        **dict.fromkeys(INPUT),
        **formulas,
        **conditions,
        "verdict": verdict,
    }.items():
        body: dict[str, Any] = {
            "value_type": kinds[name],
            "entity": Firm,
            "definition_period": DateUnit.YEAR,
            "label": name,
        }
        system.add_variable(
            type(name, (Variable,), body | ({"formula": formula} if formula else {}))
        )
    return system


def judge(
    system: TaxBenefitSystem, columns: dict[str, np.ndarray], rows: int
) -> tuple[float, np.ndarray]:
    """Firms a second of one core, setting the input included, and the verdicts."""
    start = time.process_time()
    simulation = SimulationBuilder().build_default_simulation(system, count=rows)
    for name, column in columns.items():
        simulation.set_input(name, PERIOD, column)
    found = simulation.calculate("verdict", PERIOD)
    return rows / (time.process_time() - start), found


def columns_of(table: Any) -> dict[str, np.ndarray]:
    """The columns of a FirmTable under the peer's names."""
    derived = ("age", "registered_year", "application_year")
    columns = {name: table.numbers(name) for name in INPUT if name not in derived}
    registered, applied = table.dates("registered_on"), table.dates("application_date")
    columns["age"] = np.where(
        np.isnat(registered), np.nan, (applied - registered).astype(np.float64)
    )
    columns["registered_year"] = registered.astype("M8[Y]").astype(np.float64) + 1970
    columns["application_year"] = table.application_years.astype(np.float64)
    return columns
