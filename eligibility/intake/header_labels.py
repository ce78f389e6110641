"""One header of a column: the field, the year and the unit that it names.

Brackets, spaces, case and punctuation do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from eligibility.domain.facts import Field
from eligibility.domain.text import Message, msgid
from eligibility.intake.cells import money_power, normal
from eligibility.intake.kind_counts import kind_fields
from eligibility.intake.year_words import (
    ANOTHER_FIGURE,
    YearWords,
    may_name_years,
    named_months,
    near_years,
    spell_out_years,
    split_year,
    without_this_year,
)

#: characters of a cell in which the name of a column is looked for
LONGEST = 200
UNIT = "(?:" + "|".join(
    (
        "亿元人民币", "万元人民币", "千元人民币", "元人民币", "人民币亿元", "人民币万元", "人民币千元", "人民币元",
        "亿元", "千万元", "百万元", "万元", "千元", "元", "亿", "百万", "千万", "万", "千",
        r"(?:cny|rmb|yuan|¥)\s*['’‘′`]\s*000", r"['’‘′`]\s*000\s*(?:cny|rmb)", r"thousand\s*(?:cny|rmb|yuan)",
        r"(?:cny|rmb)\s*thousand", r"1?k\s*(?:cny|rmb)", r"(?:cny|rmb)\s*k",
        r"10,?000\s*(?:cny|rmb|yuan)", r"(?:cny|rmb)\s*10,?000", r"ten\s*thousand\s*(?:yuan|cny|rmb)",
        r"10k\s*(?:cny|rmb|yuan)", r"100m\s*(?:cny|rmb|yuan)", r"(?:cny|rmb)\s*10k", r"(?:cny|rmb)\s*100m",
        r"million\s*cny", r"cny\s*million", "人民币", "cny", "rmb", "yuan", "%",
    )
) + r")(?![美港欧英日]元?)"  # fmt: skip
#: a year or another word before the unit in one pair of brackets, which goes on without it
_UNIT_AFTER = re.compile(
    rf"([(\[【][^()\[\]【】]*?)[,;、]\s*(?:单位|unit)?\s*:?\s*({UNIT})\s*([)\]】])"
)
_UNIT_BEFORE = re.compile(
    rf"([(\[【])\s*(?:单位|unit)?\s*:?\s*({UNIT})\s*[,;、]([^()\[\]【】]*[)\]】])"
)
_UNITS = (
    re.compile(rf"[(\[【]\s*(?:单位|unit)?\s*:?\s*({UNIT})\s*[)\]】]"),
    re.compile(rf"(?:单位|unit)\s*:?\s*({UNIT})"),
    re.compile(rf"[/,:_-]\s*({UNIT})\s*$"),
    re.compile(r"(亿元|千万元|百万元|万元|千元|元)\s*$"),
)
BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
#: marks of explained columns, which are digits once made ordinary
_FOOTNOTES = re.compile("[①-⑳⑴-⒇¹²³⁴-⁹]+")
#: the number of a question or line before its name: 1. 企业名称, （二）净资产
_NUMBERING = re.compile(
    r"(?:\s*[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[)）、.．])+\s*(?=[^\d\s.．]|(?:19|20)\d\d\s*年)"
)
NUMBER = re.compile(r"[-+]?[\d.,]+(?:e[-+]?\d+)?%?")
_STROKE = re.compile("[/／、]")
_YEAR_END = re.compile(r"[末底终]|12\s*[-/.月]\s*31|(?<![a-z])end(?![a-z])")
_NO_FIGURES = ("text", "code", "date")
_SPACES = re.compile(r"\s{2,}")
_MARKS = re.compile(r"[\W_]+")
PARTS = re.compile(r"\s*[\n|]\s*|\s+/\s+")

YEARS = (1, 2, 3)

#: what a header may say of its year
_YEAR_EXAMPLES = "第一年, 2025年, 25年, 上年度, T-1, 近一年"
NO_YEAR = msgid("a year is wanted: {examples}")
NOT_THIS_FIGURE = msgid(
    "what stands in brackets or below may make it another figure; if it is {title}, name it that"
)
WHICH_YEAR = msgid(
    "{year} beside 本年, 今年 or T may be either of two years; write the calendar year"
)
A_MONTH = msgid("this may be one month; write the year alone if it is the whole year")
TWO_YEARS = msgid("one year; the header names two, {one} and {other}")

#: by these a firm is known
IDENTITY = ("uscc", "name")

Key = tuple[str, int | None]


class FieldNames:
    """The names of fields, to look single texts up in.

    Parameters
    ----------
    fields : sequence of Field
    application_year : int, optional
    """

    def __init__(self, fields: Sequence[Field], application_year: int | None = None) -> None:
        known = (*fields, *kind_fields(tuple(fields)))
        self._index = FieldIndex(names_of(known), application_year)
        self._year = application_year
        self.name_title = next((field.title.zh for field in fields if field.id == "name"), "name")

    def within(self, lines: Iterable[Sequence[str]]) -> FieldNames:
        """The same names as they are meant among these cells: see ``near_names``."""
        names = copy(self)
        names._index = self._index.among(lines)
        return names

    def field(self, text: str) -> Field | None:
        """The field that a text names, its year too if it has one."""
        found = self._find(text)
        return found[0] if isinstance(found, tuple) else None

    def stem(self, text: str) -> str:
        """What a text names, as the stem of a field; "" if it names none, with or without a year."""
        found = self._find(text)
        if isinstance(found, tuple):
            return found[0].stem
        return squeeze(text) if found is not None and found.text == NO_YEAR else ""

    def identity(self, text: str) -> bool:
        """Whether a text names what a firm is known by."""
        field = self.field(text)
        return field is not None and field.id in IDENTITY

    def identifies(self, header: Sequence[str]) -> bool:
        """Whether some column says who a firm is."""
        return any(map(self.identity, header))

    def is_latest(self, year: YearWords | None) -> bool:
        """Whether this is the latest of the three years."""
        return year is not None and year.place_in(self._year) == max(YEARS)

    def _find(self, text: str) -> tuple[Field, bool] | Message | None:
        name = tidy(text)
        if not name or NUMBER.fullmatch(name):
            return None
        return header_label([name], [name]).find(self._index)


def near_names(cells: Iterable[str]) -> frozenset[str]:
    """The figures of which 近一年, 近二年 and 近三年 stand among these cells, so that each means one year.

    "" where these words stand in cells of their own. Of a figure that has 近三年 alone they mean a span,
    whatever stands in other columns.
    """
    numbers: dict[str, set[int]] = {}
    for name in cells:
        if not {*"近前上"} & {*name}:
            continue
        for form in (name, BRACKETS.sub(" ", name)):
            rest, near = near_years(form)
            numbers.setdefault(squeeze(rest), set()).update(near)
    return frozenset(name for name, found in numbers.items() if len(found) == len(YEARS))


def tidy(cell: str) -> str:
    """A cell with single spaces and line breaks, cut where no name is so long.

    What looks for a unit would go through a long run of spaces once for every one of them.
    """
    text = cell[:LONGEST].strip()
    return _SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


@dataclass(frozen=True)
class FieldIndex:
    """What headers are looked up in: names with their year, and what tells the years of a sheet."""

    names: Mapping[Key, Field | None]
    application_year: int | None
    near: frozenset[str] = frozenset()
    #: figures that also stand with 本年, so that 上年 may be the year before it
    this_year: frozenset[str] = frozenset()
    #: Decembers of several years stand for their years
    decembers: bool = False

    def among(self, lines: Iterable[Sequence[str]]) -> FieldIndex:
        """The same names as they are meant among these cells."""
        cells = [
            header_text(tidy(cell)).name for line in lines for cell in line if may_name_years(cell)
        ]
        rests = filter(None, (without_this_year(cell) for cell in cells))
        months = {month for cell in cells for month in named_months(cell)}
        years = {year for year, _ in months}
        return replace(
            self,
            near=near_names(cells),
            this_year=frozenset(squeeze(rest) for rest in rests),
            decembers=len(years) > 1 and {number for _, number in months} == {12},
        )

    def near_counts(self, name: str) -> bool:
        """Whether 近二年 and 近三年 mean one year each in this name."""
        return bool(self.near) and ("" in self.near or squeeze(near_years(name)[0]) in self.near)


@dataclass(frozen=True)
class HeaderText:
    """One header text without its unit, and the unit."""

    name: str
    power: int | None
    percent: bool
    #: one side of a stroke: of a figure that would be a share, so only what is no figure is read by it
    side: bool = False

    #: what stands beside the name in other lines of the header
    aside: str = ""

    def names(self, index: FieldIndex) -> Iterator[tuple[YearWords, bool]]:
        """The names it may go by, the exact one first, each with its year.

        And whether what is left out of the name may make it another figure.
        """
        for name in dict.fromkeys((self.name, BRACKETS.sub(" ", self.name))):
            left_out = self.aside + (" ".join(BRACKETS.findall(self.name)) if name != self.name else "")  # fmt: skip
            doubtful = ANOTHER_FIGURE.search(left_out) is not None
            near_counts = index.near_counts(name)
            yield split_year(name, index.application_year, near_counts=near_counts), doubtful
            if near_counts:
                # a span that belongs to the name of the figure
                yield split_year(name, index.application_year), doubtful


@dataclass(frozen=True)
class HeaderLabel:
    """The header of one column: what stands in it, and the texts it can be read as, best first."""

    text: str
    raw: tuple[str, ...]
    texts: tuple[HeaderText, ...]

    def find(self, index: FieldIndex) -> tuple[Field, bool] | Message | None:
        """The field it names and whether by calendar year; what it lacks; None if unknown."""
        lacking: Message | None = None
        for text in self.texts:
            for words, doubtful in text.names(index):
                name = squeeze(words.rest)
                wanted = any((name, place) in index.names for place in YEARS)
                if words.clash and wanted:
                    return Message(TWO_YEARS, {"one": words.clash[0], "other": words.clash[1]})
                place = words.place_in(index.application_year)
                if words.calendar is not None and place is None:
                    if wanted:
                        lacking = Message(
                            "{year} is not one of the three years before the application",
                            {"year": words.calendar},
                        )
                    continue
                field = index.names.get((name, place))
                if (
                    field
                    and _is_year_end(field)
                    and words.calendar is not None
                    and not _YEAR_END.search(text.name)
                ):
                    # the number of a year is no number at its end
                    continue
                if field and words.relative and {"", name} & index.this_year:
                    lacking = Message(WHICH_YEAR, {"year": words.relative})
                    continue
                if field and doubtful and field.kind not in _NO_FIGURES:
                    lacking = Message(NOT_THIS_FIGURE, {"title": field.title})
                    continue
                if field and words.calendar is not None and not index.decembers and named_months(text.name):  # fmt: skip
                    lacking = Message(A_MONTH)
                    continue
                if field and not (text.side and field.kind not in _NO_FIGURES):
                    return field, words.calendar is not None
                if place is None and (name, 1) in index.names and not text.side:
                    lacking = Message(NO_YEAR, {"examples": _YEAR_EXAMPLES})
        return lacking

    @property
    def power(self) -> int | None:
        """Power of ten of the unit of money that it states."""
        return self.texts[0].power if self.texts else None

    def matches(self, index: FieldIndex) -> bool:
        """Whether it names a field."""
        return isinstance(self.find(index), tuple)


def column_labels(lines: Sequence[Sequence[str]]) -> list[HeaderLabel]:
    """The headers of every column, read from one line or from several together.

    In a blank cell of an upper line the text to its left holds on (a merged cell), as long as
    something stands below it.
    """
    width = max((len(line) for line in lines), default=0)
    padded = [[*line, *[""] * (width - len(line))] for line in lines]
    cells = ["" for _ in lines]
    labels = []
    for column in range(width):
        own = [line[column].strip() for line in padded]
        whole = []
        for depth, text in enumerate(own):
            if text:
                cells[depth] = text
                # a new upper heading ends what was held below it only by text of its own
            inherits = depth < len(own) - 1 and not text and any(own[depth + 1 :])
            whole.append(cells[depth] if inherits else text)
        labels.append(header_label(own, whole))
    return labels


def header_label(own: Sequence[str], whole: Sequence[str]) -> HeaderLabel:
    """The header of a column from its own cells, and from those with what holds on from the left."""
    texts = [header_text(text) for text in whole if text]
    power = next((text.power for text in reversed(texts) if text.power is not None), None)
    percent = any(text.percent for text in texts)
    joined = " ".join(text.name for text in texts)
    readings = {joined: ""}
    for cell in reversed([cell for cell in own if cell]):
        # of a name in one line the other lines may say that it is a plan or a share
        aside = " ".join(normal(other) for other in whole if other and other != cell)
        readings.setdefault(header_text(cell).name, aside)
    for cell in own:
        for part in PARTS.split(cell):
            if part and part != cell:
                readings.setdefault(header_text(part).name, "")
    shown = " ".join(dict.fromkeys(" ".join(text.split()) for text in whole if text))
    return HeaderLabel(
        shown,
        tuple(own),
        (
            *(
                HeaderText(name, power, percent, aside=aside)
                for name, aside in readings.items()
                if name
            ),
            *(
                HeaderText(normal(side), None, False, side=True)
                for cell in own
                for side in _STROKE.split(cell)
                if side.strip() and side != cell
            ),
        ),
    )


@lru_cache(maxsize=4096)
def header_text(cell: str) -> HeaderText:
    """A cell of a header, its unit taken off."""
    name = without_number(normal(spell_out_years(_FOOTNOTES.sub("", cell))))
    for unit in (_UNIT_AFTER, _UNIT_BEFORE):
        if match := unit.search(name):
            rest = name[: match.start()] + match[1] + match[3] + name[match.end() :]
            return HeaderText(rest, money_power(match[2]), match[2] == "%")
    for unit in _UNITS:
        if match := unit.search(name):
            rest = name[: match.start()] + " " + name[match.end() :]
            if squeeze(rest) or unit is _UNITS[0]:
                word = match[1].strip()
                return HeaderText(rest.strip(), money_power(word), word == "%")
    return HeaderText(name, None, False)


def without_number(name: str) -> str:
    """A name without the number of its question or line."""
    number = _NUMBERING.match(name)
    return name[number.end() :] if number else name


def plain_name(header: str) -> str:
    """A header without its unit, brackets, spaces and punctuation."""
    return squeeze(BRACKETS.sub(" ", header_text(header).name))


def exact_name(header: str) -> str:
    """A header without its unit, spaces and punctuation; what stands in brackets stays."""
    return squeeze(header_text(header).name)


def squeeze(name: str) -> str:
    """A name without spaces, punctuation and the marks of required or explained columns."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name).lower())


def _is_year_end(field: Field) -> bool:
    """Whether a figure counts persons at the end of a year, who are otherwise averaged over it."""
    return field.unit == "person" and _YEAR_END.search(field.title.zh) is not None


@cache
def names_of(fields: tuple[Field, ...]) -> Mapping[Key, Field | None]:
    """Every name of every field with its year; None where two fields share it.

    Exact names come before those without their brackets.
    """
    years = Counter(field.stem for field in fields)
    exact: dict[Key, Field | None] = {}
    loose: dict[Key, Field | None] = {}
    for field in fields:
        once = field.year is not None and years[field.stem] == 1
        for name in (field.id, field.title.zh, field.title.en, *field.aliases):
            plain = unicodedata.normalize("NFKC", name).lower()
            bare = BRACKETS.sub(" ", plain)
            keys = _keys(plain, field.year, once=once)
            loose_keys = keys if bare == plain else _keys(bare, field.year, once=once)
            for table, names in ((exact, keys), (loose, loose_keys)):
                for key in names:
                    first = table.setdefault(key, field)
                    if first is not None and first.id != field.id:
                        table[key] = None
    # what is left of another figure's name without its brackets may be that of a series: 研发费用
    series = {name for (name, _), field in exact.items() if field is not None and field.in_series}
    nearer = {
        key: field
        for key, field in loose.items()
        if key[0] not in series or (field is not None and field.in_series)
    }
    result = {**nearer, **exact}
    # a figure of a calendar year that has but one, in a column that names the latest
    for (name, year), known in list(result.items()):
        if (
            year is None
            and known is not None
            and known.year is None
            and known.of == "calendar_year"
        ):
            result.setdefault((name, max(YEARS)), known)
    return result


def _keys(name: str, year: int | None, *, once: bool) -> set[Key]:
    """What a name is looked up by; without its year too where the figure is asked of one year alone."""
    words = split_year(name)
    plain = squeeze(words.rest)
    return {(plain, words.place), (plain, None), (plain, year)} if once else {(plain, words.place)}
