"""Firms made by hand that stand at different places on both tracks of the ladder, each for one thing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

Firm = dict[str, Any]
#: what none of them differs in
_SOUND: Firm = {
    "application_date": "2026-07-15",
    "registered_on": "2016-03-01",
    "mainland_resident": "yes",
    "independent_legal_person": "yes",
    "sme_by_standard": "yes",
    "restricted_products": "no",
    "on_dishonesty_list": "no",
    "serious_violation": "no",
    "major_violation": "no",
    "incident_three_years": "no",
    "serious_incident_three_years": "no",
    "barred_by_notice": "no",
    "audit_collection": "yes",
    "excluded_industry": "no",
    "technical_field_code": 10101,
    "ip_core_support": "yes",
    "ip_self_developed": "yes",
    "ip_advancement_rating": "B",
    "ip_core_support_rating": "B",
    "ip_class2_used_count": 0,
    "standards_participation": "no",
    "management_system": 5,
    "management_institution": 4,
    "management_incentive": 3,
    "management_talent": 3,
    "hightech_certificate": "no",
    "national_award": "no",
    "rd_institution": "no",
    "standard_led": "no",
    "science_award": "no",
    "ip_demonstration": "no",
    "ministerial_award": "no",
    "national_award_three_years": "no",
    "specialised_review": "no",
    "little_giant_review": "no",
    "new_equity_2y": 0,
    "new_equity_3y": 0,
    "tech_sme_title": "no",
    "innovative_title": "no",
    "specialised_title": "no",
    "little_giant_title": "no",
}
_LATEST, _FIRST = 3, 1


def _figures(sales: float, growth: float, rd: float, main: float, debt: float) -> Firm:
    """Three years of accounts: sales of the latest, growth a year, R&D and main business over sales."""
    figures: Firm = {}
    for year in range(_FIRST, _LATEST + 1):
        amount = round(sales / (1 + growth) ** (_LATEST - year), 2)
        cost = round(amount * rd, 2)
        figures |= {
            f"sales_revenue_y{year}": amount,
            f"operating_revenue_y{year}": amount,
            f"main_revenue_y{year}": round(amount * main, 2),
            f"rd_expense_y{year}": cost,
            f"rd_expense_domestic_y{year}": cost,
            f"rd_cost_y{year}": cost,
            f"net_assets_y{year}": round(amount * 0.5, 2),
            f"conversions_y{year}": 4,
        }
    del figures["rd_cost_y1"]
    return figures | {
        "gross_income_y3": round(sales * 1.02, 2),
        "non_taxable_income_y3": 0,
        "hitech_income_y3": round(sales * 0.75, 2),
        "rd_super_deduction_y3": round(sales * rd * 0.9, 2),
        "costs_total_y3": round(sales * 0.9, 2),
        "total_assets_y3": round(sales, 2),
        "total_liabilities_y3": round(sales * debt, 2),
    }


#: name, what it shows, what it differs in; the number is the body of an invented code
FIRMS: tuple[tuple[str, str, Firm], ...] = (
    (
        "呼和浩特市起步沅软件有限公司",
        "young and small: a technology-based SME now, innovative by its points, no high-tech certificate yet",
        _figures(9_000_000, 0.3, 0.08, 0.9, 0.3)
        | {
            "registered_on": "2021-02-01", "segment_since": "2022-05-01", "strategic_emerging": "yes",
            "staff_total": 30, "st_staff": 9, "ip_class1_count": 0, "ip_class2_count": 3,
            "hitech_income_y3": 4_000_000, "related_class1": 0, "related_class1_self": 0,
            "related_class1_high_value": 0, "related_class2": 3,
        },
    ),
    (
        "呼和浩特市证在手珺新材料有限公司",
        "has a high-tech certificate to 2027, so it enters the innovative SMEs directly, whatever its points",
        _figures(26_000_000, 0.02, 0.05, 0.6, 0.7)
        | {
            "segment_since": "2018-05-01", "strategic_emerging": "no", "staff_total": 90, "st_staff": 14,
            "ip_class1_count": 1, "ip_class2_count": 8, "hightech_certificate": "yes",
            "hightech_certificate_until": "2027-11-30", "related_class1": 0, "related_class1_self": 0,
            "related_class1_high_value": 0, "related_class2": 2, "own_class1_in_use": 1,
            "platform_score": 44, "market_position": "no",
        },
    ),
    (
        "呼和浩特市线上禾装备有限公司",
        "stands on every line of the specialised SMEs of 2026: revenue 15,000,000, main business 80 %, "
        "debt 80 %, R&D 3 % but a million at least, three full years, the platform's 50",
        _figures(15_000_000, 0.0, 1 / 15, 0.8, 0.8)
        | {
            "segment_since": "2023-01-01", "strategic_emerging": "no", "staff_total": 60, "st_staff": 7,
            "ip_class1_count": 1, "ip_class2_count": 6, "tech_sme_title": "yes",
            "tech_sme_title_until": "2027-03-31", "innovative_title": "yes",
            "innovative_title_until": "2028-08-31", "related_class1": 1, "related_class1_self": 1,
            "related_class1_high_value": 0, "related_class2": 6, "own_class1_in_use": 1,
            "platform_score": 50, "market_position": "yes",
        },
    ),
    (
        "呼和浩特市专精屿仪器有限公司",
        "a specialised SME to 2028 that lacks one Class I right and a twentieth of main business for the next",
        _figures(62_000_000, 0.12, 0.11, 0.85, 0.4)
        | {
            "segment_since": "2017-05-01", "strategic_emerging": "yes", "staff_total": 160, "st_staff": 32,
            "ip_class1_count": 5, "ip_class2_count": 12, "hightech_certificate": "yes",
            "hightech_certificate_until": "2028-10-31", "innovative_title": "yes",
            "innovative_title_until": "2027-09-30", "specialised_title": "yes",
            "specialised_title_until": "2028-09-30", "related_class1": 5, "related_class1_self": 4,
            "related_class1_high_value": 1, "related_class2": 12, "own_class1_in_use": 3,
            "platform_score": 64, "market_position": "yes", "market_share": 0.12, "market_rank": 4,
            "key_product": "yes",
        },
    ),
    (
        "呼和浩特市小巨人岚生物有限公司",
        "meets every condition of the little giants of 2026 and has all titles below",
        _figures(120_000_000, 0.15, 0.07, 0.95, 0.35)
        | {
            "segment_since": "2014-05-01", "registered_on": "2013-03-01", "strategic_emerging": "yes",
            "staff_total": 300, "st_staff": 70, "ip_class1_count": 9, "ip_class2_count": 20,
            "hightech_certificate": "yes", "hightech_certificate_until": "2027-12-15",
            "innovative_title": "yes", "innovative_title_until": "2027-09-30", "specialised_title": "yes",
            "specialised_title_until": "2028-09-30", "related_class1": 9, "related_class1_self": 9,
            "related_class1_high_value": 2, "related_class2": 20, "own_class1_in_use": 7,
            "platform_score": 71, "market_position": "yes", "market_share": 0.18, "market_rank": 2,
            "key_product": "yes",
        },
    ),
    (
        "呼和浩特市未评分涵光伏材料有限公司",
        "as strong, but the platform's score and the lists of its products are not known: left open",
        _figures(80_000_000, 0.10, 0.09, 0.93, 0.5)
        | {
            "segment_since": "2015-05-01", "staff_total": 180, "st_staff": 30, "ip_class1_count": 6,
            "ip_class2_count": 10, "innovative_title": "yes", "innovative_title_until": "2027-09-30",
            "specialised_title": "yes", "specialised_title_until": "2026-06-30", "related_class1": 6,
            "related_class1_self": 6, "related_class1_high_value": 0, "related_class2": 10,
            "own_class1_in_use": 5, "market_position": "yes", "market_share": 0.11,
        },
    ),
)  # fmt: skip


def write_two_tracks(path: Path) -> None:
    """The firms as CSV under their field ids, UTF-8 with BOM."""
    rows = []
    for number, (name, _shows, facts) in enumerate(FIRMS, 1):
        body = f"91150100XNT{number:06d}"
        rows.append({"uscc": body + uscc.calc_check_digit(body), "name": name, **_SOUND, **facts})
    names = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
