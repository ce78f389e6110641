"""Forms of the annual income tax return (A类), of an invented firm."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from tests.documents.form import Cell, Form, by_number, lines_of
from tests.documents.invented_firm import (
    FIVE,
    INTERNAL,
    ZERO,
    Firm,
    YearFacts,
    allowed,
    cents,
    counted,
)
from tests.documents.statements import profit_of

#: the return of this year and later is on the forms of 2025
FORM_OF_2025 = 2025


def cover(firm: Firm, facts: YearFacts) -> Form:
    """A000000: averages in 万元 and persons, which are no figures of an application."""
    cells: dict[str, Cell] = {
        "101": "100",
        "103": cents(facts.total_assets * 9 / 100_000),
        "104": int(facts.staff) + 3,
        "105": firm.industry_code,
        "106": "否",
        "107": "120" if firm.small else "110",
        "108": "否" if firm.small else "是",
        "109": "否",
        "110": "否",
        "224": "2021版",
    }
    return Form(
        "A000000-2019", "A000000", "企业所得税年度纳税申报基础信息表", facts.year, ("填报内容",),
        lines_of(by_number(cells, None), "A000000-2019"), label_head="项目",
    )  # fmt: skip


def gains_move(firm: Firm, year: int) -> bool:
    """Whether grants stand with non-operating income, as there is no line for other gains."""
    return firm.small or year < FORM_OF_2025


def main_return(firm: Firm, facts: YearFacts) -> Form:
    """A100000; line 6 is 财务费用 in the edition of 2014 and 研发费用 in that of 2025."""
    edition = "2025" if facts.year >= FORM_OF_2025 else "2014"
    profit = profit_of(
        facts, research_apart=edition == "2025", gains_apart=not gains_move(firm, facts.year)
    )
    if edition == "2025":
        names = {
            "1": "sales", "2": "cost", "3": "taxes", "4": "selling", "5": "administration", "6": "research",
            "7": "finance", "8": "gains", "9": "investment", "15": "operating", "16": "non_operating",
            "17": "non_operating_cost", "18": "total", "24": "total",
        }  # fmt: skip
        title = "中华人民共和国企业所得税年度纳税申报主表"
    else:
        names = {
            "1": "sales", "2": "cost", "3": "taxes", "4": "selling", "5": "administration", "6": "finance",
            "9": "investment", "10": "operating", "11": "non_operating", "12": "non_operating_cost",
            "13": "total", "19": "total",
        }  # fmt: skip
        title = "中华人民共和国企业所得税年度纳税申报表（A类）"
    figures: dict[str, Cell] = {number: profit[name] for number, name in names.items()}
    return Form(
        f"A100000-{edition}", "A100000", title, facts.year, ("金额",),
        lines_of(by_number(figures, ZERO), f"A100000-{edition}"),
        facts={("sales_revenue", facts.year): facts.sales},
    )  # fmt: skip


def income_detail(firm: Firm, facts: YearFacts) -> Form:
    """A101010: line 1 is the sales revenue of an application."""
    book = facts.income
    grants = book["other_gains"] if gains_move(firm, facts.year) else ZERO
    figures: dict[str, Cell] = {
        "1": facts.sales, "2": book["main"], "3": book["main"] - facts.technical_income,
        "5": facts.technical_income, "9": book["other_operating"], "10": book["other_operating"],
        "16": book["non_operating"] + grants, "20": grants, "26": book["non_operating"],
    }  # fmt: skip
    return Form(
        "A101010", "A101010", "一般企业收入明细表", facts.year, ("金额",),
        lines_of(by_number(figures, ZERO), "A101010"),
        facts={("sales_revenue", facts.year): facts.sales},
    )  # fmt: skip


def expenses(facts: YearFacts, *, edition: str) -> Form:
    """A104000: six columns, of which some are starred; the last line adds them up."""
    book = facts.income
    finance = book["interest_cost"] - book["interest"]
    selling, admin = book["selling"], book["administration"]
    columns: dict[str, dict[int, Decimal]] = {
        "1": {0: cents(selling / 2), 2: cents(admin / 3)},
        "13": {0: selling - cents(selling / 2), 2: admin - cents(admin / 3)},
        "19": {2: book["research"]},
        "21": {4: finance},
    }
    total = "25" if edition == "2014" else "26"
    starred = {"19": (4, 5), "21": (0, 1, 2, 3)}

    def cells(number: str, _: str) -> tuple[Cell, ...]:
        if number == total:
            sums = [
                sum((each.get(place, ZERO) for each in columns.values()), ZERO)
                for place in range(6)
            ]
            return tuple(sums)
        own = columns.get(number, {})
        return tuple(
            "*" if place in starred.get(number, ()) else own.get(place, ZERO) for place in range(6)
        )

    return Form(
        "A104000", "A104000", "期间费用明细表", facts.year,
        ("销售费用", "其中：境外支付", "管理费用", "其中：境外支付", "财务费用", "其中：境外支付"),
        lines_of(cells, "A104000", f"A104000-{edition}"),
    )  # fmt: skip


def _split(rng: random.Random, total: Decimal, parts: int) -> list[Decimal]:
    """A total as so many parts, to the cent."""
    cuts = sorted(rng.randint(0, int(total * 100)) for _ in range(parts - 1))
    edges = [0, *cuts, int(total * 100)]
    return [Decimal(b - a) / 100 for a, b in pairwise(edges)]


def deduction(facts: YearFacts, rng: random.Random, *, edition: str) -> Form:
    """A107012: groups, their items, the limits, and line 40 (41), the R&D by the super-deduction."""
    incurred = facts.deduction
    lines = allowed(incurred)
    figures: dict[int, Cell] = {1: len(facts.rd)}
    for first, count, category in ((3, 3, "personnel"), (7, 8, "direct"), (16, 2, "depreciation"), (19, 3, "amortization"), (28, 5, "other")):  # fmt: skip
        figures[first] = incurred[category]
        for place, part in enumerate(_split(rng, incurred[category], count)):
            figures[first + 1 + place] = part
    design, trial = _split(rng, incurred["design"], 2), _split(rng, incurred["trial"], 2)
    figures |= dict(zip((24, 25, 26, 27), (*design, *trial), strict=True))
    figures[23] = incurred["design"] + incurred["trial"]
    figures[34] = lines["other"]
    own = sum((incurred[each] for each in FIVE), ZERO) + lines["other"]
    figures[2] = own
    figures |= {36: incurred["outsourced_domestic"], 37: incurred["outsourced_overseas"], 39: ZERO}
    figures[35] = incurred["outsourced_domestic"] + incurred["outsourced_overseas"]
    figures[38] = lines["outsourced_overseas"]
    total = cents(own + lines["outsourced_domestic"] + lines["outsourced_overseas"])
    capitalised = min(facts.capitalised, total)
    figures |= {40: total, 41: total - capitalised, 42: capitalised, 43: cents(capitalised / 10), 44: ZERO}  # fmt: skip
    base = total - capitalised + cents(capitalised / 10)
    figures |= {45: base, 46: ZERO, 47: base, 48: ZERO, 49: ZERO, 50: "100%", 51: base, 52: ZERO}
    shift = 1 if edition == "53" else 0
    numbered: dict[str, Cell] = {str(number + shift): cell for number, cell in figures.items()}
    if shift:
        numbered["1"] = "☑一般企业 □科技型中小企业"
    return Form(
        f"A107012-{edition}", "A107012", "研发费用加计扣除优惠明细表", facts.year, ("金额（数量）",),
        lines_of(by_number(numbered, ZERO), f"A107012-{edition}"),
        facts={("rd_super_deduction", facts.year): total},
    )  # fmt: skip


def relief(firm: Firm) -> Form:
    """A107041 of the last year: three years, the newest first; only of a firm certified already."""
    newest = firm.years[::-1]
    last = newest[0]
    rows: dict[str, list[Decimal]] = {}
    for number, category in zip(range(17, 24), INTERNAL, strict=True):
        rows[str(number)] = [year.certification[category] for year in newest]
    rows["24"] = [counted(year.certification)["other"] for year in newest]
    rows["16"] = [
        sum((rows[str(number)][place] for number in (*range(17, 23), 24)), ZERO)
        for place in range(len(newest))
    ]
    rows["26"] = [year.certification["outsourced_domestic"] for year in newest]
    rows["27"] = rows["28"] = [year.certification["outsourced_overseas"] for year in newest]
    rows["25"] = [
        cents((domestic + overseas) * 80 / 100)
        for domestic, overseas in zip(rows["26"], rows["28"], strict=True)
    ]
    rows["15"] = [inside + out for inside, out in zip(rows["16"], rows["25"], strict=True)]
    rows["29"] = [year.sales for year in newest]
    single: dict[str, Cell] = {
        "1": "GR202315000123 / 2023-11-09", "2": "先进制造与自动化/先进制造工艺与装备/智能装备驱动控制技术",
        "4": last.hitech, "5": last.hitech - last.technical_income, "6": last.technical_income,
        "7": last.total_income, "8": last.gross, "9": last.income["non_taxable"],
        "10": _percent(last.hitech, last.total_income), "11": int(last.st_staff), "12": int(last.staff),
        "13": _percent(Decimal(int(last.st_staff)), Decimal(int(last.staff))),
        "30": _percent(sum(rows["15"], ZERO), sum(rows["29"], ZERO)), "31": ZERO, "32": ZERO,
    }  # fmt: skip

    def cells(number: str, _: str) -> tuple[Cell, ...]:
        if number in rows:
            return (*rows[number], sum(rows[number], ZERO))
        return (single.get(number), None, None, None)

    return Form(
        "A107041", "A107041", "高新技术企业优惠情况及明细表", last.year,
        ("本年度", "前一年度", "前二年度", "合计"), lines_of(cells, "A107041"),
        facts=dict(_relief_facts(newest, rows, last)),
    )  # fmt: skip


def _relief_facts(
    newest: tuple[YearFacts, ...], rows: Mapping[str, list[Decimal]], last: YearFacts
) -> Iterator[tuple[tuple[str, int], Decimal | int | str]]:
    names = {
        "15": "rd_expense", "29": "sales_revenue", "26": "rd_outsourced_domestic", "27": "rd_outsourced_overseas",
        **{str(17 + place): f"rd_{category}" for place, category in enumerate(INTERNAL)},
    }  # fmt: skip
    for number, name in names.items():
        for facts, amount in zip(newest, rows[number], strict=True):
            yield (name, facts.year), amount
    yield ("hitech_income", last.year), last.hitech
    yield ("total_income", last.year), last.total_income
    yield ("gross_income", last.year), last.gross
    yield ("non_taxable_income", last.year), last.income["non_taxable"]
    yield ("st_staff", last.year), int(last.st_staff)
    yield ("staff_total", last.year), int(last.staff)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{cents(part * 100 / whole)}%"
