"""The year that a header names, in the words people have for it.

Years are 第一年, 第二年, 第三年 of the official forms, calendar years in full or short, or told from
the application: 上年度, T-1, 近一年. Two words that mean two years are never decided between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {
    "一": 1, "二": 2, "两": 2, "三": 3, "1": 1, "2": 2, "3": 3, "first": 1, "second": 2, "third": 3,
    "one": 1, "two": 2, "three": 3,
}  # fmt: skip
_DAY = (
    r"(?:\s*(?:12\s*月\s*(?:31\s*日|份?[末底]?)?|[-/.]12(?:[-/.]31)?(?!\d)|12(?:31)?(?!\d)|"
    r"0?1\s*月?\s*[-至到~—]\s*12\s*月(?:份)?))?"
)
#: what may stand behind a year and leaves it the whole of it, or its end
_OF_YEAR = r"(?:年?[末底终]|全年度?|年?累计)?(?:\s*(?:年?报|(?:实际|审定|审计|决算|汇算清缴)数?))?"
_CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_CALENDAR = re.compile("二[〇零○][〇零○一二三四五六七八九]{2}(?=\\s*(?:会计|财务)?年)")
#: the place in the window, counted from its last year; then from its first
_PLACES_BACK = re.compile(
    r"(?:申报|申请)(?:年度?|当年)?前\s*(?:第\s*([一二三123])|([一1]))\s*(?:个)?(?:会计)?年度?(?:末|底)?"
)
_PLACES = (
    re.compile(r"第\s*([一二三123])\s*个?\s*(?:会计|财务)?\s*年度?(?:末|底)?"),
    # with a minus it may be the year before, as in T-1
    re.compile(r"(?<![a-z])(?:fiscal\s*)?y(?:ear|r)?[\s_.]*([123])(?!\d)"),
    re.compile(r"(?<![a-z])(?:fiscal\s*)?year[\s_-]*(one|two|three)(?![a-z])"),
    re.compile(r"([123])(?:st|nd|rd)[\s_-]*year"),
    re.compile(r"(first|second|third)[\s_-]*year"),
)
_CALENDAR = re.compile(
    rf"(?:截[至止]到?|公元)?(?:fy\s*)?(?<!\d)((?:19|20)\d{{2}})(?=\D|$|12(?:31)?(?!\d))\s*(?:自然年|财年|fy(?![a-z])|(?:会计|财务)?(?:年\s*度|年)?){_DAY}{_OF_YEAR}"
)
_SHORT_CALENDAR = re.compile(
    rf"(?<![a-z])fy\s*['’]?(\d{{2}})(?!\d)|(?<![\d.])(\d{{2}})\s*(?:财年|年{_DAY}(?:度)?{_OF_YEAR})"
)
#: years before the year of the application
_BEFORE = (
    re.compile(r"(?:(?<![a-z])[tn]|(?:申报|申请)年?度?)\s*-\s*([123])(?!\d)\s*(?:期|年?度?)"),
    re.compile(r"往?(大前|上上|前一?|上一?|去)(?:个)?(?:会计)?年度?(?:末|底)?"),
)
_BEFORE_WORDS = {"上": 1, "上一": 1, "前一": 1, "去": 1, "上上": 2, "前": 2, "大前": 3}
#: 前三年, 上二年, 申报前三年 as 近三年, 近二年; 前一年 alone is one of the words above
_NEAR = re.compile(
    r"(?:最近|近|往前|(?:申报|申请)(?:年度?|当年)?前|(?<![申请报大上])[前上](?=[一二两三123]))\s*([一二两三123])\s*(?:个)?(?:会计)?年度?(?:末|底)?"
)
#: beside the name of a figure, what makes it another one: a plan, a share, a growth, a part of a year, other books
ANOTHER_FIGURE = re.compile(
    r"预[计算测期]|计划|目标|估[计算]|加计|会计口径|利润表|资本化|费用化|增长|增[加减幅量速]|同比|环比|占|比[例重率]|"
    r"(?<!税)率|年初|期初|上期|[上下]半年|季度|人均|月均|高峰|合并|母公司|集团|[子分]公司|(?<!不)含税|出口|利润|"
    r"\d{1,2}\s*月?\s*[-至到~—]\s*\d{1,2}\s*月|budget|plan|forecast|growth|share|ratio"
)
#: the year that others are told from: beside it nobody can say which one it is
_THIS_YEAR = re.compile(
    r"(?:本|今|当)(?:会计)?年度?(?:末|底)?|本期(?:末|数)?|(?<![a-z\d])t(?:年|期)?(?![a-z\d\s]*[-+]|[a-z])"
)
#: the last two digits of a year behind an apostrophe, which marks a text cell as well
_APOSTROPHE_YEAR = re.compile(r"['’‘`＇]\s*(\d{2})(?!\d)\s*年?")
#: a month, where no day or end of it is named
_MONTH = re.compile(
    r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*(?:月(?!\s*(?:\d|份?[末底终]|[-至到~—]))|(?!\s*[-/.月\d至到~—–]))"
)
#: what no word for a year is without; most names are
_ANY = re.compile(r"\d|[第近上前去往〇零○]|first|second|third|year")


@dataclass(frozen=True)
class YearWords:
    """What a name says of its year.

    Attributes
    ----------
    rest : str
        The name without its words for a year.
    place : int or None
        1, 2 or 3: the place in the window of three years before the application.
    calendar : int or None
        A calendar year.
    clash : tuple of str
        Two words of the name that mean different years, as they stand there.
    relative : str
        The word that tells the year from that of the application, as 上年 does.
    """

    rest: str
    place: int | None = None
    calendar: int | None = None
    clash: tuple[str, ...] = ()
    relative: str = ""

    def place_in(self, application_year: int | None) -> int | None:
        """The place in the window of an application year; None where the year lies outside it."""
        if self.calendar is None:
            return self.place
        if application_year is None:
            return None
        place = self.calendar - application_year + 4
        return place if place in (1, 2, 3) else None


def near_years(name: str) -> tuple[str, set[int]]:
    """A name without 近一年, 近二年, 近三年, and the numbers of those that stand in it."""
    return _NEAR.sub(" ", name), {_DIGITS[match[1]] for match in _NEAR.finditer(name)}


def without_this_year(name: str) -> str | None:
    """A name without 本年, 今年, 本期 or T; None where no such word stands in it."""
    rest, count = _THIS_YEAR.subn(" ", name)
    return rest if count else None


def spell_out_years(text: str) -> str:
    """A text with '25 written as 2025年."""
    return _APOSTROPHE_YEAR.sub(r"20\1年", text)


#: what all of these are without
_SHEET_WORD = re.compile(
    r"[近前上本今当往]|(?<![a-z])t(?![a-z])|\d{4}\s*[-/.年]\s*\d{1,2}(?!\d)", re.IGNORECASE
)


def may_name_years(text: str) -> bool:
    """Whether a cell may hold a word that decides what the years of other cells mean."""
    return _SHEET_WORD.search(text) is not None


def named_months(text: str) -> set[tuple[int, int]]:
    """Year and number of each month that a text names without a day."""
    return {(int(match[1]), int(match[2])) for match in _MONTH.finditer(text)}


@lru_cache(maxsize=4096)
def split_year(
    name: str, application_year: int | None = None, *, near_counts: bool = False
) -> YearWords:
    """A name without its year, and the year.

    Parameters
    ----------
    name : str
        In lower case and ordinary width.
    application_year : int, optional
        To tell whether a place and a calendar year are the same year.
    near_counts : bool
        近二年 and 近三年 mean one year each, as they stand beside 近一年 of the same figure; else they
        mean a span, which says nothing beside a year of its own.
    """
    if not _ANY.search(name):
        return YearWords(name)
    rest = _CHINESE_CALENDAR.sub(lambda year: year[0].translate(_CHINESE_DIGITS), name)
    places: list[tuple[str, int]] = []
    calendars: list[tuple[str, int]] = []

    def take(
        pattern: re.Pattern[str],
        words: list[tuple[str, int]],
        year: Callable[[re.Match[str]], int],
    ) -> None:
        nonlocal rest
        if found := [(match[0].strip(), year(match)) for match in pattern.finditer(rest)]:
            words += found
            rest = pattern.sub(" ", rest)

    take(_PLACES_BACK, places, lambda match: 4 - _DIGITS[match[1] or match[2]])
    for pattern in _PLACES:
        take(pattern, places, lambda match: _DIGITS[match[1]])
    take(_CALENDAR, calendars, lambda match: int(match[1]))
    if not calendars:
        take(_SHORT_CALENDAR, calendars, lambda match: 2000 + int(match[1] or match[2]))
    told = len(places)
    take(_BEFORE[0], places, lambda match: 4 - int(match[1]))
    take(_BEFORE[1], places, lambda match: 4 - _BEFORE_WORDS[match[1]])
    relative = places[told][0] if len(places) > told else ""
    near = [(match[0], 4 - _DIGITS[match[1]]) for match in _NEAR.finditer(rest)]
    for word, place in near:
        if near_counts or (place == 3 and not places and not calendars):
            places.append((word, place))
    if near and (places or calendars):
        rest = _NEAR.sub(" ", rest)
    return YearWords(
        rest,
        places[0][1] if places else None,
        calendars[0][1] if calendars else None,
        _clash(places, calendars, application_year),
        relative,
    )


def _clash(
    places: list[tuple[str, int]], calendars: list[tuple[str, int]], application_year: int | None
) -> tuple[str, ...]:
    """The first two words that mean different years."""
    for words in (places, calendars):
        for word, year in words[1:]:
            if year != words[0][1]:
                return words[0][0], word
    if application_year is None or not places or not calendars:
        return ()
    same = calendars[0][1] == application_year - 4 + places[0][1]
    return () if same else (places[0][0], calendars[0][0])
