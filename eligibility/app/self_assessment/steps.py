"""The steps on the left, each with its state, and the way on and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from eligibility.app import address
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.domain.facts import Field
from eligibility.screening import Firm

DONE, BEGUN, EMPTY, WRONG = "●", "◐", "○", "△"


def follow_address(draft: Draft, sheet: Sheet) -> None:
    """Turn to the step that the browser went back or on to; let the address name the one shown."""
    asked = st.query_params.get(address.STEP, "")
    if asked in sheet.steps and form_state.was_left(asked) and asked != draft.step:
        form_state.open_step(asked)
    form_state.show_step(draft.step)
    address.show_in_address(address.draft_query(draft.step))


def steps(current: str, sheet: Sheet, firm: Firm | None) -> None:
    """Every step as a button: complete, with so much open, or to be corrected."""
    # nothing is known to be complete while an entry cannot be read
    missing = firm.missing_anywhere if firm else None
    fields_by_step = {name: list(fields) for name, fields in sheet.steps.items()}
    for extra in sheet.extras:
        fields_by_step[extra.section].append(extra.field)
    words = {name: _state(fields, sheet, missing) for name, fields in fields_by_step.items()}
    done = sum(icon == DONE for icon, _words in words.values())
    sentence = _("{n} of {count} steps complete").format(n=done, count=len(sheet.steps))
    st.caption(sentence if firm else _("{count} steps").format(count=len(sheet.steps)))
    with st.container(key="steps", gap="xsmall"):
        for name, (icon, sentence) in words.items():
            title = language().of(sheet.scheme.sections[name])
            st.button(
                f"{icon} {title} · {sentence}",
                key=f"step:{name}",
                on_click=form_state.open_step,
                args=(name,),
                type="primary" if name == current else "tertiary",
            )


def _state(
    fields: Sequence[Field], sheet: Sheet, missing: Collection[str] | None
) -> tuple[str, str]:
    """Icon and words; open is what leaves a condition or points of the score undecided.

    ``missing`` is None where nothing can be decided yet.
    """
    if any(sheet.is_unread(field) for field in fields):
        return WRONG, _("to be corrected")
    begun = any(sheet.has_entry(field) for field in fields)
    if missing is None:
        return (BEGUN, _("begun")) if begun else (EMPTY, _("not filled in"))
    still_open = sum(field.id in missing for field in fields)
    if not still_open:
        return DONE, _("complete")
    return (BEGUN if begun else EMPTY), _("{n} open").format(n=still_open)


def step_buttons(current: str, sheet: Sheet) -> bool:
    """The buttons back and on; whether the result was asked for."""
    names = list(sheet.steps)
    place = names.index(current)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="onward"):
        st.button(
            _("← Back"),
            disabled=place == 0,
            on_click=form_state.open_step,
            args=(names[max(place - 1, 0)],),
        )
        if place + 1 < len(names):
            st.button(
                _("Next →"), on_click=form_state.open_step, args=(names[place + 1],), type="primary"
            )
            return False
        return st.button(_("See the result →"), type="primary")
