"""Which column is which field, and in what unit: the header lines of a sheet, read as people write them.

A header names a field by its id, its title in either language or an alias; a figure of three years
also names its year. Brackets, spaces, case and punctuation do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message, msgid
from eligibility.intake.blocks import HEAD_LINES
from eligibility.intake.cells import MISSING, PERCENT, SHARE_UNITS, money_power, normal
from eligibility.intake.header_labels import (
    IDENTITY,
    NO_YEAR,
    NUMBER,
    PARTS,
    TWO_YEARS,
    UNIT,
    FieldIndex,
    HeaderLabel,
    column_labels,
    header_label,
    names_of,
    tidy,
)
from eligibility.intake.kind_counts import kind_fields
from eligibility.intake.year_words import ANOTHER_FIGURE

#: how far down the header is looked for: titles of the sheet often stand above it; further if none is here
SEARCHED_LINES = 6
#: lines below the header that begin so are notes for whoever fills the sheet in
NOTE = "# "
#: columns that a refusal names
NAMED = 20
#: units of what is counted may stand before that of money: 单位：人、万元; as text: most sheets begin
#: with their header, and compiling takes long
_STATED_FOR_ALL = rf"(?:金额)?单位\s*:?\s*(?:(?:人|名|项|件|个|家|户|分|次|%)\s*[、,;/]\s*)*(?:人民币)?\s*({UNIT})"
_ANOTHER_UNIT = rf"\s*[、,;/或和及]\s*(?:{UNIT})"
_CALENDAR_YEAR = re.compile(r"(?:19|20)\d{2}\s*(?:年度|年)?(?:末|底)?")
#: what may set columns apart that no table of ours is cut at
_MARKS = re.compile(r"[/／、，；;|~^\s]+")
#: what a line of units says of columns that hold no money
_OTHER_UNITS = frozenset(
    ("人", "名", "项", "件", "个", "家", "户", "分", "年", "月", "天", "次", "篇", "位", "日期", "文本", "文字", "数字",
     "是/否", "有/无", "a-e", "yyyy-mm-dd", "yyyy/mm/dd", "person", "persons", "people", "item", "items",
     "point", "points", "date", "text", "yes/no", "y/n")
)  # fmt: skip
_UNIT_CELL = re.compile(rf"\(?\s*(?:单位|unit)?\s*:?\s*({UNIT})\s*\)?")
_UNIT_TITLES = frozenset(("单位", "计量单位", "金额单位", "unit", "units"))
_SHARE = re.compile(r"占比|比例|比重|占.{0,8}的比|\bshare\b|\bratio\b", re.IGNORECASE)
_AMOUNTS = msgid("this looks like a share; the amounts or numbers themselves are wanted")
_NOT_CUT = msgid("columns set apart by commas, semicolons, tabs or bars (|)")
_TWO_UNITS = msgid("one unit; the name of the column and the line of units differ")


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
    #: the year whose three years before it a calendar year in a header is one of
    application_year: int | None = None

    @property
    def yearless(self) -> tuple[str, ...]:
        """The doubtful headers that lack nothing but a year."""
        return tuple(header for header, lacking in self.doubtful if lacking.text == NO_YEAR)

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
    lines = [[tidy(cell) for cell in line] for line in lines]
    names = names_of((*fields, *kind_fields(tuple(fields))))
    index = FieldIndex(names, application_year).among(lines)
    best: list[HeaderLabel] = []
    first, height, most_matches = 0, 1, -1
    for start in range(len(lines)):
        if start >= SEARCHED_LINES and most_matches > 1:
            break
        if unit_line(lines[start]):
            continue
        for tall in (1, 2):
            labels = column_labels(lines[start : start + tall])
            if len(labels) == 0 or (tall == 2 and not _second_line(lines, start)):
                continue
            if tall == 1 and _is_divided(lines, start):
                continue
            count = sum(label.matches(index) for label in labels)
            if count > most_matches:
                best, first, height, most_matches = labels, start, tall, count
    end = first + height
    heads = list(lines[first:end])
    named = [label.power for label in best]
    for line in (*lines[max(first - 1, 0) : first], *lines[end : end + 1]):
        if units := unit_line(line):
            heads.append(units)
            best = column_labels(heads)
    end += end < len(lines) and bool(unit_line(lines[end]))
    clashes = [
        (label.text, Message(_TWO_UNITS))
        for label, power in zip(best, named, strict=False)
        if power is not None and label.power != power
    ]
    if len(best) == 1 and len(_side_fields(best[0], index)) > 1:
        clashes.append((best[0].text, Message(_NOT_CUT)))
    while end < len(lines) and _repeats(lines[end], best, index):
        best = [*column_labels(lines[first : end + 1])]
        end += 1
    while end < len(lines) and "".join(lines[end]).lstrip().startswith(NOTE):
        end += 1
    stated = unit_above(lines[:first])
    headers = _map_columns(best, index, end, stated, money_unit)
    return replace(
        headers,
        contradictory=(*headers.contradictory, *clashes),
        fields=tuple(fields),
        application_year=application_year,
    )


def _second_line(lines: Sequence[Sequence[str]], start: int) -> bool:
    """True if the line below can be the lower half of a header: it holds no number but years."""
    if start + 1 >= len(lines) or unit_line(lines[start + 1]) or _title(lines[start]):
        return False
    cells = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in lines[start + 1]]
    numbers = [cell for cell in cells if NUMBER.fullmatch(cell)]
    return any(cells) and all(_CALENDAR_YEAR.fullmatch(cell) for cell in numbers)


def _is_divided(lines: Sequence[Sequence[str]], start: int) -> bool:
    """True if the line below divides figures of this one into plans, shares and the like."""
    if not _second_line(lines, start) or next(iter(lines[start + 1]), ""):
        return False
    return any(ANOTHER_FIGURE.search(normal(cell)) for cell in lines[start + 1])


def _side_fields(label: HeaderLabel, index: FieldIndex) -> set[str]:
    """The fields that the parts of a header name, each taken for a header."""
    parts = [part.strip() for cell in label.raw for part in _MARKS.split(cell)]
    found = [header_label([part], [part]).find(index) for part in parts if part]
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
    """True if a line holds a title of the sheet: one text, in its first column, with the unit of all."""
    if not line or not line[0]:
        return False
    return all(re.fullmatch(_STATED_FOR_ALL, normal(cell).strip("()")) for cell in line[1:] if cell)


def _repeats(
    line: Sequence[str],
    labels: Sequence[HeaderLabel],
    index: FieldIndex,
) -> bool:
    """True if a line names the same fields once more, as a second language does."""
    same = 0
    for again, label in zip(column_labels([line]), labels, strict=False):
        one, other = again.find(index), label.find(index)
        same += isinstance(one, tuple) and isinstance(other, tuple) and one[0].id == other[0].id
    return same >= 2


def unit_above(lines: Sequence[Sequence[str]]) -> int | None:
    """The unit that a line above the header states for the whole sheet."""
    for line in lines:
        for cell in line:
            plain = unicodedata.normalize("NFKC", cell).lower()
            if match := re.search(_STATED_FOR_ALL, plain):
                # of two units of money neither is that of all
                another = re.match(_ANOTHER_UNIT, plain[match.end() :])
                return None if another else money_power(match[1])
    return None


def _map_columns(
    labels: Sequence[HeaderLabel],
    index: FieldIndex,
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
        match = label.find(index)
        if isinstance(match, tuple):
            field, by_calendar = match
            calendar_years |= by_calendar
            power, unit = _unit(label, field, sheet_power, money_unit)
            columns.append(MappedColumn(position, label.text, field, power, unit))
        elif isinstance(match, Message):
            kind = contradictory if match.text == TWO_YEARS else doubtful
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
    label: HeaderLabel, field: Field, power: int | None, money_unit: str | None
) -> tuple[int | None, str]:
    text = label.texts[0]
    if field.kind != "money":
        return (PERCENT, "stated") if text.percent and field.unit in SHARE_UNITS else (0, "")
    if text.power is not None:
        return text.power, "stated"
    if any(part.strip().lower() == field.id for cell in label.raw for part in PARTS.split(cell)):
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
