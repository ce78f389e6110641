"""The questions before the form, and how the conditions stand by the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from eligibility.app.page_files import PAGES
from eligibility.app.self_assessment import form_state
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.self_assessment.fields import Sheet, figure
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import ICONS
from eligibility.assessment.precheck import EXPERTS_DECIDE, FAILS, LOOK_UP, STANDS, Answer
from eligibility.domain.open_points import EXPERTS
from eligibility.intake.draft_reader import read_share
from eligibility.schemes.form_guide import Choice, Option
from eligibility.schemes.registry import Scheme

STEPS = PAGES / "self_assessment/steps_page.py"
#: conditions that are named in a line; more are counted
FEW = 2
STATUS = {STANDS: "met", FAILS: "unmet", LOOK_UP: "undetermined", EXPERTS_DECIDE: EXPERTS}


def shares(draft: Draft) -> dict[str, float | None]:
    """The shares that were answered, /1."""
    return {name: read_share(text) for name, text in draft.answers.items()}


def options(draft: Draft, scheme: Scheme) -> dict[str, Option]:
    """The options that were chosen, by condition."""
    return {
        name: choice.options[text]
        for name, choice in scheme.guide.choices.items()
        if (text := draft.answers.get(name, "")) in choice.options
    }


def questions(sheet: Sheet) -> None:
    """Every question; fields of the form go over into it as they are."""
    places = {name: field for name, (_step, field) in sheet.places.items()}
    choices = sheet.scheme.guide.choices
    with st.container(key="group:precheck", gap="xsmall"):
        for name in sheet.scheme.guide.first_questions:
            if name in places:
                figure([places[name]], sheet)
            elif name not in sheet.reading.law.conditions_by_id:
                continue
            elif name in choices:
                _choice(name, choices[name], sheet)
            else:
                _share(name, sheet)


def _ask(name: str, label: str, title: str, notes: Sequence[str], unit: str = "") -> Any:
    """Ask for a condition as the form asks for a field; where the answer goes."""
    ask, answer = st.columns([5, 4], gap="small", vertical_alignment="center")
    ask.html(
        tag(
            "div",
            tag("b", title),
            *([tag("span", unit, cls="unit")] if unit else []),
            *(tag("small", note) for note in notes),
            cls="ask",
            id=f"ask-{name}",
            data_title=title,
            data_mode="decimal" if unit else "",
            data_fields=name,
            data_labels=label,
        )
    )
    return answer


def _choice(name: str, choice: Choice, sheet: Sheet) -> None:
    title = language().of(sheet.reading.law.conditions_by_id[name].title)
    words = {"": _("not filled in")}
    words |= {key: language().of(option.title) for key, option in choice.options.items()}
    notes = [
        language().of(choice.help),
        _("A rough answer is enough here; the form asks for each."),
    ]
    text = sheet.draft.answers.get(name, "")
    with _ask(name, title, title, notes):
        st.segmented_control(
            title,
            list(words),
            required=True,
            format_func=words.__getitem__,
            key=form_state.answer_key(name, text if text in words else ""),
            label_visibility="collapsed",
        )


def _share(name: str, sheet: Sheet) -> None:
    condition = sheet.reading.law.conditions_by_id[name]
    title = language().of(condition.title)
    parts = " ÷ ".join(language().of(words) for words in condition.terms.values())
    label = _("{title} (%)").format(title=title)
    notes = [parts, _("A rough share is enough here; the form asks for the amounts.")]
    answer = _ask(name, label, title, notes, "%")
    text = sheet.draft.answers.get(name, "")
    with answer, st.container(gap=None):
        st.text_input(
            label, max_chars=20, key=form_state.answer_key(name, text), label_visibility="collapsed"
        )
        wrong = []
        if text and read_share(text) is None:
            words = _("{value}: expected a share from 0 to 100, in percent").format(value=text)
            wrong = [tag("p", words, cls="notice refused", id=f"says-{name}")]
        st.html(tag("div", *wrong, cls="says"))


def sentence(answers: Sequence[Answer]) -> None:
    """How many conditions stand, do not, and are to be looked up."""
    states = [answer.state for answer in answers]
    words = _("{stands} of {count} conditions stand, {fails} do not, {open} are to be looked up.")
    text = words.format(
        stands=states.count(STANDS),
        count=len(states),
        fails=states.count(FAILS),
        open=states.count(LOOK_UP),
    )
    if not answers:
        text = _("Decided once the entries can be read")
    st.html(tag("p", tag("strong", text), cls="progress", role="status"))


def answer_line(answers: Sequence[Answer]) -> None:
    """What stands out: how many stand, and what does not, else what is to be looked up.

    Of as many lines whatever it says, as the marks below, which an entry moves nowhere.
    """
    states = [answer.state for answer in answers]
    fails, doubts = (
        [each.finding["title"][language().id] for each in answers if each.state == state]
        for state in (FAILS, LOOK_UP)
    )
    if fails:
        more = _("{n} do not stand").format(n=len(fails))
        if len(fails) <= FEW:
            more = _("does not stand: {names}").format(names=_(", ").join(fails))
        status = "unmet"
    elif doubts:
        more = _("{n} to be looked up").format(n=len(doubts))
        if len(doubts) <= FEW:
            more = _("to be looked up: {names}").format(names=_(", ").join(doubts))
        status = "undetermined"
    else:
        more, status = _("the full form shows the score"), "met"
    stand = _("{n} of {count} stand").format(n=states.count(STANDS), count=len(states))
    if not answers:
        stand, more, status = _("Decided once the entries can be read"), "", "undetermined"
    st.html(tag("p", tag("strong", stand), tag("span", more), cls=f"verdict steady {status}"))


def marks(answers: Sequence[Answer], sheet: Sheet) -> None:
    """A mark for each condition, and what to look up; without a word while an entry cannot be read."""
    lines = [_mark(answer, sheet) for answer in answers]
    if not answers:
        conditions = sheet.reading.law.conditions
        lines = [_line("undetermined", language().of(each.title)) for each in conditions]
    st.html(tag("ul", *lines, cls="marks precheck"))


def _mark(answer: Answer, sheet: Sheet) -> Markup:
    status = STATUS[answer.state]
    words = {
        STANDS: _("stands"),
        FAILS: _("does not stand"),
        LOOK_UP: _("to be looked up"),
        EXPERTS_DECIDE: _("for the experts to judge"),
    }
    note = ""
    if answer.missing:
        fields = sheet.scheme.fields_by_id
        names = fmt.missing_fields(answer.missing, fields, sheet.reading.years, 1)
        note = _("look up: {names}").format(names=names)
    elif answer.option is not None:
        note = _("by your answer: {title}").format(title=language().of(answer.option.title))
    elif answer.share is not None:
        note = _("by the share that you gave: {share}").format(share=fmt.limit(answer.share))
    return _line(status, answer.finding["title"][language().id], words[answer.state], note)


def _line(status: str, title: str, words: str = fmt.NOTHING, note: str = "") -> Markup:
    """A mark of two lines, however long the note."""
    return tag(
        "li",
        tag("span", ICONS[status], cls=f"status {status}", aria_hidden="true"),
        tag("b", title),
        tag("span", words, cls=f"status {status}"),
        tag("small", note or " ", title=note),
    )
