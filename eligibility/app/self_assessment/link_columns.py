"""Columns of a list's table that link its things with those of others, and say of what kind they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app.self_assessment.fields import Sheet
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.evidence.chain import numbered_things, split_references
from eligibility.intake.lists import rows_with_entries
from eligibility.schemes.lists import ListColumn, ListDefinition

Row = Mapping[str, str]
#: pixels of a column of numbers with names and of short texts, and letters of a name that stand there
LINKS_WIDTH, SHORT_WIDTH, SHORTENED = 160, 110, 8


def link_columns(kind: str, sheet: Sheet) -> dict[str, Any]:
    """Titles of the columns by which the things of a list are numbered, linked and proved."""
    text = st.column_config.TextColumn

    def numbers(title: str, *lists: str) -> Any:
        names = {code: name for each in lists for code, name in _numbers(each, sheet).items()}
        return st.column_config.MultiselectColumn(
            title,
            width=LINKS_WIDTH,
            help=_("Pick from the list, or type numbers such as {first}.").format(
                first=_(", ").join(
                    f"{sheet.scheme.lists[each].prefix}01"
                    for each in lists
                    if each in sheet.scheme.lists
                )
            ),
            options=list(names),
            accept_new_options=True,
            format_func=lambda code: f"{code} {names[code][:SHORTENED]}".strip(),
        )

    own = f"{sheet.scheme.lists[kind].prefix}01"
    config = {
        "code": text(
            _("No. in the form"),
            width=SHORT_WIDTH,
            help=_("Such as {code}; the next free number if blank.").format(code=own),
        ),
        "activities": numbers(_("Came from activities"), "activity"),
        "products": numbers(_("Products"), "product"),
        "rights": numbers(_("Rights"), "ip"),
        "source": numbers(_("From rights or activities"), "ip", "activity"),
        "started_on": text(_("Began on"), width=SHORT_WIDTH),
        "ended_on": text(_("Ended on"), width=SHORT_WIDTH),
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
                titles[column.id], width=LINKS_WIDTH, options=_choices(column, kind, sheet)
            )
    return config


def table_of_rows(ledger: ListDefinition, rows: Sequence[Row], names: Sequence[str]) -> pa.Table:
    """Rows of a list as a table; what names things of other lists is a list of its parts."""
    links = {column.id for column in ledger.columns if column.refers_to}
    return pa.table(
        {
            name: pa.array([_parts(row.get(name)) for row in rows], pa.list_(pa.string()))
            if name in links
            else pa.array([row.get(name) for row in rows], pa.string())
            for name in names
        }
    )


def _parts(text: str | None) -> list[str] | None:
    return split_references(text) if text else None


def _numbers(kind: str, sheet: Sheet) -> dict[str, str]:
    """The things of a list that others may refer to, by number, with their names."""
    ledger = sheet.scheme.lists.get(kind)
    count = sheet.reading.counts.get(kind)
    if ledger is None or count is None:
        return {}
    rows = rows_with_entries(sheet.draft.lists.get(sheet.reading.key(kind), ()))
    things = numbered_things(ledger, rows, count, sheet.draft.facts.get("name"))
    return {thing.code: thing.name for thing in things}


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
