"""How a form is laid on a page: which rows stand above, in what order columns go, how figures look."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from tests.documents.form import Cell, Form, Line
from tests.documents.invented_firm import Firm

WAN = 10_000


@dataclass(frozen=True)
class Layout:
    """One way to write forms.

    Attributes
    ----------
    ending : str
        pdf, xlsx, csv or docx.
    together : bool
        All forms of a year in one file, a sheet or page each; else a file each.
    line_place : str
        The column of line numbers stands *first*, *after* the words, or there is *none*.
    rows_above, columns_before : int
        Empty rows and columns before everything.
    negative, thousands, empty : str
        How a figure below zero looks (*minus*, *brackets*), what divides thousands, what stands
        for an empty cell.
    money_unit : str or None
        元 or 万元 for all amounts whatever the form asks; None keeps that of the form.
    text_figures : bool
        Figures of a workbook are kept as texts.
    newest_last : bool
        年初 before 期末, 上年 before 本年, as older sheets have it.
    split_words : str
        What is put inside the words of a line: a line break, or a wide blank.
    decimal_lines : bool
        Line numbers as 1.00, as some exports have them.
    wide_marks : bool
        Brackets and colons of the firm's name and heads in the other width.
    """

    name: str
    ending: str
    together: bool = False
    line_place: str = "first"
    rows_above: int = 0
    columns_before: int = 0
    negative: str = "minus"
    thousands: str = ","
    empty: str = ""
    money_unit: str | None = None
    text_figures: bool = False
    newest_last: bool = False
    split_words: str = ""
    decimal_lines: bool = False
    wide_marks: bool = True
    merged: bool = False
    font: str = "宋体"
    one_list: bool = False  # a balance sheet as one list of items


E_TAX = Layout("etax", "pdf", together=True, empty="")
EXCEL = Layout("excel", "xlsx", together=True, thousands="", empty="", font="Calibri")
ACCOUNTANT_CSV = Layout(
    "accountant", "csv", line_place="none", rows_above=1, columns_before=1, negative="brackets",
    one_list=True, wide_marks=False,
)  # fmt: skip
ACCOUNTANT_XLSX = Layout(
    "accountant", "xlsx", line_place="after", rows_above=2, money_unit="万元", negative="brackets",
    thousands="", newest_last=True, font="等线",
)  # fmt: skip
ACCOUNTANT_DOCX = Layout(
    "accountant", "docx", line_place="none", split_words="\n", empty="-", font="仿宋",
)  # fmt: skip
WPS = Layout(
    "wps", "xlsx", line_place="after", rows_above=1, columns_before=1, text_figures=True, merged=True,
    split_words="　", empty="0.00", decimal_lines=True, font="宋体", together=True,
)  # fmt: skip
LAYOUTS = (E_TAX, EXCEL, ACCOUNTANT_CSV, ACCOUNTANT_XLSX, ACCOUNTANT_DOCX, WPS)


def draw_layout(rng: random.Random, endings: tuple[str, ...] = ("xlsx", "csv", "docx")) -> Layout:
    """Any layout: every choice by itself."""
    ending = rng.choice(endings)
    return Layout(
        "drawn",
        ending,
        together=ending in ("xlsx", "pdf", "docx") and rng.random() < 0.5,
        line_place=rng.choice(("first", "after", "none")),
        rows_above=rng.randint(0, 3),
        columns_before=rng.randint(0, 2),
        negative=rng.choice(("minus", "brackets")),
        thousands=rng.choice((",", "")),
        empty=rng.choice(("", "", "-", "0.00")),
        money_unit=rng.choice((None, None, "元", "万元")),
        text_figures=rng.random() < 0.5,
        newest_last=rng.random() < 0.5,
        split_words=rng.choice(("", "", "　", "\n")),
        decimal_lines=rng.random() < 0.2,
        wide_marks=rng.random() < 0.5,
        merged=rng.random() < 0.5,
        font=rng.choice(("宋体", "微软雅黑", "Calibri")),
        one_list=rng.random() < 0.5,
    )


@dataclass(frozen=True)
class Figure:
    """A figure with the look that it has on the page."""

    value: Decimal
    text: str
    decimals: int


Content = Figure | str | None


@dataclass
class Page:
    """A laid form: its cells, which of them are one merged cell, the rows of its heads."""

    name: str
    form: Form
    rows: list[list[Content]] = field(default_factory=list)
    #: (row, first column, last column)
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    heads: range = range(0)

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def lay(form: Form, firm: Firm, layout: Layout) -> Page:
    """A form on its page."""
    page = Page(_sheet_name(form, layout), form)
    heads = _heads(form, layout)
    body = _body(form, layout)
    width = max(len(row) for row in [heads, *body])
    above = _above(form, firm, layout, width)
    page.rows = [*above, heads, *body]
    page.heads = range(len(above), len(above) + 1)
    if layout.merged or layout.ending == "pdf":
        title = next(at for at, row in enumerate(above) if form.title in row)
        page.rows[title] = [form.title]
        page.merges.append((title, 0, width - 1))
    shift: list[list[Content]] = [[] for _ in range(layout.rows_above)]
    page.rows = shift + [[None] * layout.columns_before + row if row else [] for row in page.rows]
    down, right = layout.rows_above, layout.columns_before
    page.merges = [(row + down, first + right, last + right) for row, first, last in page.merges]
    page.heads = range(page.heads.start + down, page.heads.stop + down)
    return page


def _sheet_name(form: Form, layout: Layout) -> str:
    name = f"{form.number}{form.title}" if form.number.startswith("A") else form.title
    for mark in "[]:*?/\\“”（）":
        name = name.replace(mark, "")
    short = form.number if layout.name == "wps" and form.number.startswith("A") else name
    return short[:28]


def unit_of(form: Form, layout: Layout) -> str:
    """The unit that amounts of a form stand in on this page."""
    if form.unit not in ("元", "万元") or form.number.startswith("A"):
        return form.unit
    return layout.money_unit or form.unit


def _heads(form: Form, layout: Layout) -> list[Content]:
    columns = [*form.columns]
    unit = unit_of(form, layout)
    columns = [head.replace("（万元）", f"（{unit}）") for head in columns]
    if turned(form, layout):
        columns.reverse()
    heads: list[Content] = []
    if form.two_sided and not layout.one_list:
        for title in ("资产", "负债和所有者权益（或股东权益）"):
            heads += _with_number(layout, form, "行次", title, columns)
        return heads
    if form.id == "A000000-2019" and layout.line_place != "none":
        return ["项目", "填报内容", "项目", "填报内容"]
    word = "项目" if form.two_sided else form.label_head
    return _with_number(layout, form, "行次", word, columns)


def turned(form: Form, layout: Layout) -> bool:
    """Whether the two columns of a statement stand the other way round."""
    return layout.newest_last and len(form.columns) == 2 and form.number.startswith("会")


def _with_number(
    layout: Layout, form: Form, number: str, words: Content, cells: list[Content] | list[str]
) -> list[Content]:
    numbered = any(line.number for line in form.lines)
    if not numbered or layout.line_place == "none":
        return [words, *cells]
    if layout.line_place == "after":
        return [words, number, *cells]
    return [number, words, *cells]


def _body(form: Form, layout: Layout) -> list[list[Content]]:
    if form.id == "A000000-2019":
        return _cover_body(form, layout)
    if not form.two_sided or layout.one_list:
        return [_row(line, form, layout) for line in form.lines]
    left = [_row(line, form, layout) for line in form.lines if not line.right]
    right = [_row(line, form, layout) for line in form.lines if line.right]
    empty: list[Content] = [""] * len(left[0])
    rows = max(len(left), len(right))
    left += [empty] * (rows - len(left))
    right += [empty] * (rows - len(right))
    return [a + b for a, b in zip(left, right, strict=True)]


def _cover_body(form: Form, layout: Layout) -> list[list[Content]]:
    """A000000: code and words in one cell, the answer beside it, two pairs a row."""
    pairs: list[list[Content]] = [
        [f"{line.number}{line.label}", figure(line.cells[0], form, layout)] for line in form.lines
    ]
    if layout.line_place == "none":
        return pairs
    if len(pairs) % 2:
        pairs.append(["", ""])
    return [a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True)]


def _row(line: Line, form: Form, layout: Layout) -> list[Content]:
    cells = [figure(cell, form, layout) for cell in line.cells]
    if turned(form, layout):
        cells.reverse()
    number = f"{line.number}.00" if layout.decimal_lines and line.number.isdigit() else line.number
    return _with_number(layout, form, number, _words(line.label, layout), cells)


def _words(label: str, layout: Layout) -> str:
    if not layout.wide_marks:
        label = label.replace("（", "(").replace("）", ")").replace("：", ":")
    if not layout.split_words or len(label) < 6:
        return label
    if layout.split_words == "　":
        return f"　　{label}" if label[0] not in "一二三四五六七八九十" else label
    # a narrow column breaks the words of a line
    middle = len(label) // 2
    return label[:middle] + layout.split_words + label[middle:]


def figure(cell: Cell, form: Form, layout: Layout) -> Content:
    """A cell as it looks."""
    if cell is None:
        return layout.empty if form.unit == "元" and layout.empty != "0.00" else ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return Figure(Decimal(cell), str(cell), 0)
    decimals, value = form.decimals, cell
    if form.id.startswith("A000000"):
        decimals = 2
    elif form.unit in ("元", "万元") and unit_of(form, layout) == "万元":
        value, decimals = cell / WAN, 6
    elif form.unit == "万元":
        decimals = 2
    if not cell and layout.empty == "-":
        return "-"
    return Figure(value, figure_text(value, decimals, layout), decimals)


def figure_text(value: Decimal, decimals: int, layout: Layout) -> str:
    """A figure in letters: its thousands, its sign."""
    text = f"{abs(value):,.{decimals}f}" if layout.thousands else f"{abs(value):.{decimals}f}"
    if value >= 0:
        return text
    return f"({text})" if layout.negative == "brackets" else f"-{text}"


def _above(form: Form, firm: Firm, layout: Layout, width: int) -> list[list[Content]]:
    """What stands above the heads: number, title, whose and when, unit."""
    unit = unit_of(form, layout)
    if form.number.startswith("A"):
        # a schedule alone says neither firm nor year; the first rows of a file do where it stands alone
        rows: list[list[Content]] = []
        if not layout.together:
            rows.append(
                [
                    f"纳税人名称：{firm.name}",
                    f"税款所属期间：{form.year}年01月01日至{form.year}年12月31日",
                ]
            )
            rows.append(
                [f"纳税人识别号（统一社会信用代码）：{firm.uscc}", "金额单位：人民币元（列至角分）"]
            )
        return [*rows, [form.number], _middle(form.title, width)]
    if form.number:
        when = f"{form.year}年12月31日" if form.period == "day" else f"{form.year}年度"
        if layout.ending == "pdf":
            return [
                _middle(form.title, width),
                [f"纳税人名称: {firm.name} 纳税人识别号/社会信用代码: {firm.uscc}"],
                [
                    f"所属期起：{form.year}-01-01 所属期止：{form.year}-12-31 单位： {unit} {form.number}"
                ],
            ]
        return [
            _middle(form.title, width),
            [*[""] * (width - 1), form.number],
            [f"编制单位：{firm.name}", *[""] * max(0, width // 2 - 1), when, "", f"单位：{unit}"],
        ]
    if form.id.startswith("rd-ledger-2021"):
        return [
            _middle(form.title, width),
            [
                f"纳税人识别号（统一社会信用代码）：{firm.uscc}", f"纳税人名称：{firm.name}",
                f"属期：{form.year}年", f"金额单位：{unit}",
            ],
        ]  # fmt: skip
    if form.unit in ("元", "万元"):
        says = f"单位：人民币{unit}"
    else:
        says = f"单位：{form.unit}" if form.unit else ""
    year = "" if str(form.year) in form.title else f"{form.year}年度"
    return [_middle(form.title, width), [f"企业名称：{firm.name}", year, says]]


def _middle(title: str, width: int) -> list[Content]:
    """A title that somebody put over the middle of the table."""
    return [*[""] * max(0, width // 2 - 1), title]
