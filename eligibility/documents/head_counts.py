"""Numbers of persons: counted in lists whose rows are never kept, or read from tables of months."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from eligibility.documents.context import period, read_context
from eligibility.documents.definitions import HeadCountTable, MonthColumns, PersonSheets
from eligibility.documents.grid import Cell, Row, Strip, label_key, plain_text
from eligibility.domain.papers import Certainty, HeadCount, PaperFact, PaperSource
from eligibility.domain.text import Wording
from eligibility.intake.staff_average import MONTHS, annual_average

#: heads of data of persons by which a list is known, one of which says who
LEAST_HEADS = 2
HEADER_ROWS = 30
#: months by which an average can be offered
LEAST_MONTHS = 6
_MONTH = re.compile(r"(?:((?:19|20)\d\d)[年./-]?)?(\d{1,2})月?(?:份)?(?:[./-]?\d{1,2}日?)?")


def person_header(rows: Sequence[Row], persons: PersonSheets | None) -> int | None:
    """The row of heads of a list of persons; None where there is none."""
    if persons is None:
        return None
    heads, names = {*map(label_key, persons.heads)}, {*map(label_key, persons.names)}
    for place, row in enumerate(rows[:HEADER_ROWS]):
        keys = {label_key(cell.text) for cell in row.cells}
        if len(keys & heads) >= LEAST_HEADS and keys & names:
            return place
    return None


def count_persons(strip: Strip, header: int, persons: PersonSheets) -> list[HeadCount]:
    """How many persons a list has in each month; nothing else of it leaves this function."""
    heads = {label_key(cell.text): cell for cell in strip.rows[header].cells}
    own = read_context(strip.rows[:header])
    year, month = own.year, _month_of(strip.rows[:header])
    who = _first(heads, persons.names[1:]) or _first(heads, persons.names)
    assert who is not None
    dated = _first(heads, persons.month)
    kinds = [
        (head, word)
        for head, word in (
            (_first(heads, persons.insurance), persons.insurance_kind),
            (_first(heads, persons.payer), persons.payer_kind),
        )
        if head is not None
    ]
    found: dict[tuple[int | None, int | None], set[int]] = defaultdict(set)
    for row in strip.rows[header + 1 :]:
        text = _under(row, who)
        if not text or "合计" in text or "小计" in text:
            continue
        if any(word not in _under(row, head) for head, word in kinds):
            continue
        when = _year_month(_under(row, dated), year) if dated else (year, month)
        # a number without meaning outside this process, and only while it counts
        found[when].add(hash(text))
    source = PaperSource(strip.file, strip.place, strip.rows[header].cells[0].name)
    return [
        HeadCount(when[0], when[1], len(each), persons.basis, source)
        for when, each in sorted(found.items(), key=lambda pair: (pair[0][0] or 0, pair[0][1] or 0))
    ]


def month_table(strip: Strip, table: HeadCountTable | None) -> Iterator[PaperFact]:
    """The yearly average and the number at year end, from a table of months."""
    if table is None:
        return
    for place, row in enumerate(strip.rows[:HEADER_ROWS]):
        heads = {label_key(cell.text): cell for cell in row.cells}
        month = _first(heads, table.month)
        if month is None or _has_persons(heads):
            continue
        own = read_context(strip.rows[: place + 1])
        found = [
            fact
            for group in table.groups
            for fact in _group_facts(strip, place, heads, month, group, own.year)
        ]
        if found:
            yield from found
            return


def _group_facts(
    strip: Strip,
    header: int,
    heads: dict[str, Cell],
    month: Cell,
    group: MonthColumns,
    year: int | None,
) -> Iterator[PaperFact]:
    """The average of one group of persons, and its number at year end."""
    start, end = _first(heads, group.start), _first(heads, group.end)
    if start is None or end is None:
        return
    pairs: dict[tuple[int | None, int], tuple[float, float]] = {}
    for row in strip.rows[header + 1 :]:
        when = _year_month(_under(row, month), year)
        first, last = plain_text(_under(row, start)), plain_text(_under(row, end))
        if when[1] and first.isdecimal() and last.isdecimal():
            pairs[when[0], when[1]] = (float(first), float(last))
    row = strip.rows[header]
    source = PaperSource(strip.file, row.place, start.name, words=f"{start.text} · {end.text}")
    for each in sorted(found for found in {year for year, _ in pairs} if found is not None):
        months = {number: pair for (other, number), pair in pairs.items() if other == each}
        # a year in which the firm was founded has fewer months: a person knows
        certainty = Certainty.CERTAIN if len(months) == MONTHS else Certainty.OPEN
        mean = annual_average(list(months.values()))
        yield PaperFact(group.average, each, mean, source, certainty)
        if group.year_end and MONTHS in months:
            yield PaperFact(group.year_end, each, months[MONTHS][1], source, certainty)


def offers_of(counts: Sequence[HeadCount], table: HeadCountTable | None) -> Iterator[PaperFact]:
    """Averages of counted lists, to compare with: what they leave out they do not say."""
    if table is None:
        return
    by_year: dict[int, dict[int, HeadCount]] = defaultdict(dict)
    for count in counts:
        if count.year is not None and count.month is not None:
            by_year[count.year].setdefault(count.month, count)
    for year, months in sorted(by_year.items()):
        if len(months) >= LEAST_MONTHS:
            mean = sum(each.persons for each in months.values()) / len(months)
            source = next(iter(months.values())).source
            note: Wording = table.note
            yield PaperFact(table.average, year, round(mean, 2), source, Certainty.OPEN, note)


def _has_persons(heads: dict[str, Cell]) -> bool:
    return label_key("姓名") in heads


def _first(heads: dict[str, Cell], names: Sequence[str]) -> Cell | None:
    return next((heads[key] for name in names if (key := label_key(name)) in heads), None)


def _under(row: Row, head: Cell | None) -> str:
    if head is None:
        return ""
    return "".join(
        cell.text for cell in row.cells if min(cell.end, head.end) - max(cell.start, head.start) > 0
    ).strip()


def _year_month(text: str, year: int | None) -> tuple[int | None, int | None]:
    plain = plain_text(text)
    if match := re.match(r"((?:19|20)\d\d)(\d\d)(?:\d\d)?$", plain):
        return int(match[1]), int(match[2])
    match = _MONTH.fullmatch(plain)
    if match is None or not 1 <= int(match[2]) <= MONTHS:
        return year, None
    return int(match[1]) if match[1] else year, int(match[2])


def _month_of(rows: Sequence[Row]) -> int | None:
    text = "".join(plain_text(row.text) for row in rows)
    match = re.search(r"(?:19|20)\d\d[年./-](\d{1,2})月?", text)
    if match is None or period([text])[0] is None:
        return None
    return int(match[1]) if 1 <= int(match[1]) <= MONTHS else None
