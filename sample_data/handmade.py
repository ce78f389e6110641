"""Four firms made by hand, each with one thing to remember it by; they head candidates.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from draws import NO, YES, Columns
from firms import BLANKS, CATEGORIES
from identities import NEW_AREA, ZONE, credit_codes

Value = str | float
SERIAL = 800_000_000  # far from the serials of the generated firms


@dataclass(frozen=True)
class Handmade:
    """One firm: why it is here, and its facts by field id; what is not named is blank."""

    why: str
    facts: Mapping[str, Value]


def triple(stem: str, first: float, second: float, third: float) -> dict[str, Value]:
    """One figure over the three years."""
    return {f"{stem}_y1": first, f"{stem}_y2": second, f"{stem}_y3": third}


def points(system: float, institution: float, incentive: float, talent: float) -> dict[str, Value]:
    """The four self-rated management points."""
    return {
        "management_system": system,
        "management_institution": institution,
        "management_incentive": incentive,
        "management_talent": talent,
    }


def costs(year: int, *amounts: float) -> dict[str, Value]:
    """The nine R&D categories of one year."""
    return {f"{name}_y{year}": each for name, each in zip(CATEGORIES, amounts, strict=True)}


SOUND: dict[str, Value] = {
    "major_violation": NO,
    "ip_class2_used_count": 0,
    "ip_self_developed": YES,
    "ip_core_support": YES,
    "ip_advancement_rating": "A",
    "ip_core_support_rating": "A",
}

HANDMADE = (
    Handmade(
        "stands exactly on every line: R&D 5.00 % of sales, latest sales 50,000,000, S&T staff "
        "10 %, domestic R&D 60 %, hi-tech income 60 %, five results a year, both growths 15 % "
        "(net assets 100 → 115 → 132.25); its score is at least 71",
        SOUND
        | triple("sales_revenue", 37_812_500, 44_000_000, 50_000_000)
        | triple("net_assets", 20_000_000, 23_000_000, 26_450_000)
        | triple("rd_expense", 1_890_625, 2_200_000, 2_500_000)
        | triple("rd_expense_domestic", 1_134_375, 1_320_000, 1_500_000)
        | triple("conversions", 5, 5, 5)
        | points(4, 4, 3, 3)
        | {
            "name": "呼和浩特市临界朔新材料有限公司",
            "registered_on": "2014-03-18",
            "application_date": "2026-05-10",
            "district": "赛罕区",
            "industry": "新材料",
            "technical_field_code": "40103",
            "gross_income_y3": 52_000_000,
            "non_taxable_income_y3": 2_000_000,
            "hitech_income_y3": 30_000_000,
            "ip_class1_count": 1,
            "ip_class2_count": 6,
            "staff_total": 100,
            "st_staff": 10,
            "standards_participation": NO,
        },
    ),
    Handmade(
        "strong in everything and short of one thing: 11.9 S&T staff of 120 is 9.92 %",
        SOUND
        | triple("sales_revenue", 21_350_000, 27_480_000, 36_120_000)
        | triple("net_assets", 9_200_000, 12_050_000, 16_400_000)
        | triple("rd_expense", 1_921_500, 2_445_720, 3_178_560)
        | triple("rd_expense_domestic", 1_921_500, 2_445_720, 3_178_560)
        | triple("conversions", 6, 7, 7)
        | points(6, 6, 4, 4)
        | {
            "name": "呼和浩特市差一苒软件有限公司",
            "registered_on": "2016-09-01",
            "application_date": "2026-07-10",
            "district": "赛罕区",
            "carrier": "穹庐软件园",
            "industry": "软件",
            "technical_field_code": "10110",
            "gross_income_y3": 36_450_000,
            "non_taxable_income_y3": 0,
            "hitech_income_y3": 32_600_000,
            "ip_class1_count": 3,
            "ip_class2_count": 24,
            "staff_total": 120,
            "st_staff": 11.9,
            "standards_participation": YES,
        },
    ),
    Handmade(
        "registered exactly 365 days before it applies; a single fiscal year, so no growth yet "
        "and its score is left to the experts",
        SOUND
        | {
            "name": "呼和浩特市初满霁诊断技术有限公司",
            "registered_on": "2025-07-10",
            "application_date": "2026-07-10",
            "district": ZONE,
            "carrier": "珞云孵化器",
            "industry": "干细胞与诊断",
            "technical_field_code": "20103",
            "sales_revenue_y3": 1_860_000,
            "net_assets_y3": 3_400_000,
            "rd_expense_y3": 742_000,
            "rd_expense_domestic_y3": 742_000,
            "total_income_y3": 1_871_200,
            "hitech_income_y3": 1_690_000,
            "ip_class1_count": 1,
            "ip_class2_count": 4,
            "staff_total": 9.5,
            "st_staff": 5,
            "conversions_y3": 5,
            "standards_participation": NO,
        }
        | points(6, 6, 4, 4),
    ),
    Handmade(
        "one fen above the tier: latest sales 50,000,000.01, so 4 % is asked of it and its 4.48 % "
        "is enough; other costs pass their cap, outsourcing counts at 80 %",
        SOUND
        | triple("sales_revenue", 34_000_000, 41_500_000, 50_000_000.01)
        | triple("net_assets", 18_600_000, 23_900_000, 30_250_000)
        | costs(1, 620_000, 340_000, 90_000, 20_000, 30_000, 40_000, 300_000, 120_000, 0)
        | costs(2, 750_000, 410_000, 100_000, 20_000, 30_000, 60_000, 420_000, 160_000, 0)
        | costs(3, 900_000, 500_000, 120_000, 20_000, 40_000, 70_000, 500_000, 200_000, 50_000)
        | triple("conversions", 5, 6, 6)
        | points(6, 5, 4, 4)
        | {
            "name": "呼和浩特市越线珞光伏材料有限公司",
            "registered_on": "2012-06-25",
            "application_date": "2026-09-10",
            "district": NEW_AREA,
            "industry": "光伏材料",
            "technical_field_code": "60101",
            "gross_income_y3": 50_680_000,
            "non_taxable_income_y3": 400_000,
            "total_income_y3": 50_280_000,
            "hitech_income_y3": 41_200_000,
            "ip_class1_count": 2,
            "ip_class2_count": 15,
            "ip_class2_used_count": 4,
            "staff_total": 46.5,
            "st_staff": 9,
            "standards_participation": YES,
        },
    ),
)


def handmade_firms(like: Columns, seed: int) -> Columns:
    """The firms made by hand, in columns of the same kinds as ``like``."""
    rows = len(HANDMADE)
    made: Columns = {}
    for name, column in like.items():
        values = np.full(rows, BLANKS[column.dtype.kind], dtype=column.dtype)
        for row, firm in enumerate(HANDMADE):
            if name in firm.facts:
                values[row] = firm.facts[name]
        made[name] = values
    made["uscc"] = credit_codes(made["district"], seed, SERIAL)
    return made
