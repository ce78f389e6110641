"""The nine conditions and the score of 2016 as openfisca-core would have them, on the same columns.

Written in that library's own way: entities, variables with formulas, one period. It has no
missing values, so blanks become zero, and it scores only the low end; less work, not more.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Firm = build_entity(key="firm", plural="firms", label="Firm", is_person=True)
PERIOD = "2026"
YEARS = ("y1", "y2", "y3")
INPUT = [
    *(f"{stem}_{year}" for stem in ("sales_revenue", "net_assets", "rd_expense", "rd_expense_domestic", "conversions") for year in YEARS),
    *"gross_income_y3 non_taxable_income_y3 hitech_income_y3 staff_total st_staff ip_class1_count".split(),
    *"ip_class2_count ip_class2_used_count ip_core_support ip_self_developed major_violation".split(),
    *"technical_field_code ip_advancement_rating ip_core_support_rating standards_participation".split(),
    *"management_system management_institution management_incentive management_talent age".split(),
]  # fmt: skip


def variable(name: str, formula: Any = None, kind: type = float) -> type[Variable]:
    """A yearly variable of a firm."""
    body = {"value_type": kind, "entity": Firm, "definition_period": DateUnit.YEAR, "label": name}
    if formula is not None:
        body["formula"] = formula
    return type(name, (Variable,), body)


def total(stem: str) -> Any:
    """Sum over three years."""
    return lambda firm, period: sum(firm(f"{stem}_{year}", period) for year in YEARS)


def growth(stem: str) -> Any:
    """Points of one growth rate, low end."""

    def formula(firm: Any, period: Any) -> Any:
        first, second, third = (firm(f"{stem}_{year}", period) for year in YEARS)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = (second / first + third / second) / 2 - 1
        return np.select(
            [rate >= 0.35, rate >= 0.25, rate >= 0.15, rate >= 0.05, rate > 0], [9, 7, 5, 3, 1], 0
        )

    return formula


def _intensity(firm: Any, period: Any) -> Any:
    sales = firm("sales_revenue_y3", period)
    line = np.select([sales <= 5e7, sales <= 2e8], [0.05, 0.04], 0.03)
    return firm("rd_total", period) >= line * firm("sales_total", period)


def _count(firm: Any, period: Any) -> Any:
    second = firm("ip_class2_count", period) - firm("ip_class2_used_count", period)
    first = firm("ip_class1_count", period)
    return np.select([first >= 1, second >= 5, second >= 3, second >= 1], [7, 5, 3, 1], 0)


def _conversion(firm: Any, period: Any) -> Any:
    mean = firm("conversions_total", period) / 3
    return np.select([mean >= 5, mean >= 4, mean >= 3, mean >= 2, mean >= 1], [25, 19, 13, 7, 1], 0)


def _rated(name: str) -> Any:
    return lambda firm, period: np.choose(
        firm(name, period).astype(int).clip(0, 4), [7, 5, 3, 1, 0]
    )


def _score(firm: Any, period: Any) -> Any:
    rights = (
        firm("points_advancement", period) + firm("points_support", period) + firm("points_count", period)
        + np.where(firm("ip_self_developed", period) > 0, 1, 1) + firm("standards_participation", period)
    )  # fmt: skip
    managed = sum(
        firm(f"management_{part}", period)
        for part in ("system", "institution", "incentive", "talent")
    )
    return (
        np.minimum(rights, 30) + firm("points_conversion", period) + managed
        + firm("points_assets", period) + firm("points_sales", period)
    )  # fmt: skip


CONDITIONS = {
    "meets_age": lambda firm, period: firm("age", period) >= 365,
    "meets_ip": lambda firm, period: (
        (firm("points_count", period) > 0) * (firm("ip_core_support", period) > 0)
    ),
    "meets_field": lambda firm, period: np.isin(firm("technical_field_code", period), CODES),
    "meets_staff": lambda firm, period: (
        firm("st_staff", period) >= 0.1 * firm("staff_total", period)
    ),
    "meets_intensity": _intensity,
    "meets_domestic": lambda firm, period: (
        firm("domestic_total", period) >= 0.6 * firm("rd_total", period)
    ),
    "meets_hitech": lambda firm, period: (
        firm("hitech_income_y3", period)
        >= 0.6 * (firm("gross_income_y3", period) - firm("non_taxable_income_y3", period))
    ),
    "meets_score": lambda firm, period: firm("score", period) > 70,
    "meets_conduct": lambda firm, period: firm("major_violation", period) == 0,
}
CODES = np.arange(10101, 10101 + 257)


def system() -> TaxBenefitSystem:
    """The variables."""
    made = TaxBenefitSystem([Firm])
    for name in INPUT:
        made.add_variable(variable(name))
    for name, formula in {
        "sales_total": total("sales_revenue"),
        "rd_total": total("rd_expense"),
        "domestic_total": total("rd_expense_domestic"),
        "conversions_total": total("conversions"),
        "points_advancement": _rated("ip_advancement_rating"),
        "points_support": _rated("ip_core_support_rating"),
        "points_count": _count,
        "points_conversion": _conversion,
        "points_assets": growth("net_assets"),
        "points_sales": growth("sales_revenue"),
        "score": _score,
    }.items():
        made.add_variable(variable(name, formula))
    for name, formula in CONDITIONS.items():
        made.add_variable(variable(name, formula, bool))
    made.add_variable(
        variable(
            "eligible",
            lambda firm, period: np.logical_and.reduce([firm(name, period) for name in CONDITIONS]),
            bool,
        )
    )
    return made


SYSTEM = system()


def judge(table: Any) -> float:
    """Judge the table and give firms a second of one core, setting the input included."""
    columns = {name: np.nan_to_num(table.numbers(name)) for name in INPUT if name != "age"}
    days = (table.dates("application_date") - table.dates("registered_on")).astype(np.float64)
    columns["age"] = np.nan_to_num(days)
    start = time.process_time()
    simulation = SimulationBuilder().build_default_simulation(SYSTEM, count=table.rows)
    for name, column in columns.items():
        simulation.set_input(name, PERIOD, column)
    simulation.calculate("eligible", PERIOD)
    return float(table.rows / (time.process_time() - start))
