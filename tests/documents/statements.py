"""Balance sheet and income statement of both accounting standards, of an invented firm."""

from __future__ import annotations

from decimal import Decimal

from tests.documents.form import Cell, Form, lines_of
from tests.documents.invented_firm import ZERO, Firm, YearFacts


def profit_of(facts: YearFacts, *, research_apart: bool, gains_apart: bool) -> dict[str, Decimal]:
    """Figures that the return and the statements share."""
    book = facts.income
    finance = book["interest_cost"] - book["interest"]
    administration = book["administration"]
    if not research_apart:
        administration += book["research"]
    gains, outside = (book["other_gains"], ZERO) if gains_apart else (ZERO, book["other_gains"])
    operating = (
        facts.sales - book["cost"] - book["taxes"] - book["selling"] - book["administration"]
        - book["research"] - finance + gains + book["investment"]
    )  # fmt: skip
    total = operating + book["non_operating"] + outside - book["non_operating_cost"]
    return {
        "sales": facts.sales, "cost": book["cost"], "taxes": book["taxes"], "selling": book["selling"],
        "administration": administration, "research": book["research"], "finance": finance,
        "gains": gains, "investment": book["investment"], "operating": operating,
        "non_operating": book["non_operating"] + outside, "non_operating_cost": book["non_operating_cost"],
        "total": total, "tax": book["tax"], "net": total - book["tax"],
    }  # fmt: skip


_SMALL = {
    "1": "cash", "4": "receivables", "5": "prepaid", "8": "other_receivables", "9": "inventory",
    "12": "inventory", "18": "fixed", "20": "fixed", "25": "intangible", "26": "development",
    "27": "deferred", "31": "loans", "33": "payables", "34": "advances", "35": "wages", "36": "taxes",
    "42": "long_loans", "48": "capital", "50": "reserve", "51": "retained",
}  # fmt: skip
_LARGE = {
    "货币资金": "cash", "应收账款": "receivables", "预付款项": "prepaid", "其他应收款": "other_receivables",
    "存货": "inventory", "固定资产": "fixed", "无形资产": "intangible", "开发支出": "development",
    "长期待摊费用": "deferred", "短期借款": "loans", "应付账款": "payables", "预收款项": "advances",
    "应付职工薪酬": "wages", "应交税费": "taxes", "长期借款": "long_loans", "实收资本（或股本）": "capital",
    "盈余公积": "reserve", "未分配利润": "retained",
}  # fmt: skip
_CURRENT = ("cash", "receivables", "prepaid", "other_receivables", "inventory")
_SHORT = ("loans", "payables", "advances", "wages", "taxes")


def _closing(facts: YearFacts | None) -> dict[str, Decimal]:
    """Closing figures of a year by item, with the totals of the sheet; nothing before the first."""
    if facts is None:
        return {}
    items = {**facts.assets, **facts.liabilities, **facts.equity}
    current = sum((items[name] for name in _CURRENT), ZERO)
    short = sum((items[name] for name in _SHORT), ZERO)
    return items | {
        "current": current, "fixed_total": facts.total_assets - current, "assets": facts.total_assets,
        "short": short, "long": facts.total_liabilities - short, "liabilities": facts.total_liabilities,
        "equity": facts.net_assets, "both": facts.total_liabilities + facts.net_assets,
    }  # fmt: skip


def balance_sheet(firm: Firm, facts: YearFacts, before: YearFacts | None) -> Form:
    """The balance sheet: closing figures, and those of the year before as 年初余额."""
    closing, opening = _closing(facts), _closing(before)
    if firm.small:
        names = _SMALL | {"15": "current", "29": "fixed_total", "30": "assets", "41": "short", "46": "long", "47": "liabilities", "52": "equity", "53": "both"}  # fmt: skip
        form_id, number = "small-balance", "会小企01表"
    else:
        names = _LARGE | {
            "流动资产合计": "current", "非流动资产合计": "fixed_total", "资产总计": "assets", "流动负债合计": "short",
            "非流动负债合计": "long", "负债合计": "liabilities", "所有者权益（或股东权益）合计": "equity",
            "负债和所有者权益（或股东权益）总计": "both",
        }  # fmt: skip
        form_id, number = "balance", "会企01表"

    def cells(line: str, label: str) -> tuple[Cell, ...]:
        name = names.get(line if firm.small else label)
        if label.endswith("："):
            return (None, None)
        return tuple(each.get(name or "", ZERO) for each in (closing, opening))

    return Form(
        form_id, number, "资产负债表", facts.year, ("期末余额", "年初余额"), lines_of(cells, form_id),
        label_head="资产", period="day",
        facts={
            ("net_assets", facts.year): facts.net_assets,
            ("total_assets", facts.year): facts.total_assets,
        },
    )  # fmt: skip


def income_statement(firm: Firm, facts: YearFacts, before: YearFacts | None) -> Form:
    """The income statement of a year; 研究费用 of a small enterprise lies within 管理费用."""
    profits = [profit_of(each, research_apart=not firm.small, gains_apart=not firm.small) if each else {} for each in (facts, before)]  # fmt: skip
    if firm.small:
        names = {
            "1": "sales", "2": "cost", "3": "taxes", "11": "selling", "14": "administration", "17": "research",
            "18": "finance", "20": "investment", "21": "operating", "22": "non_operating",
            "24": "non_operating_cost", "30": "total", "31": "tax", "32": "net",
        }  # fmt: skip
        form_id, number, columns = "small-income", "会小企02表", ("本年累计金额", "上年金额")
    else:
        names = {
            "一、营业收入": "sales", "减：营业成本": "cost", "税金及附加": "taxes", "销售费用": "selling",
            "管理费用": "administration", "研发费用": "research", "财务费用": "finance",
            "加：其他收益": "gains", "投资收益（损失以“-”号填列）": "investment",
            "二、营业利润（亏损以“-”号填列）": "operating", "加：营业外收入": "non_operating",
            "减：营业外支出": "non_operating_cost", "三、利润总额（亏损总额以“-”号填列）": "total",
            "减：所得税费用": "tax", "四、净利润（净亏损以“-”号填列）": "net",
        }  # fmt: skip
        form_id, number, columns = "income", "会企02表", ("本期金额", "上期金额")

    def cells(line: str, label: str) -> tuple[Cell, ...]:
        name = names.get(line if firm.small else label)
        return tuple(profit.get(name or "", ZERO) for profit in profits)

    return Form(
        form_id, number, "利润表", facts.year, columns, lines_of(cells, form_id),
        facts={("sales_revenue", facts.year): facts.sales},
    )  # fmt: skip
