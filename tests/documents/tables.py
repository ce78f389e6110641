"""Tables that are no forms of the tax: R&D structure, R&D ledgers, rights, products, heads by month."""

from __future__ import annotations

import random
from decimal import Decimal

from tests.documents.form import Cell, Facts, Form, Line
from tests.documents.invented_firm import (
    FIVE,
    INTERNAL,
    ZERO,
    Firm,
    Right,
    YearFacts,
    allowed,
    cents,
)

#: classes of rights by the guideline: the first kind, and the second
CLASS_ONE = ("发明专利",)
STRUCTURE = (
    "其中：人员人工费用", "直接投入费用", "折旧费用与长期待摊费用", "无形资产摊销费用", "设计费用",
    "装备调试费用与试验费用", "其他费用",
)  # fmt: skip


def structure_table(firm: Firm, facts: YearFacts) -> Form:
    """企业年度研究开发费用结构明细表: categories down, activities across; outsourcing as paid."""
    projects = facts.certification_projects

    def row(label: str, amounts: list[Decimal]) -> Line:
        return Line("", label, (*amounts, sum(amounts, ZERO)))

    inside = [sum((each[name] for name in INTERNAL), ZERO) for each in projects]
    at_home = [each["outsourced_domestic"] for each in projects]
    outside = [home + each["outsourced_overseas"] for home, each in zip(at_home, projects, strict=True)]  # fmt: skip
    lines = [row("内部研究开发费用", inside)]
    lines += [
        row(label, [each[name] for each in projects])
        for label, name in zip(STRUCTURE, INTERNAL, strict=True)
    ]
    lines += [
        row("委托外部研究开发费用", outside),
        row("其中：境内的外部研发费用", at_home),
        row("研究开发费用（内、外部）小计", [a + b for a, b in zip(inside, outside, strict=True)]),
    ]
    spent = facts.certification
    known: Facts = {
        (f"rd_{name}", facts.year): spent[name]
        for name in (*INTERNAL, "outsourced_domestic", "outsourced_overseas")
    }
    heads = tuple(f"RD{place + 1:02d}" for place in range(len(projects)))
    return Form(
        "rd-structure", "", f"{facts.year}年度研究开发费用结构明细表", facts.year, (*heads, "合计"),
        tuple(lines), label_head="科目", unit="万元", decimals=6, facts=known,
    )  # fmt: skip


def structure_turned(firm: Firm, facts: YearFacts) -> Form:
    """The same table as firms also keep it: an activity a row, in their own words."""
    straight = structure_table(firm, facts)
    heads = ("人工费用", "直接投入", "折旧摊销", "无形资产摊销", "设计费", "装备调试费", "其他费用", "委外研发费用", "境内委外", "合计")  # fmt: skip
    places = (*range(1, 8), 8, 9, 10)
    columns = [straight.lines[place].cells for place in places]
    names = [*straight.columns[:-1], "合计"]
    lines = tuple(
        Line("", name, tuple(column[row] for column in columns)) for row, name in enumerate(names)
    )
    return Form(
        "rd-structure-turned", "", straight.title, facts.year, heads, lines, label_head="RD编号",
        unit="万元", decimals=6, facts=straight.facts,
    )  # fmt: skip


def ledger_2021(firm: Firm, facts: YearFacts) -> Form:
    """研发支出辅助账汇总表 of 2021: a row a project, then the totals, with the limits."""
    heads = (
        "项目名称", "完成情况", "支出类型", "允许加计扣除金额合计", "人员人工费用", "直接投入费用", "折旧费用",
        "无形资产摊销", "新产品设计费等", "前五项小计", "其他相关费用合计", "经限额调整后的其他相关费用",
        "委托境内机构或个人进行研发活动所发生的费用",
        "允许加计扣除的委托境内机构或个人进行研发活动所发生的费用",
        "委托境外机构进行研发活动所发生的费用", "经限额调整后的委托境外机构进行研发活动所发生的费用",
    )  # fmt: skip
    lines = [
        Line("", f"RD{place + 1:02d}", (name, "未完成", "费用化", *_ledger_row(project, None)))
        for place, (name, project) in enumerate(
            zip(firm.projects, facts.deduction_projects, strict=True)
        )
    ]
    total = _ledger_row(facts.deduction, facts.deduction)
    lines.append(Line("", "金额合计", ("", "", "", *total)))
    return Form(
        "rd-ledger-2021", "", "研发支出辅助账汇总表", facts.year, heads, tuple(lines), label_head="项目编号",
        facts={("rd_super_deduction", facts.year): total[0]},
    )  # fmt: skip


def _ledger_row(
    incurred: dict[str, Decimal], whole: dict[str, Decimal] | None
) -> tuple[Decimal, ...]:
    """A project, or the sum of all with the limits, which are over all projects together."""
    five = sum((incurred[name] for name in FIVE), ZERO)
    home = cents(incurred["outsourced_domestic"] * 80 / 100)
    if whole is None:
        other, abroad = ZERO, ZERO
    else:
        lines = allowed(whole)
        other, abroad = lines["other"], lines["outsourced_overseas"]
    return (
        five + other + home + abroad, incurred["personnel"], incurred["direct"], incurred["depreciation"],
        incurred["amortization"], incurred["design"] + incurred["trial"], five, incurred["other"], other,
        incurred["outsourced_domestic"], home, incurred["outsourced_overseas"], abroad,
    )  # fmt: skip


#: the 26 columns of the ledger of 2015 without its spare one, by category
ITEMS_2015 = (
    ("1.1", "工资薪金", "personnel"), ("1.2", "五险一金", "personnel"),
    ("1.3", "外聘研发人员的劳务费用", "personnel"), ("2.1", "材料", "direct"), ("2.2", "燃料", "direct"),
    ("2.3", "动力费用", "direct"), ("3.1", "用于研发活动的仪器的折旧费", "depreciation"),
    ("3.2", "用于研发活动的设备的折旧费", "depreciation"),
    ("4.1", "用于研发活动的软件的摊销费用", "amortization"), ("5.1", "新产品设计费", "design"),
    ("5.4", "勘探开发技术的现场试验费", "trial"),
    ("6.1", "技术图书资料费、资料翻译费、专家咨询费、高新科技研发保险费", "other"),
    ("6.4", "差旅费、会议费", "other"),
)  # fmt: skip


def ledger_2015(firm: Firm, facts: YearFacts, rng: random.Random) -> Form:
    """自主研发“研发支出”辅助账 of 2015 of the first project: a row a voucher, a column an item."""
    project = facts.deduction_projects[0]
    vouchers = 3
    rows: list[list[Decimal]] = [[] for _ in range(vouchers)]
    for place, (_, _, category) in enumerate(ITEMS_2015):
        same = [at for at, item in enumerate(ITEMS_2015) if item[2] == category]
        # the last item of a category takes what the others left
        whole = project[category]
        share = cents(whole / len(same))
        amount = whole - share * (len(same) - 1) if place == same[-1] else share
        first, second = cents(amount / 3), cents(amount / 3)
        for row, part in zip(rows, (first, second, amount - first - second), strict=True):
            row.append(part)
    heads = (
        "凭证号",
        "摘要",
        "借方金额",
        *(f"{number} {label}" for number, label, _ in ITEMS_2015),
    )
    lines = [
        Line("", f"{facts.year}-{month:02d}-28", (f"记-{rng.randint(1, 400):04d}", "研发支出", sum(row, ZERO), *row))
        for month, row in zip((3, 7, 12), rows, strict=True)
    ]  # fmt: skip
    sums = [sum(column, ZERO) for column in zip(*rows, strict=True)]
    lines.append(Line("", "本期合计", ("", "", sum(sums, ZERO), *sums)))
    return Form(
        "rd-ledger-2015", "", f"自主研发“研发支出”辅助账（{firm.projects[0]}）", facts.year, heads, tuple(lines),
        label_head="凭证日期",
    )  # fmt: skip


def head_counts(facts: YearFacts) -> Form:
    """Heads at the start and end of each month: staff and S&T staff, no person named."""
    lines = [
        Line("", f"{month + 1}月", (*staff, *st_staff))
        for month, (staff, st_staff) in enumerate(zip(facts.heads, facts.st_heads, strict=True))
    ]
    return Form(
        "head-counts", "", f"{facts.year}年度职工人数月度统计表", facts.year,
        ("职工月初人数", "职工月末人数", "科技人员月初人数", "科技人员月末人数"), tuple(lines),
        label_head="月份", unit="人", decimals=0,
        facts={
            ("staff_total", facts.year): facts.staff,
            ("st_staff", facts.year): facts.st_staff,
            ("staff_year_end", facts.year): facts.heads[-1][1],
        },
    )  # fmt: skip


def products(facts: YearFacts) -> Form:
    """高新技术产品（服务）情况: a row a product, technical income as a service, a total row."""
    rows = [*facts.products]
    if facts.technical_income:
        rows.append(("技术服务", facts.technical_income))
    lines = [
        Line("", f"PS{place + 1:02d}", (name, "企业自有技术", amount, "是" if place == 0 else "否"))
        for place, (name, amount) in enumerate(rows)
    ]
    lines.append(Line("", "合计", ("", "", facts.hitech, "")))
    return Form(
        "products", "", "上年度高新技术产品（服务）情况表", facts.year,
        ("产品（服务）名称", "技术来源", "上年度销售收入（万元）", "是否主要产品（服务）"), tuple(lines),
        label_head="编号", unit="万元", decimals=6,
        facts={("hitech_income", facts.year): facts.hitech},
    )  # fmt: skip


def conversions(firm: Firm) -> Form:
    """科技成果转化汇总表: a row a result, of which only the year is kept."""
    lines: list[Line] = []
    for facts in firm.years:
        for _ in range(facts.conversions):
            number = len(lines) + 1
            cells: tuple[Cell, ...] = (
                f"成果{number}", "专利", "自主研发", "新产品", str(facts.year), "自行投资实施转化"
            )  # fmt: skip
            lines.append(Line("", str(number), cells))
    return Form(
        "conversions", "", "科技成果转化汇总表", firm.years[-1].year,
        ("科技成果名称", "成果类型", "成果来源", "转化结果", "转化时间", "转化形式"), tuple(lines),
        label_head="序号", unit="", decimals=0,
        facts={("conversions", facts.year): facts.conversions for facts in firm.years},
    )  # fmt: skip


def rights(firm: Firm) -> Form:
    """知识产权汇总表 as a firm keeps it."""
    lines = [
        Line("", f"IP{place + 1:02d}", (right.name, right.kind, right.granted_on, right.number, right.acquired))
        for place, right in enumerate(firm.rights)
    ]  # fmt: skip
    return Form(
        "rights", "", "知识产权汇总表", firm.years[-1].year,
        ("知识产权名称", "类别", "授权日期", "授权号", "获得方式"), tuple(lines),
        label_head="知识产权编号", unit="", decimals=0, facts=_rights_facts(firm.rights, firm.years[-1].year),
    )  # fmt: skip


def patent_export(firm: Firm) -> Form:
    """The patents as an export of the patent office's search has them, applications among them."""
    patents = [right for right in firm.rights if right.kind != "软件著作权"]
    lines = [
        Line("", str(place + 1), (
            right.name, {"发明专利": "授权发明", "实用新型专利": "实用新型", "外观设计专利": "外观设计"}[right.kind],
            right.number.removeprefix("ZL"), right.applied_on.replace("-", "."), right.granted_on.replace("-", "."),
            right.status, firm.name,
        ))
        for place, right in enumerate(patents)
    ]  # fmt: skip
    pending = ("一种尚在审查的方法", "发明申请", "202410000001.8", "2024.01.02", "", "实质审查的生效", firm.name)  # fmt: skip
    lines.append(Line("", str(len(lines) + 1), pending))
    return Form(
        "patent-export", "", "专利检索结果", firm.years[-1].year,
        ("专利名称", "专利类型", "申请号", "申请日", "授权公告日", "法律状态", "当前权利人"), tuple(lines),
        label_head="序号", unit="", decimals=0,
        facts=_rights_facts(tuple(patents), firm.years[-1].year),
    )  # fmt: skip


def copyright_list(firm: Firm) -> Form:
    """Software copyrights as registered."""
    software = [right for right in firm.rights if right.kind == "软件著作权"]
    lines = [
        Line("", str(place + 1), (f"{right.name}软件V1.0", right.number, right.granted_on, firm.name))
        for place, right in enumerate(software)
    ]  # fmt: skip
    return Form(
        "copyright-list", "", "计算机软件著作权登记清单", firm.years[-1].year,
        ("软件名称", "登记号", "登记日期", "著作权人"), tuple(lines), label_head="序号", unit="", decimals=0,
        facts={("ip_class2_count", firm.years[-1].year): len(software)},
    )  # fmt: skip


def _rights_facts(rights: tuple[Right, ...], year: int) -> Facts:
    first = sum(right.kind in CLASS_ONE for right in rights)
    return {
        ("ip_class1_count", year): first,
        ("ip_class2_count", year): len(rights) - first,
    }
