"""An invented firm whose rights, activities, products and conversions hang together, to plant breaks in."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from eligibility.api import firms
from eligibility.domain.facts import FirmTable
from eligibility.evidence.checks import Evidence, examine
from eligibility.schemes.evidence import OtherStatement
from eligibility.schemes.registry import load_scheme

SCHEME = load_scheme()
DAY = date(2026, 5, 10)
NAME = "示例软件有限公司"
AMOUNTS = SCHEME.lists["activity"].amounts
RIGHT = {"status": "有效", "owner": "本企业", "acquired": "自主研发", "used": "否"}
COSTS = dict.fromkeys(AMOUNTS, "0")

Lists = dict[str, list[dict[str, str]]]

FACTS: dict[str, Any] = {
    "name": NAME, "registered_on": "2019-03-18", "technical_field_code": "10101",
    "ip_core_support": "yes", "gross_income_y3": 40_000_000, "hitech_income_y3": 29_800_000,
    "ip_class1_count": 1, "ip_class2_count": 3, "conversions_y1": 1, "conversions_y2": 1, "conversions_y3": 1,
    "rd_personnel_y1": 1_200_000, "rd_direct_y1": 400_000, "rd_expense_y1": 1_600_000,
    "rd_personnel_y2": 1_500_000, "rd_direct_y2": 500_000, "rd_expense_y2": 2_000_000,
    "rd_personnel_y3": 2_100_000, "rd_direct_y3": 700_000, "rd_expense_y3": 2_800_000,
}  # fmt: skip

LISTS: Lists = {
    "ip": [
        RIGHT | {"name": "一种数据清洗方法", "class": "发明专利", "granted_on": "2024-06-15", "number": "202310000001X", "activities": "RD01", "products": "PS01"},
        RIGHT | {"name": "数据管理软件", "class": "软著", "granted_on": "2024-02-15", "activities": "RD01", "products": "PS01"},
        RIGHT | {"name": "报表引擎软件", "class": "软著", "granted_on": "2025-03-15", "activities": "RD02", "products": "PS02"},
        RIGHT | {"name": "一种设备监测终端", "class": "实用新型", "granted_on": "2025-11-20", "number": "2025200000011", "activities": "RD03", "products": "PS01、PS02"},
    ],
    "activity": [
        {"name": "数据清洗关键技术研究", "year": "2023", "started_on": "2023-01-10", "ended_on": "2024-12-20", "field": "10101", "kind": "研发", "rights": "IP01、IP02"} | COSTS | {"rd_personnel": "120", "rd_direct": "40"},
        {"name": "数据清洗关键技术研究", "year": "2024"} | COSTS | {"rd_personnel": "90", "rd_direct": "30"},
        {"name": "报表引擎研发", "year": "2024", "started_on": "2024-03-01", "ended_on": "2025-06-30", "field": "10101", "kind": "研发"} | COSTS | {"rd_personnel": "60", "rd_direct": "20"},
        {"name": "报表引擎研发", "year": "2025"} | COSTS | {"rd_personnel": "80", "rd_direct": "30"},
        {"name": "设备监测终端开发", "year": "2025", "started_on": "2025-02-01", "ended_on": "2025-12-31", "field": "10102", "kind": "研发"} | COSTS | {"rd_personnel": "130", "rd_direct": "40"},
    ],
    "product": [
        {"name": "数据管理平台", "income": "1980", "main": "是", "field": "10101", "kind": "产品", "rights": "IP01、IP02、IP04"},
        {"name": "报表技术服务", "income": "1000", "main": "否", "field": "10102", "kind": "技术服务收入", "rights": "IP03、IP04"},
    ],
    "conversion": [
        {"result": "数据清洗技术", "year": "2023", "form": "自行投资", "source": "RD01", "products": "PS01", "proof": "销售合同及发票"},
        {"result": "数据管理软件", "year": "2024", "form": "自行投资", "products": "PS01", "proof": "用户使用报告"},
        {"result": "监测终端技术", "year": "2025", "form": "许可", "source": "IP04", "proof": "技术合同登记编号 2025150100000123"},
    ],
}  # fmt: skip


def lists() -> Lists:
    """A copy of the lists of the firm that hangs together."""
    return deepcopy(LISTS)


def figures(**facts: Any) -> FirmTable:
    """Its figures, with others in place of some."""
    values = {name: value for name, value in (FACTS | facts).items() if value is not None}
    return firms(values, as_of=DAY)


def look(
    rows: Lists,
    facts: dict[str, Any] | None = None,
    elsewhere: Sequence[OtherStatement] = (),
    off: Sequence[str] = (),
) -> Evidence:
    """What is seen in some lists beside some figures."""
    return examine(rows, figures(**(facts or {})), SCHEME, elsewhere, off)
