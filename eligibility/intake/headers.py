"""Which column is which field, and in what unit: the header lines of a sheet, read as people write them.

A header names a field by its id, its title in either language or an alias; a figure of three years
also names its year. Brackets, spaces, case and punctuation do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message, msgid
from eligibility.intake.blocks import HEAD_LINES
from eligibility.intake.cells import MISSING, PERCENT, SHARE_UNITS, money_power, normal
from eligibility.intake.kind_counts import kind_fields
from eligibility.intake.year_words import YearWords, near_years_count, split_year

#: how far down the header is looked for: titles of the sheet often stand above it; further if none is here
SEARCHED_LINES = 6
#: lines below the header that begin so are notes for whoever fills the sheet in
NOTE = "# "
#: characters of a cell in which the name of a column is looked for
LONGEST = 200
#: columns that a refusal names
NAMED = 20
_UNIT = "(?:" + "|".join(
    (
        "亿元人民币", "万元人民币", "千元人民币", "元人民币", "人民币亿元", "人民币万元", "人民币千元", "人民币元",
        "亿元", "千万元", "百万元", "万元", "千元", "元", "亿", "百万", "千万", "万", "千",
        r"(?:cny|rmb|yuan|¥)\s*['’‘′`]\s*000", r"['’‘′`]\s*000\s*(?:cny|rmb)", r"thousand\s*(?:cny|rmb|yuan)",
        r"(?:cny|rmb)\s*thousand", r"1?k\s*(?:cny|rmb)", r"(?:cny|rmb)\s*k",
        r"10k\s*(?:cny|rmb|yuan)", r"100m\s*(?:cny|rmb|yuan)", r"(?:cny|rmb)\s*10k", r"(?:cny|rmb)\s*100m",
        r"million\s*cny", r"cny\s*million", "人民币", "cny", "rmb", "yuan", "%",
    )
) + r")(?![美港欧英日]元?)"  # fmt: skip
_UNITS = (
    re.compile(rf"[(\[【]\s*(?:单位|unit)?\s*:?\s*({_UNIT})\s*[)\]】]"),
    re.compile(rf"(?:单位|unit)\s*:?\s*({_UNIT})"),
    re.compile(rf"[/,:_-]\s*({_UNIT})\s*$"),
    re.compile(r"(亿元|千万元|百万元|万元|千元|元)\s*$"),
)
_STATED_FOR_ALL = re.compile(rf"(?:金额)?单位\s*:?\s*(?:人民币)?\s*({_UNIT})")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_CALENDAR_YEAR = re.compile(r"(?:19|20)\d{2}\s*(?:年度|年)?(?:末|底)?")
#: marks of explained columns, which are digits once made ordinary
_FOOTNOTES = re.compile("[①-⑳⑴-⒇¹²³⁴-⁹]+")
_NUMBER = re.compile(r"[-+]?[\d.,]+(?:e[-+]?\d+)?%?")
_STROKE = re.compile("[/／、]")
#: what may set columns apart that no table of ours is cut at
_MARKS = re.compile(r"[/／、，；;|~^\s]+")
_NO_FIGURES = ("text", "code", "date")
_SPACES = re.compile(r"\s{2,}")
#: what a line of units says of columns that hold no money
_OTHER_UNITS = frozenset(
    ("人", "名", "项", "件", "个", "家", "户", "分", "年", "月", "天", "次", "篇", "位", "日期", "文本", "文字", "数字",
     "是/否", "有/无", "a-e", "yyyy-mm-dd", "yyyy/mm/dd", "person", "persons", "people", "item", "items",
     "point", "points", "date", "text", "yes/no", "y/n")
)  # fmt: skip
_UNIT_CELL = re.compile(rf"\(?\s*(?:单位|unit)?\s*:?\s*({_UNIT})\s*\)?")
_UNIT_TITLES = frozenset(("单位", "计量单位", "金额单位", "unit", "units"))
_PARTS = re.compile(r"\s*[\n|]\s*|\s+/\s+")

_YEARS = (1, 2, 3)

#: what a header may say of its year
_YEAR_EXAMPLES = "第一年, 2025年, 25年, 上年度, T-1, 近一年"
_SHARE = re.compile(r"占比|比例|比重|占.{0,8}的比|\bshare\b|\bratio\b", re.IGNORECASE)
_NO_YEAR = msgid("a year is wanted: {examples}")
_AMOUNTS = msgid("this looks like a share; the amounts or numbers themselves are wanted")
_NOT_CUT = msgid("columns set apart by commas, semicolons, tabs or bars (|)")
_TWO_UNITS = msgid("one unit; the name of the column and the line of units differ")
_TWO_YEARS = msgid("one year; the header names two, {one} and {other}")

#: by these a firm is known
IDENTITY = ("uscc", "name")

Key = tuple[str, int | None]


@dataclass(frozen=True)
class MappedColumn:
    """One column that holds a field.

    Attributes
    ----------
    position : int
        Its place in the sheet, from 0.
    header : str
        Its name as it stands there, both lines of two.
    field : Field
    power : int or None
        Power of ten from its unit to the field's; None for money without a unit.
    unit : "stated", "declared", "field id", ""
        Who says so.
    """

    position: int
    header: str
    field: Field
    power: int | None
    unit: str


@dataclass(frozen=True)
class HeaderMap:
    """What the header lines say.

    Attributes
    ----------
    columns : tuple of MappedColumn
        Columns that hold a field; a field stands twice in ``repeats`` only.
    unknown : tuple of str
        Headers of columns that no field knows; they are not read.
    doubtful : tuple of (header, Message)
        Headers that nearly name a field, with what they lack; they are not read either.
    contradictory : tuple of (header, Message)
        Headers that name two different years or units; ``require`` refuses the file for them.
    repeats : tuple of MappedColumn
        Columns of a field that has another column too.
    headers : tuple of str
        A name for every column of the sheet, each once.
    lines : int
        Lines above the first row of data.
    calendar_years : bool
        Some header names a calendar year, so the file suits one application year only.
    """

    columns: tuple[MappedColumn, ...]
    unknown: tuple[str, ...]
    doubtful: tuple[tuple[str, Message], ...]
    contradictory: tuple[tuple[str, Message], ...]
    repeats: tuple[MappedColumn, ...]
    headers: tuple[str, ...]
    lines: int
    calendar_years: bool
    #: what a reader should know of how the table was taken
    remarks: tuple[Message, ...] = ()
    #: the fields that columns could hold
    fields: tuple[Field, ...] = ()

    @property
    def yearless(self) -> tuple[str, ...]:
        """The doubtful headers that lack nothing but a year."""
        return tuple(header for header, lacking in self.doubtful if lacking.text == _NO_YEAR)

    @property
    def has_identity(self) -> bool:
        """Whether a column says who each firm is."""
        return any(column.field.id in IDENTITY for column in self.columns)

    @property
    def usable(self) -> bool:
        """Whether this is the header of a table of firms: who they are, or two of their figures."""
        return self.has_identity or len(self.columns) > 1

    @property
    def unitless(self) -> tuple[MappedColumn, ...]:
        """Money columns of which nobody says the unit."""
        return tuple(column for column in self.columns if column.power is None)

    def require(self, file: str, sheets: Sequence[str] = ()) -> None:
        """Raise InputError unless the columns can be read; it names the sheets of a workbook."""
        if not self.usable and len(sheets) > 1:
            raise InputError(
                "{file}: no column is recognised; its sheets are {sheets}. On one of them a header line "
                "must name the columns by field id, title or alias, such as uscc, 企业名称 or "
                "第一年销售收入（万元）.",
                file=file,
                sheets=", ".join(sheets),
            )
        if not self.usable:
            raise InputError(
                "{file}: no column is recognised; a header line, one of the first {lines}, must name the "
                "columns by field id, title or alias, such as uscc, 企业名称 or 第一年销售收入（万元）.",
                file=file,
                lines=HEAD_LINES,
            )
        if self.contradictory:
            header, why = self.contradictory[0]
            raise InputError("{file}: {header}: expected {why}.", file=file, header=header, why=why)
        if self.repeats:
            raise InputError(
                "{file}: these columns hold the same field, leave one of each: {columns}.",
                file=file,
                columns=_enumerate(self.repeats),
            )
        if self.unitless:
            raise InputError(
                "{file}: the header does not say in which unit these amounts are: {columns}. Write it "
                "there, as in 销售收入（万元）, or declare the unit (--money-unit on the command line: CNY, "
                "1k CNY, 10k CNY or 100m CNY).",
                file=file,
                columns=_enumerate(self.unitless),
            )


def _enumerate(columns: Sequence[MappedColumn]) -> str:
    names = ", ".join(column.header for column in columns[:NAMED])
    return f"{names}, …" if len(columns) > NAMED else names


class FieldNames:
    """The names of fields, to look single texts up in.

    Parameters
    ----------
    fields : sequence of Field
    application_year : int, optional
    """

    def __init__(self, fields: Sequence[Field], application_year: int | None = None) -> None:
        known = (*fields, *kind_fields(tuple(fields)))
        self._book = _Book(_names(known), application_year, near_counts=True)
        self._year = application_year
        self.name_title = next((field.title.zh for field in fields if field.id == "name"), "name")

    def field(self, text: str) -> Field | None:
        """The field that a text names, its year too if it has one."""
        found = self._find(text)
        return found[0] if isinstance(found, tuple) else None

    def stem(self, text: str) -> str:
        """What a text names, as the stem of a field; "" if it names none, with or without a year."""
        found = self._find(text)
        if isinstance(found, tuple):
            return found[0].stem
        return _squeeze(text) if found is not None and found.text == _NO_YEAR else ""

    def identity(self, text: str) -> bool:
        """Whether a text names what a firm is known by."""
        field = self.field(text)
        return field is not None and field.id in IDENTITY

    def identifies(self, header: Sequence[str]) -> bool:
        """Whether some column says who a firm is."""
        return any(map(self.identity, header))

    def is_latest(self, year: YearWords | None) -> bool:
        """Whether this is the latest of the three years."""
        return year is not None and year.place_in(self._year) == max(_YEARS)

    def _find(self, text: str) -> tuple[Field, bool] | Message | None:
        tidy = _tidy(text)
        if not tidy or _NUMBER.fullmatch(tidy):
            return None
        return _label([tidy], [tidy]).find(self._book)


def header_map(
    lines: Sequence[Sequence[str]],
    fields: Sequence[Field],
    money_unit: str | None = None,
    application_year: int | None = None,
) -> HeaderMap:
    """Find the header among the first lines of a sheet and say what each column is.

    Parameters
    ----------
    lines : sequence of sequences of str
        The first lines of the sheet, cell by cell.
    fields : sequence of Field
        What columns can hold.
    money_unit : str, optional
        Declared unit of money columns whose header states none: CNY, 1k CNY, 10k CNY or 100m CNY.
    application_year : int, optional
        The year whose three years before it a calendar year in a header is one of.

    Returns
    -------
    HeaderMap
        ``require`` refuses it if the columns cannot be read.
    """
    lines = [[_tidy(cell) for cell in line] for line in lines]
    near = near_years_count([normal(cell) for line in lines for cell in line])
    book = _Book(_names((*fields, *kind_fields(tuple(fields)))), application_year, near)
    best: list[_Label] = []
    first, height, most_matches = 0, 1, -1
    for start in range(len(lines)):
        if start >= SEARCHED_LINES and most_matches > 1:
            break
        if unit_line(lines[start]):
            continue
        for tall in (1, 2):
            labels = _labels(lines[start : start + tall])
            if len(labels) == 0 or (tall == 2 and not _second_line(lines, start)):
                continue
            count = sum(label.matches(book) for label in labels)
            if count > most_matches:
                best, first, height, most_matches = labels, start, tall, count
    end = first + height
    heads = list(lines[first:end])
    named = [label.power for label in best]
    for line in (*lines[max(first - 1, 0) : first], *lines[end : end + 1]):
        if units := unit_line(line):
            heads.append(units)
            best = _labels(heads)
    end += end < len(lines) and bool(unit_line(lines[end]))
    clashes = [
        (label.text, Message(_TWO_UNITS))
        for label, power in zip(best, named, strict=False)
        if power is not None and label.power != power
    ]
    if len(best) == 1 and len(_side_fields(best[0], book)) > 1:
        clashes.append((best[0].text, Message(_NOT_CUT)))
    while end < len(lines) and _repeats(lines[end], best, book):
        best = [*_labels(lines[first : end + 1])]
        end += 1
    while end < len(lines) and "".join(lines[end]).lstrip().startswith(NOTE):
        end += 1
    stated = _stated_above(lines[:first])
    headers = _map_columns(best, book, end, stated, money_unit)
    return replace(headers, contradictory=(*headers.contradictory, *clashes), fields=tuple(fields))


def _tidy(cell: str) -> str:
    """A cell with single spaces and line breaks, cut where no name is so long.

    What looks for a unit would go through a long run of spaces once for every one of them.
    """
    text = cell[:LONGEST].strip()
    return _SPACES.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


# --- one header -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Book:
    """What headers are looked up in: names with their year, and what tells the years of a sheet."""

    names: Mapping[Key, Field | None]
    application_year: int | None
    near_counts: bool


@dataclass(frozen=True)
class _Text:
    """One header text without its unit, and the unit."""

    name: str
    power: int | None
    percent: bool
    #: one side of a stroke: of a figure that would be a share, so only what is no figure is read by it
    side: bool = False

    def names(self, book: _Book) -> Iterator[YearWords]:
        """The names it may go by, the exact one first, each with its year."""
        for name in dict.fromkeys((self.name, _BRACKETS.sub(" ", self.name))):
            yield split_year(name, book.application_year, near_counts=book.near_counts)


@dataclass(frozen=True)
class _Label:
    """The header of one column: what stands in it, and the texts it can be read as, best first."""

    text: str
    raw: tuple[str, ...]
    texts: tuple[_Text, ...]

    def find(self, book: _Book) -> tuple[Field, bool] | Message | None:
        """The field it names and whether by calendar year; what it lacks; None if unknown."""
        lacking: Message | None = None
        for text in self.texts:
            for words in text.names(book):
                name = _squeeze(words.rest)
                wanted = any((name, place) in book.names for place in _YEARS)
                if words.clash and wanted:
                    return Message(_TWO_YEARS, {"one": words.clash[0], "other": words.clash[1]})
                place = words.place_in(book.application_year)
                if words.calendar is not None and place is None:
                    if wanted:
                        lacking = Message(
                            "{year} is not one of the three years before the application",
                            {"year": words.calendar},
                        )
                    continue
                field = book.names.get((name, place))
                if field and not (text.side and field.kind not in _NO_FIGURES):
                    return field, words.calendar is not None
                if place is None and (name, 1) in book.names and not text.side:
                    lacking = Message(_NO_YEAR, {"examples": _YEAR_EXAMPLES})
        return lacking

    @property
    def power(self) -> int | None:
        """Power of ten of the unit of money that it states."""
        return self.texts[0].power if self.texts else None

    def matches(self, book: _Book) -> bool:
        return isinstance(self.find(book), tuple)


def _labels(lines: Sequence[Sequence[str]]) -> list[_Label]:
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
        labels.append(_label(own, whole))
    return labels


def _label(own: Sequence[str], whole: Sequence[str]) -> _Label:
    texts = [_text(text) for text in whole if text]
    power = next((text.power for text in reversed(texts) if text.power is not None), None)
    percent = any(text.percent for text in texts)
    joined = " ".join(text.name for text in texts)
    readings = [
        joined,
        *(text.name for text in map(_text, reversed([cell for cell in own if cell]))),
    ]
    for cell in own:
        readings += [_text(part).name for part in _PARTS.split(cell) if part and part != cell]
    shown = " ".join(dict.fromkeys(" ".join(text.split()) for text in whole if text))
    return _Label(
        shown,
        tuple(own),
        (
            *(_Text(name, power, percent) for name in dict.fromkeys(readings) if name),
            *(
                _Text(normal(side), None, False, side=True)
                for cell in own
                for side in _STROKE.split(cell)
                if side.strip() and side != cell
            ),
        ),
    )


def _text(cell: str) -> _Text:
    name = normal(_FOOTNOTES.sub("", cell))
    for unit in _UNITS:
        if match := unit.search(name):
            rest = name[: match.start()] + " " + name[match.end() :]
            if _squeeze(rest) or unit is _UNITS[0]:
                word = match[1].strip()
                return _Text(rest.strip(), money_power(word), word == "%")
    return _Text(name, None, False)


def plain_name(header: str) -> str:
    """A header without its unit, brackets, spaces and punctuation."""
    return _squeeze(_BRACKETS.sub(" ", _text(header).name))


def _squeeze(name: str) -> str:
    """A name without spaces, punctuation and the marks of required or explained columns."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).lower())


# --- all headers ------------------------------------------------------------------------------------


@cache
def _names(fields: tuple[Field, ...]) -> Mapping[Key, Field | None]:
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
            for table, text in ((exact, plain), (loose, _BRACKETS.sub(" ", plain))):
                words = split_year(text)
                keys = {(_squeeze(words.rest), words.place)}
                if once:
                    keys |= {(_squeeze(words.rest), None), (_squeeze(words.rest), field.year)}
                for key in keys:
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
    return {**nearer, **exact}


def _second_line(lines: Sequence[Sequence[str]], start: int) -> bool:
    """True if the line below can be the lower half of a header: it holds no number but years."""
    if start + 1 >= len(lines) or unit_line(lines[start + 1]) or _title(lines[start]):
        return False
    cells = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in lines[start + 1]]
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    return any(cells) and all(_CALENDAR_YEAR.fullmatch(cell) for cell in numbers)


def _side_fields(label: _Label, book: _Book) -> set[str]:
    """The fields that the parts of a header name, each taken for a header."""
    parts = [part.strip() for cell in label.raw for part in _MARKS.split(cell)]
    found = [_label([part], [part]).find(book) for part in parts if part]
    return {each[0].id for each in found if isinstance(each, tuple)}


def unit_line(line: Sequence[str]) -> list[str]:
    """The units that a line holds, each in brackets, for the column of each; empty if it holds more.

    People write them in a line of their own above or below the names of the columns.
    """
    units = []
    money = False
    for cell in line:
        plain = normal(cell)
        match = _UNIT_CELL.fullmatch(plain)
        money = money or (match is not None and match[1] != "%")
        if match:
            units.append(f"({match[1]})")
        elif plain.strip("()") in _OTHER_UNITS or plain.rstrip(":") in _UNIT_TITLES | MISSING:
            units.append("")
        else:
            return []
    return units if money else []


def _title(line: Sequence[str]) -> bool:
    """True if a line holds a title of the sheet: one text alone, in its first column."""
    return bool(line) and bool(line[0]) and not any(line[1:])


def _repeats(
    line: Sequence[str],
    labels: Sequence[_Label],
    book: _Book,
) -> bool:
    """True if a line names the same fields once more, as a second language does."""
    same = 0
    for again, label in zip(_labels([line]), labels, strict=False):
        one, other = again.find(book), label.find(book)
        same += isinstance(one, tuple) and isinstance(other, tuple) and one[0].id == other[0].id
    return same >= 2


def _stated_above(lines: Sequence[Sequence[str]]) -> int | None:
    """The unit that a line above the header states for the whole sheet."""
    for line in lines:
        for cell in line:
            if match := _STATED_FOR_ALL.search(unicodedata.normalize("NFKC", cell).lower()):
                return money_power(match[1])
    return None


def _map_columns(
    labels: Sequence[_Label],
    book: _Book,
    lines: int,
    sheet_power: int | None,
    money_unit: str | None,
) -> HeaderMap:
    headers = _once([label.text or f"({place})" for place, label in enumerate(labels, start=1)])
    columns: list[MappedColumn] = []
    unknown: list[str] = []
    doubtful: list[tuple[str, Message]] = []
    contradictory: list[tuple[str, Message]] = []
    calendar_years = False
    for position, label in enumerate(labels):
        match = label.find(book)
        if isinstance(match, tuple):
            field, by_calendar = match
            calendar_years |= by_calendar
            power, unit = _unit(label, field, sheet_power, money_unit)
            columns.append(MappedColumn(position, label.text, field, power, unit))
        elif isinstance(match, Message):
            kind = contradictory if match.text == _TWO_YEARS else doubtful
            kind.append((headers[position], match))
        elif _SHARE.search(label.text) is not None:
            doubtful.append((headers[position], Message(_AMOUNTS)))
        elif label.text:
            unknown.append(headers[position])
    counts = Counter(column.field.id for column in columns)
    return HeaderMap(
        columns=tuple(columns),
        unknown=tuple(unknown),
        doubtful=tuple(doubtful),
        contradictory=tuple(contradictory),
        repeats=tuple(column for column in columns if counts[column.field.id] > 1),
        headers=headers,
        lines=lines,
        calendar_years=calendar_years,
    )


def _unit(
    label: _Label, field: Field, power: int | None, money_unit: str | None
) -> tuple[int | None, str]:
    text = label.texts[0]
    if field.kind != "money":
        return (PERCENT, "stated") if text.percent and field.unit in SHARE_UNITS else (0, "")
    if text.power is not None:
        return text.power, "stated"
    if any(part.strip().lower() == field.id for cell in label.raw for part in _PARTS.split(cell)):
        return 0, "field id"
    if power is not None:
        return power, "stated"
    if money_unit is not None:
        return money_power(money_unit), "declared"
    return None, ""


def _once(headers: Sequence[str]) -> tuple[str, ...]:
    """Every header, with a number behind it where it stood before; rejects add two of their own."""
    names = {"row", "reason"}
    next_number: Counter[str] = Counter()
    unique = []
    for header in headers:
        name = header
        while name in names:
            next_number[header] += 1
            name = f"{header} ({next_number[header] + 1})"
        names.add(name)
        unique.append(name)
    return tuple(unique)
