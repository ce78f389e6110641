"""What a firm can move: every figure of its own, always to its advantage.

The lines that these reach stand in remedies.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.comparisons import decimal
from eligibility.domain.arrays import Floats
from eligibility.domain.facts import RATINGS, FirmTable, bound_ids
from eligibility.domain.law import Edition
from eligibility.domain.results import Lever
from eligibility.domain.text import Wording

from .derived_figures import (
    counted_rd,
    other_cut,
    other_per_base,
    total_income,
)

Columns = Mapping[str, NDArray[Any]]
RIGHTS = {"class1_rights": 1.0, "class2_rights": 1.0}
RATED = {
    "advancement_rating": "ip_advancement_rating",
    "core_support_rating": "ip_core_support_rating",
}
#: staff figure -> levers of it: more of the same staff counted so, or more people
STAFF = ("st_staff", "college_st_staff", "rd_staff")
MANAGEMENT = (
    "management_system",
    "management_institution",
    "management_incentive",
    "management_talent",
)


def levers(firms: FirmTable, law: Edition) -> Mapping[str, Lever]:
    """Every figure that a firm can move to its advantage."""
    free = np.full(firms.rows, np.inf)

    def more(field: str, room: Floats = free) -> Lever:
        present = firms.numbers(field)
        return Lever(field, present, room, lambda amount: {field: decimal(present + amount)})

    def yes(field: str) -> Lever:
        shown = np.nan_to_num(firms.numbers(field))
        return Lever(
            field,
            firms.numbers(field),
            1 - shown,
            lambda amount: {field: np.where(amount > 0, 1.0, firms.numbers(field))},
        )

    result = {
        "days": Lever(
            "application_date", np.zeros(firms.rows), free, lambda days: _later(firms, days)
        ),
        "class1_rights": more("ip_class1_count"),
        "class2_rights": Lever(
            "ip_class2_count",
            firms.numbers("ip_class2_count"),
            free,
            lambda more: _new_class2(firms, more),
        ),
        "core_support": yes("ip_core_support"),
        "own_research": yes("ip_self_developed"),
        "standards": yes("standards_participation"),
        "rd_at_home": _rd_at_home(firms, law),
        "hitech_income_shown": replace(
            more("hitech_income_y3", total_income(firms)[0] - firms.numbers("hitech_income_y3")),
            how=Wording(zh="现有收入中", en="of present income"),
        ),
        "hitech_income_new": Lever(
            "hitech_income_y3",
            firms.numbers("hitech_income_y3"),
            free,
            lambda amount: _raise(
                firms, amount, "hitech_income_y3", "gross_income_y3", "total_income_y3"
            ),
            how=Wording(zh="新增收入，总收入随之增加", en="new income, which adds to all income"),
            plannable=False,
        ),
        "conversions": more("conversions_y3"),
        # more sales widen the base of other lines too, so no plan rests on them
        "sales": replace(more("sales_revenue_y3"), plannable=False),
        "net_assets": more("net_assets_y3"),
        "total_assets": more("total_assets_y3"),
    }
    for name in STAFF:
        result |= _staff_levers(name, firms, law)
    for name, field in RATED.items():
        result[name] = _rating(field, firms)
    for name in (*MANAGEMENT, "management_checks"):
        if name in law.items:
            result[name] = _points_lever(name, firms, law)
    return result


def _later(firms: FirmTable, days: Floats) -> Columns:
    return {"application_date": firms.dates("application_date") + days.astype("timedelta64[D]")}


def _new_class2(firms: FirmTable, amount: Floats) -> Columns:
    """New Class II rights; where it is unknown how many are spent, at worst all former ones are."""
    rights, spent = firms.numbers("ip_class2_count"), firms.numbers("ip_class2_used_count")
    return {
        "ip_class2_count": rights + amount,
        "ip_class2_used_count": np.where(np.isnan(spent) & (amount > 0), rights, spent),
    }


def _raise(firms: FirmTable, amount: Floats, *fields: str) -> Columns:
    """More in each of the fields that is given."""
    return {
        field: decimal(firms.numbers(field) + amount) for field in fields if field in firms.columns
    }


def _rd_at_home(firms: FirmTable, law: Edition) -> Lever:
    """R&D of the firm's own in mainland China, in the latest year; a limit on other costs widens."""
    counted = counted_rd(firms, law).total

    def move(amount: Floats) -> Columns:
        widened = np.minimum(other_per_base(law) * amount, other_cut(firms, law)[-1])
        totals = _raise(firms, amount + widened, "rd_expense_y3", "rd_expense_domestic_y3")
        return {**totals, **_raise(firms, amount, "rd_personnel_y3")}

    return Lever(
        "rd_expense_y3",
        counted.values[-1],
        np.full(firms.rows, np.inf),
        move,
        how=Wording(zh="境内", en="in mainland China"),
    )


def _staff_levers(name: str, firms: FirmTable, law: Edition) -> dict[str, Lever]:
    part, whole = firms.numbers(name), firms.numbers("staff_total")
    days = law.parameters.get(f"{name}_days")
    needed = days.value if days else 0.0
    return {
        f"{name}_converted": Lever(
            name,
            part,
            whole - part,
            lambda amount: {name: part + amount},
            needed,
            Wording(zh="职工总数不变", en="staff unchanged"),
        ),
        f"{name}_hired": Lever(
            name,
            part,
            np.full(firms.rows, np.inf),
            lambda amount: {name: part + amount, "staff_total": whole + amount},
            needed,
            Wording(zh="新招聘，职工总数随之增加", en="newly hired, who add to the staff"),
        ),
    }


def _rating(field: str, firms: FirmTable) -> Lever:
    worst = len(RATINGS) - 1.0
    grade = np.where(np.isnan(firms.numbers(field)), worst, firms.numbers(field))
    return Lever(
        field,
        worst - firms.numbers(field),
        grade,
        lambda amount: {
            field: np.where(amount > 0, np.maximum(grade - amount, 0.0), firms.numbers(field))
        },
    )


def _points_lever(name: str, firms: FirmTable, law: Edition) -> Lever:
    rating, item = firms.numbers(name), law.items[name]
    points = np.nan_to_num(rating)
    most = (item.bands[0].at_least if item.bands else item.max) or 0.0
    return Lever(
        name,
        rating,
        most - points,
        lambda amount: {name: np.where(amount > 0, np.minimum(points + amount, most), rating)},
    )


def after_grant(firms: FirmTable) -> Columns:
    """What a granted certification leaves for the next: Class II rights are spent (三、（二）4)."""
    rights, spent = "ip_class2_count", "ip_class2_used_count"
    ends = dict(zip(bound_ids(spent), firms.bounds(rights), strict=True))
    of_lists = firms.columns.keys() & {*bound_ids(rights), *ends}
    return {spent: firms.numbers(rights)} | (ends if of_lists else {})
