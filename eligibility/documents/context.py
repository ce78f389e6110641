"""What stands above a form: period, unit, firm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eligibility.documents.grid import Row, is_figure, plain_text
from eligibility.intake import codes
from eligibility.intake.cells import money_power

_YEAR = r"((?:19|20)\d\d)"
_DAY = rf"{_YEAR}[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?"
_TO = r"(?:至|到|[-—–~～]+)"
_RANGE = re.compile(rf"{_DAY}(?:{_TO}|.{{0,3}}(?:所属期)?止[:：]?){_DAY}")
_MONTHS = re.compile(rf"{_YEAR}年?[.]?(\d{{1,2}})月?{_TO}(?:{_YEAR}[年.])?(\d{{1,2}})月?(?![\d日])")
_ONE_DAY = re.compile(_DAY)
_MONTH = re.compile(rf"{_YEAR}[-/.年](\d{{1,2}})(?:月(?!\d)|(?![\d/.-]))")
#: no part of an amount, and not the edition of a form (2019年版)
_ONE_YEAR = re.compile(rf"(?<![\d.,]){_YEAR}(?!年?版|[.,]\d)(?:年度?|年?会计年度|(?!\d))")
#: days on which a form was filled in or printed, not its period
_NO_PERIOD = re.compile(
    "填报日|填表日|打印|制表|申报日期|受理|签字|盖章日|导出|生成时间|报送日|经办|发证|证书"
)
_UNIT = re.compile(r"(?:金额)?单位[:：]?\(?(?:人民币)?(亿元|百万元|千万元|万元|千元|元)")
_BARE_UNIT = re.compile(r"[(（](?:人民币)?(亿元|百万元|千万元|万元|千元|元)[^()（）]{0,6}[)）]$")
_CODE_LABEL = re.compile("纳税人识别号|统一社会信用代码|社会信用代码|信用代码|税号")
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{15,20})(?![0-9A-Z])")
_NAME_LABEL = re.compile(
    r"(?:纳税人名称|编制单位|填报单位|企业名称|单位名称|公司名称|申请企业|申报企业|账簿)(?:\([^()]*\))?[:：]?"
)
_NAME = re.compile(r"[^\s:：|,，;；]{2,60}?(?:公司|厂|研究院|研究所|合作社|中心|事务所|合伙\))")
#: head of a column of one year's figures
YEAR_HEAD = re.compile(
    r"((?:19|20)\d\d)(?:年度?|年?-?12月?-?31日?|年12月31日|[-/.]12[-/.]31)?(?:金额|数|余额)?"
)
#: what is printed above a form and says whose it is, of when and in which unit
_HEADING = re.compile(f"{_CODE_LABEL.pattern}|{_NAME_LABEL.pattern}|{_UNIT.pattern}|所属期|属期")
LAST_MONTH, LAST_DAY = 12, 31


@dataclass(frozen=True)
class Context:
    """What is known of a form beside its lines.

    Attributes
    ----------
    year : int, optional
    is_whole : bool
        Whether the period is the whole year, or ends with it.
    from_name : bool
        Whether the year is only the name of a file or sheet.
    power : int, optional
        Power of ten of the unit that is printed.
    uscc, name : str
        The firm.
    """

    year: int | None = None
    is_whole: bool = True
    from_name: bool = False
    power: int | None = None
    uscc: str = ""
    name: str = ""

    def over(self, below: Context) -> Context:
        """What this says, and where it says nothing what another one does (never its unit)."""
        dated = self if self.year is not None else below
        known = self if self.uscc or self.name else below
        return replace(
            self, year=dated.year, is_whole=dated.is_whole, from_name=dated.from_name,
            uscc=known.uscc, name=known.name,
        )  # fmt: skip


def read_context(rows: Sequence[Row]) -> Context:
    """Period, unit and firm, as the rows above the lines of a form print them."""
    texts = [plain_text(row.text) for row in rows if not _compares_years(row)]
    year, is_whole = period(texts)
    return Context(year, is_whole, False, unit_power(rows), *_firm(rows))


def is_heading(row: Row) -> bool:
    """Whether a row says whose a form is, of when or in which unit, and holds no figures."""
    return _HEADING.search(plain_text(row.text)) is not None and not any(
        is_figure(cell.text) for cell in row.cells
    )


def _compares_years(row: Row) -> bool:
    """Whether a row is the heads of several years' columns, and so no period."""
    years = {match[1] for cell in row.cells if (match := YEAR_HEAD.fullmatch(plain_text(cell.text)))}  # fmt: skip
    return len(years) > 1


def period(texts: Iterable[str]) -> tuple[int | None, bool]:
    """Calendar year, and whether it is the whole of it or its last day; the plainest text decides."""
    lines = [text for text in texts if not _NO_PERIOD.search(text)]
    for text in lines:
        if match := _RANGE.search(text):
            start, month, day = int(match[1]), int(match[5]), int(match[6])
            end = int(match[4])
            return end, (start, int(match[2])) == (end, 1) and (month, day) == (
                LAST_MONTH,
                LAST_DAY,
            )
    for text in lines:
        if match := _MONTHS.search(text):
            same = match[3] in (None, match[1])
            return int(match[3] or match[1]), same and (int(match[2]), int(match[4])) == (
                1,
                LAST_MONTH,
            )
    for text in lines:
        if match := _ONE_DAY.search(text):
            return int(match[1]), (int(match[2]), int(match[3])) == (LAST_MONTH, LAST_DAY)
    for text in lines:
        if (match := _MONTH.search(text)) and 1 <= int(match[2]) <= LAST_MONTH:
            return int(match[1]), int(match[2]) == LAST_MONTH
    for text in lines:
        if match := _ONE_YEAR.search(text):
            return int(match[1]), True
    return None, True


def name_context(name: str) -> Context:
    """The year that a file, folder or sheet is named after, if it names one alone."""
    years = set(re.findall(rf"(?<!\d){_YEAR}(?=年|[-_.\s度（(]|$|[^\d])", plain_text(name)))
    if len(years) != 1:
        return Context()
    year, is_whole = period([plain_text(name)])
    return Context(year or int(years.pop()), is_whole, from_name=True)


def unit_power(rows: Sequence[Row]) -> int | None:
    """Power of ten of the unit of money that is printed above the lines; None where none is."""
    for row in rows:
        text = plain_text(row.text)
        if match := _UNIT.search(text):
            return money_power(match[1])
    return None


def head_power(text: str) -> int | None:
    """Power of ten of the unit behind the head of a column or a label."""
    match = _BARE_UNIT.search(plain_text(text)) or _UNIT.search(plain_text(text))
    return money_power(match[1]) if match else None


def _firm(rows: Sequence[Row]) -> tuple[str, str]:
    code = name = ""
    for row in rows:
        for place, cell in enumerate(row.cells):
            text = unicodedata.normalize("NFKC", cell.text)
            following = unicodedata.normalize("NFKC", row.cells[place + 1].text) if place + 1 < len(row.cells) else ""  # fmt: skip
            if not code and (label := _CODE_LABEL.search(text)):
                code = _first_code(text[label.end() :]) or _first_code(following)
            if not name and (label := _NAME_LABEL.search(text)):
                rest = text[label.end() :].strip(" :：")
                match = _NAME.match(rest) or (_NAME.match(following.strip()) if not rest else None)
                name = match[0] if match else ""
    return code, name


def _first_code(text: str) -> str:
    match = _CODE.search("".join(text.upper().split()))
    if match is None:
        return ""
    try:
        return codes.parse(match[1])
    except codes.WrongCode:
        return ""
