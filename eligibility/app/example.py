"""An invented firm to look at; amounts in 万元, as they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def example(applied: date) -> Mapping[str, Any]:
    """A software firm that meets every condition but awaits the experts' ratings."""
    return {
        "name": "示例软件有限公司",
        "registered_on": date(applied.year - 6, 3, 18),
        "application_date": applied,
        "district": "赛罕区",
        "industry": "软件和信息技术服务业",
        "technical_field_code": "10101",
        "sales_revenue_y1": 2680.0,
        "sales_revenue_y2": 3150.0,
        "sales_revenue_y3": 3890.5,
        "net_assets_y1": 1120.0,
        "net_assets_y2": 1390.0,
        "net_assets_y3": 1765.0,
        "gross_income_y3": 3962.0,
        "non_taxable_income_y3": 40.0,
        "hitech_income_y3": 2980.0,
        "major_violation": "no",
        "ip_class1_count": 1,
        "ip_class2_count": 14,
        "ip_class2_used_count": 0,
        "ip_self_developed": "yes",
        "ip_core_support": "yes",
        "staff_total": 140.0,
        "st_staff": 16.0,
        "rd_expense_y1": 168.0,
        "rd_expense_y2": 201.5,
        "rd_expense_y3": 246.0,
        "rd_expense_domestic_y1": 168.0,
        "rd_expense_domestic_y2": 201.5,
        "rd_expense_domestic_y3": 246.0,
        "conversions_y1": 4,
        "conversions_y2": 5,
        "conversions_y3": 5,
        "ip_advancement_rating": "B",
        "management_system": 5.0,
        "management_talent": 3.0,
    }
