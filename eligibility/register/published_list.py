"""Published lists of firms (公示、公告名单): their entries, and the firms of the register that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from eligibility.documents.files import open_papers
from eligibility.domain.errors import InputError
from eligibility.domain.firm_names import name_key
from eligibility.domain.text import Message, msgid
from eligibility.intake.source import Source
from eligibility.register.firm_matching import likely_firms
from eligibility.store import ApplicationStep, Repository

Row = Mapping[str, Any]
#: steps that a list is published of
PUBLISHED = (ApplicationStep.PUBLICITY, ApplicationStep.ANNOUNCEMENT)
_NUMBER = re.compile(r"(?<![A-Z])GR\s?(20\d{10})(?!\d)", re.IGNORECASE)
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10})(?![0-9A-Z])")
_ORDINAL = re.compile(r"^(?:第?\d{1,4}[、.．)）]|[(（]\d{1,4}[)）]|\d{1,4}\s+)\s*")
_FIRM = re.compile(
    r"^[\w()（）·&.\-]*[\u3400-\u9fff][\w()（）·&.\-]*"
    r"(?:公司|厂|研究院|研究所|设计院|事务所|所|中心|集团|合作社|有限合伙[)）]?|企业)$"
)
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
    row: tuple[int, int, list[Row], Row, int] | None = None


@dataclass(frozen=True)
class ListMatches:
    """All entries of a list as matched, and the firms whose open application it does not name."""

    matches: tuple[ListMatch, ...]
    absent: tuple[tuple[int, str], ...]

    def of(self, status: MatchStatus) -> list[ListMatch]:
        """The entries that stand so."""
        return [each for each in self.matches if each.status is status]

    @property
    def rows(self) -> list[tuple[int, int, list[Row], Row, int]]:
        """What there is to record, once a person has confirmed it."""
        return [each.row for each in self.matches if each.row is not None]


def read_published_list(source: Source) -> PublishedList:
    """The entries of a file: a workbook, a CSV or text file, a Word file or a PDF.

    Raises
    ------
    InputError
        If it cannot be read or names no firm.
    """
    lines: list[list[str]] = []
    for file in open_papers([source]):
        if file.refusal is not None:
            raise InputError(file.refusal.text, **file.refusal.values)
        lines += [[cell.text for cell in row.cells] for strip in file.strips for row in strip.rows]
    return _published_list(lines)


def parse_published_list(text: str) -> PublishedList:
    """The entries of a text that was pasted, a firm a line; InputError if it names none."""
    return _published_list([[line] for line in text.splitlines()])


def _published_list(lines: Sequence[Sequence[str]]) -> PublishedList:
    entries: list[ListEntry] = []
    others: list[tuple[int, str]] = []
    for number, cells in enumerate(lines, 1):
        if of_line := list(_entries(number, cells)):
            entries += of_line
        elif text := " ".join(cells).strip():
            others.append((number, text))
    if not entries:
        raise InputError(
            "No line names a firm; expected a name such as 某某科技有限公司, with or without the number of "
            "its certificate (GR and twelve digits) or its credit code."
        )
    return PublishedList(tuple(entries), tuple(others))


def _entries(line: int, cells: Sequence[str]) -> Iterator[ListEntry]:
    """The firms of one line: each name with the codes and numbers that follow it."""
    parts = [part.strip() for cell in cells for part in _APART.split(cell) if part.strip()]
    groups: list[list[str]] = []
    before: list[str] = []
    for part in parts:
        name = _ORDINAL.sub("", part).strip()
        if len(name) <= LONGEST and _FIRM.match(name.replace(" ", "")):
            groups.append([name.replace(" ", "")])
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
    outcome: Row | None,
    entry: ListEntry,
    step: ApplicationStep,
    day: date,
    year: int,
    common: Mapping[str, Any],
) -> tuple[MatchStatus, tuple[int, int, list[Row], Row, int] | None]:
    """What an entry adds to the application on record, if anything."""
    row: Row = outcome or {"steps": [], "version": 0, "certified": None}
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
