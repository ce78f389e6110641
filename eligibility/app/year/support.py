"""Whom to support, what to teach, what is due: the work of the year."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from eligibility.app import session
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, downloads
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.app.widgets.table import table
from eligibility.reports.number_format import certified_chance, tenths
from eligibility.reports.record_types import (
    DeadlineRecord,
    SelectionRecord,
    SharedGapRecord,
    SourceRecord,
    SupportChoice,
    SupportRecord,
    TrainingRecord,
)

TALL = 460


def comparison(support: SupportRecord, *, whole: bool = True) -> None:
    """What the choice brings, beside the rules of thumb; no chance of the target for one carrier."""
    if not support["choices"]:
        return
    rules = support["compared_with"]
    lines: list[tuple[str, SelectionRecord]] = [
        (_("This choice"), support),
        (_("Highest score first"), rules["highest_score_first"]),
        (_("Highest chance first"), rules["highest_chance_first"]),
    ]
    heads = (
        _("Rule of choice"),
        _("Adviser-days"),
        _("Cost"),
        _("Certifications added"),
        _("Less than this choice"),
        _("Chance of the target"),
    )
    rows = [
        (
            name,
            fmt.number(line["days"]),
            fmt.money(line["cost"], language()),
            f"+{fmt.number(line['gain'])}",
            fmt.number(support["gain"] - line["gain"]) if line is not support else "",
            tenths(line["forecast"]["reaches_target"]),
        )
        for name, line in lines
    ]
    shown = len(heads) if whole else len(heads) - 1
    st.html(table(heads[:shown], [row[:shown] for row in rows], numbers=list(range(1, shown))))
    if support["assumed"]:
        st.caption(
            _(
                "Days, costs and effects of the actions are assumed: the settings of the city hold them."
            )
        )


def bound(support: SupportRecord) -> None:
    """That the choice is proven the best, or what no choice exceeds."""
    by_target = support["aim"] == "target"
    if support["proven"]:
        sentence = _("Proven: no other choice within these days reaches more.")
    else:
        sentence = _(
            "Not proven the best: the search ended early. This choice reaches {value}; no choice reaches more than {bound}."
        ).format(
            value=tenths(support["forecast"]["reaches_target"]),
            bound=tenths(support["at_most"]),
        )
    if by_target or not support["proven"]:
        st.caption(sentence)


def worth_a_visit(support: SupportRecord, keys: Sequence[str]) -> str | None:
    """Each firm of the choice with what to do; gives that one of the keys that was opened."""
    choices = support["choices"]
    columns = {
        "open": [_("Open")] * len(choices),
        _("Firm"): [_name(each) for each in choices],
        _("What to do"): [_actions(each) for each in choices],
        _("Days"): [each["days"] for each in choices],
        _("Chance now"): [certified_chance(each["before"]) for each in choices],
        _("Chance then"): [certified_chance(each["after"]) for each in choices],
        _("Certifications added"): [round(each["gain"], 2) for each in choices],
        _("District"): [each["district"] for each in choices],
    }
    st.dataframe(
        pa.table(columns),
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, type="tertiary", key=session.open_key(session.VISITED)
            )
        },
        hide_index=True,
        height="content" if len(choices) <= 12 else TALL,
        placeholder=fmt.NOTHING,
        alt=_("Firms worth a visit, with what to do"),
    )
    if support["assumed"]:
        st.caption(
            _(
                "Days, costs and effects of the actions are assumed: the settings of the city hold them."
            )
        )
    return session.pressed_row(session.VISITED, list(keys))


def _name(firm: SupportChoice) -> str:
    return firm["name"] or firm["uscc"] or fmt.NOTHING


def _actions(choice: SupportChoice) -> str:
    return _(", ").join(action[language().id] for action in choice["actions"])


def choices(support: SupportRecord, keys: Sequence[str], opens: str) -> str | None:
    """Each choice with its reason; gives that one of the firms' keys that was opened.

    ``opens`` says on every button what it leads to.
    """
    choices = support["choices"]
    if not choices:
        st.info(_("Nothing fits into these days; allow more, or look at the training needs."))
        return None
    columns = {
        _("Firm"): [_name(each) for each in choices],
        _("District"): [each["district"] for each in choices],
        _("What to do"): [_actions(each) for each in choices],
        _("Days"): [each["days"] for each in choices],
        _("Chance now"): [certified_chance(each["before"]) for each in choices],
        _("Chance then"): [certified_chance(each["after"]) for each in choices],
        _("Added a day"): [round(each["gain_per_day"], 3) for each in choices],
        _("Lost without it"): [round(each["lost_without"], 3) for each in choices],
        _("Its days would otherwise go to"): [
            _(", ").join(str(other["name"] or other["uscc"]) for other in each["instead"])
            for each in choices
        ],
    }
    shown = pa.table(columns)
    st.dataframe(
        shown.add_column(0, "open", pa.array([opens] * len(choices))),
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, pinned=True, type="tertiary", key=session.SUPPORTED
            )
        },
        hide_index=True,
        height="content" if len(choices) <= 12 else TALL,
        placeholder=fmt.NOTHING,
        alt=_("Firms to support, with the reason"),
    )
    download_button.button(
        _("Download as CSV"),
        lambda: downloads.table_file(shown, "csv"),
        file_name="support.csv",
        mime=downloads.MIMES["csv"],
        icon=":material/download:",
    )
    row = session.opened_support()
    return None if row is None else keys[row]


def training(needs: TrainingRecord) -> None:
    """Which gaps most firms share, and which course would move how many."""
    heads = (
        _("Course"),
        _("Days"),
        _("Seats"),
        _("Firms concerned"),
        _("Would have no unmet condition left"),
        _("Expected, with the seats there are"),
    )
    rows = [
        (
            course["title"][language().id],
            fmt.number(course["days"]),
            fmt.number(course["seats"]),
            f"{course['concerned']:,}",
            f"{course['could_move']:,}",
            fmt.number(course["expected"], 1),
        )
        for course in needs["courses"]
    ]
    st.html(table(heads, rows, numbers=[1, 2, 3, 4, 5]))
    if needs["assumed"]:
        st.caption(
            _(
                "Days, seats and effects of the courses are assumed: the settings of the city hold them."
            )
        )
    for scored, title in (
        (False, _("Conditions that most firms lack")),
        (True, _("Items of the score that most firms have below their best")),
    ):
        lacked = [gap for gap in needs["gaps"] if gap["scored_item"] is scored]
        if lacked:
            with st.expander(title, expanded=not scored):
                st.html(_gap_title(lacked, scored))


def _gap_title(gaps: list[SharedGapRecord], by_score: bool) -> str:
    if by_score:
        rows = [(gap["title"][language().id], f"{gap['unmet']:,}") for gap in gaps]
        return table((_("Item"), _("Number of firms")), rows, numbers=[1])
    heads = (_("Condition"), _("○ unmet"), _("its only unmet one"), _("◐ undetermined"))
    counts = [
        (
            gap["title"][language().id],
            f"{gap['unmet']:,}",
            f"{gap['alone']:,}",
            f"{gap['undetermined']:,}",
        )
        for gap in gaps
    ]
    return table(heads, counts, numbers=[1, 2, 3])


def deadlines(due: list[DeadlineRecord]) -> None:
    """What is due, and what each day rests on."""
    rows = [
        (
            each["day"] + (_(" △ late") if each["late"] else ""),
            each["task"][language().id],
            _rests(each["dated_by"]),
        )
        for each in due
    ]
    st.html(table((_("Due"), _("What"), _("The day rests on")), rows))


def _rests(source: SourceRecord) -> str:
    if isinstance(source, str):
        return _("assumed: check")
    doubt = fmt.confidence(source["confidence"])
    return tag("span", fmt.citation(source), *([tag("span", doubt, cls="doubt")] if doubt else []))
