"""Lists behind the counts (台账): IP rights, conversions, R&D activities, products.

A list is texts as they were typed, one row a thing. It is read by columns; every row then counts,
does not count, or leaves the count open, and says why. A count that a row leaves open is blank. A
list of rights or of conversions is taken as complete; amounts speak only for the years they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eligibility.intake.cells import CellFormat, CellTrouble, normal, parse
from eligibility.vocabulary import (
    MET,
    UNDETERMINED,
    UNMET,
    Bools,
    Codes,
    Edition,
    Field,
    Floats,
    Kind,
    Message,
    Wording,
    msgid,
    years_of,
)

Rows = Sequence[Mapping[str, str | None]]
Reasons = list[tuple[Bools, int, Message]]

CLASS_WORDS = {
    **dict.fromkeys(
        ("i", "1", "一", "i类", "1类", "一类", "class i", "发明", "发明专利", "国防专利", "植物新品种",
         "国家级农作物品种", "国家新药", "国家一级中药保护品种", "集成电路布图设计", "invention",
         "集成电路布图设计专有权", "invention patent"), "I",
    ),
    **dict.fromkeys(
        ("ii", "2", "二", "ii类", "2类", "二类", "class ii", "实用新型", "实用新型专利", "外观设计",
         "外观设计专利", "软件著作权", "计算机软件著作权", "软著", "utility model", "design",
         "software copyright"), "II",
    ),
}  # fmt: skip
STATUS_WORDS = {
    **dict.fromkeys(
        ("有效", "授权", "已授权", "授权有效", "专利权维持", "in force", "granted", "valid"), "in force"
    ),
    **dict.fromkeys(
        ("失效", "无效", "终止", "届满", "放弃", "lapsed", "expired", "invalid"), "lapsed"
    ),
    **dict.fromkeys(("申请中", "审查中", "受理", "实审", "pending", "applied"), "pending"),
}  # fmt: skip
OWNER_WORDS = {
    **dict.fromkeys(("本企业", "本公司", "自有", "是", "the firm", "firm", "own", "yes"), "firm"),
    **dict.fromkeys(("他人", "其他", "个人", "否", "other", "someone else", "no"), "other"),
}
ACQUIRED_WORDS = {
    **dict.fromkeys(("自主研发", "自主", "原始取得", "own research", "own"), "own"),
    **dict.fromkeys(
        ("受让", "转让", "受赠", "并购", "继受取得", "transfer", "gift", "merger"), "other"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a list: how its texts are read.

    ``kind`` is that of a Field; *count* is a year here, *money* is in 万元 unless the text has its
    own unit. ``words`` turns what a person writes into the one word that is compared. ``titles`` are
    what stands above such a column in people's own lists.
    """

    id: str
    kind: Kind
    words: Mapping[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """A list: its columns, and how rows are counted."""

    id: str
    columns: tuple[Column, ...]
    count: Callable[[Read, Edition, int, np.datetime64], Counted]


@dataclass(frozen=True)
class Read:
    """The columns of a list as values; a text that cannot be read is blank and among the troubles."""

    columns: Mapping[str, NDArray[Any]]
    troubles: Mapping[tuple[int, str], Message]
    rows: int

    def blank(self, name: str) -> Bools:
        """Where a column says nothing, shape (n,)."""
        column = self.columns[name]
        blank: Bools
        if column.dtype.kind == "O":
            blank = np.array([value is None for value in column], dtype=np.bool_)
        else:
            # a value that is not itself: NaN or NaT
            blank = column != column
        return blank


@dataclass(frozen=True)
class Counted:
    """What a list says.

    Attributes
    ----------
    fields : mapping of field id to value
        Numbers (money in CNY), "yes" or "no"; None: blank, because a row leaves it open.
    status : array of int8, shape (n,)
        MET: the row counts; UNMET: it does not; UNDETERMINED: something is missing.
    reasons : tuple of Message or None
        Why a row does not count or what it lacks.
    """

    fields: Mapping[str, float | str | None]
    status: Codes
    reasons: tuple[Message | None, ...]


def filled(rows: Rows) -> list[dict[str, str]]:
    """The rows that say anything, blanks left out of each."""
    said = (
        {name: text for name, text in row.items() if text is not None and text.strip()}
        for row in rows
    )
    return [row for row in said if row]


def without_titles(ledger: str, rows: Rows) -> tuple[list[dict[str, str]], int]:
    """The rows that are no header pasted along with the list, and how many were left out.

    A row is left out only if every cell of it reads like the title of some column of the list; a
    row of one cell never is.
    """
    titles = {_plain(title) for column in LEDGERS[ledger].columns for title in column.titles}
    titles |= {_plain(title) for title in NUMBERED}
    said = filled(rows)
    kept = [
        row
        for row in said
        if len(row) < 2 or not all(_titled(text, titles) for text in row.values())
    ]
    return kept, len(said) - len(kept)


def counted(ledger: str, rows: Rows, law: Edition, applied: np.datetime64) -> Counted | None:
    """What a list says of its fields; None where it has no row.

    Parameters
    ----------
    ledger : "ip", "conversion", "activity" or "product"
    rows : sequence of mapping of column id to text
        As typed; amounts in 万元.
    law : Edition
    applied : datetime64[D]
        Date of application.
    """
    said = filled(rows)
    if not said:
        return None
    known = LEDGERS[ledger]
    read = read_ledger(known, said)
    result = known.count(read, law, applied.astype(object).year, applied)
    reasons = list(result.reasons)
    for (row, _), trouble in read.troubles.items():
        # what was typed wrongly is the reason, not that nothing was typed
        if result.status[row] != UNMET:
            reasons[row] = trouble
    return Counted(result.fields, result.status, tuple(reasons))


def read_ledger(ledger: Ledger, rows: Rows) -> Read:
    """Texts as columns; what cannot be read is named with row and column."""
    troubles: dict[tuple[int, str], Message] = {}
    columns: dict[str, NDArray[Any]] = {}
    for column in ledger.columns:
        texts = [row.get(column.id) for row in rows]
        values = [_value(text, column, troubles, row) for row, text in enumerate(texts)]
        columns[column.id] = _array(values, column.kind)
    return Read(columns, troubles, len(rows))


def main_share(rows: Rows) -> float | None:
    """Income of the main products over that of all products; None where a row leaves it open."""
    read = read_ledger(LEDGERS["product"], filled(rows))
    income, main = read.columns["income"], read.columns["main"]
    total = fsum(income)
    if not read.rows or np.isnan(income).any() or np.isnan(main).any() or not total:
        return None
    return fsum(income[main == 1]) / total


def _rights(read: Read, law: Edition, _: int, applied: np.datetime64) -> Counted:
    """Rights granted by the date of application, in force, the firm's (三、（二）)."""
    group, status, owner = (read.columns[name] for name in ("class", "status", "owner"))
    granted, acquired, used = (read.columns[name] for name in ("granted_on", "acquired", "used"))
    no_date = read.blank("granted_on")
    out: Reasons = [
        (granted > applied, UNMET, Message("granted after the date of application")),
        (status == "lapsed", UNMET, Message("no longer in force")),
        (status == "pending", UNMET, Message("not granted yet")),
        (owner == "other", UNMET, Message("not owned by the firm")),
    ]
    lacks: Reasons = [
        (no_date, UNDETERMINED, Message("the date of grant is missing")),
        (read.blank("status"), UNDETERMINED, Message("whether it is in force is missing")),
        (read.blank("owner"), UNDETERMINED, Message("the owner is missing")),
        (read.blank("class"), UNDETERMINED, Message("the class is missing")),
    ]
    possible = ~np.logical_or.reduce([mask for mask, _, _ in out])
    known = possible & ~np.logical_or.reduce([mask for mask, _, _ in lacks[:-1]])
    first, second = group == "I", group == "II"
    classless = read.blank("class")
    once = "class2_uses" in law.parameters
    spent, unsaid = second & (used == 1) & once, second & np.isnan(used) & once
    usable = known & (first | (second & ~spent & ~unsaid))
    maybe = possible & ~usable & ~spent
    own = acquired == "own"
    fields: dict[str, float | str | None] = {
        "ip_class1_count": _count(known & first, possible & (first | classless)),
        "ip_class2_count": _count(known & second, possible & (second | classless)),
        "ip_class2_used_count": _count(
            known & second & (used == 1),
            possible & ((second & (used != 0)) | (classless & (used != 0))),
        ),
        "ip_self_developed": _yes_no(
            yes=usable & own,
            no=usable & (acquired == "other"),
            unknown=(usable & read.blank("acquired")) | (maybe & (acquired != "other")),
        ),
    }
    reasons: Reasons = [
        *out,
        (spent, UNMET, Message("Class II and used in a granted certification: it counts once")),
        *lacks,
        (unsaid, UNDETERMINED, Message("whether it was used before is missing")),
        (read.blank("acquired"), MET, Message("it counts; how it was acquired is missing")),
    ]
    return Counted(fields, *_judged(read.rows, reasons))


def _conversions(read: Read, _: Edition, year: int, __: np.datetime64) -> Counted:
    """Results put to use in the three years; one result counts once (三、（七）2)."""
    years = years_of(year)
    in_year = read.columns["year"]
    names = read.columns["result"]
    outside = ~np.isnan(in_year) & ~np.isin(in_year, years)
    no_year, no_name = np.isnan(in_year), read.blank("result")
    sound = ~(outside | no_year | no_name)
    first = _first(names, in_year, sound)
    again = sound & (first != np.arange(read.rows))
    counts = sound & ~again
    fields = {
        f"conversions_y{place}": _count(
            counts & (in_year == each), (no_name & (in_year == each)) | no_year
        )
        for place, each in enumerate(years, 1)
    }
    reasons: Reasons = [
        (outside, UNMET, _outside(years)),
        *(
            (again & (first == row), UNMET,
             Message("the same result counts once; row {row} has it", {"row": int(row) + 1}))
            for row in np.unique(first[again])
        ),
        (no_year, UNDETERMINED, Message("the year is missing")),
        (no_name, UNDETERMINED, Message("the result is not named")),
    ]  # fmt: skip
    return Counted(fields, *_judged(read.rows, reasons))


def _activities(read: Read, _: Edition, year: int, __: np.datetime64) -> Counted:
    """R&D costs by year and category, as incurred; a year without a row is not spoken of."""
    years = years_of(year)
    in_year = read.columns["year"]
    no_year = np.isnan(in_year)
    outside = ~no_year & ~np.isin(in_year, years)
    amounts = [name for name in read.columns if name.startswith("rd_")]
    fields: dict[str, float | str | None] = {}
    for place, each in enumerate(years, 1):
        rows = in_year == each
        if rows.any() or no_year.any():
            for name in amounts:
                fields[f"{name}_y{place}"] = None if no_year.any() else _sum(read, name, rows)
    lacking = np.logical_or.reduce([np.isnan(read.columns[name]) for name in amounts])
    reasons: Reasons = [
        (outside, UNMET, _outside(years)),
        (no_year, UNDETERMINED, Message("the year is missing")),
        (lacking, UNDETERMINED, Message("an amount is missing; enter 0 where there was none")),
    ]
    return Counted(fields, *_judged(read.rows, reasons))


def _products(read: Read, _: Edition, __: int, ___: np.datetime64) -> Counted:
    """Hi-tech income of the latest year, product by product (三、（四）)."""
    income = read.columns["income"]
    everything = np.ones(read.rows, dtype=np.bool_)
    reasons: Reasons = [(np.isnan(income), UNDETERMINED, Message("the income is missing"))]
    fields = {"hitech_income_y3": _sum(read, "income", everything)}
    return Counted(fields, *_judged(read.rows, reasons))


def _outside(years: Sequence[int]) -> Message:
    return Message("not one of the years {first} to {last}", {"first": years[0], "last": years[-1]})


def _first(names: NDArray[Any], years: Floats, sound: Bools) -> NDArray[np.intp]:
    """For each row the place of the row of the same name that counts: the earliest year's."""
    first = np.arange(len(names))
    seen: dict[str, int] = {}
    for row in sorted(np.flatnonzero(sound).tolist(), key=lambda row: (years[row], row)):
        first[row] = seen.setdefault(normal(names[row]), row)
    return first


def _count(certain: Bools, possible: Bools) -> float | None:
    return None if (possible & ~certain).any() else float(certain.sum())


def _yes_no(*, yes: Bools, no: Bools, unknown: Bools) -> str | None:
    if yes.any():
        return "yes"
    return "no" if no.any() and not unknown.any() else None


def _sum(read: Read, name: str, rows: Bools) -> float | None:
    amounts = read.columns[name][rows]
    return None if np.isnan(amounts).any() else fsum(amounts)


def _judged(rows: int, reasons: Reasons) -> tuple[Codes, tuple[Message | None, ...]]:
    """The first reason that holds decides a row; without one it counts."""
    status: Codes = np.full(rows, MET, dtype=np.int8)
    said: list[Message | None] = [None] * rows
    for mask, code, message in reversed(reasons):
        status[mask] = code
        for row in np.flatnonzero(mask).tolist():
            said[row] = message
    return status, tuple(said)


def _value(
    text: str | None, column: Column, troubles: dict[tuple[int, str], Message], row: int
) -> Any:
    if text is None or not text.strip():
        return None
    if column.words:
        word = column.words.get(normal(text))
        if word is None:
            troubles[row, column.id] = Message("{value} is not understood", {"value": text})
        return word
    try:
        return parse(text.strip().removesuffix("年"), FORMATS[column.kind])
    except CellTrouble as trouble:
        troubles[row, column.id] = Message(
            "{value} is not understood; expected: {expected}",
            {"value": text, "expected": trouble.expected},
        )
        return None


def _plain(text: str) -> str:
    """A title without brackets and what is in them, spaces and punctuation."""
    return _PUNCTUATION.sub("", _BRACKETS.sub("", normal(text)))


def _titled(text: str, titles: Set[str]) -> bool:
    """Whether a cell is one of the titles, or one with a short word before it."""
    plain = _plain(text)
    return plain in titles or any(
        plain.endswith(title) and len(plain) - len(title) <= MOST_BEFORE
        for title in titles
        if len(title) > 1
    )


def _array(values: list[Any], kind: Kind) -> NDArray[Any]:
    if kind == "date":
        return np.array([np.datetime64("NaT") if v is None else v for v in values], "M8[D]")
    if kind == "text":
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _format(kind: Kind, power: int = 0, minimum: float | None = None) -> CellFormat:
    blank = Wording(zh="", en="")
    return CellFormat(
        Field(
            id=kind, kind=kind, unit="", section="", title=blank, help=blank, source=blank,
            stem=kind, stem_title=blank, minimum=minimum,
        ),
        power,
    )  # fmt: skip


#: characters before a title that leave it one, as in 专利权名称
MOST_BEFORE = 4
_BRACKETS = re.compile(r"\([^()]*\)")
_PUNCTUATION = re.compile(r"[\W_]+")
FORMATS: Mapping[Kind, CellFormat] = {
    "text": _format("text"),
    "date": _format("date"),
    "count": _format("count", minimum=0),
    "yes_no": _format("yes_no"),
    "money": _format("money", power=4, minimum=0),
}
_COSTS: Mapping[str, tuple[str, ...]] = {
    "rd_personnel": ("人员人工费用", "人员人工", "人工费用", "personnel"),
    "rd_direct": ("直接投入费用", "直接投入", "direct inputs"),
    "rd_depreciation": (
        "折旧费用与长期待摊费用", "折旧费用", "折旧", "depreciation",
        "depreciation and long-term deferred costs",
    ),
    "rd_amortization": (
        "无形资产摊销费用", "无形资产摊销", "摊销费用", "amortization",
        "amortization of intangibles",
    ),
    "rd_design": ("设计费用", "设计费", "design"),
    "rd_trial": (
        "装备调试费用与试验费用", "装备调试费用", "试验费用", "equipment set-up and trials",
    ),
    "rd_other": ("其他费用", "其他", "other costs", "other costs, as incurred"),
    "rd_outsourced_domestic": (
        "委托境内研发费用", "委托境内", "境内的外部研发费用",
        "outsourced in mainland china, as paid",
    ),
    "rd_outsourced_overseas": (
        "委托境外研发费用", "委托境外", "境外的外部研发费用", "outsourced abroad, as paid",
    ),
}  # fmt: skip
CATEGORIES = tuple(_COSTS)
#: a list's own column of numbers
NUMBERED = ("序号", "编号", "No.")
_NAMES = ("名称", "项目", "项目名称", "name", "title")
_YEARS = ("年度", "年份", "年", "year")
LEDGERS: Mapping[str, Ledger] = {
    ledger.id: ledger
    for ledger in (
        Ledger(
            "ip",
            (
                Column("name", "text", titles=_NAMES),
                Column(
                    "class", "text", CLASS_WORDS, ("类别", "类型", "种类", "class", "type", "kind")
                ),
                Column(
                    "granted_on",
                    "date",
                    titles=(
                        "授权日期",
                        "授权日",
                        "授权时间",
                        "登记日期",
                        "授权公告日",
                        "取得日期",
                        "granted on",
                        "date of grant",
                        "grant date",
                    ),
                ),
                Column("status", "text", STATUS_WORDS, ("状态", "法律状态", "status")),
                Column(
                    "owner",
                    "text",
                    OWNER_WORDS,
                    ("权属人", "权利人", "专利权人", "著作权人", "所有人", "权属", "owner"),
                ),
                Column(
                    "acquired",
                    "text",
                    ACQUIRED_WORDS,
                    ("取得方式", "获得方式", "来源", "acquired by", "acquired"),
                ),
                Column(
                    "used",
                    "yes_no",
                    titles=("是否用过", "曾用过", "是否已使用", "是否使用", "used before", "used"),
                ),
            ),
            _rights,
        ),
        Ledger(
            "conversion",
            (
                Column(
                    "result",
                    "text",
                    titles=(
                        "成果",
                        "成果名称",
                        "转化的成果",
                        "科技成果",
                        *_NAMES,
                        "result put to use",
                        "result",
                    ),
                ),
                Column("year", "count", titles=_YEARS),
            ),
            _conversions,
        ),
        Ledger(
            "activity",
            (
                Column("name", "text", titles=("研发活动", *_NAMES)),
                Column("year", "count", titles=_YEARS),
                *(Column(name, "money", titles=titles) for name, titles in _COSTS.items()),
            ),
            _activities,
        ),
        Ledger(
            "product",
            (
                Column("name", "text", titles=("产品", "服务", *_NAMES)),
                Column(
                    "income",
                    "money",
                    titles=(
                        "近一年收入",
                        "收入",
                        "销售收入",
                        "income",
                        "income of the latest year",
                    ),
                ),
                Column(
                    "main", "yes_no", titles=("主要产品", "是否主要产品", "main product", "main")
                ),
            ),
            _products,
        ),
    )
}
#: which rows count, as it is said above each list
RULES: Mapping[str, str] = {
    "ip": msgid(
        "A right counts if it was granted by the date of application, is in force and is owned by "
        "the firm; a Class II right that was used in a granted certification is spent."
    ),
    "conversion": msgid(
        "A result counts once, in the first of the three years in which it was put to use."
    ),
    "activity": msgid(
        "Costs as incurred, added up by year and category; a year without a row keeps what is "
        "typed into the fields."
    ),
    "product": msgid("The income of all hi-tech products and services, added up."),
}
