"""What was read of a firm's papers, as text, as records and as a file of facts to be confirmed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from eligibility.atomic_file import atomic_file, check_output
from eligibility.domain.calendar_window import cut_window
from eligibility.domain.errors import InputError
from eligibility.domain.facts import Field
from eligibility.domain.papers import Certainty, PaperFact, PaperReading, PaperSource
from eligibility.domain.records import words
from eligibility.domain.text import Message, Wording
from eligibility.formula_injection import escape_text
from eligibility.i18n import ENGLISH, Language
from eligibility.reports.number_format import number
from eligibility.reports.record_types import ConflictingFact, Note, PaperSourceRecord, PapersRecord
from eligibility.schemes.registry import Scheme

_PAGE, _TABLE = re.compile(r"p\. (\d+)"), re.compile(r"table (\d+)")


def paper_lines(reading: PaperReading, scheme: Scheme, language: Language) -> Iterator[str]:
    """What was read, in lines: facts with their sources, conflicts, doubts, what was not read."""
    say = language.text
    yield f"{reading.name} {reading.uscc}".strip() or say("(no name)")
    yield from _fact_lines(reading, scheme, language)
    if reading.conflicts:
        yield ""
        yield say("Papers that disagree (choose one):")
    for conflict in reading.conflicts:
        yield f"  {key_title(conflict.key, scheme, language)}"
        for fact in conflict.facts:
            yield f"    {value_text(fact)}  {source_text(fact.source, language)}"
        if conflict.difference == conflict.difference:
            yield "    " + say("difference: {amount}").format(amount=number(conflict.difference))
    if reading.offers:
        yield ""
        yield say("To compare (never taken by itself):")
    for fact in reading.offers:
        yield f"  {key_title(fact.key, scheme, language)}: {value_text(fact)}  {source_text(fact.source, language)}"
        if fact.note is not None:
            yield f"      {note_text(fact.note, language)}"
    remarks = {
        (source_text(figure.source, language), figure.source.words, language.of(note))
        for form in reading.forms
        for line, note in form.remarks
        for (key, _), figure in form.figures.items()
        if key == line
    }
    if reading.doubts or remarks:
        yield ""
        yield say("Doubts and remarks:")
    for doubt in reading.doubts:
        yield f"  {source_text(doubt.source, language)}: {doubt.message.say(language)}"
    for where, _words, note in sorted(remarks):
        yield f"  {where}: {note}"
    counts = [
        say("{file}: {persons} persons in {month} ({basis})").format(
            file=source_text(count.source, language), persons=count.persons,
            month="-".join(f"{part:02}" for part in (count.year, count.month) if part) or "?",
            basis=language.of(count.basis),
        )
        for count in reading.head_counts
    ]  # fmt: skip
    if counts:
        yield ""
        yield say("Persons counted:")
        yield from (f"  {line}" for line in counts)
    if reading.unread:
        yield ""
        yield say("Not read:")
    for paper in reading.unread:
        place = place_text(paper.place, language)
        yield f"  {paper.file}{f' [{place}]' if place else ''}: {paper.why.say(language)}"
        yield from (f"      {' | '.join(row)}"[:120] for row in paper.rows)


def _fact_lines(reading: PaperReading, scheme: Scheme, language: Language) -> Iterator[str]:
    say = language.text
    for certainty, heading in (
        (Certainty.CERTAIN, say("Read with certainty:")),
        (Certainty.LIKELY, say("Likely (to be looked at):")),
        (Certainty.OPEN, say("Open (answer or correct first):")),
    ):
        facts = [fact for fact in reading.facts if fact.certainty is certainty]
        if facts:
            yield ""
            yield heading
        for fact in facts:
            yield f"  {key_title(fact.key, scheme, language)}: {value_text(fact)}  {source_text(fact.source, language)}"
            if fact.others:
                others = say("; ").join(source_text(other, language) for other in fact.others)
                yield "      " + say("the same: {sources}").format(sources=others)
            if fact.note is not None:
                yield f"      {note_text(fact.note, language)}"


def key_title(key: str, scheme: Scheme, language: Language) -> str:
    """The title of a field, before it the calendar year where it has one."""
    stem, _, year = key.partition("@")
    field = next((field for field in scheme.fields if stem in (field.stem, field.id)), None)
    title = stem if field is None else language.of(field.stem_title)
    return f"{year} {title}".strip()


def value_text(fact: PaperFact) -> str:
    """A value as it is read aloud: numbers with separators."""
    return number(fact.value) if isinstance(fact.value, float) else fact.value


def note_text(note: Wording | Message, language: Language) -> str:
    """What is to be known of a fact."""
    return note.say(language) if isinstance(note, Message) else language.of(note)


def place_text(place: str, language: Language) -> str:
    """A sheet by its name, a page or table of a document by its number."""
    if page := _PAGE.fullmatch(place):
        return language.text("page {number}").format(number=page[1])
    if table := _TABLE.fullmatch(place):
        return language.text("table {number}").format(number=table[1])
    return place


def source_text(source: PaperSource, language: Language) -> str:
    """Where a figure stands: file, sheet or page, form, line or cell, the words beside it."""
    say = language.text
    parts = [source.file]
    if place := place_text(source.place, language):
        parts.append(place)
    if source.form[:1] == "A" and source.form[1:].isdigit():
        parts.append(source.form)
    if source.line:
        parts.append(say("line {number}").format(number=source.line))
    elif source.cell:
        is_row = source.cell.isdigit()
        parts.append(say("row {number}").format(number=source.cell) if is_row else source.cell)
    where = say(", ").join(parts)
    return f"{where} “{source.words}”" if source.words else where


# --- files ------------------------------------------------------------------------------------------


def reading_record(reading: PaperReading) -> PapersRecord:
    """The reading as JSON can hold it; messages in English."""
    return {
        "firm": {"uscc": reading.uscc or None, "name": reading.name or None},
        "facts": [{"key": fact.key, **_fact_record(fact)} for fact in reading.facts],
        "offers": [{"key": fact.key, **_fact_record(fact)} for fact in reading.offers],
        "conflicts": [
            {"key": each.key, "facts": [_fact_record(fact) for fact in each.facts]}
            for each in reading.conflicts
        ],
        "doubts": [
            {"source": _source_record(doubt.source), "message": doubt.message.say(ENGLISH)}
            for doubt in reading.doubts
        ],
        "forms": [
            {
                "form": form.form, "edition": form.edition, "file": form.file, "place": form.place,
                "year": form.year, "uscc": form.uscc, "name": form.name,
                "figures": [
                    {"line": figure.line, "column": figure.column, "value": figure.value, "cell": figure.source.cell, "text": figure.source.text}
                    for figure in form.figures.values()
                ],
            }
            for form in reading.forms
        ],
        "lists": [
            {
                "list": each.list, "year": each.year, "rows": [dict(row) for row in each.rows],
                "source": _source_record(each.source),
            }
            for each in reading.lists
        ],
        "head_counts": [
            {
                "year": each.year, "month": each.month, "persons": each.persons,
                "basis": words(each.basis), "source": _source_record(each.source),
            }
            for each in reading.head_counts
        ],
        "unread": [
            {
                "file": each.file, "place": each.place, "why": each.why.say(ENGLISH),
                "rows": [list(row) for row in each.rows],
            }
            for each in reading.unread
        ],
    }  # fmt: skip


def _fact_record(fact: PaperFact) -> ConflictingFact:
    return {
        "field": fact.field,
        "year": fact.year,
        "value": fact.value,
        "source": _source_record(fact.source),
        "certainty": fact.certainty.value,
        "note": _note_record(fact.note),
        "others": [_source_record(other) for other in fact.others],
        "accuracy": fact.accuracy,
    }


def _note_record(note: Wording | Message | None) -> Note:
    if isinstance(note, Message):
        return note.say(ENGLISH)
    return None if note is None else words(note)


def _source_record(source: PaperSource) -> PaperSourceRecord:
    return {
        "file": source.file,
        "place": source.place,
        "cell": source.cell,
        "form": source.form,
        "edition": source.edition,
        "line": source.line,
        "words": source.words,
        "text": source.text,
    }


def facts_rows(
    reading: PaperReading, scheme: Scheme, as_of: date, language: Language
) -> list[list[str]]:
    """Field, value and source of what an application on a day asks for; open and contested ones blank."""
    say = language.text
    facts = cut_window({fact.key: fact for fact in reading.facts}, as_of.year, scheme.latest_year_ids)  # fmt: skip
    conflicts = cut_window({each.key: each for each in reading.conflicts}, as_of.year, scheme.latest_year_ids)  # fmt: skip
    rows = []
    for field in scheme.fields:
        if (fact := facts.get(field.id)) is not None:
            is_open = fact.certainty is Certainty.OPEN
            note = source_text(fact.source, language)
            if fact.note is not None:
                note += f" · {note_text(fact.note, language)}"
            if is_open:
                note = say("open, read as {value}: {source}").format(value=value_text(fact), source=note)  # fmt: skip
            rows.append([field.id, "" if is_open else _input_text(fact, field, scheme), note])
        elif (conflict := conflicts.get(field.id)) is not None:
            both = say("; ").join(
                f"{value_text(each)} {source_text(each.source, language)}"
                for each in conflict.facts
            )
            rows.append([field.id, "", say("papers disagree: {sources}").format(sources=both)])
    return rows


def _input_text(fact: PaperFact, field: Field, scheme: Scheme) -> str:  # noqa: ARG001
    """A value as a person would type it into a file."""
    if isinstance(fact.value, float):
        # an average has more digits than are printed, and may stand at a line of the law
        return np.format_float_positional(fact.value, trim="-")
    return fact.value


def write_facts(
    path: Path, reading: PaperReading, scheme: Scheme, as_of: date, language: Language
) -> None:
    """Write the facts to a .csv that ``assess`` takes once a person confirmed it, or all as .json.

    Raises
    ------
    InputError
        If the ending is another, or the file cannot be written.
    """
    if path.suffix.lower() not in (".csv", ".json"):
        raise InputError(
            "{path}: the output must end in {endings}.", path=path, endings=".csv, .json"
        )
    check_output(path)
    if path.suffix.lower() == ".json":
        content = json.dumps(reading_record(reading), ensure_ascii=False, indent=1)
        data = f"{content}\n".encode()
    else:
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(["字段 field", "数值 value", "来源"])
        for field_id, value, note in facts_rows(reading, scheme, as_of, language):
            writer.writerow([field_id, escape_text(value) if not _is_number(value) else value, escape_text(note)])  # fmt: skip
        data = sheet.getvalue().encode("utf-8-sig")
    with atomic_file(path) as file:
        file.write(data)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def headline(reading: PaperReading, language: Language) -> str:
    """How much was read, in one line."""
    counts: Mapping[str, int] = {
        "facts": len(reading.facts), "conflicts": len(reading.conflicts),
        "doubts": len(reading.doubts), "unread": len(reading.unread),
    }  # fmt: skip
    sentence = language.text("{facts} facts, {conflicts} conflicts, {doubts} doubts; {unread} papers not read")  # fmt: skip
    return sentence.format(**counts)
