"""The steps on the left, each with its state, and the way on and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from eligibility.app import state
from eligibility.app.components.inputs import Sheet
from eligibility.app.firms import Firm
from eligibility.vocabulary import Field

DONE, BEGUN, EMPTY, WRONG = "●", "◐", "○", "△"


def steps(current: str, sheet: Sheet, firm: Firm | None) -> None:
    """Every step as a button: complete, with so much open, or to be corrected."""
    _ = sheet.language.text
    missing = firm.missing_anywhere if firm else []
    words = {name: _state(fields, sheet, missing) for name, fields in sheet.steps.items()}
    done = sum(icon == DONE for icon, _words in words.values()) if firm else 0
    st.caption(_("{n} of {count} steps complete").format(n=done, count=len(sheet.steps)))
    with st.container(key="steps", gap="xsmall"):
        for name, (icon, said) in words.items():
            title = sheet.language.of(sheet.scheme.sections[name])
            st.button(
                f"{icon} {title} · {said}",
                key=f"step:{name}",
                on_click=state.go,
                args=(name,),
                type="primary" if name == current else "tertiary",
            )


def _state(fields: Sequence[Field], sheet: Sheet, missing: Collection[str]) -> tuple[str, str]:
    """Icon and words; open is what leaves a condition or points of the score undecided."""
    _ = sheet.language.text
    if any(field.id in sheet.issues for field in fields):
        return WRONG, _("to be corrected")
    still_open = sum(field.id in missing for field in fields)
    if not still_open:
        return DONE, _("complete")
    begun = any(sheet.given(field) for field in fields)
    return (BEGUN if begun else EMPTY), _("{n} open").format(n=still_open)


def onward(current: str, sheet: Sheet) -> bool:
    """The buttons back and on; whether the result was asked for."""
    _ = sheet.language.text
    names = list(sheet.steps)
    place = names.index(current)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="onward"):
        st.button(
            _("← Back"),
            disabled=place == 0,
            on_click=state.go,
            args=(names[max(place - 1, 0)],),
        )
        if place + 1 < len(names):
            st.button(_("Next →"), on_click=state.go, args=(names[place + 1],), type="primary")
            return False
        return st.button(_("See the result →"), type="primary")
