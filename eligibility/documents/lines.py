"""The lines of a form found among the rows of a page or sheet, by their labels.

A figure is taken by its label; the number of the line only confirms it. Columns are known by their heads,
never by their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapidfuzz import fuzz

from eligibility.documents.columns import Head, assign, overlap
from eligibility.documents.context import YEAR_HEAD, head_power
from eligibility.documents.definitions import FormDefinition, FormEdition
from eligibility.documents.grid import (
    MARKS,
    Cell,
    Row,
    is_figure,
    label_key,
    line_number,
    plain_text,
)

#: heads of the column of line numbers
_NUMBER_HEADS = frozenset(("行次", "序号", "栏次", "行号", "行", "项次", "代码"))
_NUMBERS = "#"
#: a label whose wording is another, where the number is that of its line
ALIKE = 80
#: so many numbers in a row are a column of line numbers
LEAST_NUMBERS = 3
#: cells of one row that together may be one label
JOIN = 3
_LEADING_NUMBER = re.compile(r"^(\d{3})(?=\D)")


@dataclass
class LineMatch:
    """A line that was found.

    Attributes
    ----------
    line : str
    number : str, optional
        As printed.
    agrees : bool, optional
        Whether the number is that of the line; None where none is printed.
    is_alike : bool
        Whether the wording is only nearly that of the form.
    cells : mapping of column to Cell
    across : list of Cell
        Figures of the columns that add up to the total.
    """

    line: str
    label: Cell
    row: Row
    number: str | None = None
    agrees: bool | None = None
    is_alike: bool = False
    cells: dict[str, Cell] = field(default_factory=dict)
    across: list[Cell] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    without_head: list[Cell] = field(default_factory=list)


class LineReader:
    """Finds the lines of one edition of a form.

    Parameters
    ----------
    form : FormDefinition
    edition : FormEdition
    """

    def __init__(self, form: FormDefinition, edition: FormEdition) -> None:
        self._form, self._edition = form, edition
        self._order = {key: place for place, key in enumerate(edition.lines)}
        self._lines_by_label: dict[str, list[str]] = {}
        for key, line in edition.lines.items():
            for name in dict.fromkeys(map(label_key, (line.label, *line.names))):
                self._lines_by_label.setdefault(name, []).append(key)
        self._columns_by_head: dict[str, list[str]] = {}
        for name, column in form.columns.items():
            for head in dict.fromkeys(map(label_key, column.heads)):
                self._columns_by_head.setdefault(head, []).append(name)
        self._across = re.compile(form.across) if form.across else None
        self.newest_head: int | None = None

    def labels_in(self, row: Row) -> int:
        """How many cells of a row are labels of this edition."""
        return sum(map(self.is_label, row.cells))

    def is_label(self, cell: Cell) -> bool:
        """Whether a cell is a label of this edition."""
        return label_key(cell.text) in self._lines_by_label

    def read(self, rows: Sequence[Row]) -> list[LineMatch]:
        """Every line found in these rows, each once or as often as it stands there."""
        rows = self._join_wrapped(rows)
        heads_by_row = list(self._heads(rows))
        is_head = [heads is not None for heads, _ in heads_by_row]
        blocks = [
            (row, heads, labels)
            for row, head, (_, heads) in zip(rows, is_head, heads_by_row, strict=True)
            if not head and (labels := self._labels(row))
        ]
        side = self._number_side(blocks)
        last: dict[int, int] = {}
        matches = []
        for row, heads, labels in blocks:
            for place, (start, end, candidates) in enumerate(labels):
                behind = labels[place + 1][0] if place + 1 < len(labels) else len(row.cells)
                if side == "left" and place + 1 < len(labels) and behind - 1 > end:
                    behind -= line_number(row.cells[behind - 1].text) is not None
                match = self._match(
                    row, heads, (start, end, behind), candidates, side, last.get(place, -1)
                )
                if match is None:
                    continue
                last[place] = self._order[match.line]
                matches.append(match)
        return matches

    # --- heads ---

    def _heads(self, rows: Sequence[Row]) -> Iterator[tuple[list[Head] | None, list[Head]]]:
        """Of each row its own heads, None if it is no row of heads, and those that hold for it."""
        current: list[Head] = []
        since = 0
        for row in rows:
            own = self._row_heads(row)
            since += 1
            if own is None:
                yield None, current
                continue
            # heads of several rows belong together
            if since > 2:
                current = []
            current = [*current, *own]
            since = 0
            yield own, current

    def _row_heads(self, row: Row) -> list[Head] | None:
        heads: list[Head] = []
        before = ""
        years: list[tuple[int, Cell]] = []
        for cell in row.cells:
            key = label_key(cell.text)
            if key in _NUMBER_HEADS:
                heads.append(Head(_NUMBERS, cell.start, cell.end, cell.text))
            elif names := self._columns_by_head.get(key):
                name = self._column(names, before)
                before = name
                heads.append(Head(name, cell.start, cell.end, cell.text, head_power(cell.text)))
            elif self._across and self._across.fullmatch(plain_text(cell.text).upper()):
                heads.append(Head("across", cell.start, cell.end, cell.text))
            elif match := YEAR_HEAD.fullmatch(plain_text(cell.text)):
                years.append((int(match[1]), cell))
        yearly = self._year_heads(years)
        # beside years, a total is that of all of them
        named = {head.column for head in yearly}
        heads = [replace(head, column=_NUMBERS) if head.column in named else head for head in heads]
        heads += yearly
        money = sum(head.column != _NUMBERS for head in heads)
        figures = sum(
            is_figure(cell.text) and YEAR_HEAD.fullmatch(plain_text(cell.text)) is None
            for cell in row.cells
        )
        if not money or (money < 2 and figures) or figures > money:
            return None
        return heads

    def _column(self, names: Sequence[str], before: str) -> str:
        columns = self._form.columns
        following = [name for name in names if columns[name].after == before]
        return (following or [name for name in names if columns[name].after is None] or names)[0]

    def _year_heads(self, years: Sequence[tuple[int, Cell]]) -> list[Head]:
        """Columns named by calendar years, the newest of which is that of the form."""
        if len({year for year, _ in years}) < 2:
            return []
        newest = max(year for year, _ in years)
        by_year = {
            column.year: name
            for name, column in reversed([*self._form.columns.items()])
            if column.heads
        }
        heads = [
            Head(by_year[year - newest], cell.start, cell.end, cell.text)
            for year, cell in years
            if year - newest in by_year
        ]
        if heads:
            self.newest_head = newest
        return heads

    # --- labels ---

    def _labels(self, row: Row) -> list[tuple[int, int, list[str]]]:
        """First and last cell of each label of a row, and the lines that it may be."""
        labels: list[tuple[int, int, list[str]]] = []
        place = 0
        while place < len(row.cells):
            for end in range(min(place + JOIN, len(row.cells)) - 1, place - 1, -1):
                cells = row.cells[place : end + 1]
                if any(is_figure(cell.text) for cell in cells):
                    continue
                if lines := self._lines_named("".join(cell.text for cell in cells)):
                    labels.append((place, end, lines))
                    place = end
                    break
            else:
                if lines := self._lines_alike(row, place):
                    labels.append((place, place, lines))
            place += 1
        # a label of a group beside the label of its line: the one next to the figures holds
        return [
            label
            for label, following in pairwise([*labels, (len(row.cells) + 9, 0, [])])
            if following[0] != label[1] + 1 or self._is_text(label)
        ]

    def _is_text(self, label: tuple[int, int, list[str]]) -> bool:
        return self._edition.lines[label[2][0]].kind == "text"

    def _lines_named(self, text: str) -> list[str]:
        key = label_key(text)
        if lines := self._lines_by_label.get(key):
            return lines
        if number := _LEADING_NUMBER.match(key):
            return [
                line for line in self._lines_by_label.get(key[3:], ()) if line == number[1]
            ] or self._lines_by_label.get(key[3:], [])
        return []

    def _lines_alike(self, row: Row, place: int) -> list[str]:
        """The line whose number stands beside a text that is nearly its label."""
        if not self._edition.numbers:
            return []
        key = label_key(row.cells[place].text)
        if len(key) < 4 or is_figure(row.cells[place].text):
            return []
        near = [
            row.cells[other].text for other in (place - 1, place + 1) if 0 <= other < len(row.cells)
        ]
        numbers = {number for text in near if (number := line_number(text))}
        return [
            line
            for line, definition in self._edition.lines.items()
            if self._number_of(line) in numbers
            and any(
                fuzz.ratio(key, label_key(name)) >= ALIKE
                for name in (definition.label, *definition.names)
            )
        ][:1]

    def _number_of(self, line: str) -> str:
        number = self._edition.lines[line].number
        return line if number is None else number

    def _number_side(
        self, blocks: Sequence[tuple[Row, list[Head], list[tuple[int, int, list[str]]]]]
    ) -> str | None:
        """Whether numbers of lines stand left or right of the labels."""
        left: list[int] = []
        right: list[int] = []
        count = 0
        for row, heads, labels in blocks:
            money = [head for head in heads if head.column != _NUMBERS]
            for start, end, _lines in labels:
                count += 1
                for numbers, place in ((left, start - 1), (right, end + 1)):
                    if not 0 <= place < len(row.cells):
                        continue
                    cell = row.cells[place]
                    number = line_number(cell.text)
                    if number and not any(overlap(cell, head) > 0 for head in money):
                        numbers.append(int(number))
        expected = {int(key) for key in self._edition.lines if key.isdecimal()} or set(
            range(1, 200)
        )
        sides = {
            "left": sum(number in expected for number in left),
            "right": sum(number in expected for number in right),
        }
        best = max(sides, key=lambda side: sides[side])
        numbers = left if best == "left" else right
        rising = sum(low < high for low, high in pairwise(numbers))
        enough = sides[best] >= LEAST_NUMBERS and sides[best] * 2 >= count
        # the two halves of a balance sheet each rise by themselves
        is_rising = len(set(numbers)) * 10 >= len(numbers) * 9 and rising * 3 >= len(numbers) - 1
        return best if enough and is_rising else None

    def _match(
        self,
        row: Row,
        heads: Sequence[Head],
        places: tuple[int, int, int],
        candidates: Sequence[str],
        side: str | None,
        last: int,
    ) -> LineMatch | None:
        start, end, behind = places
        cells = list(row.cells[end + 1 : behind])
        number = None
        if side == "left" and start and line_number(row.cells[start - 1].text):
            number = line_number(row.cells[start - 1].text)
        elif side == "right" and cells and line_number(cells[0].text):
            number = line_number(cells.pop(0).text)
        elif leading := _LEADING_NUMBER.match(label_key(row.cells[start].text)):
            number = leading[1]
        line = self._resolve(candidates, number, last)
        definition = self._edition.lines[line]
        expected = self._number_of(line)
        match = LineMatch(line, row.cells[start], row, number)
        names = {label_key(name) for name in (definition.label, *definition.names)}
        text = "".join(cell.text for cell in row.cells[start : end + 1])
        match.is_alike = label_key(_LEADING_NUMBER.sub("", label_key(text))) not in names
        if number is not None and expected and self._edition.numbers:
            match.agrees = number == expected
        if definition.kind == "text":
            if cells:
                match.cells["one" if "one" in self._form.columns else "amount"] = cells[0]
            return match
        figures = [cell for cell in cells if is_figure(cell.text)]
        columns = definition.columns or self._edition.columns
        if len(columns) == 1 and not self._form.across:
            self._place_one(match, columns[0], figures, heads, row.cells[start])
        else:
            self._place(match, columns, figures, heads, row.cells[start], row, behind)
        return match

    def _resolve(self, candidates: Sequence[str], number: str | None, last: int) -> str:
        """The line that a label means where several have it: by its number, else by their order."""
        if len(candidates) == 1:
            return candidates[0]
        numbered = [
            line for line in candidates if number is not None and self._number_of(line) == number
        ]
        later = [line for line in candidates if self._order[line] > last]
        return (numbered or later or list(candidates))[0]

    def _place_one(
        self,
        match: LineMatch,
        column: str,
        figures: Sequence[Cell],
        heads: Sequence[Head],
        label: Cell,
    ) -> None:
        """The one figure of a line; several that differ are not told apart."""
        columns = self._form.columns
        heading = {column} if columns[column].heads else {
            name for name, each in columns.items() if each.heads and each.year == 0
        }  # fmt: skip
        own = [head for head in heads if head.column in heading and head.start >= label.end - 1]
        under = [cell for cell in figures if any(overlap(cell, head) > 0 for head in own)]
        figures = under or figures
        # marks beside the figure fill the columns that this line has not
        entered = [cell for cell in figures if cell.text.strip() not in MARKS] or figures[:1]
        if len({cell.text for cell in entered}) == 1:
            match.cells[column] = entered[0]
            match.heads[column] = own[0].text if own and columns[column].heads else ""
        elif entered:
            match.without_head += entered

    def _place(
        self, match: LineMatch, columns: Sequence[str], figures: Sequence[Cell], heads: Sequence[Head],
        label: Cell, row: Row, behind: int,
    ) -> None:  # fmt: skip
        """Figures under the heads between a label and the next one."""
        limit = row.cells[behind].start if behind < len(row.cells) else float("inf")
        own = [
            head for head in heads
            if head.start >= label.start and head.start < limit and (head.column in columns or head.column in ("across", _NUMBERS))
        ]  # fmt: skip
        if not any(head.column != _NUMBERS for head in own):
            match.without_head += figures
            return
        if not own:
            return
        assigned = assign(figures, own)
        if len(assigned) < len(figures) and own[0].end - own[0].start > 1:
            # which of them is which is not certain, so none is taken
            match.without_head += figures
            return
        for cell, head in assigned:
            if head.column == "across":
                match.across.append(cell)
            elif head.column != _NUMBERS and head.column not in match.cells:
                match.cells[head.column] = cell
                match.heads[head.column] = head.text

    def _join_wrapped(self, rows: Sequence[Row]) -> list[Row]:
        """Rows whose label is broken over two or three of them, as one row."""
        joined: list[Row] = []
        place = 0
        while place < len(rows):
            row = rows[place]
            if not self._labels(row):
                for count in (2, 3):
                    together = rows[place : place + count]
                    if len(together) < count or any(self._labels(each) for each in together):
                        break
                    if (one := self._one_row(together) or self._joined_heads(together)) is not None:
                        row, place = one, place + count - 1
                        break
            joined.append(row)
            place += 1
        return joined

    def _joined_heads(self, rows: Sequence[Row]) -> Row | None:
        """Rows of heads that are broken over several lines, as one row; None if they are none."""
        columns: list[Cell] = []
        for cell in (cell for row in rows for cell in row.cells):
            if is_figure(cell.text):
                return None
            above = next((each for each in columns if overlap(cell, each) > 0), None)
            if above is None:
                columns.append(cell)
            else:
                left, right = min(above.start, cell.start), max(above.end, cell.end)
                columns[columns.index(above)] = Cell(
                    above.text + cell.text, left, right, above.name
                )
        one = Row(rows[0].place, tuple(sorted(columns, key=lambda cell: cell.start)))
        heads = self._row_heads(one) or []
        alone = sum(len(self._row_heads(row) or []) for row in rows)
        return one if len(heads) > max(alone, 1) else None

    def _one_row(self, rows: Sequence[Row]) -> Row | None:
        texts = [[cell for cell in row.cells if not is_figure(cell.text)] for row in rows]
        figures = [cell for row in rows for cell in row.cells if is_figure(cell.text)]
        if any(len(cells) > 1 for cells in texts) or sum(map(bool, texts)) < 2:
            return None
        parts = [cell for cells in texts for cell in cells]
        label = "".join(cell.text for cell in parts)
        if label_key(label) not in self._lines_by_label:
            return None
        first = Cell(label, parts[0].start, max(cell.end for cell in parts), parts[0].name)
        return Row(rows[0].place, tuple(sorted([first, *figures], key=lambda cell: cell.start)))
