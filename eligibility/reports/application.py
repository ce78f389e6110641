"""A draft of the official application's tables (申请书各表), filled from what one firm entered.

Which tables there are stands in the file that the edition names. Each cell holds a fact, a sum
of other rows, or nothing yet; Word and the workbook show the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from eligibility.application_form.contents import WAN, FormContents, Lists
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.domain.facts import FirmTable, Kind, years_of
from eligibility.domain.law import Edition, FormRow, FormTable
from eligibility.domain.results import UNDETERMINED, UNMET
from eligibility.domain.text import Wording
from eligibility.evidence.chain import build_chain
from eligibility.i18n import Language
from eligibility.intake.cells import normal
from eligibility.intake.lists import count_list, read_ledger, rows_with_entries
from eligibility.schemes.lists import ListRows
from eligibility.schemes.registry import Scheme

#: columns of activities side by side, so that a page takes them
ABREAST = 6
_YES = {1.0: Wording(zh="是", en="Yes"), 0.0: Wording(zh="否", en="No")}
_ALL = Wording(zh="合计", en="All")


@dataclass(frozen=True)
class DraftCell:
    """One cell: its value (money in 10k CNY), and whether its year is not asked for.

    ``value`` None is still to be filled in.
    """

    value: float | str | Wording | None
    money: bool = False
    outside: bool = False

    def text(self, language: Language) -> str | None:
        """The cell in words; None where it is to be filled in."""
        if self.outside:
            return "–"
        if isinstance(self.value, Wording):
            return language.of(self.value)
        if isinstance(self.value, float):
            return f"{self.value:,.2f}" if self.money else f"{self.value:g}"
        return self.value


@dataclass(frozen=True)
class DraftRow:
    """One row; ``sums`` are places of rows of this table that its cells add up."""

    title: Wording
    cells: tuple[DraftCell, ...]
    sums: tuple[int, ...] = ()


@dataclass(frozen=True)
class DraftTable:
    """One official table; the first of ``columns`` heads the titles of rows.

    ``across``: the last column adds the ones before it. ``list`` is the list of which each thing has a
    sheet of its own in the printed form; empty where the table is one.
    """

    title: Wording
    note: Wording | None
    columns: tuple[Wording, ...]
    rows: tuple[DraftRow, ...]
    numbers: bool
    across: bool = False
    list: str = ""

    @property
    def has_numbered_rows(self) -> bool:
        """Whether its rows are headed by their numbers, which want little room."""
        return bool(self.rows) and self.rows[0].title.en[-1:].isdigit()


def draft(
    record: AssessmentRecord, firm: FirmTable, scheme: Scheme, lists: Lists | None = None
) -> tuple[DraftTable, ...]:
    """The tables of a scheme's application, filled for one firm.

    Parameters
    ----------
    record : mapping
        Its assessment; gives the figures that are formed from several facts.
    firm : FirmTable
        The firm's one row.
    lists : mapping of list to rows, optional
        What the firm listed one by one, as typed; amounts in 10k CNY.
    """
    law = scheme.edition(record["edition"])
    firm, filled = FormContents(scheme, law, firm, lists or {}).with_numbers()
    listed = ListContents(filled, firm, law, scheme)
    return tuple(
        part
        for table in scheme.application_form(law)
        for part in (
            _by_thing(table, listed)
            if table.each_year
            else [_table(table, record, firm, scheme, listed)]
        )
    )


class ListContents:
    """The things a firm listed, as cells; rows that do not count are not applied with."""

    def __init__(self, lists: Lists, firm: FirmTable, law: Edition, scheme: Scheme) -> None:
        day, name_of_firm = firm.dates("application_date")[0], firm.texts("name")[0]
        self.years = years_of(int(firm.application_years[0]))
        self.rows: dict[str, list[dict[str, str]]] = {}
        self.read: dict[str, ListRows] = {}
        self.open: dict[str, bool] = {}
        self.definitions = scheme.lists
        self.chain = build_chain(lists, firm, scheme)
        self._things = {
            (thing.list, place): thing
            for thing in self.chain.things.values()
            for place in thing.places
        }
        self._places: dict[str, list[int]] = {}
        for name, ledger in scheme.lists.items():
            entries = rows_with_entries(lists.get(name, ()))
            count = count_list(ledger, entries, law, day, name_of_firm)
            if count is None:
                continue
            rows = [
                row for row, status in zip(entries, count.status, strict=True) if status != UNMET
            ]
            self._places[name] = [
                place for place, status in enumerate(count.status, 1) if status != UNMET
            ]
            self.open[name] = bool((count.status == UNDETERMINED).any())
            self.rows[name], self.read[name] = rows, read_ledger(ledger, rows, name_of_firm)

    def things(self, name: str) -> list[dict[str, DraftCell]]:
        """Every thing of a list: what is said of it, by column; empty where nothing is listed."""
        if name not in self.rows:
            return []
        if name == "activity":
            return [self._activity(rows) for rows in self.activities.values()]
        return [
            self._row(name, place) | self._details(name, row.get("name"))
            for place, row in enumerate(self.rows[name])
        ]

    def links(self, name: str, number: int) -> dict[str, DraftCell]:
        """The number in the form of the thing listed at this place, and the numbers it is linked with."""
        if name not in self.definitions or not self.definitions[name].prefix:
            return {}
        rows = [of[0] for of in self.activities.values()] if name == "activity" else None
        if number > len(rows if rows is not None else self.rows.get(name, ())):
            return {}
        place = self._places[name][number - 1 if rows is None else rows[number - 1]]
        thing = self._things[name, place]
        cells = {"code": DraftCell(thing.code)}
        for column in self.definitions[name].columns:
            beside = (self.chain.neighbours(thing, other) for other in column.refers_to)
            codes = [each.code for some in beside for each in some if each.counts]
            if codes:
                cells[column.id] = DraftCell("、".join(codes))
        return cells

    def _row(self, name: str, place: int) -> dict[str, DraftCell]:
        row, read = self.rows[name][place], self.read[name]
        return {
            column.id: _list_cell(column.kind, read.columns[column.id][place], row[column.id])
            for column in self.definitions[name].columns
            if column.id in row
        }

    def _details(self, name: str, thing: str | None) -> dict[str, DraftCell]:
        """What another list says more of a thing of this name."""
        for other, definition in self.definitions.items():
            for place, row in enumerate(self.rows.get(other, ())):
                is_same = thing and normal(row.get("name", "")) == normal(thing)
                if definition.adds_to == name and is_same:
                    return self._row(other, place)
        return {}

    def number(self, name: str, kinds: Sequence[str], all_kinds: Set[str]) -> DraftCell:
        """How many of a list are of these kinds; blank while a row is open or of no known kind."""
        classes = [normal(row.get("class", "")) for row in self.rows.get(name, ())]
        if not classes or self.open[name] or not all_kinds >= set(classes):
            return DraftCell(None)
        return DraftCell(float(sum(word in kinds for word in classes)))

    @property
    def activities(self) -> dict[str, list[int]]:
        """Rows of each activity by its name; one that is not named stands alone."""
        result: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows.get("activity", ())):
            result.setdefault(row.get("name", f"#{place}"), []).append(place)
        return result

    def expenditure(self, rows: Sequence[int], year: int, categories: Sequence[str]) -> DraftCell:
        """What was spent on activities in a year; blank for a year that no row speaks of."""
        read = self.read["activity"]
        if not (read.columns["year"] == year).any():
            return DraftCell(None, money=True)
        of_year = [row for row in rows if read.columns["year"][row] == year]
        amount = sum(float(read.columns[name][row]) for name in categories for row in of_year)
        return DraftCell(None if np.isnan(amount) else round(amount / WAN, 2), money=True)

    def _activity(self, rows: Sequence[int]) -> dict[str, DraftCell]:
        name = self.rows["activity"][rows[0]].get("name")
        entries: dict[str, DraftCell] = {}
        for row in rows:
            entries = self._row("activity", row) | entries
        spent = {
            f"spent_y{place}": self.expenditure(rows, year, self.definitions["activity"].amounts)
            for place, year in enumerate(self.years, start=1)
        }
        period = {"period": _period(entries)}
        return (
            entries | period | self._details("activity", name) | {"name": DraftCell(name)} | spent
        )


def _period(entries: Mapping[str, DraftCell]) -> DraftCell:
    """From when to when; blank while the day of the beginning is."""
    days = [entries.get(name, DraftCell(None)).value for name in ("started_on", "ended_on")]
    return DraftCell(" – ".join(str(day or "") for day in days).strip() if days[0] else None)


def _list_cell(kind: Kind, value: Any, text: str) -> DraftCell:
    """What stands in a list: amounts and yes or no as values, all else as it was typed."""
    if kind == "money":
        return DraftCell(None if np.isnan(value) else round(float(value) / WAN, 2), money=True)
    if kind == "yes_no":
        return DraftCell(_YES.get(float(value)))
    return DraftCell(text)


def _table(
    table: FormTable,
    record: AssessmentRecord,
    firm: FirmTable,
    scheme: Scheme,
    contents: ListContents,
) -> DraftTable:
    years = years_of(int(firm.application_years[0]))
    columns = list(table.columns)
    if table.by_year:
        columns = [_of_year(column, year) for column, year in zip(columns, years, strict=True)]
    rows: list[DraftRow] = []
    kinds = {word for row in table.rows for word in row.counts}
    for row in table.rows:
        if row.counts:
            rows.append(DraftRow(row.title, (contents.number(table.list, row.counts, kinds),)))
        else:
            rows.append(_row(row, table, rows, record, firm, scheme))
    things = [] if table.rows else contents.things(table.list)
    for number, thing in enumerate(things or [{}] * table.empty_rows, start=1):
        named = table.takes or [None] * len(table.columns)
        links = contents.links(table.list, number)
        cells = ((thing | links).get(name or "", DraftCell(None)) for name in named)
        rows.append(DraftRow(_number(table, number, links), tuple(cells)))
    heads, sheets = (table.head, *columns), table.list if table.one_sheet_each else ""
    return DraftTable(table.title, table.note, heads, tuple(rows), table.by_year, list=sheets)


def _by_thing(table: FormTable, contents: ListContents) -> Iterator[DraftTable]:
    """A table for each year with a column for each thing listed, so many side by side, and all."""
    things = list(contents.activities.values())
    ids = [row.id for row in table.rows]
    for year in contents.years if things else ():
        columns = [*things, [row for rows in things for row in rows]]
        numbers = range(1, len(things) + 1)
        heads = [*(_number(table, at, contents.links(table.list, at)) for at in numbers), _ALL]
        for start in range(0, len(columns), ABREAST):
            part, rows = columns[start : start + ABREAST], list[DraftRow]()
            for row in table.rows:
                places = tuple(ids.index(name) for name in row.sums)
                cells = [
                    _add_cells([rows[place].cells[column] for place in places])
                    if places
                    else contents.expenditure(of, year, [name for name in row.cells if name])
                    for column, of in enumerate(part)
                ]
                rows.append(DraftRow(row.title, tuple(cells), places))
            title = _of_year(table.title, year)
            head = (table.head, *heads[start : start + ABREAST])
            across = len(columns) <= ABREAST
            yield DraftTable(title, table.note, head, tuple(rows), numbers=True, across=across)


def _of_year(title: Wording, year: int) -> Wording:
    return Wording(zh=f"{title.zh}（{year}）", en=f"{title.en} ({year})")


def _number(table: FormTable, number: int, links: Mapping[str, DraftCell]) -> Wording:
    label = str(links["code"].value) if "code" in links else f"{table.numbered}{number:02}"
    return Wording(zh=label, en=label)


def _row(
    row: FormRow,
    table: FormTable,
    above: list[DraftRow],
    record: AssessmentRecord,
    firm: FirmTable,
    scheme: Scheme,
) -> DraftRow:
    if row.sums:
        ids = [one.id for one in table.rows]
        places = tuple(ids.index(name) for name in row.sums)
        added = (
            _add_cells([above[place].cells[column] for place in places])
            for column in range(len(table.columns))
        )
        return DraftRow(row.title, tuple(added), places)
    return DraftRow(row.title, tuple(_cell(name, record, firm, scheme) for name in row.cells))


def _add_cells(cells: list[DraftCell]) -> DraftCell:
    if all(cell.outside for cell in cells):
        return DraftCell(None, outside=True)
    values = [cell.value for cell in cells if isinstance(cell.value, float)]
    money = any(cell.money for cell in cells)
    # a sum of some of its parts would be too small
    return DraftCell(round(sum(values), 2) if len(values) == len(cells) else None, money)


def _cell(name: str | None, record: AssessmentRecord, firm: FirmTable, scheme: Scheme) -> DraftCell:
    if name is None:
        return DraftCell(None)
    if "/" in name:
        condition, term = name.split("/")
        finding = next((one for one in record["findings"] if one["id"] == condition), None)
        figure = finding["terms"].get(term) if finding else None
        return DraftCell(None if figure is None else round(figure / WAN, 2), money=True)
    field = scheme.fields_by_id[name]
    if field.year and not firm.operating[field.year - 1, 0]:
        return DraftCell(None, outside=True)
    if firm.blank(name)[0]:
        return DraftCell(None, money=field.kind == "money")
    if field.kind in ("text", "code"):
        return DraftCell(str(firm.texts(name)[0]))
    if field.kind == "date":
        return DraftCell(str(firm.dates(name)[0]))
    number = float(firm.numbers(name)[0])
    if field.kind == "money":
        return DraftCell(round(number / WAN, 2), money=True)
    if field.kind == "yes_no":
        return DraftCell(_YES[number])
    if field.kind == "catalogue":
        code = str(int(number))
        node = scheme.catalogue_by_code(scheme.edition(record["edition"])).get(code)
        return DraftCell(f"{code} {node.title if node else ''}".strip())
    return DraftCell(float(np.round(number, 2)))
