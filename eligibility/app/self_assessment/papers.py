"""What was read of uploaded papers, to be looked at: facts with their source, conflicts, doubts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import isnan

import pyarrow as pa
import streamlit as st

from eligibility.app import session
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.web.upload_fields import upload_fields
from eligibility.app.widgets import notices
from eligibility.app.widgets.markup import tag
from eligibility.documents.reading import read_documents
from eligibility.domain.calendar_window import SEPARATOR
from eligibility.domain.errors import EligibilityError
from eligibility.domain.facts import Field
from eligibility.domain.papers import Certainty, PaperFact, PaperReading, PaperSource
from eligibility.intake.cells import CellFormat, CellTrouble, parse, titles_to_codes
from eligibility.intake.draft_reader import WAN_POWER
from eligibility.intake.firm_names import name_key
from eligibility.reports.fact_sources import source_record
from eligibility.reports.paper_text import (
    key_title,
    note_text,
    place_text,
    source_text,
    value_text,
)
from eligibility.schemes.registry import Scheme

TYPES = ["pdf", "xlsx", "xls", "et", "ods", "csv", "docx", "zip"]
#: figures in 万元 keep what cents come to
PLACES = 6
#: what a fact goes into the form as: its key, the text, and where a paper has it
Entry = tuple[str, str, PaperSource]


def read_uploads(scheme: Scheme, today: date) -> PaperReading | None:
    """The files chosen, read once; None while there are none."""
    uploads = [
        session.as_upload(file)
        for file in upload_fields(_("Papers of one firm"), TYPES, form_state.PAPER_FILES)
    ]
    if not uploads:
        return None
    digest = " ".join(each.digest for each in uploads)
    reading = form_state.papers(digest)
    if reading is None:
        try:
            with st.spinner(_("Reading the papers …")):
                reading = read_documents(
                    [(each.name, each.content) for each in uploads], as_of=today, scheme=scheme.id
                )
        except EligibilityError as error:
            notices.show_refusal(error, language())
            return None
        form_state.keep_papers(digest, reading)
    return reading


def count(reading: PaperReading) -> None:
    """In one line what the papers gave."""
    parts = [_("{n} figures read").format(n=len(reading.facts))]
    for n, words in (
        (len(reading.conflicts), _("{n} on which papers disagree")),
        (len(reading.doubts), _("{n} doubts")),
        (len(reading.unread), _("{n} not read")),
    ):
        if n:
            parts.append(words.format(n=n))
    st.html(tag("p", tag("strong", _("; ").join(parts)), cls="lead"))


def is_of_another(draft: Draft, reading: PaperReading) -> bool:
    """Whether papers are of another firm than a draft: by their codes, else by their names."""
    for stated, read in ((draft.facts.get("uscc"), reading.uscc), (draft.facts.get("name"), reading.name)):  # fmt: skip
        if stated and read:
            return name_key(stated) != name_key(read)
    return False


def whose(reading: PaperReading, draft: Draft | None) -> None:
    """That papers of another firm begin a self-assessment of their own."""
    if draft is not None and is_of_another(draft, reading):
        sentence = _("These papers are of {firm}; the self-assessment that is open is of another firm and stays as it is. They begin a new one.")  # fmt: skip
        st.html(tag("p", sentence.format(firm=reading.name or reading.uscc), cls="notice"))


def unread(reading: PaperReading) -> None:
    """What could not be read, each with what to do."""
    for paper in reading.unread:
        place = place_text(paper.place, language())
        name = f"{paper.file} [{place}]" if place else paper.file
        st.html(tag("p", tag("b", name), ": ", paper.why.say(language()), cls="notice"))


def conflicts(reading: PaperReading, scheme: Scheme) -> list[Entry]:
    """Papers that disagree, side by side; a person chooses one or none."""
    entries = []
    if reading.conflicts:
        st.header(_("Papers that disagree"), anchor=False)
    for conflict in reading.conflicts:
        captions = [source_text(fact.source, language()) for fact in conflict.facts]
        title = key_title(conflict.key, scheme, language())
        if not isnan(conflict.difference):
            apart = _("difference: {amount}").format(amount=f"{conflict.difference:,.2f}")
            title = f"{title} · {apart}"
        place = st.radio(
            title,
            range(len(conflict.facts)),
            index=None,
            format_func=[value_text(fact) for fact in conflict.facts].__getitem__,
            captions=captions,
            key=form_state.paper_key(conflict.key),
        )
        if place is not None and (entry := _entry(conflict.facts[place], scheme)):
            entries.append(entry)
    return entries


def facts(reading: PaperReading, scheme: Scheme) -> list[Entry]:
    """Every fact with its source; ticked is what nothing is open about."""
    entries = [(fact, entry) for fact in reading.facts if (entry := _entry(fact, scheme))]
    if not entries:
        return []
    st.header(_("Read from your papers"), anchor=False)
    words = {
        Certainty.CERTAIN: _("sure"),
        Certainty.LIKELY: _("likely"),
        Certainty.OPEN: _("open"),
    }
    table = pa.table(
        {
            "take": [fact.certainty is not Certainty.OPEN for fact, _entry in entries],
            "figure": [key_title(fact.key, scheme, language()) for fact, _entry in entries],
            "value": [value_text(fact) for fact, _entry in entries],
            "certainty": [words[fact.certainty] for fact, _entry in entries],
            "source": [_where_from(fact) for fact, _entry in entries],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=["figure", "value", "certainty", "source"],
        column_config={
            "take": st.column_config.CheckboxColumn(_("Take"), width=60),
            "figure": st.column_config.TextColumn(_("Item of the form")),
            "value": st.column_config.TextColumn(_("Value (CNY, persons)")),
            "certainty": st.column_config.TextColumn(_("How sure")),
            "source": st.column_config.TextColumn(_("Where from"), width="large"),
        },
        key=form_state.paper_key("facts"),
        alt=_("Read from your papers"),
        placeholder="",
    )
    ticked = edited.column("take").to_pylist()
    return [entry for (_fact, entry), take in zip(entries, ticked, strict=True) if take]


def doubts(reading: PaperReading, scheme: Scheme) -> None:
    """Lines that do not agree with their form, and figures to compare with."""
    if not reading.doubts and not reading.offers:
        return
    with st.expander(_("Doubts, and figures to compare with")):
        lines = [
            f"{source_text(doubt.source, language())}: {doubt.message.say(language())}"
            for doubt in reading.doubts
        ]
        lines += [
            f"{key_title(fact.key, scheme, language())}: {value_text(fact)} · {_where_from(fact)}"
            for fact in reading.offers
        ]
        st.html(tag("ul", *(tag("li", line) for line in lines)))


def filled_draft(
    open_draft: Draft | None, entries: Iterable[Entry], reading: PaperReading, scheme: Scheme
) -> Draft:
    """The draft that is open if it is of the same firm, else a new one, with these entries and lists."""
    draft = Draft() if open_draft is None or is_of_another(open_draft, reading) else open_draft
    for key, text, source in entries:
        draft.type(key, text)
        draft.sources[key] = source_record(source, text)
    for each in reading.lists:
        is_yearly = scheme.lists[each.list].of == "calendar_year"
        key = f"{each.list}{SEPARATOR}{each.year}" if is_yearly else each.list
        if not (is_yearly and each.year is None) and not draft.lists.get(key):
            draft.put(key, [dict(row) for row in each.rows])
    return draft


def _where_from(fact: PaperFact) -> str:
    sources = _("; ").join(
        source_text(source, language()) for source in (fact.source, *fact.others)
    )
    return sources if fact.note is None else f"{sources} · {note_text(fact.note, language())}"


def _entry(fact: PaperFact, scheme: Scheme) -> Entry | None:
    """The key of a fact in a draft, its text as a person would type it, and its source."""
    field = _field(fact, scheme.fields)
    if field is None:
        return None
    if isinstance(fact.value, float):
        amount = Decimal(str(fact.value))
        if field.kind == "money":
            amount = amount.scaleb(-WAN_POWER)
        text = f"{amount.quantize(Decimal(1).scaleb(-PLACES)).normalize():,f}"
        return fact.key, text, fact.source
    if field.kind != "catalogue":
        return fact.key, fact.value, fact.source
    try:
        form = CellFormat(field, catalogue=titles_to_codes(scheme.titles_by_code))
        code = parse(fact.value, form)
    except CellTrouble:
        return None
    return (fact.key, f"{code:g}", fact.source) if isinstance(code, float) else None


def _field(fact: PaperFact, fields: Sequence[Field]) -> Field | None:
    return next((field for field in fields if fact.field in (field.stem, field.id)), None)
