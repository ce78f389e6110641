"""The same kind of firms as offices send them: one table of cells, with every trouble in it once.

A trouble is one cell written another way. Half of them only look bad and must be read as they are
meant; the others reject their row. Each stands on a row of its own, so that a reader of the file
can be checked trouble by trouble.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from draws import NO, YES, Bools, Columns
from firms import invented_firms
from identities import CODE_LETTERS

Firm = dict[str, Any]
FIRMS, POOL = 60, 3000
SERIAL = 500_000_000  # far from the serials of candidates.csv
FIRST_ROW = 3  # the header takes rows 1 and 2
TEN_THOUSAND = 10_000
SERIAL_DATE_ZERO = date(1899, 12, 30)
NOTES = ("", "", "已初审", "材料齐全", "审计报告另行报送", "联系人变更, 请以电话为准")
EARLIEST_FIRST_YEAR = np.datetime64("2023-01-01")


# --- the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    """One column: the field it holds ("" if none), its two header lines, its unit in CNY."""

    field: str
    top: str
    bottom: str = ""
    unit: int = 1

    @property
    def label(self) -> str:
        """Both lines as one name."""
        return f"{self.top} {self.bottom}".strip()


def over_years(field: str, top: str, unit: int = 1) -> tuple[Heading, ...]:
    """Three columns under one merged heading."""
    return tuple(
        Heading(f"{field}_y{year}", top, bottom, unit)
        for year, bottom in ((1, "第一年"), (2, "第二年"), (3, "第三年"))
    )


NOTE = Heading("", "备注")
HEADINGS: tuple[Heading, ...] = (
    Heading("name", "企业名称"),
    Heading("uscc", "统一社会信用代码"),
    Heading("registered_on", "成立日期"),
    Heading("application_date", "申报日期"),
    Heading("district", "所属区域"),
    Heading("carrier", "所在孵化器"),
    Heading("industry", "行业"),
    Heading("technical_field_code", "技术领域代码"),
    *over_years("sales_revenue", "销售收入（万元）", TEN_THOUSAND),
    *over_years("net_assets", "净资产（万元）", TEN_THOUSAND),
    *over_years("rd_expense", "研发费用（万元）", TEN_THOUSAND),
    *over_years("rd_expense_domestic", "境内研发费用（万元）", TEN_THOUSAND),
    Heading("gross_income_y3", "收入总额（元）"),
    Heading("non_taxable_income_y3", "不征税收入（元）"),
    Heading("hitech_income_y3", "高新技术产品（服务）收入（元）"),
    Heading("staff_total", "职工总数（人）"),
    Heading("st_staff", "科技人员（人）"),
    Heading("ip_class1_count", "Ⅰ类知识产权（项）"),
    Heading("ip_class2_count", "Ⅱ类知识产权（项）"),
    Heading("ip_class2_used_count", "已使用Ⅱ类知识产权（项）"),
    Heading("ip_self_developed", "自主研发"),
    Heading("ip_core_support", "核心支持作用"),
    *over_years("conversions", "科技成果转化（项）"),
    Heading("ip_advancement_rating", "技术先进程度"),
    Heading("ip_core_support_rating", "核心支持评级"),
    Heading("management_system", "研发组织管理制度"),
    Heading("management_institution", "研发机构"),
    Heading("management_incentive", "成果转化激励制度"),
    Heading("management_talent", "人才绩效制度"),
    Heading("standards_participation", "参与标准制定"),
    Heading("major_violation", "是否有重大违法"),
    NOTE,
)
BY_FIELD = {heading.field: heading for heading in HEADINGS}
NUMBERED = re.compile(r"-?\d+(\.\d+)?(E\+\d+)?")


@dataclass(frozen=True)
class Placed:
    """A trouble where it stands: the row counts the file's records, the first header line is 1."""

    row: int
    heading: Heading
    text: str
    trouble: Trouble
    means: object


@dataclass(frozen=True)
class Table:
    """The cells as text, row by row, and the troubles among them."""

    rows: list[list[str]]
    placed: list[Placed]

    @property
    def rejected(self) -> list[Placed]:
        """The troubles that reject their row."""
        return [each for each in self.placed if each.trouble.rejects]

    @property
    def accepted(self) -> list[Placed]:
        """The troubles that must be read as they are meant."""
        return [each for each in self.placed if not each.trouble.rejects]


# --- the troubles ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trouble:
    """One cell written in a way that makes trouble.

    Parameters
    ----------
    id : str
        A short name.
    field : str
        The field whose column it stands in.
    says : str
        What it is, for the README.
    text : function of the firm to str
        What is written.
    rejects : bool
        Whether the row must be rejected.
    change : function of the firm, or None
        Makes the firm's facts fit, before its cells are written.
    """

    id: str
    field: str
    says: str
    text: Callable[[Firm], str]
    rejects: bool = False
    change: Callable[[Firm], None] | None = None


def fixed(text: str) -> Callable[[Firm], str]:
    """The same text whatever the firm."""
    return lambda _: text


def own(field: str, form: Callable[[str], str]) -> Callable[[Firm], str]:
    """The firm's own cell, rewritten."""
    return lambda firm: form(written(BY_FIELD[field], firm[field]))


def more(field: str, than: str, by: float = 1.25) -> Callable[[Firm], str]:
    """A part that is larger than its whole."""
    return lambda firm: written(BY_FIELD[field], float(np.ceil(firm[than] * by)))


def facts(**values: object) -> Callable[[Firm], None]:
    """Sets facts of the firm."""
    return lambda firm: firm.update(values)


def scaled_to(sales: float) -> Callable[[Firm], None]:
    """Moves all money of the firm so that its latest sales are exactly this."""

    def change(firm: Firm) -> None:
        factor = sales / firm["sales_revenue_y3"]
        for field in MONEY:
            firm[field] = round(firm[field] * factor, -2)
        firm["sales_revenue_y3"] = sales

    return change


def started_in_the_second_year(firm: Firm) -> None:
    """Makes the firm one that was registered in 2024."""
    firm["registered_on"] = date(2024, 8, 20)
    firm["ip_class2_used_count"] = 0.0
    for field in firm:
        if field.endswith("_y1"):
            firm[field] = None


def named_as_a_formula(firm: Firm) -> None:
    """Gives the firm a name that begins like a formula."""
    firm["name"] = f'=SUM(1,2)&"{firm["name"]}"'


def wrong_check(code: str) -> str:
    """The code with another last character."""
    return code[:-1] + CODE_LETTERS[(CODE_LETTERS.index(code[-1]) + 1) % len(CODE_LETTERS)]


def full_width(text: str) -> str:
    """Digits and point as full-width characters."""
    return text.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789."})


def separated(text: str) -> str:
    """A number with thousands separators."""
    return f"{float(text):,.2f}"


def spaced(code: str) -> str:
    """A code in groups."""
    return f"{code[:8]} {code[8:17]} {code[17:]}"


MONEY = tuple(heading.field for heading in HEADINGS if heading.top.endswith(("（万元）", "（元）")))
GIVEN_SALES = {  # of the firms whose sales the cell spells out
    "thousands_separators": 13_143_800.0,
    "unit_in_cell_wan": 50_000_000.0,
    "unit_in_cell_yi": 120_000_000.0,
}
MARCH_5 = facts(registered_on=date(2021, 3, 5))

BENIGN: tuple[Trouble, ...] = (
    Trouble("thousands_separators", "sales_revenue_y3", "thousands separators",
            fixed("1,314.38"), change=scaled_to(GIVEN_SALES["thousands_separators"])),
    Trouble("thousands_separators_yuan", "gross_income_y3", "thousands separators in a 元 column",
            own("gross_income_y3", separated)),
    Trouble("full_width_digits", "staff_total", "full-width digits",
            own("staff_total", full_width)),
    Trouble("unit_in_cell_wan", "sales_revenue_y3", "unit in the cell: 万元",
            fixed("5000万元"), change=scaled_to(GIVEN_SALES["unit_in_cell_wan"])),
    Trouble("unit_in_cell_yi", "sales_revenue_y3", "unit in the cell, not that of the header: 亿",
            fixed("1.2亿"), change=scaled_to(GIVEN_SALES["unit_in_cell_yi"])),
    Trouble("chinese_date", "registered_on", "date in Chinese", fixed("2021年3月5日"),
            change=MARCH_5),
    Trouble("excel_serial_date", "registered_on", "Excel serial date",
            fixed(str((date(2021, 3, 5) - SERIAL_DATE_ZERO).days)), change=MARCH_5),
    Trouble("tick", "ip_self_developed", "√ for yes", fixed("√"),
            change=facts(ip_self_developed=YES)),
    Trouble("have", "standards_participation", "有 for yes", fixed("有"),
            change=facts(standards_participation=YES)),
    Trouble("have_not", "major_violation", "无 for no, in a yes/no column", fixed("无"),
            change=facts(major_violation=NO)),
    Trouble("blank_dash", "net_assets_y1", "- for a blank", fixed("-"),
            change=facts(net_assets_y1=None)),
    Trouble("blank_none", "management_institution", "无 for a blank, in a number column",
            fixed("无"), change=facts(management_institution=None)),
    Trouble("blank_na", "ip_advancement_rating", "N/A for a blank", fixed("N/A"),
            change=facts(ip_advancement_rating=None)),
    Trouble("blank_empty", "hitech_income_y3", "an empty cell", fixed(""),
            change=facts(hitech_income_y3=None)),
    Trouble("before_registration", "sales_revenue_y1",
            "registered in 2024: the first year does not apply", fixed("-"),
            change=started_in_the_second_year),
    Trouble("trailing_spaces", "name", "trailing spaces", own("name", lambda text: text + "  ")),
    Trouble("ideographic_space", "rd_expense_y2", "a full-width space after a number",
            own("rd_expense_y2", lambda text: text + "\u3000")),
    Trouble("lower_case_code", "uscc", "credit code in lower case", own("uscc", str.lower)),
    Trouble("spaced_code", "uscc", "credit code in groups", own("uscc", spaced)),
    Trouble("name_only", "uscc", "no credit code, but a name", fixed("-"),
            change=facts(uscc=None)),
    Trouble("negative_net_assets", "net_assets_y1", "negative net assets, which are allowed",
            fixed("-86.4"), change=facts(net_assets_y1=-864_000.0)),
    Trouble("quoted_newline", "", "comma, line break and quotes inside a quoted cell, in a "
            "column that no field knows", fixed('已初审, 见附件1\n补充说明："审计报告"原件已交')),
    Trouble("beyond_gbk", "", "a character that GB18030 has and GBK has not",
            fixed("法定代表人姓名含生僻字：㛃")),
    Trouble("formula_name", "name", "a name that a spreadsheet would run",
            own("name", str), change=named_as_a_formula),
    Trouble("other_year", "application_date", "the firm of row 3 again, in another year",
            fixed("2025-07-10"), change=facts(application_date=date(2025, 7, 10))),
)  # fmt: skip

FATAL: tuple[Trouble, ...] = (
    Trouble("check_digit", "uscc", "wrong check digit", own("uscc", wrong_check), True),
    Trouble("code_length", "uscc", "a character is missing", own("uscc", lambda text: text[:-1]),
            True),
    Trouble("destroyed_code", "uscc", "a code that a spreadsheet took for a number",
            fixed("9.11501E+17"), True),
    Trouble("no_identity", "uscc", "neither credit code nor name", fixed(""), True,
            change=facts(name=None)),
    Trouble("duplicate", "uscc", "the firm of row 3 again, in the same year",
            own("uscc", str), True),
    Trouble("st_staff_above_staff", "st_staff", "more S&T staff than staff",
            more("st_staff", "staff_total"), True),
    Trouble("domestic_above_total", "rd_expense_domestic_y2", "domestic R&D above all R&D",
            more("rd_expense_domestic_y2", "rd_expense_y2"), True),
    Trouble("hitech_above_total", "hitech_income_y3", "hi-tech income above total income",
            more("hitech_income_y3", "gross_income_y3"), True),
    Trouble("non_taxable_above_gross", "non_taxable_income_y3",
            "non-taxable income above gross income",
            more("non_taxable_income_y3", "gross_income_y3"), True,
            change=facts(hitech_income_y3=None)),
    Trouble("used_above_class2", "ip_class2_used_count", "part larger than whole: more Class II "
            "rights used than there are", more("ip_class2_used_count", "ip_class2_count"), True),
    Trouble("registered_after_application", "registered_on", "registered after the application",
            fixed("2026/12/1"), True),
    Trouble("impossible_date", "registered_on", "a day that does not exist", fixed("2021-02-30"),
            True),
    Trouble("not_a_date", "application_date", "words in a date cell", fixed("待定日期"), True),
    Trouble("text_in_number", "staff_total", "words in a number cell", fixed("约三十"), True),
    Trouble("two_numbers", "net_assets_y3", "two numbers in one cell", fixed("1200/1350"), True),
    Trouble("negative_money", "sales_revenue_y2", "negative sales", fixed("-520.5"), True),
    Trouble("half_count", "ip_class1_count", "half a right", fixed("1.5"), True),
    Trouble("percent_in_money", "rd_expense_y3", "a percentage in a money cell", fixed("35%"),
            True),
    Trouble("error_cell", "hitech_income_y3", "a spreadsheet's error", fixed("#DIV/0!"), True),
    Trouble("out_of_range", "management_system", "more points than the item has", fixed("7"),
            True),
    Trouble("not_a_rating", "ip_core_support_rating", "a rating outside A to E", fixed("甲"),
            True),
    Trouble("not_yes_no", "major_violation", "neither yes nor no", fixed("待核实"), True),
)  # fmt: skip
AGAIN = ("duplicate", "other_year")


# --- building it ----------------------------------------------------------------------------------


def messy_table(seed: int) -> Table:
    """All firms of the messy file, in the order of its rows."""
    rng = np.random.default_rng([seed, SERIAL])
    pool = complete_firms(seed)
    troubles: list[Trouble | None] = [*BENIGN, *FATAL]
    troubles += [None] * (FIRMS - 1 - len(troubles))
    order = [None, *(troubles[place] for place in rng.permutation(len(troubles)))]
    table = Table([], [])
    first: Firm = {}
    for row, trouble in enumerate(order, start=FIRST_ROW):
        firm = take_firm(pool, trouble)
        first = first or dict(firm)
        if trouble and trouble.id in AGAIN:
            firm |= {field: first[field] for field in SAME_FIRM}
        add_row(table, row, firm, trouble)
    return table


SAME_FIRM = ("uscc", "name", "registered_on", "application_date", "district", "carrier",
             "industry", "technical_field_code")  # fmt: skip


def complete_firms(seed: int) -> list[Firm]:
    """Firms of three years or more that have every figure of the table, money in whole hundreds."""
    columns = invented_firms(POOL, seed, SERIAL)
    keep = columns["registered_on"] < EARLIEST_FIRST_YEAR
    for heading in HEADINGS:
        if heading.field not in ("", "carrier"):
            keep &= filled(columns, heading.field)
    keep &= (columns["ip_class2_count"] > 0) & (columns["non_taxable_income_y3"] >= 0)
    for name in MONEY:
        columns[name] = np.round(columns[name], -2)
    return [firm_at(columns, int(row)) for row in np.flatnonzero(keep)]


def filled(columns: Columns, field: str) -> Bools:
    """True where the field is not blank."""
    column = columns[field]
    if column.dtype.kind == "O":
        return np.array([value is not None for value in column], dtype=np.bool_)
    known: Bools = ~np.isnat(column) if column.dtype.kind == "M" else ~np.isnan(column)
    return known


def firm_at(columns: Columns, row: int) -> Firm:
    """One row as plain Python values."""
    fields = (heading.field for heading in HEADINGS if heading.field)
    return {field: columns[field][row : row + 1].astype(object).item() for field in fields}


def take_firm(pool: list[Firm], trouble: Trouble | None) -> Firm:
    """The next firm of the pool; for a given sum, the one whose sales are nearest to it."""
    goal = GIVEN_SALES.get(trouble.id) if trouble else None
    if goal is None:
        return pool.pop(0)
    sales = [abs(firm["sales_revenue_y3"] - goal) for firm in pool]
    return pool.pop(sales.index(min(sales)))


def add_row(table: Table, row: int, firm: Firm, trouble: Trouble | None) -> None:
    """Write one firm, and its trouble over it."""
    if trouble and trouble.change:
        trouble.change(firm)
    cells = [written(heading, firm.get(heading.field)) for heading in HEADINGS]
    cells[-1] = NOTES[row % len(NOTES)]
    if trouble:
        heading = BY_FIELD[trouble.field]
        text = trouble.text(firm)
        cells[HEADINGS.index(heading)] = text
        means = firm.get(trouble.field, text)
        table.placed.append(Placed(row, heading, text, trouble, means))
    table.rows.append(cells)


def written(heading: Heading, value: object) -> str:
    """A fact as an office writes it when nothing is wrong."""
    if value is None:
        return ""
    if isinstance(value, date):
        slashed = f"{value.year}/{value.month}/{value.day}"
        return slashed if heading.field == "registered_on" else value.isoformat()
    if isinstance(value, float | int):
        return plain(value / heading.unit)
    return {YES: "是", NO: "否"}.get(str(value), str(value))


def plain(number: float) -> str:
    """A number without a trailing zero."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def is_number(text: str) -> bool:
    """True if a spreadsheet would hold this text as a number."""
    return NUMBERED.fullmatch(text) is not None
