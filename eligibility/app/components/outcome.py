"""The end of a self-assessment: what to do first, and the result as files."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from eligibility.app import cache, export, planned
from eligibility.app.components.table import table
from eligibility.app.drafts import Draft
from eligibility.app.firms import Firm, Screening
from eligibility.app.markup import tag
from eligibility.language import Language
from eligibility.vocabulary import Source

#: how many things a person can do first
FIRST = 3


def first_steps(firm: Firm, language: Language) -> None:
    """The nearest gaps, what is unmet before what is open."""
    _ = language.text
    gaps = firm.first_gaps(FIRST, language)
    if gaps:
        st.header(_("What to do first"), anchor=False)
        st.html(tag("ol", *(tag("li", gap) for gap in gaps), cls="first"))
    calendar(firm, date.today(), language)


def calendar(firm: Firm, today: date, language: Language) -> None:
    """The next days of the calendar of a firm that applies in the next batch."""
    _ = language.text
    due = planned.deadlines([], cache.city(), firm.scheme, today)
    due = [each for each in due if each.day >= today]
    if not due:
        return
    heads = (_("Due"), _("What"), _("The day rests on"))
    rows = [
        (each.day.isoformat(), each.task.say(language), told_source(each.dated_by, language))
        for each in [*due[:-1][:FIRST], due[-1]]
    ]
    st.html(table(heads, rows, cls="calendar"))


def told_source(source: Source, language: Language) -> str:
    """What a day rests on."""
    if source == "assumed":
        return language.text("assumed: check")
    return str(source) if isinstance(source, str) else f"{source.document} {source.article}"


def downloads(screening: Screening, firm: Firm, draft: Draft, language: Language) -> None:
    """The result and the entries as files."""
    _ = language.text
    shown = screening.table(language)
    files = (
        (_("Result as JSON"), "result.json", partial(export.judged, firm)),
        (_("Result as CSV"), "result.csv",
         partial(export.scored, screening, shown, language, "csv")),
        (_("My entries as JSON"), "entries.json", partial(export.draft, draft.state)),
    )  # fmt: skip
    with st.container(horizontal=True, key="downloads"):
        for label, name, made in files:
            st.download_button(
                label,
                data=made,
                file_name=name,
                mime=export.MIMES[name.rpartition(".")[2]],
                on_click="ignore",
                icon=":material/download:",
            )
