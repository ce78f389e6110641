"""Small forms as firms have them, written as workbooks, for the tests of the reader."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from eligibility.documents.definitions import paper_definitions
from eligibility.schemes.registry import load_scheme

CODE, FIRM = "91150100MA0N000013", "内蒙古青山科技有限公司"
OTHER_CODE, OTHER_FIRM = "91150100MA0N000026", "包头白云材料有限公司"
Rows = Sequence[Sequence[object]]


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """An xlsx file of these sheets; None is a blank cell."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(place, column, value)
    return stream.getvalue()


def cover(year: int, code: str = CODE, firm: str = FIRM) -> list[list[object]]:
    """The cover of the annual return."""
    return [
        ["中华人民共和国企业所得税年度纳税申报表"],
        [f"税款所属期间：{year}年01月01日至{year}年12月31日"],
        [f"纳税人识别号（统一社会信用代码）：{code}"],
        [f"纳税人名称：{firm}"],
        ["金额单位：人民币元（列至角分）"],
    ]


def income(main: float = 1_000_000.25, other: float = 200_000.5) -> list[list[object]]:
    """A101010 with two kinds of income."""
    return [
        ["A101010"],
        ["一般企业收入明细表"],
        ["行次", "项目", "金额"],
        [1, "一、营业收入（2+9）", main + other],
        [2, "（一）主营业务收入（3+5+6+7+8）", main],
        [3, "1.销售商品收入", main],
        [4, "其中：非货币性资产交换收入", 0],
        [5, "2.提供劳务收入", 0],
        [6, "3.建造合同收入", 0],
        [7, "4.让渡资产使用权收入", 0],
        [8, "5.其他", 0],
        [9, "（二）其他业务收入（10+12+13+14+15）", other],
        [10, "1.销售材料收入", other],
        [11, "其中：非货币性资产交换收入", 0],
        [12, "2.出租固定资产收入", 0],
        [13, "3.出租无形资产收入", 0],
        [14, "4.出租包装物和商品收入", 0],
        [15, "5.其他", 0],
        [16, "二、营业外收入（17+18+19+20+21+22+23+24+25+26）", 30_000],
        [20, "（四）政府补助利得", 30_000],
    ]


def printed(
    form_id: str,
    edition_id: str,
    figures: Mapping[str, object],
    *,
    heads: Sequence[object] = ("行次", "项目", "金额"),
    numbers: str = "left",
    labels: Mapping[str, str] | None = None,
) -> list[list[object]]:
    """A form line by line: numbers left or right of the labels or nowhere, then its figures.

    A line that is not among the figures is printed blank; several figures are a sequence.
    """
    form = paper_definitions(load_scheme()).form(form_id)
    edition = next(each for each in form.editions if each.id == edition_id)
    rows: list[list[object]] = [list(heads)]
    for key, line in edition.lines.items():
        value = figures.get(key)
        several = list(value) if isinstance(value, list | tuple) else [value]
        label = (labels or {}).get(key, line.label)
        number = int(key) if key.isdecimal() else None
        before = {"left": [number, label], "right": [label, number], "none": [label]}[numbers]
        rows.append([*before, *several])
    return rows


def certified_firm(figures: Mapping[str, object]) -> list[list[object]]:
    """A107041 of 2017 and later: single figures above, three years below."""
    rows = printed("A107041", "H17", figures, heads=())
    heads: list[object] = [14, "高新研发费用归集年度", "本年度", "前一年度", "前二年度", "合计"]
    place = next(place for place, row in enumerate(rows) if row and row[0] == 15)
    single = [row for row in rows[1:place] if row[0] is not None]
    return [["A107041"], ["高新技术企业优惠情况及明细表"], *single, heads, *rows[place:]]


def balance_sheet(
    year: int,
    figures: Mapping[str, Sequence[object]],
    heads: Sequence[str] = ("期末余额", "年初余额"),
) -> list[list[object]]:
    """The account form of small enterprises: 1–30 left, 31–53 right; figures of (end, begin)."""
    swapped = heads[0].startswith("年初")
    rows = printed("balance_sheet", "small", {}, numbers="right", heads=())[1:]

    def half(row: list[object]) -> list[object]:
        end, begin = figures.get(str(row[1]), (None, None))
        return [row[0], row[1], *((begin, end) if swapped else (end, begin))]

    left, right = [half(row) for row in rows[:30]], [half(row) for row in rows[30:]]
    right += [[None] * 4] * (30 - len(right))
    return [
        ["资产负债表"],
        [None, None, None, None, None, None, None, "会小企01表"],
        [f"编制单位：{FIRM}", None, None, f"{year}年12月31日", None, None, None, "单位：元"],
        ["资产", "行次", *heads, "负债和所有者权益", "行次", *heads],
        *([*one, *other] for one, other in zip(left, right, strict=True)),
    ]


#: a small balance sheet that adds up: (end, begin)
BALANCE: dict[str, tuple[float, float]] = {
    "1": (500_000, 400_000), "9": (300_000, 200_000), "15": (800_000, 600_000),
    "18": (900_000, 900_000), "19": (200_000, 100_000), "20": (700_000, 800_000),
    "29": (700_000, 800_000), "30": (1_500_000, 1_400_000),
    "33": (250_000, 300_000), "41": (250_000, 300_000), "46": (0, 0), "47": (250_000, 300_000),
    "48": (1_000_000, 1_000_000), "51": (250_000, 100_000), "52": (1_250_000, 1_100_000),
    "53": (1_500_000, 1_400_000),
}  # fmt: skip


def structure(year: int, outsourced: float = 0.0, unit: str = "人民币万元") -> list[list[object]]:
    """The R&D structure table of two projects, in 万元."""
    lines = {
        "其中：人员人工费用": (50, 30), "直接投入费用": (20, 10.5), "折旧费用与长期待摊费用": (5, 5),
        "无形资产摊销费用": (1, 0), "设计费用": (2, 0), "装备调试费用与试验费用": (0, 3), "其他费用": (4, 2),
    }  # fmt: skip
    inside = tuple(sum(column) for column in zip(*lines.values(), strict=True))
    out = (outsourced, 0)
    rows = {
        "内部研究开发费用": inside, **lines, "委托外部研究开发费用": out,
        "其中：境内的外部研发费用": out,
        "研究开发费用(内、外部)小计": (inside[0] + outsourced, inside[1]),
    }  # fmt: skip
    return [
        [f"{year}年度研究开发费用结构明细表"],
        [],
        [None, None, None, f"单位：{unit}"],
        ["科目", "RD01", "RD02", "合计"],
        *([label, *values, sum(values)] for label, values in rows.items()),
    ]
