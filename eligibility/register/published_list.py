"""Published lists of firms (公示、公告名单): their entries, and the firms of the register that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from eligibility.documents.files import open_papers
from eligibility.documents.grid import Cell, Row, label_key, sheet_rows
from eligibility.domain.errors import InputError
from eligibility.domain.firm_names import name_key
from eligibility.domain.text import Message, msgid
from eligibility.intake.source import Source
from eligibility.register.firm_matching import likely_firms
from eligibility.schemes.registry import DEFAULT_SCHEME, load_scheme
from eligibility.store import ApplicationStep, Repository

Record = Mapping[str, Any]
#: steps that a list is published of
PUBLISHED = (ApplicationStep.PUBLICITY, ApplicationStep.ANNOUNCEMENT)
_NUMBER = re.compile(r"(?<![A-Z])GR\s?(20\d{10})(?!\d)", re.IGNORECASE)
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10})(?![0-9A-Z])")
_ORDINAL = re.compile(r"^(?:第?\d{1,4}[、.．)）]|[(（]\d{1,4}[)）]|\d{1,4}\s+)\s*")
_FIRM = re.compile(
    r"^[\w()（）·&.\-]*[\u3400-\u9fff][\w()（）·&.\-]*"
    r"(?:公司|厂|研究院|研究所|设计院|事务所|所|中心|集团|合作社|有限合伙[)）]?|企业)$"
)
_CELLS = re.compile(r"[\t,，;；|]")
_APART = re.compile(r"[\t,，;；|]|\s{2,}|\s(?=GR\s?20)|(?<=[\u3400-\u9fff)）])\s(?=[0-9A-Z])", re.I)
#: letters of a line that is too long to be more than text
LONGEST = 60


@dataclass(frozen=True)
class ListEntry:
    """A firm that a list names: line of the list, name, credit code, number of its certificate."""

    line: int
    name: str
    uscc: str | None = None
    certificate_number: str | None = None


@dataclass(frozen=True)
class PublishedList:
    """Entries of a list, and its lines that name no firm: headings, sentences, what was not understood."""

    entries: tuple[ListEntry, ...]
    other_lines: tuple[tuple[int, str], ...]


class MatchStatus(StrEnum):
    """What is to be done with an entry of a list."""

    NEW = "new"
    RECORDED = "recorded"
    CONTRADICTION = "contradiction"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    REPEATED = "repeated"


MATCH_WORDS = {
    MatchStatus.NEW: msgid("to record"),
    MatchStatus.RECORDED: msgid("recorded already"),
    MatchStatus.CONTRADICTION: msgid("contradicts what is recorded"),
    MatchStatus.SEVERAL: msgid("several firms have or had this name"),
    MatchStatus.UNKNOWN: msgid("not held here"),
    MatchStatus.REPEATED: msgid("named twice in the list"),
}


@dataclass(frozen=True)
class ListMatch:
    """An entry and the firm that it names.

    Attributes
    ----------
    firm_id, firm : int and str, or None
        The firm and its present name; None where it is not certain which.
    has_former_name : bool
        Whether the list names it as it was called before.
    is_filed : bool
        Whether its application of the year is on record.
    row : tuple or None
        What ``Applications.save_published`` takes of one to record.
    """

    entry: ListEntry
    status: MatchStatus
    firm_id: int | None = None
    firm: str | None = None
    has_former_name: bool = False
    is_filed: bool = False
    row: tuple[int, int, list[Record], Record, int] | None = None


@dataclass(frozen=True)
class ListMatches:
    """All entries of a list as matched, and the firms whose open application it does not name."""

    matches: tuple[ListMatch, ...]
    absent: tuple[tuple[int, str], ...]

    def of(self, status: MatchStatus) -> list[ListMatch]:
        """The entries that stand so."""
        return [each for each in self.matches if each.status is status]

    @property
    def rows(self) -> list[tuple[int, int, list[Record], Record, int]]:
        """What there is to record, once a person has confirmed it."""
        return [each.row for each in self.matches if each.row is not None]


def read_published_list(source: Source) -> PublishedList:
    """The entries of a file: a workbook, a CSV or text file, a Word file or a PDF.

    Raises
    ------
    InputError
        If it cannot be read or names no firm.
    """
    tables: list[Sequence[Row]] = []
    for file in open_papers([source]):
        if file.refusal is not None:
            raise InputError(file.refusal.text, **file.refusal.values)
        tables += [strip.rows for strip in file.strips]
    return _published_list(tables)


def parse_published_list(text: str) -> PublishedList:
    """The entries of a text that was pasted, a firm a line; InputError if it names none."""
    return _published_list([sheet_rows("", map(_CELLS.split, text.splitlines()))])


def _published_list(tables: Iterable[Sequence[Row]]) -> PublishedList:
    entries: list[ListEntry] = []
    others: list[tuple[int, str]] = []
    number = 0
    for rows in tables:
        for row, columns in _with_name_columns(rows):
            number += 1
            if of_line := list(_entries(number, row, columns)):
                entries += of_line
            elif text := row.text.strip():
                others.append((number, text))
    if not entries:
        raise InputError(
            "No line names a firm; expected a name such as 某某科技有限公司, with or without the number of "
            "its certificate (GR and twelve digits) or its credit code."
        )
    return PublishedList(tuple(entries), tuple(others))


def _with_name_columns(rows: Sequence[Row]) -> Iterator[tuple[Row, Sequence[Cell]]]:
    """Every row of a table with the columns that names stand in: of the heading above, or as they are filled.

    Columns without a heading count where they name at least half as many firms as the one that
    names most: other columns (industry, carrier) name a few again and again.
    """
    heads = _name_heads()
    places = [
        place
        for place, row in enumerate(rows)
        if any(label_key(cell.text) in heads for cell in row.cells)
    ]
    for start, end in pairwise([0, *places, len(rows)]):
        part = rows[start:end]
        columns = [cell for cell in part[0].cells if label_key(cell.text) in heads] if part else []
        if not any(_names(cell) for row in part for cell in row.cells if _is_below(cell, columns)):
            names: dict[float, set[str]] = {}
            cells: dict[float, Cell] = {}
            for cell in (cell for row in part for cell in row.cells):
                if of_cell := _names(cell):
                    names.setdefault(cell.start, set()).update(of_cell)
                    cells[cell.start] = cell
            most = max(map(len, names.values()), default=0)
            columns = [cells[at] for at, of_column in names.items() if 2 * len(of_column) >= most]
        for row in part:
            yield row, columns


@cache
def _name_heads() -> frozenset[str]:
    """What the column of names is called."""
    name = load_scheme(DEFAULT_SCHEME).fields_by_id["name"]
    return frozenset(map(label_key, (name.id, name.title.zh, name.title.en, *name.aliases)))


def _is_below(cell: Cell, columns: Iterable[Cell]) -> bool:
    return any(cell.start < each.end and each.start < cell.end for each in columns)


def _names(cell: Cell) -> list[str]:
    """Names of firms in a cell."""
    return [name for part in _APART.split(cell.text) if (name := _firm_name(part))]


def _firm_name(part: str) -> str:
    """The name of a firm without its ordinal; empty where a text is none."""
    name = _ORDINAL.sub("", part.strip()).replace(" ", "")
    return name if len(name) <= LONGEST and _FIRM.match(name) else ""


def _entries(line: int, row: Row, columns: Sequence[Cell]) -> Iterator[ListEntry]:
    """The firms of one line: each name in these columns, with the codes and numbers that follow it."""
    groups: list[list[str]] = []
    before: list[str] = []
    for cell in row.cells:
        for part in filter(None, map(str.strip, _APART.split(cell.text))):
            if _is_below(cell, columns) and (name := _firm_name(part)):
                groups.append([name])
            else:
                (groups[-1] if groups else before).append(part)
    if len(groups) == 1:
        groups[0] += before
    if not groups and before and any(_CODE.search(part.upper()) for part in before):
        groups.append(["", *before])
    for name, *rest in groups:
        text = " ".join(rest).upper()
        number, code = _NUMBER.search(text), _CODE.search(text)
        yield ListEntry(
            line, name, code.group(1) if code else None, f"GR{number.group(1)}" if number else None
        )


def match_published_list(
    repository: Repository,
    entries: Iterable[ListEntry],
    step: ApplicationStep,
    day: date,
    year: int,
    batch: str | None = None,
    issue_day: date | None = None,
) -> ListMatches:
    """Match the entries of a list with the firms held; nothing is recorded.

    Parameters
    ----------
    step : ApplicationStep
        What was published: one of ``PUBLISHED``.
    day : date
        Of publication.
    year : int
        Of application.
    batch : str, optional
        Recorded where none is, and whose open applications are compared with the list.
    issue_day : date, optional
        Day of the certificates of an announcement; that of the announcement if omitted.
    """
    if step not in PUBLISHED:
        raise ValueError(f"no list is published of {step}")
    common = {"batch": batch, "certified_on": issue_day if step is PUBLISHED[1] else None}
    listed = list(entries)
    outcomes = {
        row["firm_id"]: row
        for row in repository.applications.outcomes()
        if row["applied_year"] == year
    }
    seen: set[int] = set()
    matches = []
    likely = likely_firms(repository, [(entry.uscc, entry.name) for entry in listed])
    for entry, ids in zip(listed, likely, strict=True):
        if len(ids) != 1:
            status = MatchStatus.SEVERAL if ids else MatchStatus.UNKNOWN
            matches.append(ListMatch(entry, status))
            continue
        (firm_id,) = ids
        firm = repository.firms.get(firm_id)
        outcome = outcomes.get(firm_id)
        status, row = _change(firm_id, outcome, entry, step, day, year, common)
        if firm_id in seen:
            status, row = MatchStatus.REPEATED, None
        seen.add(firm_id)
        former = bool(entry.name) and name_key(entry.name) != name_key(firm["name"])
        matches.append(
            ListMatch(entry, status, firm_id, firm["name"], former, outcome is not None, row)
        )
    absent = [
        (row["firm_id"], row["firm"])
        for row in outcomes.values()
        if row["certified"] is None and row["firm_id"] not in seen and batch in (None, row["batch"])
    ]
    return ListMatches(tuple(matches), tuple(absent))


def _change(
    firm_id: int,
    outcome: Record | None,
    entry: ListEntry,
    step: ApplicationStep,
    day: date,
    year: int,
    common: Mapping[str, Any],
) -> tuple[MatchStatus, tuple[int, int, list[Record], Record, int] | None]:
    """What an entry adds to the application on record, if anything."""
    row: Record = outcome or {"steps": [], "version": 0, "certified": None}
    steps = list(row["steps"])
    number = row.get("certificate_number")
    values = {name: value for name, value in common.items() if value and not row.get(name)}
    if entry.certificate_number:
        if number and number.upper() != entry.certificate_number:
            return MatchStatus.CONTRADICTION, None
        if not number:
            values["certificate_number"] = entry.certificate_number
    last = steps[-1]["step"] if steps else None
    if row["certified"] is False or last is ApplicationStep.REFUSAL:
        return MatchStatus.CONTRADICTION, None
    is_past = row["certified"] is True or any(each["step"] is step for each in steps)
    if is_past:
        if "certificate_number" not in values:
            return MatchStatus.RECORDED, None
    else:
        if steps and steps[-1]["day"] > day:
            return MatchStatus.CONTRADICTION, None
        steps.append({"step": step, "day": day, "reasons": [], "remark": ""})
    return MatchStatus.NEW, (firm_id, year, steps, values, row["version"])


def counts_sentence(matches: ListMatches) -> Message:
    """How many entries stand how; the parts add up to the entries."""
    counts = {status.value: len(matches.of(status)) for status in MatchStatus}
    return Message(
        msgid(
            "{n} firms in the list = {new} to record + {recorded} recorded already + {contradiction} that "
            "contradict what is recorded + {several} of several firms + {unknown} not held here + "
            "{repeated} named twice"
        ),
        {"n": len(matches.matches), **counts},
    )
