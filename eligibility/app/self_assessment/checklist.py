"""What the guideline names for an own rating, to be ticked: what is there, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.assessment.own_points import own_points
from eligibility.domain.facts import Field

if TYPE_CHECKING:
    from eligibility.app.self_assessment.fields import Sheet


def checklist(field: Field, sheet: Sheet) -> None:
    """A tick for each element of the item that an own rating is of; none for other fields."""
    item = sheet.reading.law.items.get(field.id)
    if item is None or not item.elements:
        return
    name = sheet.reading.key(field.id)
    ticked = sheet.draft.elements.get(name, ())
    with st.container(gap=None, key=f"elements:{field.id}"):
        for element in item.elements:
            st.checkbox(
                f"{language().of(element.title)} :small[· {language().of(element.proof)}]",
                key=form_state.element_key(name, element.id, on=element.id in ticked),
                on_change=form_state.tick_element,
                args=(item, name, element.id),
            )


def comes_to(field: Field, sheet: Sheet) -> None:
    """What the ticks come to, of how many points, and by which article."""
    item = sheet.reading.law.items.get(field.id)
    if item is None or not item.elements:
        return
    result = own_points(item, sheet.draft.elements.get(sheet.reading.key(field.id), ()))
    most = fmt.number(item.max)
    if result.points is None:
        words = _("Tick what is there: up to {most} points").format(most=most)
    else:
        words = _("{n} of {count} are there → {points} of {most} points").format(
            n=len(result.present), count=len(item.elements), points=result.points, most=most
        )
    st.html(tag("p", tag("b", words), " ", tag("span", item.citation.article), cls="echo"))
