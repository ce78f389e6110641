"""A list of persons as rows of cells: its header found, its persons turned into keyed hashes at once.

Nothing here says a cell of such a list in a sentence: a shifted column could hold a name.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
from stdnum.cn import ric

from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.facts import Kind as CellKind
from eligibility.domain.text import Message, Wording, msgid
from eligibility.intake.cells import CellFormat, CellTrouble, normal, parse
from eligibility.intake.non_firm_rows import RowKind, non_firm_kind
from eligibility.intake.sheets import open_sheet
from eligibility.intake.source import Source

#: lines of one list: a row a person and day, of some thousand persons
MOST_LINES = 500_000
HEAD_LINES = 20
#: columns of which a list of persons has at least so many, one of which says who
FEWEST = 2
PERSON_COLUMNS = ("identity", "number", "name")
_REMARK = re.compile(r"\([^()]*\)$")
_SPACES = re.compile(r"[\s*·•.]+")
_MONTH_HEAD = re.compile(
    r"(?:((?:19|20)\d\d)[年/.-]?)?(\d{1,2})月?份?(?:研发)?(?:工时|天数|小时|参保|缴费)?"
)
_ACTIVITY_HEAD = re.compile(r"rd-?\d{1,3}(?:工时|天数|小时)?")
_MONTH = re.compile(
    r"((?:19|20)\d\d)(?:年|[/.-])?(\d{1,2})(?:月)?(?:(?:[/.-])?\d{1,2}日?)?(?:t?\d.*)?"
)
_ONLY_MONTH = re.compile(r"(\d{1,2})月?份?")
_YEAR_OR_MONTH = re.compile(r"((?:19|20)\d\d)(?:[年/.-](\d{1,2})?月?)?")
_MASK = re.compile(r"[*×xX]{2,}|[*×]")
_NOT_PERSONS = (RowKind.TOTAL, RowKind.NOTE, RowKind.SIGNATURE, RowKind.END, RowKind.DAY)
_OLD_NUMBER, _NUMBER = re.compile(r"\d{15}"), re.compile(r"\d{17}[\dX]")
#: no year of an old number of 15 digits is of this century
_CENTURY = "19"
MONTHS = 12


@dataclass(frozen=True)
class Person:
    """What tells a person in one row, as keyed hashes; None where the row does not say it."""

    identity: bytes | None = None
    number: bytes | None = None
    name: bytes | None = None

    def __bool__(self) -> bool:
        return bool(self.identity or self.number or self.name)


class _Identification(NamedTuple):
    """Who a row is of, and what the identity number says by itself."""

    person: Person
    has_wrong_number: bool
    birth: date | None


class PersonKeys:
    """Keyed hashes (HMAC-SHA-256) of what tells persons; the key is drawn at random and ends with it.

    It keeps what it worked out of texts: a list by month repeats each person, and lists share them.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._persons: dict[tuple[str, str, str], _Identification] = {}
        self._no_persons: dict[str, bool] = {}

    def digest(self, kind: str, text: str) -> bytes:
        """The hash of a text of one kind: identity, number or name."""
        return hmac.digest(self._key, f"{kind}\0{text}".encode("utf-8", "replace"), "sha256")

    def is_no_person(self, text: str) -> bool:
        """Whether a cell begins a total, a note or a signature."""
        if text.isdigit():
            return False
        if text not in self._no_persons:
            self._no_persons[text] = non_firm_kind(text) in _NOT_PERSONS
        return self._no_persons[text]

    def person(self, *texts: str) -> _Identification:
        """Identity number, number of the firm and name as keyed hashes."""
        identity_text, number, name = texts
        who = identity_text, number, name
        if who not in self._persons:
            identity = _identity(identity_text)
            marks = ("identity", identity), ("number", _plain(number)), ("name", _plain(name))
            person = Person(*(self.digest(*mark) if mark[1] else None for mark in marks))
            is_wrong = bool(_NUMBER.fullmatch(identity)) and (
                ric.calc_check_digit(identity[:-1]) != identity[-1]
            )
            self._persons[who] = _Identification(person, is_wrong, _birth(identity))
        return self._persons[who]


@dataclass(frozen=True)
class RowTrouble:
    """Why a row of a list was not used: its row, the column, and what was expected; never the cell."""

    file: str
    row: int
    column: str
    expectation: Message

    @property
    def message(self) -> Message:
        """The sentence."""
        return Message(
            msgid("{file}, row {row}, column {column}: expected {expected}"),
            {
                "file": self.file,
                "row": self.row,
                "column": self.column,
                "expected": self.expectation,
            },
        )


class PersonRow(NamedTuple):
    """One row: its number, its person, whether its identity number fails its check, its cells."""

    row: int
    person: Person
    has_wrong_number: bool
    birth: date | None
    cells: Mapping[str, str]
    months: Mapping[int, str]


@dataclass
class PersonTable:
    """A list of persons whose header was found.

    Attributes
    ----------
    file : str
    title : str
        What stands above the header and in it, without width and spaces.
    columns : mapping of column to place
    heads : mapping of column to str
        The title that each was known by, as the program has it.
    months : mapping of (year or 0, month) to place
        Columns of months.
    activities : tuple of int
        Places of columns of activities RD01, ….
    other_sheets : int
        Sheets beside it that look like such a list too, and were not read.
    """

    file: str
    title: str
    columns: Mapping[str, int]
    heads: Mapping[str, str]
    months: Mapping[tuple[int, int], int]
    activities: tuple[int, ...]
    other_sheets: int
    rows: Iterator[PersonRow]
    troubles: list[RowTrouble] = field(default_factory=list)
    count: int = 0

    def reject(self, row: int, column: str, expectation: Message) -> None:
        """Leave a row out, and say why."""
        head = self.heads.get(column, column)
        self.troubles.append(RowTrouble(self.file, row, head, expectation))


def open_persons(
    source: Source, columns: Mapping[str, Sequence[str]], keys: PersonKeys, year: int
) -> PersonTable:
    """Open a list of persons, CSV or workbook, within the bounds of files of others.

    Parameters
    ----------
    source : path, or (name, bytes)
    columns : mapping of column to titles
    keys : PersonKeys
        Of this match alone.
    year : int
        Columns of months without a year are of it.

    Raises
    ------
    InputError
        If it cannot be read, or no line names a person and another column.
    """
    titles = {head_key(title): (name, title) for name, words in columns.items() for title in words}

    def count_known(head: Sequence[Sequence[str]]) -> int:
        return max((len(_columns(line, titles)) for line in head[:HEAD_LINES]), default=0)

    sheet = open_sheet(source, count_known=count_known, most_lines=MOST_LINES)
    head = sheet.head[:HEAD_LINES]
    line = max(range(len(head)), key=lambda place: len(_columns(head[place], titles)), default=0)
    places = _columns(head[line], titles) if head else {}
    if not places.keys() & set(PERSON_COLUMNS) or len(places) + len(_months(head[line])) < FEWEST:
        sheet.close()
        raise InputError(
            "{file} is no list of persons: no line names who it is ({who}) and anything else.",
            file=sheet.file,
            who=", ".join(columns[name][0] for name in PERSON_COLUMNS if name in columns),
        )
    width = max(map(len, sheet.head))
    months = {
        (of or year, month): place
        for (of, month), place in _months(head[line]).items()
        if place not in {taken for taken, _ in places.values()}
    }
    table = PersonTable(
        sheet.file,
        head_key("".join(cell for cells in head[: line + 1] for cell in cells)),
        {name: place for name, (place, _) in places.items()},
        {name: title for name, (_, title) in places.items()},
        months,
        tuple(
            place
            for place, cell in enumerate(head[line])
            if _ACTIVITY_HEAD.fullmatch(head_key(cell))
        ),
        len(sheet.others),
        iter(()),
    )

    def rows() -> Iterator[PersonRow]:
        for block in sheet.blocks(line + 1, width):
            texts = [block.text.column(place).to_pylist() for place in range(width)]
            for at, cells in enumerate(zip(*texts, strict=True)):
                row = _person_row(block.first_row + at, cells, table, keys)
                if row is not None:
                    yield row

    table.rows = rows()
    return table


def _person_row(
    number: int, cells: Sequence[str | None], table: PersonTable, keys: PersonKeys
) -> PersonRow | None:
    """A row with its person; None for a blank row, a total, a note, or a row without a person."""
    if not any(cells):
        return None
    texts = {name: (cells[place] or "").strip() for name, place in table.columns.items()}
    name = texts.get("name", "")
    first = next((cell for cell in cells if cell and cell.strip()), "")
    if not first or keys.is_no_person(first) or (name and keys.is_no_person(name)):
        return None
    table.count += 1
    found = keys.person(texts.get("identity", ""), texts.get("number", ""), name)
    if not found.person:
        table.reject(number, _who(table), Message(msgid("a name, or a number of the person")))
        return None
    months = {place: (cells[place] or "").strip() for place in table.months.values()}
    months |= {place: (cells[place] or "").strip() for place in table.activities}
    rest = {name: text for name, text in texts.items() if name not in PERSON_COLUMNS}
    return PersonRow(number, found.person, found.has_wrong_number, found.birth, rest, months)


def _who(table: PersonTable) -> str:
    return next(name for name in PERSON_COLUMNS if name in table.columns)


def _identity(text: str) -> str:
    """An identity number in one form; "" where none or a masked one stands."""
    plain = _SPACES.sub("", normal(text)).upper().removeprefix("'")
    if _MASK.search(text) or normal(text) in ("", "-", "/", "无", "n/a"):
        return ""
    if _OLD_NUMBER.fullmatch(plain):
        body = f"{plain[:6]}{_CENTURY}{plain[6:]}"
        return body + str(ric.calc_check_digit(body))
    return plain


def _birth(identity: str) -> date | None:
    if not _NUMBER.fullmatch(identity):
        return None
    try:
        return date(int(identity[6:10]), int(identity[10:12]), int(identity[12:14]))
    except ValueError:
        return None


def _plain(text: str) -> str:
    plain = _SPACES.sub("", normal(text))
    return "" if plain in ("", "-", "/", "无") else plain


def head_key(text: str) -> str:
    """A title without case, width, spaces, marks and remarks in brackets."""
    plain = re.sub(r"[\s*:：]+", "", unicodedata.normalize("NFKC", text)).lower()
    return _REMARK.sub("", plain) or plain


def _columns(
    line: Sequence[str], titles: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[int, str]]:
    """Column to its place and the title it was known by; of two titles for one column the first holds.

    The title is the program's own: what a file has behind it in brackets could be anything.
    """
    found: dict[str, tuple[int, str]] = {}
    for place, cell in enumerate(line):
        plain = re.sub(r"[\s*:：]+", "", unicodedata.normalize("NFKC", cell)).lower()
        known = titles.get(plain) or titles.get(head_key(cell))
        if known is not None:
            found.setdefault(known[0], (place, known[1]))
    return found


def _months(line: Sequence[str]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for place, cell in enumerate(line):
        match = _MONTH_HEAD.fullmatch(head_key(cell))
        # a bare number is no month: serial numbers of columns stand there too
        if match and 1 <= int(match[2]) <= MONTHS and ("月" in cell or match[1]):
            found.setdefault((int(match[1] or 0), int(match[2])), place)
    return found


# --- cells ---


def _form(kind: CellKind) -> CellFormat:
    blank = Wording(zh="", en="")
    return CellFormat(
        Field(
            id=kind, kind=kind, unit="", section="", title=blank, help=blank, source=blank,
            stem=kind, stem_title=blank, minimum=0 if kind == "number" else None,
        )
    )  # fmt: skip


_DATE, _YES_NO, _AMOUNT = _form("date"), _form("yes_no"), _form("number")


def read_day(text: str, year: int, *, is_last: bool = False) -> date | None:
    """A day; None for a blank. A month or year alone stands for a day where it ends before ``year``.

    Raises
    ------
    CellTrouble
        If it is no day, or a month within or after the year, in which the day matters.
    """
    if (plain := normal(text)) in ("至今", "在职", "now", "present"):
        return None
    match = _YEAR_OR_MONTH.fullmatch(plain)
    if match and int(match[1]) < year and 1 <= int(match[2] or 1) <= MONTHS:
        month = int(match[2]) if match[2] else (MONTHS if is_last else 1)
        return date(int(match[1]), month, 1)
    value = parse(text, _DATE)
    assert value is None or isinstance(value, np.datetime64)
    return None if value is None else value.astype(object)


def read_yes_no(text: str) -> bool | None:
    """Yes or no; None for a blank.

    Raises
    ------
    CellTrouble
    """
    value = parse(text, _YES_NO)
    return None if value is None else bool(value)


def read_amount(text: str) -> float | None:
    """A number of hours or days, not below zero; None for a blank.

    Raises
    ------
    CellTrouble
    """
    value = parse(text, _AMOUNT)
    assert value is None or isinstance(value, float)
    return value


def read_month(text: str, year: int) -> tuple[int, int] | None:
    """Year and month of a month, a day or the number of a month of ``year``; None for a blank.

    Raises
    ------
    CellTrouble
        If it is neither.
    """
    plain = _SPACES.sub("", normal(text)) if "." not in text else normal(text)
    if not plain or plain in ("-", "/"):
        return None
    if match := _MONTH.fullmatch(plain):
        of, month = int(match[1]), int(match[2])
    elif match := _ONLY_MONTH.fullmatch(plain.removesuffix(".0")):
        of, month = year, int(match[1])
    else:
        raise CellTrouble("a month, such as 2025-03")
    if not 1 <= month <= MONTHS:
        raise CellTrouble("a month, such as 2025-03")
    return of, month
