"""What one cell says: its text as a value of its field, or the sentence on what was expected.

This is the slow and complete path. Whole columns go through ``columns``, which hands over only the
cells it cannot read itself; both must agree on every text.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from eligibility.domain.facts import Field
from eligibility.domain.text import Message, msgid
from eligibility.intake import codes
from eligibility.intake.number_formats import FORMULA_MARK

Value = float | np.datetime64 | str | None

#: power of ten that turns an amount in this unit into CNY
MONEY_UNITS: Mapping[str, int] = {
    "元": 0, "元人民币": 0, "人民币": 0, "人民币元": 0, "cny": 0, "rmb": 0, "yuan": 0,
    **dict.fromkeys(
        ("千", "千元", "千元人民币", "人民币千元", "1kcny", "kcny", "krmb", "cnyk", "rmbk", "cny000", "rmb000",
         "yuan000", "¥000", "000cny", "000rmb", "thousandcny", "thousandrmb", "thousandyuan",
         "cnythousand", "rmbthousand", "thousands"), 3,
    ),
    "万": 4, "万元": 4, "万元人民币": 4, "人民币万元": 4, "10kcny": 4, "cny10k": 4,
    "10kyuan": 4, "10krmb": 4, "rmb10k": 4,
    **dict.fromkeys(("10000cny", "10000rmb", "10000yuan", "cny10000", "rmb10000", "tenthousandyuan",
                     "tenthousandcny", "tenthousandrmb"), 4),
    "百万": 6, "百万元": 6, "millioncny": 6, "cnymillion": 6, "mcny": 6,
    "千万": 7, "千万元": 7,
    "亿": 8, "亿元": 8, "亿元人民币": 8, "人民币亿元": 8, "100mcny": 8, "cny100m": 8,
    "100myuan": 8, "100mrmb": 8, "rmb100m": 8,
}  # fmt: skip
PERCENT = -2
SHARE_UNITS = ("1", "/1")

#: texts that say "nothing entered"; 无 says no, or E, where it answers a question
MISSING = frozenset(
    ("", "-", "--", "---", "–", "—", "——", "/", "\\", "无", "暂无", "n/a", "na", "null", "none",
     "nan", "nat", "<na>", "不详", "未知", "不适用",)
)  # fmt: skip
MISSING_ANSWERS = MISSING - {"无"}
YES = frozenset(
    (
        "是",
        "有",
        "存在",
        "已发生",
        "对",
        "通过",
        "已通过",
        "通过认定",
        "√",
        "✓",
        "✔",
        "☑",
        "y",
        "yes",
        "true",
        "t",
        "1",
        "1.0",
    )
)
NO = frozenset(
    (
        "否",
        "无",
        "没有",
        "没",
        "不是",
        "未通过",
        "不通过",
        "没有通过",
        "×",
        "✕",
        "x",
        "✗",
        "✘",
        "n",
        "no",
        "false",
        "f",
        "0",
        "0.0",
    )
)
RATING_WORDS: Mapping[str, float] = {
    **{letter: float(grade) for grade, letter in enumerate("abcde")},
    "高": 0.0, "较高": 1.0, "一般": 2.0, "较低": 3.0, "无": 4.0,
    "强": 0.0, "较强": 1.0, "较弱": 3.0,
}  # fmt: skip

_RATING = re.compile(
    r"([a-e]|[^\W\d_a-z]+?)(?:级|档|类|等)?(?:\(([a-e]|[^\W\d_a-z]+)(?:级|档|类|等)?\))?"
)
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?(?:¥|cny|rmb|人民币)?\s*"
    r"(?P<digits>\d{1,3}(?:[,'’ ]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:e(?P<exponent>[-+]?\d{1,3}))?\s*"
    r"(?P<unit>[^\d\s()][^\d()]*|10k cny|100m cny)?(?P<close>\))?"
)
#: marks that no reader sees: zero widths, directions, joiners, fillers, variants, a soft hyphen, a byte order mark
INVISIBLE = (
    "\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
LINE_BREAK = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")
#: how a spreadsheet or an export keeps a text from being taken for a number
_TEXT_FORMULA = re.compile(r'="(?P<text>[^"]*)"', re.DOTALL)
_TEXT_MARKS = "'‘’`＇"
_TICKED, _UNTICKED = "☑☒√✓✔■●", "□☐○"
_BOXES = f"[{_TICKED}{_UNTICKED}]"
#: answers each with a box before it, or each with a box behind it
_BOX_LISTS = (
    re.compile(rf"(?:(?P<box>{_BOXES})\s*(?P<word>是|否|有|无|yes|no)\s*[/、,]?\s*)"),
    re.compile(rf"(?:(?P<word>是|否|有|无|yes|no)\s*(?P<box>{_BOXES})\s*[/、,]?\s*)"),
)
#: a box made of brackets, with what it is ticked by
_BRACKET_BOX = re.compile(r"[(\[【]\s*(?P<tick>[√✓✔v×xX■●]?)\s*[)\]】]")
_REMARK = re.compile(r"\([^()]*\)$")
_DENIAL = re.compile(
    r"^(?:企业)?(?:(?:申请认定|申请)?前?(?:近|最近|前)?[一1]年(?:之?内)?)?(?:企业)?(?:均|从|并|尚|也)?"
    r"(?:未曾|没有|不存在|无|未有|未)(?:发生|受到|受|出现|发现|存在|有)?过?(?:任何|相关|有关)?"
)
_DENIED_NOUN = re.compile(r"(?:的?(?:行为|事项|记录|情况|情形|事件|现象))+$")
#: a denial of whatever the question is about
_NOTHING_DENIED = frozenset(("无", "无此", "无此类", "无上述", "无以上"))
_GROUPING = str.maketrans("", "", ",'’ ")
_COUNTERS = frozenset(("人", "名", "项", "件", "个", "分", "家", "次", "位", "种"))
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[t ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|[-+]\d{2}:?\d{2})?)?"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?|\d{4}\s*年?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SERIALS = range(20_000, 80_001)
_SERIAL_ZERO = date(1899, 12, 30)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
_TITLE_AND_CODE = re.compile(r"(\D+?)\s*\(?(\d{2,5})\)?")
_CODE_AND_TITLE = re.compile(r"(\d{2,5})\s*[-_.、:]?\s*(\D.*)")
#: between the titles of a path, once written in one way
_PATH = "/"
#: what people put between them: strokes and arrows, and the numbers of the catalogue itself
_PATH_MARKS = re.compile(
    r"[/\\\\>→»|\n—–_,;:·-]|[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|(?<!\d)\d{1,2}[.、](?!\d)"
)
_UNSOLVED = msgid("a value; the spreadsheet could not work this cell out")
_UNWORKED = msgid(
    "a value; this formula was never worked out: open the file in a spreadsheet and save it"
)
#: a number with the mark of a footnote: 1500①, 1500²
_MARKED_NUMBER = re.compile(r"[0-9０-９].*[①-⒛²³¹⁰-₉]|[①-⒛²³¹⁰-₉].*[0-9０-９]", re.DOTALL)
_ERROR = re.compile(r"#(?:n/a|div/0!|value!|ref!|name\?|num!|null!|spill!|calc!|getting_data)")
#: half of a character of UTF-16, which no file can hold
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def whole_text(text: str) -> str:
    """The text with a mark (U+FFFD) instead of half characters, so that it can be written."""
    return _SURROGATE.sub("\ufffd", text)


def money_power(unit: str) -> int | None:
    """The power of ten that turns an amount in this unit into CNY; None for no unit of money."""
    return MONEY_UNITS.get(re.sub(r"[\s'’‘′`,]", "", unit.lower()))


class CellTrouble(Exception):
    """A cell cannot be read; ``expectation`` says what should stand there."""

    def __init__(self, text: str, **values: object) -> None:
        self.expectation = Message(text, values)
        super().__init__(text)


@dataclass(frozen=True)
class CellFormat:
    """How the cells of one column are to be read.

    Attributes
    ----------
    field : Field
        What they hold.
    power : int
        Power of ten from the column's unit to the field's: 4 for 万元, -2 for %.
    catalogue : mapping of title to code
        Titles that can stand for a code; only those that one code bears.
    """

    field: Field
    power: int = 0
    catalogue: Mapping[str, str] = dataclasses.field(default_factory=dict)


def parse(text: str, form: CellFormat) -> Value:
    """The value that a text stands for.

    Parameters
    ----------
    text : str
        The cell as it came.
    form : CellFormat
        How its column is to be read.

    Returns
    -------
    float, datetime64, str or None
        Money in CNY; yes as 1 and no as 0; ratings as 0 (A) to 4 (E); None for a blank.

    Raises
    ------
    CellTrouble
        If it cannot be read, or lies outside what the field allows.
    """
    kind = form.field.kind
    if _SURROGATE.search(text):
        raise CellTrouble("text of whole characters; half of one stands here")
    if kind == "text":
        stripped = one_line(visible(text))
        if stripped.lower() in MISSING:
            return None
        if _ERROR.fullmatch(stripped.lower()):
            raise CellTrouble(_UNSOLVED)
        if text.strip().lstrip(_TEXT_MARKS).startswith(FORMULA_MARK):
            raise CellTrouble(_UNWORKED)
        return stripped
    if kind in ("money", "number", "count") and _MARKED_NUMBER.search(text):
        # made ordinary, the mark would be one more digit
        raise _not_a_number(form.field)
    plain = normal(text)
    if plain in (MISSING_ANSWERS if kind in ("yes_no", "rating") else MISSING):
        return None
    if _ERROR.fullmatch(plain):
        raise CellTrouble(_UNSOLVED)
    if plain.startswith("="):
        raise CellTrouble(_UNWORKED)
    match kind:
        case "code":
            return _code(plain)
        case "date":
            return _day(plain)
        case "yes_no":
            return _yes_no(plain, form.field.no_words)
        case "rating":
            return _rating(plain)
        case "catalogue":
            return _catalogue(plain, form.catalogue)
        case _:
            return _number(plain, form)


def visible(text: str) -> str:
    """What a reader sees of a text: no invisible marks, no outer spaces, no guard of a text cell."""
    seen = _INVISIBLE.sub("", text).strip()
    if formula := _TEXT_FORMULA.fullmatch(seen):
        seen = formula["text"].strip()
    return seen.lstrip(_TEXT_MARKS).lstrip() if seen[:1] in _TEXT_MARKS else seen


def one_line(text: str) -> str:
    """A text without the breaks that its cell was too narrow for; words stay apart."""
    if not LINE_BREAK.search(text):
        return text
    first, *rest = (line for part in LINE_BREAK.split(text) if (line := part.strip()))
    for line in rest:
        first += line if not (first[-1].isascii() and line[0].isascii()) else f" {line}"
    return first


def normal(text: str) -> str:
    """What is visible, with full-width characters made ordinary and in lower case."""
    if text.isascii() and text.isalnum():
        # most cells are such, and nothing of them is to be made ordinary
        return text.lower()
    return unicodedata.normalize("NFKC", visible(text)).replace("−", "-").strip().lower()


def within(value: float, field: Field) -> None:
    """Raise CellTrouble unless a number is one the field allows."""
    if field.kind == "count" and value != np.floor(value):
        raise CellTrouble("a whole number")
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and not low <= value <= high:
        raise CellTrouble(
            "a number from {minimum} to {maximum}", minimum=f"{low:g}", maximum=f"{high:g}"
        )
    if low is not None and value < low:
        raise CellTrouble("a number of {minimum} or more", minimum=f"{low:g}")
    if high is not None and value > high:
        raise CellTrouble("a number of {maximum} or less", maximum=f"{high:g}")


def _code(plain: str) -> str:
    try:
        return codes.parse(plain)
    except codes.WrongCode as wrong:
        raise CellTrouble(wrong.expectation.text, **wrong.expectation.values) from wrong


def _number(plain: str, form: CellFormat) -> float:
    field = form.field
    match = _NUMBER.fullmatch(plain)
    if (
        match is None
        or bool(match["open"]) != bool(match["close"])
        or (match["open"] and match["sign"])
    ):
        raise _not_a_number(field)
    power = _power(match["unit"], form)
    # one decimal text, one rounding: a product of floats could be off by an ulp
    value = float(f"{match['digits'].translate(_GROUPING)}e{int(match['exponent'] or 0) + power}")
    if value == np.inf:
        raise _not_a_number(field)
    value = -value if match["open"] or match["sign"] == "-" else value
    within(value, field)
    return value


def _power(unit: str | None, form: CellFormat) -> int:
    """The power of ten of the unit in the cell, else of the column's."""
    if not unit:
        return form.power
    field, word = form.field, unit.replace(" ", "")
    if word in ("%", "‰"):
        if field.unit in SHARE_UNITS and word == "%":
            return PERCENT
        raise CellTrouble("a number, not a share in per cent")
    if field.kind == "money":
        if (power := money_power(word)) is not None:
            return power
        raise CellTrouble("an amount in CNY, 10k CNY or 100m CNY; {unit} is not known", unit=unit)
    if word in _COUNTERS:
        return form.power
    raise _not_a_number(field)


def _not_a_number(field: Field) -> CellTrouble:
    if field.kind == "money":
        return CellTrouble("an amount of money, such as 1314.38")
    if field.kind == "count":
        return CellTrouble("a whole number, such as 12")
    return CellTrouble("a number, such as 12.5")


def _day(plain: str) -> np.datetime64:
    if serial := _SERIAL.fullmatch(plain):
        if int(serial[1]) in _SERIALS:
            return np.datetime64(_SERIAL_ZERO + timedelta(days=int(serial[1])), "D")
        raise CellTrouble("a date, such as 2021-03-05")
    match = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    if match is None:
        if _MONTH.fullmatch(plain):
            raise CellTrouble("a date with its day, such as 2021-03-05")
        raise CellTrouble("a date, such as 2021-03-05")
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as impossible:
        raise CellTrouble("a day that exists, such as 2021-03-05") from impossible
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CellTrouble("a date from {first} to {last}", first=FIRST_DAY, last=LAST_DAY)
    return np.datetime64(day, "D")


def _yes_no(text: str, no_words: tuple[str, ...] = ()) -> float:
    plain = text.rstrip("。.;,、!") or text
    if plain in YES:
        return 1.0
    if plain in NO or (denial := _denial(plain)) in _NOTHING_DENIED or denial in _denials(no_words):
        return 0.0
    if (answer := _ticked_box(plain)) is not None:
        return answer
    if (rest := _REMARK.sub("", plain).strip()) != plain and rest:
        return _yes_no(rest, no_words)
    raise CellTrouble("yes or no (是/否, 有/无, √/×, ☑是 □否)")


def _denial(plain: str) -> str:
    """A text with 无 for whatever words deny, without the words for a record of it and punctuation."""
    return _DENIED_NOUN.sub("", _DENIAL.sub("无", re.sub(r"[\W_]+", "", plain)))


@cache
def _denials(no_words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_denial, no_words))


def _ticked_box(plain: str) -> float | None:
    """The answer whose box alone is ticked; None where none or several are."""
    plain = _BRACKET_BOX.sub(lambda box: "☑" if box["tick"] else "☐", plain)
    for answers in _BOX_LISTS:
        if answers.sub("", plain):
            continue
        ticked = [match["word"] for match in answers.finditer(plain) if match["box"] in _TICKED]
        if len(ticked) == 1:
            return 1.0 if ticked[0] in YES else 0.0
    return None


def _rating(plain: str) -> float:
    if match := _RATING.fullmatch(plain):
        # a letter and a word beside it must say the same
        grades = {RATING_WORDS.get(word) for word in match.groups() if word}
        if len(grades) == 1 and None not in grades:
            return float(grades.pop() or 0)
    raise CellTrouble("a rating from A to E")


def _catalogue(plain: str, titles: Mapping[str, str]) -> float:
    digits = plain.removesuffix(".0")
    if digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 5:
        return float(digits)
    if plain in titles:
        return float(titles[plain])
    both = _CODE_AND_TITLE.fullmatch(plain)
    if both and titles.get(both[2]) == both[1]:
        return float(both[1])
    if (code := titles.get(_path(plain)) or titles.get(_path_key(plain))) is not None:
        return float(code)
    both = _TITLE_AND_CODE.fullmatch(plain)
    if both and titles.get(both[1].strip()) == both[2]:
        return float(both[2])
    raise CellTrouble(
        "a code of the catalogue, such as 10101, the title of one node, or its path, such as "
        "电子信息/软件/基础软件"
    )


def _path(plain: str) -> str:
    """A title or a path of titles, however its parts are numbered and set apart."""
    parts = _PATH_MARKS.split(plain)
    return _PATH.join(part for part in (part.strip(" 、.:;,") for part in parts) if part)


def _path_key(plain: str) -> str:
    """A path in one spelling: without numbers and marks, of the words for and one."""
    parts = [
        re.sub(r"^\s*(?:0\d+|\d(?:\.\d{1,2})*)(?!\d)|[\W_]+", "", part)
        for part in _PATH_MARKS.split(plain)
    ]
    return re.sub("[和及]", "与", "".join(parts))


def titles_to_codes(catalogue: Mapping[str, str]) -> Mapping[str, str]:
    """Title or path of titles to code, where it names one node; ``catalogue`` is code to title."""
    return _titles_to_codes(tuple(catalogue.items()))


@cache
def _titles_to_codes(catalogue: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    titles = {code: normal(title) for code, title in catalogue}
    nodes: list[tuple[str, str]] = []
    for code in titles:
        starts = (code[:length] for length in range(1, len(code)))
        above = [titles[start] for start in starts if start in titles]
        parts = [*above, titles[code]]
        paths = [parts[at:] for at in range(len(parts))]
        names = {_PATH.join(path) for path in paths}
        spellings = names | {_path(name) for name in names} | {_path_key(name) for name in names}
        nodes += [(name, code) for name in spellings]
    bearers = Counter(name for name, _ in nodes)
    return {name: code for name, code in nodes if bearers[name] == 1}
