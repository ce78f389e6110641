"""How far the form is: always in sight at the foot of the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NoReturn

import streamlit as st

from eligibility.app import address
from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.status import OF_VERDICT, verdict_word
from eligibility.domain.open_points import EXPERTS, verdict_state
from eligibility.screening import Firm

STEPS = PAGES / "self_assessment/steps_page.py"


def progress(firm: Firm | None, sheet: Sheet, notes: Sequence[str]) -> None:
    """Decided so far, and what is to be looked at or missing; or what has to be corrected first.

    ``notes`` are the sentences at the end of the step, which may be out of sight.
    """
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="progress"):
        if firm is None:
            _to_correct(sheet)
            return
        verdict = verdict_state(firm.record, firm.scheme.fields_by_id)
        decided = _("Decided {n} / {count}").format(
            n=firm.decided_count, count=len(firm.record["findings"])
        )
        unread, _step = _unread_entries(sheet)
        note = unread or (notes[0] if notes else "")
        st.html(
            tag(
                "p",
                tag("strong", decided),
                tag("span", verdict_word(verdict, language()), cls=f"status {OF_VERDICT[verdict]}"),
                tag("span", f"△ {note}" if note else _missing(firm), cls="muted"),
                cls="progress",
            )
        )
        st.page_link(
            PAGES / "self_assessment/result_page.py",
            label=_("See the result →"),
            query_params=address.draft_query(),
        )


def _to_correct(sheet: Sheet) -> None:
    """At the foot of a step: the entries that stop everything, wherever they were typed."""
    words, step = _stopping_entries(sheet)
    st.html(tag("p", tag("strong", words), cls="progress"))
    if step:
        st.button(_("Correct it →"), on_click=form_state.open_step, args=(step,), type="tertiary")


def stop_to_correct(sheet: Sheet) -> NoReturn:
    """On a page behind the steps: the entries that stop everything and the way there; the page ends."""
    words, step = _stopping_entries(sheet)
    unnamed = _("Nothing can be decided until what cannot be read is corrected in the steps.")
    st.write(words if step else unnamed)
    if step:
        _correct_button(step, "primary")
    query = address.draft_query(sheet.draft.step)
    st.page_link(STEPS, label=_("← Back to the steps"), query_params=query)
    st.stop()


def show_unread(sheet: Sheet) -> None:
    """On a page behind the steps: the entries that count as blank, as they cannot be read, and the way there."""
    words, step = _unread_entries(sheet)
    if step is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="unread"):
        st.html(tag("p", words, cls="notice refused", role="status"))
        _correct_button(step, "tertiary")


def _correct_button(step: str, kind: Literal["primary", "tertiary"]) -> None:
    if st.button(_("Correct it →"), type=kind):
        form_state.open_step(step)
        st.switch_page(STEPS, query_params=address.draft_query(step))


def _stopping_entries(sheet: Sheet) -> tuple[str, str | None]:
    """The sentence that names the entries that stop everything, and the step of the first of them."""
    issues = sheet.issues
    wrong = [name for name in sheet.places if name in issues and issues[name].fatal]
    wrong += [name for name, issue in issues.items() if issue.fatal and name not in wrong]
    words = _("Nothing can be decided until this is corrected: {names}")
    return words.format(names=_titles(wrong, sheet)), sheet.places[wrong[0]][0] if wrong else None


def _unread_entries(sheet: Sheet) -> tuple[str, str | None]:
    """The sentence that names the entries that count as blank, and the step of the first; empty if none."""
    unread = [name for name, (_step, field) in sheet.places.items() if sheet.is_unread(field)]
    if not unread:
        return "", None
    words = _("Cannot be read and counts as blank: {names}")
    return words.format(names=_titles(unread, sheet)), sheet.places[unread[0]][0]


def _titles(names: Sequence[str], sheet: Sheet) -> str:
    fields = {name: field for name, (_step, field) in sheet.places.items()}
    return fmt.missing_fields(names, fields, sheet.reading.years)


def _missing(firm: Firm) -> str:
    names = firm.missing
    if names and verdict_state(firm.record, firm.scheme.fields_by_id) == EXPERTS:
        return _("nothing missing; the experts' points decide")
    if not names:
        return _("nothing missing")
    titles = fmt.missing_fields(names, firm.scheme.fields_by_id, firm.years)
    return _("still missing: {names}").format(names=titles)
