"""Tables with a field in each row, laid as one row a firm: firms or years across, forms of label and value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eligibility.domain.errors import InputError
from eligibility.domain.text import Message, msgid
from eligibility.intake.cells import normal
from eligibility.intake.header_labels import UNIT, FieldNames, without_number
from eligibility.intake.headers import unit_line
from eligibility.intake.kind_counts import KIND_MARK
from eligibility.intake.layouts import RearrangedBlock, Table, cell_year, year_text
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind
from eligibility.intake.year_words import ANOTHER_FIGURE

#: so many different fields below each other are no coincidence
FIELDS_DOWN = 3
#: rows above the first field in which years or firms may be named
HEADING_ROWS = 3
_REMARKS = frozenset(("备注", "说明", "行次", "序号", "来源", "数据来源", "填写说明", "note", "notes", "remarks", "line"))  # fmt: skip
#: what stands above the names of figures
_FIGURE_HEADS = frozenset(("指标", "指标名称", "指标项", "项目", "项目名称", "科目", "科目名称", "数据项", "indicator", "item", "metric"))  # fmt: skip
_FIRM_NAME = re.compile(
    r".{2,}(?:公司|厂|研究院|研究所|合作社|中心|合伙\))|.+(?:ltd|inc|co)\.?", re.IGNORECASE
)
_CORNER = re.compile(rf"(?:项目|指标|科目|内容|名称)(?:名称)?\s*[(\[/:,]?\s*({UNIT})\s*[)\]]?")
_OF_WHICH = re.compile(r"\s*其中[:：]?\s*")
_INLINE = re.compile(r"^([^:：]{2,40})[:：]\s*(\S.*)$", re.DOTALL)

ONE_FIRM = msgid("Fields stand in rows here; the table was taken as one firm.")
TURNED = msgid(
    "Fields stand in rows here; the table was turned, so that each of {count} firms is a row."
)


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


def figures_below(head: Sequence[Sequence[str]], names: FieldNames) -> bool:
    """Whether each row is of a firm and one of its figures, however few figures there are."""
    for place, row in enumerate(head[: HEADING_ROWS + 1]):
        if _names_figures(row, names):
            at = next(at for at, cell in enumerate(row) if normal(cell) in _FIGURE_HEADS)
            below = [line[at] for line in head[place + 1 :] if at < len(line) and line[at].strip()]
            return bool(below) and all(_label(cell, names)[0] for cell in below)
    return False


def figure_a_row(file: str) -> InputError:
    """The sentence for a table whose rows are of a firm and one of its figures."""
    return InputError(
        "{file}: the table holds one row a firm and figure. Make it one row a firm (in Excel: a pivot "
        "table with the figures as its columns).",
        file=file,
    )


def _distinct(cells: Sequence[str], names: FieldNames) -> set[str]:
    # kinds of rights also stand below each other as what the rows of a list are of
    stems = (names.stem(_label(cell, names)[0]) for cell in cells)
    return {stem for stem in stems if stem and KIND_MARK not in stem}


def _label(cell: str, names: FieldNames) -> tuple[str, str]:
    """The name that a cell may hold, without its number and colon, and a value behind the colon."""
    text = cell.strip()
    plain = text.rstrip(":： ")
    for candidate in (_without_prefix(plain), plain):
        if candidate and names.stem(candidate):
            return candidate, ""
    if (inline := _INLINE.match(text)) and names.stem(name := _without_prefix(inline[1].strip())):
        return name, inline[2].strip()
    return "", ""


def _without_prefix(label: str) -> str:
    """A label without its number and the words for a part of the line above, in whatever order."""
    rest = without_number(label)
    while part := _OF_WHICH.match(rest):
        rest = without_number(rest[part.end() :])
    return rest


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
    if any(_names_figures(row, names) for row in rows[: HEADING_ROWS + 1]):
        raise figure_a_row(file)
    rows = _without_remarks(rows, names)
    lines = _lines(rows, names)
    several = Counter(line.row for line in lines)
    if any(count > 1 for count in several.values()) or all(
        len(_texts_beside(line)) <= 1 for line in lines
    ):
        return _form(file, rows, lines, names)
    column = Counter(line.column for line in lines).most_common(1)[0][0]
    return _across(file, rows, column, names)


def _without_remarks(rows: Sequence[Sequence[str]], names: FieldNames) -> Sequence[Sequence[str]]:
    """The rows with columns of remarks and sources blank, in whose sentences fields may be named."""
    first = next((place for place, row in enumerate(rows) if _lines([row], names)), len(rows))
    remarks = {
        column
        for row in rows[:first]
        for column, cell in enumerate(row)
        if normal(cell) in _REMARKS
    }
    if not remarks:
        return rows
    return [["" if column in remarks else cell for column, cell in enumerate(row)] for row in rows]


def _names_figures(row: Sequence[str], names: FieldNames) -> bool:
    """Whether a row is the header of a table with the firm and the name of a figure in each row."""
    plain = {normal(cell) for cell in row}
    return not _FIGURE_HEADS.isdisjoint(plain) and any(map(names.identity, row))


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
    years, heading = _years(file, headings, behind)
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
    file: str, headings: Mapping[int, Sequence[str]], columns: Sequence[int]
) -> tuple[dict[int, str], int]:
    """The year that stands above each column, and the row; empty and -1 if they are not years.

    Columns of totals or growth beside them are left out.

    Raises
    ------
    InputError
        If some columns are years and it is not certain what another is.
    """
    for row, heading in reversed(list(headings.items())):
        found = {
            column: heading[column] for column in columns if cell_year(heading[column]) is not None
        }
        others = [heading[column] for column in columns if column not in found]
        if found and len(set(found.values())) == len(found) and all(map(_comes_of_years, others)):
            return found, row
        if len(found) > 1:
            # a column without a year beside columns of years would be anybody's
            raise _unclear(file)
    return {}, -1


def _comes_of_years(heading: str) -> bool:
    """Whether a heading is of what is worked out of the years beside it."""
    return non_firm_kind(heading) in (RowKind.TOTAL, RowKind.NOTE) or (
        ANOTHER_FIGURE.search(normal(heading)) is not None
    )


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
        known = {
            column
            for row, name in self.labels.items()
            if self.names.identity(name)
            for column in columns
            if self.grid[row][column]
        }
        if len(known) == 1 < len(columns):
            # one name, and columns of something else than firms
            raise _unclear(self.file)
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
        latest = [column for column, text in years.items() if self.names.is_latest(cell_year(text))]
        for row, name in self.labels.items():
            by_year = {column: f"{year_text(text)} {name}" for column, text in years.items()}
            if any(
                field is not None and field.in_series
                for field in map(self.names.field, by_year.values())
            ):
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


def _units_above(lines: Iterable[Sequence[str]]) -> list[list[str]]:
    """What these lines say of the unit of all amounts, as lines above a header."""
    cells = [cell for line in lines for cell in line]
    stated = [[cell] for cell in cells if "单位" in cell or "unit" in cell.lower()]
    # above the names of the figures: 项目（万元）
    corners = [match[1] for cell in cells if (match := _CORNER.fullmatch(normal(cell)))]
    return [*stated, *([f"单位:{unit}"] for unit in corners)]


def _unclear(file: str) -> InputError:
    return InputError(
        "{file}: fields stand in rows here, and it is not certain which firm each column is. Turn the "
        "table (in Excel: copy, paste special, transpose), so that each firm is a row under a header "
        "with 企业名称 or 统一社会信用代码.",
        file=file,
    )
