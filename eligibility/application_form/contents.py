"""What a firm entered for an application, as its texts are read against it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum, isnan
from typing import Any

import numpy as np

from eligibility.domain.application_form import TextBox, TextFigure, TextRules
from eligibility.domain.calendar_window import cut_window
from eligibility.domain.facts import FirmTable, years_of
from eligibility.domain.law import Edition
from eligibility.intake.cells import normal
from eligibility.intake.draft_reader import DraftReading
from eligibility.intake.lists import read_ledger, rows_with_entries
from eligibility.schemes.registry import Scheme

#: CNY in 万元
WAN = 10_000
#: hexadecimal digits of a fingerprint
DIGITS = 16
_PLACEHOLDER = re.compile(r"\{([^{}\n]{1,30})\}")
Lists = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class FormText:
    """A text in a box: whose it is, by the name of the thing, and what stands there."""

    box: TextBox
    thing: str
    text: str

    @property
    def key(self) -> str:
        """Under which its fingerprint is stored."""
        return f"{self.box.id}:{self.thing}" if self.thing else self.box.id


@dataclass(frozen=True)
class FormContents:
    """What a firm entered for an application.

    Attributes
    ----------
    scheme : Scheme
    law : Edition
        Whose form it is.
    firm : FirmTable
        The firm's one row.
    lists : mapping of list to rows
        As typed; amounts in 万元.
    fingerprints : mapping of text to fingerprint
        Of what a text speaks of, when it was last looked at.
    """

    scheme: Scheme
    law: Edition
    firm: FirmTable
    lists: Lists = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def rules(self) -> TextRules | None:
        """How its texts are looked at; None where the edition has no boxes."""
        return self.scheme.text_rules(self.law)

    @property
    def years(self) -> Sequence[int]:
        """The three calendar years of the form."""
        return years_of(int(self.firm.application_years[0]))

    @property
    def name(self) -> str:
        """The firm's name; empty where it is blank."""
        return str(self.firm.texts("name")[0] or "")

    @cached_property
    def texts(self) -> tuple[FormText, ...]:
        """Every box with its text, in the order of the form; one a thing where things have one."""
        if self.rules is None:
            return ()
        return tuple(
            FormText(box, thing, self._text(box, thing))
            for box in self.rules.boxes
            for thing in (self.things(box.list) if box.list else ("",))
        )

    def things(self, name: str) -> list[str]:
        """Names of the things that a list of the form tells of, in the order of the list it adds to."""
        main = self.scheme.lists[name].adds_to
        named = self._by_name(main), self._by_name(name)
        # as the list of the form writes the name, which its row is found by
        return [
            (named[1].get(key) or named[0][key])[0]["name"]
            for key in dict.fromkeys([*named[0], *named[1]])
            if key
        ]

    def rows(self, name: str, thing: str = "") -> list[dict[str, str]]:
        """Rows of a list; of one thing alone where one is named and the list names its things."""
        is_of_thing = bool(thing) and any(
            column.id == "name" for column in self.scheme.lists[name].columns
        )
        if is_of_thing:
            return self._by_name(name).get(normal(thing), [])
        return [row for rows in self._by_name(name).values() for row in rows]

    @cached_property
    def _named_rows(self) -> dict[str, dict[str, list[dict[str, str]]]]:
        return {}

    def _by_name(self, name: str) -> Mapping[str, list[dict[str, str]]]:
        """Rows of a list by the names of its things, those without a name under none."""
        if name not in self._named_rows:
            named: dict[str, list[dict[str, str]]] = {}
            for row in rows_with_entries(self.lists.get(name, ())):
                named.setdefault(normal(row.get("name", "")), []).append(row)
            self._named_rows[name] = named
        return self._named_rows[name]

    def figure(self, figure: TextFigure, thing: str = "") -> float | None:
        """The number as it stands in the tables, money in 万元; None while a part of it is blank."""
        key = figure.id, thing
        if key not in self._figure_values:
            self._figure_values[key] = self._read_figure(figure, thing)
        return self._figure_values[key]

    @cached_property
    def _figure_values(self) -> dict[tuple[str, str], float | None]:
        return {}

    def _read_figure(self, figure: TextFigure, thing: str) -> float | None:
        if figure.list:
            read = read_ledger(self.scheme.lists[figure.list], self.rows(figure.list, thing))
            parts = [float(value) for name in figure.columns for value in read.columns[name]]
        else:
            parts = [float(self.firm.numbers(name)[0]) for name in figure.fields]
        if not parts or any(isnan(part) for part in parts):
            return None
        return round(fsum(parts) / WAN, 2) if figure.list else fsum(parts)

    def figures(self, box: TextBox) -> list[TextFigure]:
        """The figures that a box may take."""
        held = self.rules.figures if self.rules else ()
        return [figure for figure in held if figure.id in box.figures]

    def text_with_numbers(self, text: FormText) -> tuple[str, list[str]]:
        """The text with its {figures} as numbers, and those that are no figure of its box or blank."""
        unknown: list[str] = []
        by_title = {
            title: figure
            for figure in self.figures(text.box)
            for title in (figure.title.zh, figure.title.en)
        }

        def number(match: re.Match[str]) -> str:
            figure = by_title.get(match[1].strip())
            value = None if figure is None else self.figure(figure, text.thing)
            if value is None:
                unknown.append(match[0])
                return match[0]
            return f"{value:,.2f}".removesuffix(".00") if value % 1 else f"{value:g}"

        return _PLACEHOLDER.sub(number, text.text), unknown

    def with_numbers(self) -> tuple[FirmTable, Lists]:
        """The firm and its lists with the {figures} of their texts as numbers."""
        columns: dict[str, Any] = {}
        lists = {name: [dict(row) for row in rows] for name, rows in self.lists.items()}
        for text in self.texts:
            replaced, column = self.text_with_numbers(text)[0], text.box.column
            if replaced == text.text:
                continue
            if not text.box.list:
                columns[column] = np.array([replaced], dtype=object)
            for row in lists.get(text.box.list, ()):
                if row.get(column) == text.text:
                    row[column] = replaced
        return self.firm.with_columns(columns), lists

    def fingerprint(self, text: FormText) -> str:
        """Of what a text speaks of, as it stands now; another once one of its rows or facts changes."""
        basis: dict[str, Any] = {}
        words = {box.column for box in (self.rules.boxes if self.rules else ()) if box.list}
        for name in text.box.basis:
            if name in self.scheme.lists:
                thing = text.thing if self._is_of(name, text.box) else ""
                basis[name] = [
                    {column: said for column, said in row.items() if column not in words}
                    for row in self.rows(name, thing)
                ]
            elif not self.firm.blank(name)[0]:
                basis[name] = str(self.firm.columns[name][0])
        content = json.dumps(basis, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:DIGITS]

    def _is_of(self, name: str, box: TextBox) -> bool:
        """Whether a list speaks of the same things as a box does."""
        return bool(box.list) and name in (box.list, self.scheme.lists[box.list].adds_to)

    def _text(self, box: TextBox, thing: str) -> str:
        if not box.list:
            return str(self.firm.texts(box.column)[0] or "")
        rows = self.rows(box.list, thing)
        return next((row[box.column] for row in rows if box.column in row), "")


def contents_of_draft(
    draft: Mapping[str, Any], reading: DraftReading, scheme: Scheme
) -> FormContents | None:
    """What a self-assessment holds of an application; None where an entry cannot be used.

    Parameters
    ----------
    draft : mapping
        As it was typed: ``facts``, ``ledgers``, and the ``fingerprints`` of its texts.
    reading : DraftReading
        What was read of it.
    scheme : Scheme
    """
    if not reading.batch.table.rows:
        return None
    lists = cut_window(draft.get("ledgers", {}), reading.application_date.year, reading.latest)
    own = {name: rows for name, rows in lists.items() if name in scheme.lists}
    firm, seen = reading.batch.table, draft.get("fingerprints", {})
    return FormContents(scheme, reading.law, firm, own, seen)
