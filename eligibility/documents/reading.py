"""A firm's papers read: forms, lists and counts, their figures put together as facts and conflicts.

No language model and no net: labels, numbers and arithmetic of the forms alone, as the folder ``papers`` of
the scheme has them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from eligibility.documents.context import Context, name_context, read_context, unit_power
from eligibility.documents.definitions import PaperDefinitions, paper_definitions
from eligibility.documents.files import PaperFile, open_papers
from eligibility.documents.form_reading import FormReader, ReadForm
from eligibility.documents.grid import Row, Strip, forget_texts, is_figure
from eligibility.documents.head_counts import count_persons, month_table, offers_of, person_header
from eligibility.documents.lists import read_lists
from eligibility.documents.recognition import Segment, segments
from eligibility.domain.calendar_window import calendar_key, split_calendar_key
from eligibility.domain.errors import DateNotCovered
from eligibility.domain.papers import (
    Certainty,
    FactConflict,
    HeadCount,
    PaperDoubt,
    PaperFact,
    PaperList,
    PaperReading,
    PaperSource,
    UnreadPaper,
)
from eligibility.domain.text import Message
from eligibility.intake.firm_names import name_key
from eligibility.intake.lists import count_list
from eligibility.intake.source import Source
from eligibility.schemes.registry import DEFAULT_SCHEME, Scheme, load_scheme

#: the two fields that say which firm it is
CODE, NAME = "uscc", "name"
#: rows of an unknown sheet that are shown, cells of each, and letters of those
SHOWN_ROWS, SHOWN_CELLS, SHOWN_LETTERS = 6, 8, 40
#: on the cover of a return, whose schedules name neither year nor firm
_RETURN = "纳税"
#: half a cent
CENT = 0.005
_ORDER = {Certainty.CERTAIN: 0, Certainty.LIKELY: 1, Certainty.OPEN: 2}


def read_documents(
    papers: Source | Iterable[Source],
    *,
    as_of: date | None = None,
    scheme: str = DEFAULT_SCHEME,
    firm: str | None = None,
) -> PaperReading:
    """Read the papers of one firm.

    Parameters
    ----------
    papers : path, (name, bytes), or several
        Files, folders and zip archives: PDF with a text layer, workbooks, CSV, Word tables.
    as_of : date, optional
        Date of application, on which lists are counted; today if omitted.
    scheme : str
        Whose forms and fields.
    firm : str, optional
        Credit code or name of the firm; that of most papers if omitted. Papers of another firm
        are named and not taken.

    Returns
    -------
    PaperReading
        Nothing in it is confirmed.

    Raises
    ------
    InputError
        If a path is not there. A file that cannot be read is named in ``unread``.
    """
    several = (
        [papers] if isinstance(papers, str | tuple) or not isinstance(papers, Iterable) else papers
    )
    qualification = load_scheme(scheme)
    day = as_of or date.today()
    reader = _Reader(qualification, paper_definitions(qualification), day)
    try:
        for paper in open_papers(list(several)):
            reader.add(paper)
        return reader.reading(firm)
    finally:
        forget_texts()


@dataclass(frozen=True)
class _Firm:
    """Whose a file is, as far as it says."""

    uscc: str = ""
    name: str = ""

    @property
    def is_named(self) -> bool:
        """Whether a code or a name says which firm it is."""
        return bool(self.uscc or self.name)

    def fits(self, other: _Firm) -> bool:
        """Whether both are named and may be one firm: by their codes, else by their names."""
        if self.uscc and other.uscc:
            return self.uscc == other.uscc
        return bool(self.name) and name_key(self.name) == name_key(other.name)


@dataclass
class _File:
    """What was read of one file."""

    name: str
    firm: _Firm = field(default_factory=_Firm)
    forms: list[ReadForm] = field(default_factory=list)
    lists: list[PaperList] = field(default_factory=list)
    facts: list[PaperFact] = field(default_factory=list)
    counts: list[HeadCount] = field(default_factory=list)


class _Reader:
    """Collects what is read of several files."""

    def __init__(self, scheme: Scheme, definitions: PaperDefinitions, as_of: date) -> None:
        self._scheme, self._definitions, self._as_of = scheme, definitions, as_of
        self._files: list[_File] = []
        self._unread: list[UnreadPaper] = []

    def add(self, paper: PaperFile) -> None:
        """Read one file."""
        if paper.refusal is not None:
            self._unread.append(UnreadPaper(paper.name, "", paper.refusal))
            return
        file = _File(paper.name)
        cut = []
        for strip in paper.strips:
            if strip.is_picture:
                why = Message("this page is scanned, a picture without text; type its figures, or use the PDF of the tax bureau's site")  # fmt: skip
                self._unread.append(UnreadPaper(paper.name, strip.place, why))
                continue
            header = person_header(strip.rows, self._definitions.persons)
            if header is not None and self._definitions.persons is not None:
                file.counts += count_persons(strip, header, self._definitions.persons)
            elif strip.rows:
                cut.append((strip, segments(strip, self._definitions.forms)))
        whole = self._file_context(paper, cut)
        for strip, parts in cut:
            self._add_strip(file, strip, parts, whole)
        firms = [each for _, parts in cut for each in _contexts(parts) if each.uscc or each.name]
        file.firm = _Firm(
            next((each.uscc for each in firms if each.uscc), ""),
            next((each.name for each in firms if each.name), ""),
        )
        self._files.append(file)

    def _file_context(
        self, paper: PaperFile, cut: Sequence[tuple[Strip, list[Segment]]]
    ) -> Context:
        """Year and firm of a file: what it prints, if it is one, else what it is named after."""
        printed = [context for _, parts in cut for context in _contexts(parts)]
        years = {
            context.year for context in printed if context.year is not None and context.is_whole
        }
        dated = Context(year=years.pop()) if len(years) == 1 else name_context(paper.name)
        firm = next((context for context in printed if context.uscc), None) or next(
            (context for context in printed if context.name), Context()
        )
        return dated.over(replace(firm, year=None))

    def _add_strip(
        self, file: _File, strip: Strip, parts: Sequence[Segment], whole: Context
    ) -> None:
        named = name_context(strip.place)
        carried = Context()
        above: Sequence[Row] = ()
        is_read = False
        for part in _join_parts(parts):
            inherited = replace(carried.over(named).over(whole), power=_unit_of(above, part.rows))
            above = part.rows if part.form is None else ()
            if part.form is None:
                if _is_cover(part.rows) and any(_RETURN in row.text for row in part.rows):
                    carried = read_context(part.rows).over(carried)
                else:
                    inherited = read_context(_rows_above(part.rows)).over(inherited)
                is_read |= self._add_other(file, strip, part.rows, inherited)
                continue
            read = FormReader(file.name, part, inherited, self._as_of.year - 1).read()
            if read is None:
                if len(part.rows) > SHOWN_ROWS:
                    is_read |= self._add_other(file, strip, part.rows, inherited)
                continue
            is_read = True
            file.forms.append(read)
            own = read_context(part.rows[:SHOWN_ROWS])
            if own.year is not None and own.is_whole and part.form.has_code:
                carried = own.over(carried)
        if not is_read and not _is_cover(strip.rows):
            rows = tuple(
                tuple(cell.text[:SHOWN_LETTERS] for cell in row.cells[:SHOWN_CELLS])
                for row in strip.rows[:SHOWN_ROWS]
            )
            self._unread.append(
                UnreadPaper(
                    file.name,
                    strip.place,
                    Message("no form that is known; nothing was taken"),
                    rows,
                )
            )

    def _add_other(self, file: _File, strip: Strip, rows: Sequence[Row], context: Context) -> bool:
        """Lists and tables of months among rows that are of no form."""
        facts = list(
            month_table(Strip(strip.file, strip.place, tuple(rows)), self._definitions.head_counts)
        )
        lists = read_lists(
            file.name, rows, self._definitions.lists, self._scheme.lists, context.year
        )
        file.facts += facts
        file.lists += lists
        return bool(facts or lists)

    # --- all files together ---

    def reading(self, firm: str | None) -> PaperReading:
        """What all files together say."""
        uscc, name = self._whose(firm)
        whose = _by_folder(self._files)
        own = [
            file
            for file in self._files
            if not self._is_of_another(file, whose.get(file.name, file.firm), uscc, name)
        ]
        forms = [form for file in own for form in self._forms_of(file, uscc, name)]
        facts = [fact for form in forms for fact in form.facts]
        facts += [fact for file in own for fact in file.facts]
        facts += self._firm_facts(own)
        lists = [each for file in own for each in file.lists]
        doubts = [doubt for form in forms for doubt in form.doubts]
        for each in lists:
            facts += self._list_facts(each, name, doubts)
        counts = [count for file in own for count in file.counts]
        offers = [fact for form in forms for fact in form.offers]
        offers += offers_of(counts, self._definitions.head_counts)
        merged, conflicts = _merge(facts)
        return PaperReading(
            uscc, name, merged, tuple(offers), conflicts, tuple(doubts),
            tuple(form.reading for form in forms),
            tuple(lists), tuple(counts), tuple(self._unread),
        )  # fmt: skip

    def _forms_of(self, file: _File, uscc: str, name: str) -> Iterator[ReadForm]:
        """The forms of a file that are of the firm; those of another are named."""
        for form in file.forms:
            firm = _Firm(form.reading.uscc, form.reading.name)
            if firm.is_named and not _Firm(uscc, name).fits(firm) and not file.firm.fits(firm):
                parts = {"other": firm.name or firm.uscc, "firm": name or uscc}
                why = Message("it is of {other}, not of {firm}; nothing was taken", parts)
                self._unread.append(UnreadPaper(file.name, form.reading.place, why))
            else:
                yield form

    def _whose(self, firm: str | None) -> tuple[str, str]:
        """The firm of most papers, or the one that was asked for."""
        firms = [file.firm for file in self._files]
        if firm is not None:
            known = next(
                (
                    each
                    for each in firms
                    if firm.upper() == each.uscc or name_key(firm) == name_key(each.name)
                ),
                None,
            )
            wanted = known or (_Firm(firm.upper()) if firm.isalnum() and firm.isascii() else _Firm(name=firm))  # fmt: skip
        else:
            count = Counter(each for one in firms for each in firms if one.fits(each))
            wanted = max(firms, key=lambda each: count[each], default=_Firm())
        # what is not on one paper is on another
        fitting = [each for each in firms if wanted.fits(each)]
        uscc = wanted.uscc or next((each.uscc for each in fitting if each.uscc), "")
        name = wanted.name or next((each.name for each in fitting if each.name), "")
        return uscc, name

    def _is_of_another(self, file: _File, firm: _Firm, uscc: str, name: str) -> bool:
        other = firm.is_named and not _Firm(uscc, name).fits(firm)
        if other:
            parts = {"other": firm.name or firm.uscc, "firm": name or uscc}
            why = (
                Message("it is of {other}, not of {firm}; nothing was taken", parts)
                if file.firm.is_named
                else Message(
                    "it names no firm and lies among papers of {other}, not of {firm}; nothing was "
                    "taken",
                    parts,
                )
            )
            self._unread.append(UnreadPaper(file.name, "", why))
        return other

    def _firm_facts(self, files: Sequence[_File]) -> Iterator[PaperFact]:
        for file in files:
            source = PaperSource(file.name)
            if file.firm.uscc:
                yield PaperFact(CODE, None, file.firm.uscc, source, Certainty.CERTAIN)
            if file.firm.name:
                yield PaperFact(NAME, None, file.firm.name, source, Certainty.CERTAIN)

    def _list_facts(
        self, each: PaperList, name: str, doubts: list[PaperDoubt]
    ) -> Iterator[PaperFact]:
        """What a list comes to, counted as the form counts it on the date of application."""
        as_of = self._as_of
        definition = self._scheme.lists[each.list]
        if definition.of == "calendar_year" and each.year not in (None, as_of.year - 1):
            doubts.append(PaperDoubt(each.source, Message("the list is of {year}; wanted is {wanted}, the year before the application", {"year": each.year, "wanted": as_of.year - 1})))  # fmt: skip
            return
        try:
            law = self._scheme.in_force(as_of)
        except DateNotCovered:
            return
        sheet = next(one for one in self._definitions.lists if one.list == each.list)
        absent = {
            column: word
            for column, word in sheet.assume.items()
            if not any(row.get(column) for row in each.rows)
        }
        rows = [{**absent, **row} for row in each.rows]
        count = count_list(definition, rows, law, np.datetime64(as_of, "D"), name or None)
        if count is None:
            return
        certainty, note = Certainty.LIKELY, None
        if definition.of == "calendar_year" and each.year is None:
            certainty = Certainty.OPEN
            note = Message("the paper names no year; is it of {year}?", {"year": as_of.year - 1})
        elif absent:
            certainty = Certainty.OPEN
            note = Message("the list does not say whose each right is and whether it is in force; counted as if all were the firm's own and in force")  # fmt: skip
        for field_id, value in count.fields.items():
            if value is not None:
                key = calendar_key(field_id, as_of.year, self._scheme.latest_year_ids)
                stem, year = split_calendar_key(key) or (key, None)
                yield PaperFact(stem, year, value, each.source, certainty, note)


def _by_folder(files: Sequence[_File]) -> dict[str, _Firm]:
    """Files that name no firm → the one firm that all named ones of their folder are of."""
    named: defaultdict[str, list[_Firm]] = defaultdict(list)
    for file in files:
        if file.firm.is_named:
            named[file.name.rpartition("/")[0]].append(file.firm)
    firms: dict[str, _Firm] = {}
    for file in files:
        around = named[file.name.rpartition("/")[0]]
        if not file.firm.is_named and around and all(around[0].fits(each) for each in around):
            firms[file.name] = around[0]
    return firms


def _rows_above(rows: Sequence[Row]) -> list[Row]:
    """The first rows, as far as no figures stand in them."""
    first = rows[: SHOWN_ROWS * 2]
    tabular = (
        place for place, row in enumerate(first) if any(is_figure(cell.text) for cell in row.cells)
    )
    return list(first[: next(tabular, len(first))])


def _unit_of(above: Sequence[Row], rows: Sequence[Row]) -> int | None:
    """Power of ten of the unit that stands right above a form, on its own sheet or page."""
    if not above or above[-1].place != rows[0].place:
        return None
    return unit_power([row for row in above if row.place == rows[0].place])


def _is_cover(rows: Sequence[Row]) -> bool:
    """Whether rows say whose and of when, and hold no table; or hold nothing."""
    context = read_context(rows)
    tabular = sum(any(is_figure(cell.text) for cell in row.cells) for row in rows)
    return not rows or (tabular <= 1 and bool(context.uscc or context.name or context.year))


def _contexts(parts: Sequence[Segment]) -> Iterator[Context]:
    for part in parts:
        yield read_context(_rows_above(part.rows))


def _join_parts(parts: Sequence[Segment]) -> list[Segment]:
    """A form that goes on below a repeated title is one form."""
    joined: list[Segment] = []
    for part in parts:
        before = joined[-1] if joined else None
        if (
            before is not None and part.form is not None and before.form is part.form
            and read_context(part.rows[:SHOWN_ROWS]).year in (None, read_context(before.rows[:SHOWN_ROWS]).year)
            and not _repeats(before.rows, part.rows)
        ):  # fmt: skip
            joined[-1] = Segment(part.form, (*before.rows, *part.rows), True)
        else:
            joined.append(part)
    return joined


def _repeats(first: Sequence[Row], second: Sequence[Row]) -> bool:
    """Whether two parts have most of their labels in common, so that each is a form of its own."""
    one, other = ({row.cells[0].text for row in rows if row.cells} for rows in (first, second))
    return len(one & other) * 2 > min(len(one), len(other))


def _merge(facts: Iterable[PaperFact]) -> tuple[tuple[PaperFact, ...], tuple[FactConflict, ...]]:
    """Facts that agree as one with all their sources; those that do not as conflicts."""
    by_key: dict[str, list[PaperFact]] = defaultdict(list)
    for fact in facts:
        by_key[fact.key].append(fact)
    merged: list[PaperFact] = []
    conflicts: list[FactConflict] = []
    for key, several in by_key.items():
        ranked = sorted(several, key=lambda fact: (_ORDER[fact.certainty], fact.accuracy))
        groups: list[list[PaperFact]] = []
        for fact in ranked:
            group = next((group for group in groups if _agree(group[0], fact)), None)
            if group is None:
                groups.append([fact])
            else:
                group.append(fact)
        ones = [_one(group) for group in groups]
        if len(ones) == 1:
            merged.append(ones[0])
        else:
            conflicts.append(FactConflict(key, tuple(ones)))
    return tuple(merged), tuple(conflicts)


def _agree(one: PaperFact, other: PaperFact) -> bool:
    if isinstance(one.value, float) and isinstance(other.value, float):
        room = (one.accuracy if one.accuracy > CENT else 0) + (other.accuracy if other.accuracy > CENT else 0)  # fmt: skip
        return abs(one.value - other.value) <= room + CENT
    return name_key(str(one.value)) == name_key(str(other.value))


def _one(group: Sequence[PaperFact]) -> PaperFact:
    """The surest fact of some that agree, the least rounded of those, with the sources of all."""
    best = group[0]
    exact = min(group, key=lambda fact: fact.accuracy)
    value = exact.value if isinstance(best.value, float) else best.value
    others = [fact.source for fact in group if fact is not best]
    others = [source for source in dict.fromkeys(others) if source != best.source]
    return replace(
        best, value=value, accuracy=min(best.accuracy, exact.accuracy), others=tuple(others)
    )
