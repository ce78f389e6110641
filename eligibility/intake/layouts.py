"""Tables that lie another way, laid as one row a firm: fields down and firms or years across, forms of
label and value, and one row a firm and year.

A table is laid anew only where it is certain what stands where; every value keeps the name of its cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.domain.errors import InputError
from eligibility.domain.text import Message, msgid
from eligibility.intake.blocks import Block, Sheet, TableBlock, text_table
from eligibility.intake.cells import MISSING, normal
from eligibility.intake.firm_names import name_key
from eligibility.intake.headers import FieldNames, HeaderMap, unit_line
from eligibility.intake.kind_counts import KIND_MARK
from eligibility.intake.year_words import YearWords, split_year

#: rows of a sheet that may be laid anew; a longer one is named with what to do
TURNED_ROWS, LONG_ROWS = 500, 100_000
#: so many different fields below each other are no coincidence
FIELDS_DOWN = 3
#: rows above the first field in which years or firms may be named
HEADING_ROWS = 3
_YEAR_HEADS = frozenset(
    ("年度", "年份", "年", "会计年度", "财务年度", "所属年度", "数据年度", "统计年度", "报告年度", "报告期", "所属期",
     "所属期间", "期间", "year", "fiscalyear", "period", "fy")
)  # fmt: skip
_REMARKS = frozenset(("备注", "说明", "行次", "序号", "来源", "数据来源", "填写说明", "note", "notes", "remarks", "line"))  # fmt: skip
_FIRM_NAME = re.compile(
    r".{2,}(?:公司|厂|研究院|研究所|合作社|中心|合伙\))|.+(?:ltd|inc|co)\.?", re.IGNORECASE
)
_NUMBERING = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．](?!\d)\s*|其中[:：]?\s*)+"
)
_INLINE = re.compile(r"^([^:：]{2,40})[:：]\s*(\S.*)$", re.DOTALL)

ONE_FIRM = msgid("Fields stand in rows here; the table was taken as one firm.")
TURNED = msgid(
    "Fields stand in rows here; the table was turned, so that each of {count} firms is a row."
)
LONG = msgid("One row a firm and year: {rows} rows were laid together as {count} firms.")


@dataclass(frozen=True)
class RearrangedBlock:
    """Rows that were laid anew, each value with the cell that it came from.

    Attributes
    ----------
    columns : list of lists of str
    numbers : array of int64
        Of each row the line of the sheet it begins in, or the column where firms stand across.
    cells : list of lists of (row, column)
        From 0, of each value; (-1, -1) where it has none.
    """

    columns: list[list[str]]
    numbers: NDArray[np.int64]
    cells: list[list[tuple[int, int]]]
    too_long: Mapping[int, int] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """See Block."""
        return int(self.numbers[0]) if len(self.numbers) else 1

    @property
    def lines(self) -> int:
        """See Block."""
        return len(self.numbers)

    rows = lines

    def begun_at(self, _: int) -> Self:
        """See Block."""
        return self

    def read_as(self, _: Mapping[int, pa.DataType], __: Sequence[str]) -> pa.Table | None:
        """See Block."""
        return None

    @cached_property
    def text(self) -> pa.Table:
        """See Block."""
        return text_table(self.columns)

    def cell(self, position: int, place: int) -> str:
        """The name of the cell of a value, such as C7; "" where it has none."""
        row, column = self.cells[position][place]
        return "" if row < 0 else f"{column_letters(column)}{row + 1}"


def row_numbers(block: Block, places: NDArray[np.intp]) -> NDArray[np.int64]:
    """The rows of a sheet at these places of a block."""
    if isinstance(block, RearrangedBlock):
        return block.numbers[places]
    return (block.first_row + places).astype(np.int64)


def cell_name(block: Block, position: int, place: int) -> str:
    """The name of the cell of a value, where its row and column alone do not say it."""
    return block.cell(position, place) if isinstance(block, RearrangedBlock) else ""


def sheet_name(block: Block) -> str:
    """The sheet of a block, where several sheets are read as one."""
    return block.sheet if isinstance(block, TableBlock) else ""


def column_letters(place: int) -> str:
    """The letters of a column counted from 0."""
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Table:
    """Values laid as one row a firm: the lines above them, the last of which is the header."""

    head: list[list[str]]
    block: RearrangedBlock
    remark: Message


# --- fields down ------------------------------------------------------------------------------------


def fields_down(head: Sequence[Sequence[str]], names: FieldNames) -> int:
    """How many different fields stand below each other, if more than side by side; else 0."""
    beside = max((len(_distinct(line, names)) for line in head), default=0)
    width = max(map(len, head), default=0)
    below = max(
        (
            len(_distinct([line[column] if column < len(line) else "" for line in head], names))
            for column in range(min(width, 12))
        ),
        default=0,
    )
    return below if below >= FIELDS_DOWN and below > beside else 0


def _distinct(cells: Sequence[str], names: FieldNames) -> set[str]:
    # kinds of rights also stand below each other as what the rows of a list are of
    stems = (names.stem(_label(cell, names)[0]) for cell in cells)
    return {stem for stem in stems if stem and KIND_MARK not in stem}


def _label(cell: str, names: FieldNames) -> tuple[str, str]:
    """The name that a cell may hold, without its number and colon, and a value behind the colon."""
    text = cell.strip()
    plain = text.rstrip(":： ")
    for candidate in (plain, _NUMBERING.sub("", plain)):
        if candidate and names.stem(candidate):
            return candidate, ""
    if (inline := _INLINE.match(text)) and names.stem(
        name := _NUMBERING.sub("", inline[1].strip())
    ):
        return name, inline[2].strip()
    return "", ""


@dataclass
class _Line:
    """A field and what stands beside it."""

    name: str
    row: int
    column: int
    values: list[tuple[int, str]]


def transpose(file: str, rows: Sequence[Sequence[str]], names: FieldNames) -> Table:
    """A table of fields in rows as one row a firm.

    Raises
    ------
    InputError
        If it is not certain which firm or year a column is; the sentence says what to do.
    """
    lines = _lines(rows, names)
    several = Counter(line.row for line in lines)
    if any(count > 1 for count in several.values()) or all(
        len(_texts_beside(line)) <= 1 for line in lines
    ):
        return _form(file, rows, lines, names)
    column = Counter(line.column for line in lines).most_common(1)[0][0]
    return _across(file, rows, column, names)


def _lines(rows: Sequence[Sequence[str]], names: FieldNames) -> list[_Line]:
    lines: list[_Line] = []
    for place, row in enumerate(rows):
        current: _Line | None = None
        for column, cell in enumerate(row):
            name, value = _label(cell, names)
            if name:
                current = _Line(name, place, column, [(column, value)] if value else [])
                lines.append(current)
                if value:
                    current = None
            elif current is not None:
                current.values.append((column, cell.strip()))
    return lines


def _texts_beside(line: _Line) -> list[tuple[int, str]]:
    return [(column, text) for column, text in line.values if text]


def _form(file: str, rows: Sequence[Sequence[str]], lines: list[_Line], names: FieldNames) -> Table:
    """One firm, each label with its value behind it."""
    header: list[str] = []
    values: list[str] = []
    cells: list[tuple[int, int]] = []
    for line in lines:
        filled = _texts_beside(line)
        units = [text for _, text in filled if unit_line([text])]
        filled = [(column, text) for column, text in filled if text not in units]
        if len(filled) > 1:
            raise _unclear(file)
        header.append(f"{line.name} ({units[0].strip('()（）')})" if units else line.name)
        values.append(filled[0][1] if filled else "")
        cells.append((line.row, filled[0][0]) if filled else (-1, -1))
    if not names.identifies(header):
        raise _unclear(file)
    first = lines[0].row
    block = RearrangedBlock(
        [[value] for value in values], np.array([first + 1], np.int64), [[cell] for cell in cells]
    )
    return Table([*_units_above(rows[:first]), header], block, Message(ONE_FIRM))


def _across(file: str, rows: Sequence[Sequence[str]], column: int, names: FieldNames) -> Table:
    """Labels in one column; firms, or years of one firm, in the columns behind it."""
    width = max(map(len, rows))
    grid = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    labels = {row: name for row, line in enumerate(grid) if (name := _alone(line[column], names))}
    last = max(labels)
    beside = [
        line
        for line in _lines(grid[: last + 1], names)
        if line.row not in labels and _texts_beside(line)
    ]
    others = [row for row in range(len(grid)) if row not in labels]
    headings = {row: grid[row] for row in others if row < min(labels) + HEADING_ROWS}
    units = [""] * len(grid)
    behind = []
    for place in range(column + 1, width):
        texts = [grid[row][place] for row in labels]
        if not any(texts) or {normal(heading[place]) for heading in headings.values()} & _REMARKS:
            continue
        if named := unit_line(texts):
            for row, unit in zip(labels, named, strict=True):
                units[row] = unit
        else:
            behind.append(place)
    years, heading = _years(headings, behind)
    apart = {line.row for line in beside} | {heading}
    for row in others:
        # a line of figures that no field is known by is named as not read
        if (
            row > min(labels)
            and row not in apart
            and grid[row][column]
            and any(grid[row][at] for at in behind)
        ):
            labels[row] = grid[row][column]
    sheet = _Across(file, grid, labels, units, beside, names)
    return sheet.years(years) if years else sheet.firms(behind, headings)


def _alone(cell: str, names: FieldNames) -> str:
    name, value = _label(cell, names)
    return "" if value else name


def _years(
    headings: Mapping[int, Sequence[str]], columns: Sequence[int]
) -> tuple[dict[int, str], int]:
    """The year that stands above each column, and the row; empty and -1 if they are not years."""
    for row, heading in reversed(list(headings.items())):
        found = {
            column: heading[column] for column in columns if _year(heading[column]) is not None
        }
        # a column without a year beside columns of years would be anybody's
        if found and len(found) == len(columns) and len(set(found.values())) == len(found):
            return found, row
    return {}, -1


@dataclass(frozen=True)
class _Across:
    """A grid with a field in each line of ``labels``, and its unit where a column of units stands."""

    file: str
    grid: Sequence[Sequence[str]]
    labels: Mapping[int, str]
    units: Sequence[str]
    #: fields above the table, each with its value behind it
    beside: Sequence[_Line]
    names: FieldNames

    def firms(self, columns: Sequence[int], headings: Mapping[int, Sequence[str]]) -> Table:
        """Each column a firm."""
        header = [self._name_with_unit(name, row) for row, name in self.labels.items()]
        cells = [[(row, column) for column in columns] for row in self.labels]
        if not self.names.identifies(header):
            above = [
                row
                for row, heading in headings.items()
                if all(_FIRM_NAME.fullmatch(heading[column]) for column in columns)
            ]
            if above:
                header.append(self.names.name_title)
                cells.append([(above[-1], column) for column in columns])
        values = [[self.grid[row][column] for row, column in line] for line in cells]
        if len(columns) == 1:
            self._add_beside(header, values, cells)
        return self._table(header, values, cells, [column + 1 for column in columns])

    def years(self, years: Mapping[int, str]) -> Table:
        """One firm, each column a year of it."""
        header: list[str] = []
        cells: list[list[tuple[int, int]]] = []
        latest = [column for column, text in years.items() if self.names.is_latest(_year(text))]
        for row, name in self.labels.items():
            by_year = {column: f"{_year_text(text)} {name}" for column, text in years.items()}
            if any(self.names.field(text) for text in by_year.values()):
                used = [
                    column for column, text in by_year.items()
                    if self.grid[row][column] or self.names.field(text)
                ]  # fmt: skip
            elif self.names.identity(name):
                used = [column for column in years if self.grid[row][column]][:1]
            else:
                used = latest
            for column in used:
                text = by_year[column] if self.names.field(by_year[column]) or not self.names.field(name) else name  # fmt: skip
                header.append(self._name_with_unit(text, row))
                cells.append([(row, column)])
        values = [[self.grid[row][column] for row, column in line] for line in cells]
        self._add_beside(header, values, cells)
        return self._table(header, values, cells, [min(self.labels) + 1])

    def _name_with_unit(self, name: str, row: int) -> str:
        return f"{name} {self.units[row]}".strip()

    def _add_beside(
        self, header: list[str], values: list[list[str]], cells: list[list[tuple[int, int]]]
    ) -> None:
        for line in self.beside:
            column, text = _texts_beside(line)[0]
            header.append(line.name)
            values.append([text])
            cells.append([(line.row, column)])

    def _table(
        self,
        header: list[str],
        values: list[list[str]],
        cells: list[list[tuple[int, int]]],
        numbers: list[int],
    ) -> Table:
        if not self.names.identifies(header):
            raise _unclear(self.file)
        above = _units_above(line for row, line in enumerate(self.grid) if row not in self.labels)
        block = RearrangedBlock(values, np.array(numbers, np.int64), cells)
        firms = len(numbers)
        remark = Message(TURNED, {"count": firms}) if firms > 1 else Message(ONE_FIRM)
        return Table([*above, header], block, remark)


def _year(text: str) -> YearWords | None:
    """The year that a cell names, if it names nothing else."""
    plain = normal(text).strip("()")
    if re.fullmatch(r"(?:19|20)\d{2}(?:\.0)?", plain):
        plain = f"{plain[:4]}年"
    words = split_year(plain, near_counts=True)
    rest = re.sub(r"[\W_]|年|末|数|金额", "", words.rest)
    return (
        None if rest or words.clash or (words.place is None and words.calendar is None) else words
    )


def _year_text(text: str) -> str:
    plain = normal(text).strip("()")
    return f"{plain[:4]}年" if re.fullmatch(r"(?:19|20)\d{2}(?:\.0)?", plain) else plain


def _units_above(lines: Iterable[Sequence[str]]) -> list[list[str]]:
    """What these lines say of the unit of all amounts, as lines above a header."""
    return [[cell] for line in lines for cell in line if "单位" in cell or "unit" in cell.lower()]


def _unclear(file: str) -> InputError:
    return InputError(
        "{file}: fields stand in rows here, and it is not certain which firm each column is. Turn the "
        "table (in Excel: copy, paste special, transpose), so that each firm is a row under a header "
        "with 企业名称 or 统一社会信用代码.",
        file=file,
    )


# --- one row a firm and year ------------------------------------------------------------------------


def year_column(headers: HeaderMap) -> int | None:
    """The column that says which year a row is of, in a table whose figures name none."""
    if not headers.yearless or not headers.has_identity:
        return None
    for position, header in enumerate(headers.headers):
        plain = re.sub(r"\(.*?\)|[\W_]", "", normal(header))
        if plain in _YEAR_HEADS and header in headers.unknown:
            return position
    return None


def firm_years(
    headers: HeaderMap, rows: Iterator[Sequence[str]], year_at: int, names: FieldNames
) -> Table:
    """A table of one row a firm and year as one row a firm.

    Parameters
    ----------
    headers : HeaderMap
        Of the table as it is.
    rows : iterator of lists of str
        Below its header.
    year_at : int
        The column of the year.
    names : FieldNames
    """
    identity = [
        column.position for column in headers.columns if column.field.id in ("uscc", "name")
    ]
    groups: dict[str, list[tuple[int, Sequence[str], str]]] = {}
    before = ""
    count = 0
    for number, row in enumerate(rows, headers.lines):
        lines = [row[position].strip() for position in identity]
        year = _year(row[year_at]) if normal(row[year_at]) not in MISSING else None
        if not any(cell.strip() for cell in row):
            continue
        if any(lines):
            before = next(name_key(text) for text in lines if text)
        count += 1
        if year is None or (not any(lines) and not before):
            # what has no year stands for itself, and is judged as any row is
            groups[f"\0{number}"] = [(number, row, "")]
            continue
        word = _year_text(row[year_at])
        key = before
        while any(word == other for _, _, other in groups.get(key, [])):
            key += "\0"
        groups.setdefault(key, []).append((number, row, word))
    words = dict.fromkeys(word for group in groups.values() for _, _, word in group if word)
    plain = [place for place in range(len(headers.headers)) if place != year_at and headers.headers[place] not in headers.yearless]  # fmt: skip
    series = [headers.headers.index(name) for name in headers.yearless]
    head = [headers.headers[place] for place in plain] + [f"{word} {headers.headers[place]}" for place in series for word in words]  # fmt: skip
    columns: list[list[str]] = [[] for _ in head]
    cells: list[list[tuple[int, int]]] = [[] for _ in head]
    for group in groups.values():
        found = [_once(group, place, names) for place in plain]
        found += [_of_year(group, place, word) for place in series for word in words]
        for at, (text, cell) in enumerate(found):
            columns[at].append(text)
            cells[at].append(cell)
    numbers = np.array([group[0][0] + 1 for group in groups.values()], np.int64)
    remark = Message(LONG, {"rows": count, "count": len(groups)})
    return Table([head], RearrangedBlock(columns, numbers, cells), remark)


def _once(
    group: Sequence[tuple[int, Sequence[str], str]], place: int, names: FieldNames
) -> tuple[str, tuple[int, int]]:
    """What a firm says once: in the row of its latest year, or the only one that says anything."""
    filled = [
        (row[place].strip(), (number, place)) for number, row, _ in group if row[place].strip()
    ]
    if len({text for text, _ in filled}) == 1:
        return filled[0]
    for number, row, word in group:
        if not word or names.is_latest(_year(word)):
            return row[place].strip(), (number, place)
    return "", (-1, -1)


def _of_year(
    group: Sequence[tuple[int, Sequence[str], str]], place: int, word: str
) -> tuple[str, tuple[int, int]]:
    for number, row, other in group:
        if other == word:
            return row[place].strip(), (number, place)
    return "", (-1, -1)


# --- sheets -----------------------------------------------------------------------------------------


def read_rows(sheet: Sheet, skip: int, width: int, most: int) -> list[list[str]]:
    """The rows of a sheet below so many lines.

    Raises
    ------
    InputError
        If there are more than ``most``.
    """

    def rows() -> Iterator[list[str]]:
        for block in sheet.blocks(skip, width):
            yield from map(
                list, zip(*(column.to_pylist() for column in block.text.columns), strict=True)
            )

    found = list(islice(rows(), most + 1))
    sheet.close()
    if len(found) > most:
        raise InputError(
            "{file}: the table does not hold one row a firm, and with more than {rows} rows it is not "
            "laid anew here. Make it one row a firm (in Excel: a pivot table, or paste special, "
            "transpose).",
            file=sheet.file,
            rows=f"{most:,}",
        )
    return found


def sheet_of_table(sheet: Sheet, table: Table) -> Sheet:
    """The sheet as the table that was laid of it."""
    return replace(sheet, head=table.head, blocks=lambda *_: iter((table.block,)))
