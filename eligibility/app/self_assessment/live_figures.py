"""What the figures of a step come to while they are typed: conditions, sums, signs.

All of it stands in places that are there from the start, so that an entry moves no input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING, Any

import streamlit as st

from eligibility.app.firm import conditions as firm_conditions
from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, tag
from eligibility.app.widgets.status import badge
from eligibility.assessment.record_types import FindingRecord
from eligibility.domain.facts import Field
from eligibility.domain.results import Warning
from eligibility.intake.draft_reader import WAN_POWER, applies, read_as
from eligibility.screening import Firm

if TYPE_CHECKING:
    from eligibility.app.self_assessment.fields import Sheet

#: figures of a group from which on their sum by year is worth a line
FEWEST = 2


def conditions(step: str, sheet: Sheet, firm: Firm | None) -> None:
    """The conditions that the fields of a step decide: status, number, line to pass, how far."""
    known = sheet.reading.law.conditions_by_id
    names = [name for name in sheet.scheme.guide.section_conditions.get(step, ()) if name in known]
    findings = {each["id"]: each for each in firm.record["findings"]} if firm else {}
    if firm is None:
        # said once, in the room that the conditions will take
        lines = [
            tag("p", _("Decided once the entries can be read") if not place else "")
            for place, _name in enumerate(names)
        ]
    else:
        lines = [_condition(name, findings, firm, _first_answer(name, sheet)) for name in names]
    st.html(tag("div", *lines, cls="live", role="status"))


def _condition(name: str, findings: Mapping[str, FindingRecord], firm: Firm, answer: str) -> Markup:
    if name not in findings:
        return tag("p", tag("span", _("Decided once the entries can be read"), cls="muted"))
    finding = findings[name]
    own = [part for part in firm_conditions.own(firm, finding) if part != fmt.NOTHING]
    return tag(
        "p",
        badge(firm_conditions.status(firm, finding)),
        tag("b", firm_conditions.title(finding)),
        tag("span", *own),
        tag("span", firm_conditions.line_to_pass(finding), cls="muted"),
        tag("span", *_answer_words(finding, answer), cls="far"),
        tag("span", firm_conditions.distance_words(firm, finding, most=1), cls="far"),
    )


def _first_answer(name: str, sheet: Sheet) -> str:
    """What was answered for a condition before the form."""
    text = sheet.draft.answers.get(name, "")
    choice = sheet.scheme.guide.choices.get(name)
    if choice is None:
        return f"{text.rstrip('%')}%" if text else ""
    return language().of(choice.options[text].title) if text in choice.options else ""


def _answer_words(finding: Mapping[str, Any], answer: str) -> list[str]:
    """What was answered before the form, as long as no figures stand in its place."""
    if finding["status"] != "undetermined" or not answer:
        return []
    return [_("{answer} by the ten questions").format(answer=answer)]


def sums(figures: Sequence[Sequence[Field]], sheet: Sheet) -> None:
    """The sum of a group of amounts by year, and a button for what was not spent at all."""
    # amounts that lists add up are parts of one whole; others are not to be added
    added = {name for each in sheet.scheme.lists.values() for name in each.amounts}
    parts = [years for years in figures if years[0].stem in added]
    if len(parts) < FEWEST:
        return
    words = []
    for place, field in enumerate(parts[0]):
        typed = [_amount(years[place], sheet) for years in parts]
        given = [each for each in typed if each is not None]
        total = fmt.number(fsum(given) / 10**WAN_POWER, 4) if given else fmt.NOTHING
        year = str(sheet.reading.years[(field.year or 1) - 1])
        blank = len(typed) - len(given)
        more = _("{n} blank").format(n=blank) if blank else _("all entered")
        words.append(tag("span", tag("small", year), tag("b", total), tag("small", more)))
    st.html(tag("div", tag("span", _("Sum as entered")), *words, cls="sums"))
    blanks = {
        sheet.reading.key(field.id): "0"
        for years in parts
        for field in years
        if not sheet.has_entry(field) and applies(field, sheet.reading.operating)
    }
    label = _("The rest is 0: {n} blank").format(n=len(blanks)) if blanks else _("The rest is 0")
    st.button(
        label,
        on_click=form_state.enter,
        args=(blanks,),
        disabled=not blanks,
        help=_("Enters 0 into every blank of this group."),
        key=f"rest:{parts[0][0].stem}",
    )


def _amount(field: Field, sheet: Sheet) -> float | None:
    """What is entered for a year, in CNY."""
    listed = sheet.from_lists.get(field.id)
    value = listed if field.id in sheet.from_lists else read_as(sheet.entry(field), field)
    return value if isinstance(value, float) else None


def signs(step: str, sheet: Sheet, firm: Firm | None) -> list[tuple[str, Warning]]:
    """What does not fit with each other among the figures of a step, named with both figures."""
    if firm is None:
        return []
    sections = {field.id: field.section for field in sheet.scheme.fields}
    return [
        (language().of(warning.text(firm.row)), warning)
        for warning in firm.assessment.warnings
        if warning.rows[firm.row]
        and any(sections.get(name) == step for name in warning.about(firm.row))
    ]


def show_signs(
    signs_of_step: Sequence[tuple[str, Warning]], sheet: Sheet, firm: Firm | None
) -> None:
    """These in full, with a button for each correction that is certain."""
    for text, warning in signs_of_step:
        st.html(tag("p", "△ ", text, cls="notice warning-here", role="status"))
        if firm is not None and warning.corrections:
            for factors in warning.corrections(firm.row):
                _correction(warning.id, factors, sheet)


def _correction(sign: str, factors: Mapping[str, float], sheet: Sheet) -> None:
    """A button that puts amounts into the unit of the form, as far as they are typed."""
    typed = {
        name: amount * factor / 10**WAN_POWER
        for name, factor in factors.items()
        if (field := sheet.scheme.fields_by_id.get(name)) and sheet.entry(field)
        if (amount := _amount(field, sheet)) is not None
    }
    if not typed:
        return
    first = sheet.scheme.fields_by_id[next(iter(typed))]
    years = sheet.reading.years
    name = (
        language().of(first.stem_title)
        if len(typed) == len(years)
        else fmt.field_titles(list(typed), sheet.scheme.fields_by_id, years)
    )
    words = (
        _("{name} was entered in yuan: divide by 10,000")
        if factors[first.id] < 1
        else _("{name} was entered in 100m CNY: multiply by 10,000")
    )
    st.button(
        words.format(name=name),
        on_click=form_state.enter,
        args=({sheet.reading.key(each): f"{value:.15g}" for each, value in typed.items()},),
        key=f"unit:{sign}:{first.id}:{factors[first.id]:g}",
    )
