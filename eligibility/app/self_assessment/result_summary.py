"""The end of a self-assessment: what to do first, and the result as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import cache
from eligibility.app.firm import plan_results
from eligibility.app.self_assessment.draft import Draft
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button
from eligibility.app.widgets import downloads as widgets_downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import Markup, literal, tag
from eligibility.app.widgets.table import table
from eligibility.assessment import gap_fields
from eligibility.domain.law import Source
from eligibility.screening import Firm, Screening

#: how many things a person can do first
FIRST = 3


def first_steps(firm: Firm) -> str | None:
    """The nearest gaps, what is unmet before what is open, each with the way to its field.

    Returns
    -------
    str or None
        The field that was asked for.
    """
    sought: str | None = None
    lines = firm.first_gaps(FIRST, language())
    if lines:
        st.header(_("What to do first"), anchor=False)
    # as the sentences stand: what is unmet before what is open
    gaps = sorted(firm.record["gaps"], key=lambda gap: gap["status"] != "unmet")
    for place, (words, gap) in enumerate(zip(lines, gaps, strict=False), start=1):
        with st.container(key=f"first:{place}", gap=None):
            st.html(tag("p", tag("b", f"{place}."), " ", words, *_lost_points(gap, firm)))
            for name in gap_fields.fields_for_gap(
                firm.record, gap, firm.table, firm.scheme, firm.law, FIRST
            ):
                title = fmt.field_title(firm.scheme.fields_by_id[name], firm.years)
                blank = name in gap["missing"] or name in firm.missing_anywhere
                label = (_("Fill in: {field} →") if blank else _("Go to: {field} →")).format(
                    field=literal(title)
                )
                if st.button(label, key=f"close:{place}:{name}", type="tertiary"):
                    sought = name
    calendar(firm, date.today())
    return sought


def _lost_points(gap: Mapping[str, Any], firm: Firm) -> list[Markup]:
    """Where the points went that a score is short of."""
    judges = firm.law.conditions_by_id[gap["finding"]].judges
    items = (
        gap_fields.items_by_points_lost(firm.record)
        if judges == "score" and gap["status"] == "unmet"
        else []
    )
    if not items:
        return []
    words = [
        _("{item} {n} points").format(
            item=item["title"][language().id], n=fmt.number(item["max"] - item["high"])
        )
        for item in items
    ]
    return [tag("small", _("Most points lost on: {items}").format(items=_(", ").join(words)))]


def calendar(firm: Firm, today: date) -> None:
    """The next days of the calendar of a firm that applies in the next batch."""
    due = plan_results.deadlines([], cache.city(), firm.scheme, today)
    due = [each for each in due if each.day >= today]
    if not due:
        return
    heads = (_("Due"), _("What"), _("The day rests on"))
    rows = [
        (each.day.isoformat(), each.task.say(language()), told_source(each.dated_by))
        for each in [*due[:-1][:FIRST], due[-1]]
    ]
    st.html(table(heads, rows, cls="calendar"))


def told_source(source: Source) -> str:
    """What a day rests on."""
    if source == "assumed":
        return _("assumed: check")
    return str(source) if isinstance(source, str) else f"{source.document} {source.article}"


def downloads(screening: Screening, firm: Firm, draft: Draft) -> None:
    """The result and the entries as files."""
    shown = screening.table(language())
    files = (
        (_("Result as JSON"), "result.json", partial(widgets_downloads.record_json, firm)),
        (_("Result as CSV"), "result.csv",
         partial(widgets_downloads.score_file, screening, shown, language(), "csv")),
        (_("My entries as JSON"), "entries.json", partial(widgets_downloads.draft, draft.state)),
    )  # fmt: skip
    with st.container(horizontal=True, key="downloads"):
        for label, name, content in files:
            download_button.button(
                label,
                content,
                file_name=name,
                mime=widgets_downloads.MIMES[name.rpartition(".")[2]],
                icon=":material/download:",
            )
