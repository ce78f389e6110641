"""The self-assessment that is open in this session, and the inputs of its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from eligibility.app.self_assessment.draft import Draft
from eligibility.app.session import set_what_if
from eligibility.app.translation import language
from eligibility.assessment.own_points import own_points
from eligibility.domain.facts import Field
from eligibility.domain.law import Item
from eligibility.domain.papers import PaperReading
from eligibility.evidence.staff_report import StaffReport

ENTRY = "entry:"
ANSWER = "share:"
TYPED_LIST = "list:"
TEXT = "text:"
PASTE, SECTION = "paste:", "only:"
ELEMENT = "element:"
#: the table of staff by month, and what was typed into it before it was drawn anew
MONTHS, TYPED_MONTHS = "months", "typed months"
DRAFT = "draft"
CODE = "return code"
#: the files of papers, and what was read of them under the name of their content
PAPER_FILES, PAPERS = "paper files", "papers"
#: how often tables of figures of the three books were taken over
FIGURES = "figures of the three books"
#: what lists of people came to, and how often counts were taken from such lists
STAFF_REPORT, ROSTERS = "staff report", "rosters"
SHOWN_STEP = "shown-step"
SHARED_WITH, CONSENT = "shared-with", "consent"


def draft() -> Draft | None:
    """The self-assessment that is open in this session."""
    value: Draft | None = st.session_state.get(DRAFT)
    return value


def open_draft(draft: Draft | None) -> None:
    """Open a self-assessment in place of the one that is open, or none."""
    _forget_inputs()
    set_what_if({})
    for key in [key for key in st.session_state if str(key).startswith(PASTE)]:
        del st.session_state[key]
    st.session_state.pop(TYPED_MONTHS, None)
    st.session_state[DRAFT] = draft
    st.session_state.pop(CODE, None)


def was_left(step: str) -> bool:
    """Whether another step than this one was shown last; true at first."""
    return bool(st.session_state.get(SHOWN_STEP) != step)


def show_step(step: str) -> None:
    """Take note of the step that is shown."""
    st.session_state[SHOWN_STEP] = step


def typed_code() -> str:
    """The return code in the input."""
    return str(st.session_state.get(CODE) or "").strip()


def entry_key(name: str) -> str:
    """The key of the input of what a draft keeps under a name."""
    return f"{ENTRY}{name}"


def prefill(name: str, text: str) -> None:
    """Give an input what the draft says, before it is drawn."""
    st.session_state.setdefault(entry_key(name), text)


def section_key(name: str, *, is_open: bool) -> str:
    """The key of a section that folds; whether it is unfolded is said the first time alone.

    As a default of the widget it would make another section of it with the first entry, and lose the
    focus.
    """
    key = f"{SECTION}{name}"
    st.session_state.setdefault(key, is_open)
    return key


def track_key(track: str) -> str:
    """The key of the switch of a track of the ladder; another for every time the form is opened."""
    open_draft = draft()
    return f"track:{track}:{open_draft.visit if open_draft else 0}"


def want_track(track: str) -> None:
    """Take what the switch of a track says into the draft."""
    open_draft = draft()
    if open_draft is not None:
        on = bool(st.session_state.get(track_key(track)))
        others = [name for name in open_draft.tracks if name != track]
        open_draft.tracks = [*others, track] if on else others


def answer_key(condition: str, text: str) -> str:
    """The key of the input of a share answered before the form, with the text that stands there."""
    st.session_state.setdefault(f"{ANSWER}{condition}", text)
    return f"{ANSWER}{condition}"


def element_key(rating: str, element: str, *, on: bool) -> str:
    """The key of the tick for an element of an own rating, as the draft has it."""
    key = f"{ELEMENT}{rating}.{element}"
    st.session_state.setdefault(key, on)
    return key


def tick_element(item: Item, rating: str, element: str) -> None:
    """Take the tick of an element into the draft, and enter the own points that follow."""
    open_draft = draft()
    if open_draft is not None:
        collect()
        on = bool(st.session_state.get(f"{ELEMENT}{rating}.{element}"))
        points = own_points(item, open_draft.tick(rating, element, on=on)).points
        enter({rating: "" if points is None else str(points)})


def list_key(kind: str) -> str:
    """The key of the table of a list; another for every time it is opened."""
    open_draft = draft()
    return f"{TYPED_LIST}{kind}:{open_draft.visit if open_draft else 0}"


def months_key() -> str:
    """The key of the table of staff by month."""
    open_draft = draft()
    return f"{MONTHS}:{open_draft.visit if open_draft else 0}"


def typed_months() -> dict[int, dict[str, Any]]:
    """What the table of staff by month starts from: by month from 0, and by column."""
    months: dict[int, dict[str, Any]] = st.session_state.setdefault(TYPED_MONTHS, {})
    return months


def _turn(step: str, open_draft: Draft) -> None:
    """Turn to a step: its inputs and tables start anew, from what is held."""
    for month, cells in (st.session_state.get(months_key()) or {}).get("edited_rows", {}).items():
        typed_months().setdefault(int(month), {}).update(cells)
    open_draft.turn(step)


def enter(values: Mapping[str, str]) -> None:
    """Put values into inputs of the form; the others stay."""
    for name, value in values.items():
        st.session_state[entry_key(name)] = value


def collect() -> None:
    """Take what is typed into the inputs and tables drawn last into the draft."""
    open_draft = draft()
    if open_draft is None:
        return
    for key, value in st.session_state.items():
        if str(key).startswith(ENTRY):
            open_draft.type(str(key).removeprefix(ENTRY), value)
        elif str(key).startswith(ANSWER):
            open_draft.answer(str(key).removeprefix(ANSWER), value)
    without_rows = False
    for kind in list(open_draft.lists):
        changes = st.session_state.get(list_key(kind))
        if changes is None:
            # a table that was away, on another page, starts anew
            open_draft.begin(kind)
        else:
            without_rows |= not open_draft.edit(kind, changes)
    if without_rows:
        # a table without a row has no cell to type or paste into
        open_draft.turn(open_draft.step)
    spoken = language().id
    if open_draft.language != spoken:
        # other titles make other inputs and tables: let them start from what is held
        open_draft.language = spoken
        _turn(open_draft.step, open_draft)
        _forget_inputs()
        # other labels make other widgets: what is unfolded, and a text that was pasted and not yet
        # taken, are held nowhere else
        for key in [key for key in st.session_state if str(key).startswith((PASTE, SECTION))]:
            st.session_state[key] = st.session_state[key]


def open_step(step: str, field_id: str = "") -> None:
    """Turn to a step of the draft, or to a field in it, with everything typed so far."""
    open_draft = draft()
    if open_draft is not None:
        collect()
        _turn(step, open_draft)
        open_draft.sought = (field_id, open_draft.visit)
        _forget_inputs()


def fill_in(field_id: str, text: str, fields: Mapping[str, Field]) -> None:
    """Put a text into a field of the draft and turn to it."""
    open_draft = draft()
    if open_draft is not None:
        open_step(fields[field_id].section, field_id)
        open_draft.type(field_id, text)


def chosen_carrier() -> int | None:
    """The carrier that the draft may be shared with."""
    number: int | None = st.session_state.get(SHARED_WITH)
    return number


def _forget_inputs() -> None:
    for key in [
        key
        for key in st.session_state
        if str(key).startswith((ENTRY, ANSWER, TYPED_LIST, TEXT, ELEMENT))
    ]:
        del st.session_state[key]


def papers(digest: str) -> PaperReading | None:
    """What was read of the files of this content, if it is still at hand."""
    kept: tuple[str, PaperReading] | None = st.session_state.get(PAPERS)
    return kept[1] if kept is not None and kept[0] == digest else None


def latest_papers() -> PaperReading | None:
    """What was read of the papers chosen last, if it is still at hand."""
    kept: tuple[str, PaperReading] | None = st.session_state.get(PAPERS)
    return kept[1] if kept is not None else None


def keep_papers(digest: str, reading: PaperReading) -> None:
    """Have what was read at hand while the page is open."""
    st.session_state[PAPERS] = (digest, reading)


def paper_key(name: str) -> str:
    """The key of a choice about papers; another for other files."""
    kept = st.session_state.get(PAPERS)
    return f"paper:{name}:{kept[0] if kept else ''}"


def figures_key(name: str) -> str:
    """The key of a table of figures of the three books; another once it was taken over."""
    return f"figures:{name}:{st.session_state.get(FIGURES, 0)}"


def renew_figures() -> None:
    """Let the tables of figures start anew from what is held."""
    st.session_state[FIGURES] = st.session_state.get(FIGURES, 0) + 1


def roster_key(name: str) -> str:
    """The key of a list of people, or of a choice about them; another once the counts were taken."""
    open_draft = draft()
    times = st.session_state.get(ROSTERS, 0)
    return f"roster:{name}:{open_draft.visit if open_draft else 0}:{times}"


def staff_report(digest: str) -> StaffReport | None:
    """What the lists of people of this content came to, if it is still at hand."""
    kept: tuple[str, StaffReport] | None = st.session_state.get(STAFF_REPORT)
    return kept[1] if kept is not None and kept[0] == digest else None


def keep_staff_report(digest: str, report: StaffReport) -> None:
    """Have what lists of people came to at hand while the page is open."""
    st.session_state[STAFF_REPORT] = (digest, report)


def enter_counts(values: Mapping[str, str]) -> None:
    """Put the counts into inputs of the form, and let go of the files and of what they came to."""
    enter(values)
    st.session_state.pop(STAFF_REPORT, None)
    st.session_state[ROSTERS] = st.session_state.get(ROSTERS, 0) + 1


def paste_key(kind: str) -> str:
    """The key of the text pasted for a list."""
    return f"{PASTE}{kind}"


def take_paste(kind: str, rows: list[dict[str, str]]) -> None:
    """Replace a list of the draft, its rows pasted along; the text pasted goes."""
    replace_list(kind, rows)
    st.session_state[paste_key(kind)] = ""


def replace_list(kind: str, rows: list[dict[str, str]]) -> None:
    """Replace a list of the draft."""
    open_draft = draft()
    if open_draft is not None:
        collect()
        open_draft.put(kind, rows)


def row_key(name: str, thing: str, column: str, text: str) -> str:
    """The key of the input of one column of a list's row, with the text that stands there."""
    key = f"{TEXT}{name}.{column}:{thing}"
    st.session_state.setdefault(key, text)
    return key


def write_row(name: str, thing: str, column: str) -> None:
    """Take what is typed for one column of a list's row into the draft."""
    open_draft = draft()
    if open_draft is not None:
        collect()
        text = st.session_state.get(f"{TEXT}{name}.{column}:{thing}") or ""
        open_draft.write(name, thing, column, text)
        look_at(f"{name}.{column}:{thing}")


def look_at(text_key: str) -> None:
    """Let a text of the official form hold for what it speaks of as that stands now."""
    open_draft = draft()
    if open_draft is not None:
        open_draft.fingerprints.pop(text_key, None)


def forget_day() -> None:
    """Let the draft apply today: the day typed may be one that no rules cover."""
    open_draft = draft()
    if open_draft is not None:
        st.session_state.pop(entry_key("application_date"), None)
        open_draft.type("application_date", None)
