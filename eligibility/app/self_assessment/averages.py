"""Averages of the year from the heads at the start and the end of its months."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from eligibility.app.self_assessment import form_state
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import notices
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.domain.errors import InputError
from eligibility.domain.text import Wording
from eligibility.intake.staff_average import MONTHS, annual_average

ENDS = ("start", "end")
Month = Mapping[str, Any]


def averages(heads: Mapping[str, Wording], year: int, key: Callable[[str], str]) -> None:
    """A table of twelve months, what follows from it, and a button that takes it over.

    ``heads`` says of each field who is counted; ``key`` gives the name that its entry is kept under.
    """
    fields = list(heads)
    key_of_section = form_state.section_key("averages", is_open=False)
    with st.expander(
        _("Work out the averages month by month"), key=key_of_section, on_change="rerun"
    ):
        st.caption(
            _(
                "Heads on the first and the last day of each month of {year}. Leave a month blank "
                "in which the firm was not in operation."
            ).format(year=year)
        )
        months = _months(heads)
        try:
            means = {name: annual_average(pairs) for name, pairs in _pairs(months, fields).items()}
        except InputError as error:
            notices.show_refusal(error, language())
            return
        lacking = incomplete(months, fields)
        if lacking:
            named = _(", ").join(map(str, lacking))
            words = _("Incomplete, fill in both ends or leave blank: month {months}")
            st.html(tag("p", words.format(months=named), cls="notice refused", role="alert"))
        else:
            _show_averages(means, heads)
        st.button(
            _("Put the averages into the form"),
            on_click=form_state.enter,
            # every digit that can matter, in the text of an input
            args=({key(name): f"{average:.12g}" for name, average in means.items()},),
            disabled=bool(lacking) or not means,
        )


def incomplete(months: Sequence[Month], fields: Sequence[str]) -> list[int]:
    """Months that give some of the numbers in use and not others, counted from 1."""
    columns = [_column(name, end) for name in _years_in_use(months, fields) for end in ENDS]
    filled = [sum(month[column] is not None for column in columns) for month in months]
    return [number for number, count in enumerate(filled, 1) if 0 < count < len(columns)]


def _pairs(months: Sequence[Month], fields: Sequence[str]) -> dict[str, list[tuple[float, float]]]:
    """The months of each field in use whose two numbers are given."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    for name in _years_in_use(months, fields):
        for month in months:
            start, end = (month[_column(name, each)] for each in ENDS)
            if start is not None and end is not None:
                pairs.setdefault(name, []).append((start, end))
    return pairs


def _years_in_use(months: Sequence[Month], fields: Sequence[str]) -> list[str]:
    return [
        name
        for name in fields
        if any(month[_column(name, end)] is not None for month in months for end in ENDS)
    ]


def _months(heads: Mapping[str, Wording]) -> list[Month]:
    ends = dict(zip(ENDS, (_("{heads}, first day"), _("{heads}, last day")), strict=True))
    titles = {
        _column(name, end): words.format(heads=language().of(who))
        for name, who in heads.items()
        for end, words in ends.items()
    }
    columns = list(titles)
    typed = [form_state.typed_months().get(month, {}) for month in range(MONTHS)]
    figures = {name: pa.array([row.get(name) for row in typed], pa.float64()) for name in columns}
    table = pa.table({"month": pa.array(range(1, MONTHS + 1)), **figures})
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(titles[name], min_value=0, step=1) for name in columns
    }
    config["month"] = st.column_config.NumberColumn(_("Month"), width=60)
    edited: pa.Table = st.data_editor(
        table,
        column_config=config,
        disabled=["month"],
        hide_index=True,
        height="content",
        placeholder="",
        key=form_state.months_key(),
        alt=_("Heads of staff by month"),
    )
    return list(edited.to_pylist())


def _show_averages(means: Mapping[str, float], heads: Mapping[str, Wording]) -> None:
    words = _("{heads}, annual average: {n}")
    for name, average in means.items():
        sentence = words.format(heads=language().of(heads[name]), n=fmt.number(average))
        st.html(tag("p", tag("strong", sentence)))


def _column(name: str, end: str) -> str:
    return f"{name}_{end}"
