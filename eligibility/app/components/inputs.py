"""The form: a row a figure, its years side by side under their calendar years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import streamlit as st

from eligibility.app import format as fmt
from eligibility.app import state
from eligibility.app.components import averages
from eligibility.app.markup import tag
from eligibility.language import Language
from eligibility.scheme import Scheme
from eligibility.vocabulary import RATINGS, Edition, Field

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Sheet:
    """What the inputs depend on.

    Attributes
    ----------
    years : sequence of int
        Calendar years of y1, y2, y3.
    operating : sequence of bool
        Whether the firm existed by the end of y1, y2, y3.
    """

    scheme: Scheme
    law: Edition
    years: Sequence[int]
    operating: Sequence[bool]
    language: Language

    def asked(self, field: Field) -> bool:
        """Whether this edition asks for the field."""
        return not field.editions or self.law.id in field.editions

    def applies(self, field: Field) -> bool:
        """False for a year that ended before the firm was registered."""
        return field.year is None or self.operating[field.year - 1]


def sections(sheet: Sheet) -> None:
    """Every part of the form in its order."""
    fields = [field for field in sheet.scheme.fields if sheet.asked(field)]
    parts = [(name, list(group)) for name, group in groupby(fields, lambda each: each.section)]
    titles = [sheet.language.of(sheet.scheme.sections[name]) for name, _ in parts]
    for tab, (_, held) in zip(st.tabs(titles), parts, strict=True):
        with tab:
            for _, row in groupby(held, lambda each: each.stem):
                _row(list(row), sheet)
            if by_month := [field.id for field in held if field.id in averages.FIELDS]:
                averages.averages(by_month, sheet.years[-1], sheet.language)


def entries(sheet: Sheet) -> dict[str, Any]:
    """What is typed, without blanks and years that do not apply."""
    typed = {
        field.id: state.entry(field.id)
        for field in sheet.scheme.fields
        if sheet.asked(field) and sheet.applies(field)
    }
    return {name: value for name, value in typed.items() if value not in (None, "")}


def _row(fields: list[Field], sheet: Sheet) -> None:
    """What is asked on the left, where to put it on the right."""
    first, language = fields[0], sheet.language
    _ = language.text
    ask, answer = st.columns([5, 4], gap="small", vertical_alignment="center")
    unit = fmt.unit_word(first.unit, language)
    ask.html(
        tag(
            "div",
            tag("b", fmt.stem_title(first, language)),
            *([tag("span", unit, cls="unit")] if unit else []),
            tag("small", language.of(first.help)),
            tag("small", _("Where to find it: "), language.of(first.source), cls="where"),
            cls="ask",
        )
    )
    with answer.container(horizontal=True, wrap=False, gap="small"):
        for field in fields:
            _input(field, sheet)


def _input(field: Field, sheet: Sheet) -> None:
    _ = sheet.language.text
    title = fmt.field_title(field, sheet.years, sheet.language)
    label = title if field.year is None else str(sheet.years[field.year - 1])
    shown: Any = "collapsed" if field.year is None else "visible"
    key = state.entry_key(field.id)
    common: dict[str, Any] = {"key": key, "label_visibility": shown, "persist_state": "session"}
    if not sheet.applies(field):
        st.text_input(
            label,
            value=_("not registered yet"),
            disabled=True,
            key=f"closed:{field.id}",
            label_visibility=shown,
        )
        return
    match field.kind:
        case "date":
            st.date_input(label, None, EARLIEST, LATEST, format="YYYY-MM-DD", **common)
        # no limits here: the reader of all input says in words what it cannot take
        case "money" | "number":
            st.number_input(label, value=None, step=0.01, format="%g", **common)
        case "count":
            st.number_input(label, value=None, step=1, **common)
        case "yes_no":
            words = {"": _("not filled in"), "yes": _("yes"), "no": _("no")}
            _choice(label, words, common)
        case "rating":
            _choice(label, {"": _("not filled in")} | {grade: grade for grade in RATINGS}, common)
        case "catalogue":
            nodes = _lowest(sheet)
            st.selectbox(
                label,
                list(nodes),
                None,
                nodes.__getitem__,
                placeholder=_("Type a code or a word of the title"),
                **common,
            )
        case _:
            st.text_input(label, max_chars=200, **common)


def _choice(label: str, words: dict[str, str], common: dict[str, Any]) -> None:
    st.segmented_control(
        label, list(words), default="", required=True, format_func=words.__getitem__, **common
    )


def _lowest(sheet: Sheet) -> dict[str, str]:
    """Codes of the lowest level with their titles and those above them."""
    lowest = sheet.law.catalogue or {int(node.code): True for node in sheet.scheme.catalogue}
    nodes = sheet.scheme.catalogue_by_code
    return {code: f"{code} {' / '.join(_path(code, sheet))}" for code in nodes if lowest[int(code)]}


def _path(code: str, sheet: Sheet) -> Iterable[str]:
    node = sheet.scheme.catalogue_by_code[code]
    titles = [node.title]
    while node.parent:
        node = sheet.scheme.catalogue_by_code[node.parent]
        titles.append(node.title)
    return reversed(titles)
