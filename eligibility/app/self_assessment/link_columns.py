"""Columns of a list's table that link its things with those of others, and say of what kind they are."""

from __future__ import annotations

from typing import Any

import streamlit as st

from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.schemes.lists import ListColumn


def link_columns(kind: str, sheet: Sheet) -> dict[str, Any]:
    """Titles of the columns by which the things of a list are numbered, linked and proved."""
    text = st.column_config.TextColumn
    by_number = _(
        "Numbers such as {first}, several with commas between, or a range {first}-{last}."
    )
    prefixes = {name: ledger.prefix for name, ledger in sheet.scheme.lists.items()}

    def numbers(title: str, *lists: str) -> Any:
        first = _(", ").join(f"{prefixes[name]}01" for name in lists if name in prefixes)
        last = f"{prefixes[lists[0]]}03" if lists[0] in prefixes else ""
        return text(title, width="small", help=by_number.format(first=first, last=last))

    own = f"{prefixes[kind]}01"
    config = {
        "code": text(
            _("No. in the form"),
            width="small",
            help=_("Such as {code}; the next free number if blank.").format(code=own),
        ),
        "activities": numbers(_("Came from activities"), "activity"),
        "products": numbers(_("Products"), "product"),
        "rights": numbers(_("Rights"), "ip"),
        "source": numbers(_("From rights or activities"), "ip", "activity"),
        "started_on": text(_("Began on"), width="small"),
        "ended_on": text(_("Ended on"), width="small"),
        "field": text(
            _("Technical field"), width="small", help=_("Its code in the catalogue, such as 10101.")
        ),
        "proof": text(
            _("Proof"),
            width="medium",
            help=_("Contract, invoice, report; of a transfer or licence the registration number."),
        ),
    }
    titles = {
        "form": _("Form of conversion"),
        "kind": _("Kind of activity") if kind == "activity" else _("Kind of income"),
    }
    for column in sheet.scheme.lists[kind].columns:
        if column.id in titles:
            config[column.id] = st.column_config.SelectboxColumn(
                titles[column.id], width="small", options=_choices(column, kind, sheet)
            )
    return config


def _choices(column: ListColumn, kind: str, sheet: Sheet) -> list[str]:
    """One text for each word of a column, and what was written there in other words."""
    by_word: dict[str, list[str]] = {}
    for text, word in column.words.items():
        by_word.setdefault(word, []).append(text)
    # the texts of a word begin in Chinese and end in English
    place = 0 if language().id == "zh" else -1
    offered = [texts[place] for texts in by_word.values()]
    rows = sheet.draft.list_baseline.get(sheet.reading.key(kind), [])
    return [
        *offered,
        *dict.fromkeys(
            row[column.id] for row in rows if row.get(column.id) and row[column.id] not in offered
        ),
    ]
