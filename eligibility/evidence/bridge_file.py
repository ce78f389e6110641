"""The file of a reconciliation: a row for each figure or difference, a column for each fiscal year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.text import Message, Wording, msgid
from eligibility.evidence.bridge_year import CENT
from eligibility.intake.cells import CellFormat, CellTrouble, money_power, normal, parse
from eligibility.intake.sheets import open_sheet
from eligibility.intake.source import Source
from eligibility.schemes.reconciliation_rules import (
    ALL,
    ANY,
    Basis,
    Bridge,
    Difference,
    ReconciliationRules,
)

#: names of the columns, the first in each language as the template writes it
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "项目", "口径或差异项目"),
    "category": ("category", "类别", "费用类别"),
    "unit": ("unit", "单位", "金额单位"),
    "source": ("source", "来源", "备注", "note", "notes"),
}
TOTAL_WORDS = ("", ALL, "total", "合计", "总计", "小计")
PERSON_WORDS = ("人", "person", "persons")
#: a file of more lines is not one of these
MOST_LINES = 5_000
HEAD_LINES = 20
_YEAR = re.compile(r"((?:19|20)\d{2})(?:年|年度)?")
_BLANK = Wording(zh="", en="")


@dataclass(frozen=True)
class _Place:
    """Where an amount stands, for a sentence about it."""

    file: str
    row: int
    column: str


def read_amounts(
    sources: Sequence[Source],
    rules: ReconciliationRules,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
) -> dict[tuple[str, str, int], Decimal]:
    """Read the figures and differences of one firm from CSV or Excel files.

    Parameters
    ----------
    sources : sequence of path or (name, bytes)
        Read as one; an amount may stand twice if it is the same.
    rules : ReconciliationRules
        Whose bases, differences and categories may be named, by id or title of either language.
    encoding, sheet : str, optional
        Of CSV files; of workbooks. Found if omitted.

    Returns
    -------
    mapping of (id, category, year) to Decimal
        CNY or persons, two decimals; blanks are left out.

    Raises
    ------
    InputError
        If a file has no such table, or a cell says what nothing is known by, is no amount, or
        differs from the same amount elsewhere.
    """
    amounts: dict[tuple[str, str, int], Decimal] = {}
    places: dict[tuple[str, str, int], _Place] = {}
    for source in sources:
        for key, amount, place in _File(source, rules, encoding, sheet).amounts():
            if key in amounts and amounts[key] != amount:
                raise InputError(
                    "{file}, row {row}, column {column}: {amount}, but {first}, row {first_row} has {other}; leave the wrong one out.",
                    file=place.file, row=place.row, column=place.column, amount=amount,
                    first=places[key].file, first_row=places[key].row, other=amounts[key],
                )  # fmt: skip
            amounts[key], places[key] = amount, place
    return amounts


class _File:
    """One file, and what it may name."""

    def __init__(
        self, source: Source, rules: ReconciliationRules, encoding: str | None, sheet: str | None
    ) -> None:
        self.rules = rules
        self.sheet = open_sheet(source, encoding, sheet, most_lines=MOST_LINES)
        self.file = self.sheet.file

    @cached_property
    def items(self) -> Mapping[str, tuple[Bridge, Basis | Difference]]:
        """Bases and differences by every name that they have."""
        found: dict[str, tuple[Bridge, Basis | Difference]] = {}
        for bridge in self.rules.bridges:
            of_bridge: list[Basis | Difference] = [*bridge.bases, *bridge.differences]
            for item in of_bridge:
                for name in (item.id, item.title.zh, item.title.en):
                    found[normal(name)] = bridge, item
        return found

    def amounts(self) -> Iterator[tuple[tuple[str, str, int], Decimal, _Place]]:
        """Every amount with its key and where it stands."""
        top, columns, years = self._header()
        width = max(len(line) for line in self.sheet.head)
        for block in self.sheet.blocks(top + 1, width):
            rows = zip(
                *(block.text.column(place).to_pylist() for place in range(width)), strict=True
            )
            for place, cells in enumerate(rows):
                row = [cell or "" for cell in cells]
                if any(text.strip() for text in row) and not row[0].startswith("#"):
                    yield from self._row(block.first_row + place, row, columns, years)

    def _header(self) -> tuple[int, dict[str, int], dict[int, int]]:
        """The line of the header, the places of its columns, those of its years."""
        for line, cells in enumerate(self.sheet.head[:HEAD_LINES]):
            texts = [normal(cell) for cell in cells]
            columns = {
                name: texts.index(word)
                for name, words in COLUMNS.items()
                for word in words
                if word in texts
            }
            if "item" in columns:
                return line, columns, self._years(line, cells, columns)
        raise InputError(
            "{file} has no column {item}; expected the columns of `reconcile --template`: item, category, unit and one for each fiscal year.",
            file=self.file,
            item="item / 项目",
        )

    def _years(self, line: int, cells: Sequence[str], columns: Mapping[str, int]) -> dict[int, int]:
        years: dict[int, int] = {}
        for place, cell in enumerate(cells):
            if place in columns.values() or not cell.strip():
                continue
            match = _YEAR.fullmatch(normal(cell).removesuffix(".0"))
            if match is None:
                raise self._trouble(
                    line + 1, cell, cell, Message(msgid("a fiscal year such as 2025 as the header"))
                )
            years[place] = int(match[1])
        if not years or "unit" not in columns:
            raise InputError(
                "{file} needs a column {unit} and one for each fiscal year, such as 2025.",
                file=self.file,
                unit="unit / 单位",
            )
        return years

    def _row(
        self, row: int, cells: list[str], columns: Mapping[str, int], years: Mapping[int, int]
    ) -> Iterator[tuple[tuple[str, str, int], Decimal, _Place]]:
        def cell(name: str) -> str:
            return cells[columns[name]].strip() if name in columns else ""

        named = self.items.get(normal(cell("item")))
        if named is None:
            expected = msgid("a basis or difference that `reconcile --template` lists")
            raise self._trouble(row, "item", cell("item"), Message(expected))
        bridge, item = named
        category = self._category(row, cell("category"), bridge, item)
        form = self._format(row, cell("unit"), bridge, item)
        for place, year in years.items():
            amount = self._amount(row, str(year), cells[place], form)
            if amount is not None:
                yield (item.id, category, year), amount, _Place(self.file, row, str(year))

    def _category(self, row: int, text: str, bridge: Bridge, item: Basis | Difference) -> str:
        """The category that a row is of; ``all`` where it has none."""
        word = normal(text)
        names = {
            normal(name): category
            for category, title in bridge.categories.items()
            for name in (category, title.zh, title.en)
        }
        names |= dict.fromkeys(TOTAL_WORDS, ALL)
        if isinstance(item, Basis):
            allowed = {ALL} if item.total else {ALL, *bridge.categories}
            needed = not item.total and not word
        else:
            targets = {each for effect in item.effects.values() for each in effect} - {ANY}
            allowed = set(bridge.categories) if item.free else {ALL, *targets}
            needed = False
        category = names.get(word)
        if category not in allowed or needed:
            titles = [
                bridge.categories[each].zh if each in bridge.categories else "合计"
                for each in (*bridge.categories, ALL)
                if each in allowed
            ]
            expected = Message(msgid("one of {words}"), {"words": ", ".join(titles)})
            raise self._trouble(row, "category", text, expected)
        return category if isinstance(item, Basis) or item.free else ALL

    def _format(self, row: int, unit: str, bridge: Bridge, item: Basis | Difference) -> CellFormat:
        if bridge.unit == "CNY":
            power = money_power(normal(unit))
            if power is None:
                raise self._trouble(
                    row, "unit", unit, Message(msgid("a unit of money, such as CNY or 10k CNY"))
                )
            kind = "money"
        else:
            power, kind = 0, "number"
            if normal(unit) not in PERSON_WORDS:
                raise self._trouble(row, "unit", unit, Message(msgid("persons")))
        free = isinstance(item, Difference) and item.may_be_negative
        field = Field(
            id=item.id, kind=kind, unit=bridge.unit, section="", title=item.title, help=_BLANK,
            source=_BLANK, stem=item.id, stem_title=item.title, minimum=None if free else 0,
        )  # fmt: skip
        return CellFormat(field, power)

    def _amount(self, row: int, column: str, text: str, form: CellFormat) -> Decimal | None:
        try:
            value = parse(text, form)
        except CellTrouble as trouble:
            raise self._trouble(row, column, text, trouble.expectation) from trouble
        if value is None:
            return None
        amount = Decimal(repr(value))
        if amount != amount.quantize(CENT):
            raise self._trouble(row, column, text, Message(msgid("an amount of two decimals")))
        return amount.quantize(CENT)

    def _trouble(self, row: int, column: str, text: str, expectation: Message) -> InputError:
        self.sheet.close()
        return InputError(
            "{file}, row {row}, column {column}: {value!r}, expected {expected}",
            file=self.file, row=row, column=column, value=text, expected=expectation,
        )  # fmt: skip
