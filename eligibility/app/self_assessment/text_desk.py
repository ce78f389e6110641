"""Boxes for texts of the official form: what belongs in each, how long it is, what was seen in it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, tag
from eligibility.application_form.contents import FormContents, FormText
from eligibility.application_form.text_checks import TextRemark, length
from eligibility.reports.text_remarks import KINDS

#: pixels that a box is high: eight lines
HEIGHT = 210


def renew_fingerprints(draft: Draft, contents: FormContents) -> None:
    """Take note of what each text speaks of, where it was written or looked at just now."""
    texts = {text.key: text for text in contents.texts if text.text.strip()}
    for key, text in texts.items():
        draft.fingerprints.setdefault(key, contents.fingerprint(text))
    for key in draft.fingerprints.keys() - texts.keys():
        del draft.fingerprints[key]


def box(text: FormText, contents: FormContents, remarks: Sequence[TextRemark]) -> None:
    """One box with its remarks."""
    title, held = language().of(text.box.title), text.box
    st.html(
        tag("div", tag("b", title), tag("small", language().of(held.content)), *_figures(text, contents), cls="ask")
    )  # fmt: skip
    if held.list:
        st.text_area(
            title,
            key=form_state.row_key(held.list, text.thing, held.column, text.text),
            height=HEIGHT,
            label_visibility="collapsed",
            on_change=form_state.write_row,
            args=(held.list, text.thing, held.column),
        )
    else:
        form_state.prefill(held.column, text.text)
        st.text_area(
            title,
            key=form_state.entry_key(held.column),
            height=HEIGHT,
            label_visibility="collapsed",
            on_change=form_state.look_at,
            args=(text.key,),
        )
    own = [each for each in remarks if each.text.key == text.key]
    st.html(_remarks(text, contents, own))
    if any(each.check == "stale" for each in own):
        st.button(
            _("I have looked: it still holds"),
            key=f"looked:{text.key}",
            on_click=form_state.look_at,
            args=(text.key,),
        )


def _figures(text: FormText, contents: FormContents) -> list[Markup]:
    """The numbers that a text can take from the tables by their names."""
    shown = []
    for figure in contents.figures(text.box):
        value = contents.figure(figure, text.thing)
        number = _("blank") if value is None else f"{value:,g} {language().of(figure.unit)}".strip()
        shown.append(f"{{{language().of(figure.title)}}} = {number}")
    if not shown:
        return []
    return [tag("small", _("From the tables, kept up to date: "), _("; ").join(shown), cls="where")]


def _remarks(text: FormText, contents: FormContents, remarks: Sequence[TextRemark]) -> Markup:
    """How long it is, and every remark with what it rests on."""
    count = length(contents.text_with_numbers(text)[0])
    words = _("{count} of {limit} characters").format(count=count, limit=text.box.limit)
    lines = [
        tag("li", tag("b", _(KINDS[each.kind])), tag("span", each.message.say(language())))
        for each in remarks
        # what is still blank is seen
        if each.check != "blank"
    ]
    return tag(
        "div",
        tag("small", words, cls="echo"),
        *([tag("ul", *lines, cls="rows remarks")] if lines else []),
    )
