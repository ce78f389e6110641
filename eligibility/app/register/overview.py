"""The year as a whole: its target, groups of firms, what changed, whom to visit, what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import pyarrow as pa
import streamlit as st

from eligibility.app import address, auth, cache, session
from eligibility.app.register import dossier, firms_query
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import guard
from eligibility.app.widgets import number_format as fmt
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.store import (
    CARRIER_WORDS,
    LEADS,
    AuditAction,
    Repository,
    Stage,
    YearTally,
    audit_words,
)

Row = Mapping[str, Any]
T = TypeVar("T")
#: groups drawn; the list of firms has them all
GROUPS = 12


def target(repository: Repository, year: int, tally: YearTally) -> None:
    """The target of the year against what is certified, applied for and ready."""
    rows = {row["year"]: row for row in repository.administration.targets()}
    row = rows.get(year, {"number": None, "version": 0})
    leads = auth.actor().role in LEADS
    title = _("Target {year}") if leads else _("The city's target {year}")
    numbers = [
        (title.format(year=year), row["number"]),
        (_("Certified in {year}").format(year=year), tally.certifications),
        (_("Applications filed in {year}").format(year=year), tally.applications),
        (_("Ready to apply"), tally.stages[Stage.READY]),
    ]
    st.html(
        tag(
            "dl",
            *(
                tag("div", tag("dt", title), tag("dd", fmt.NOTHING if n is None else f"{n:,}"))
                for title, n in numbers
            ),
            cls="numbers",
        )
    )
    # an adviser counts the carrier's firms, for which the city's target is no yardstick
    if row["number"] and leads:
        _bar(tally.certifications, tally.pending, row["number"])
    if leads:
        _set_target(repository, year, row)


def _bar(certifications: int, pending: int, goal: int) -> None:
    whole = max(goal, certifications + pending)
    words = _("{certified} certified and {pending} pending, of a target of {goal}").format(
        certified=certifications, pending=pending, goal=goal
    )
    bar = tag(
        "span",
        tag("i", cls="certain", style=f"width:{certifications / whole:.2%}"),
        tag("i", cls="open", style=f"width:{pending / whole:.2%}"),
        cls="bar",
    )
    mark = tag("span", tag("span", str(goal)), cls="mark", style=f"left:{goal / whole:.2%}")
    legend = tag(
        "p",
        tag("span", tag("i", cls="certain"), _("certified {n}").format(n=certifications)),
        tag("span", tag("i", cls="open"), _("pending {n}").format(n=pending)),
        cls="legend",
    )
    st.html(tag("div", bar, mark, cls="total", role="img", aria_label=words) + legend)


def _set_target(repository: Repository, year: int, row: Row) -> None:
    with st.popover(_("Set the target")), st.form("target", border=False):
        number = st.number_input(
            _("Firms to be certified in {year}").format(year=year),
            min_value=0,
            value=row["number"],
            step=1,
        )
        if st.form_submit_button(_("Save")):
            guard.do(partial(_save_target, repository, year, number, row["version"]))
            st.rerun()


def _save_target(repository: Repository, year: int, number: int | None, version: int) -> Message:
    if number is None:
        return Message(msgid("Enter a number first."))
    repository.administration.set_target(year, number, version)
    return Message(msgid("Saved."))


def groups(repository: Repository) -> dict[str, str] | None:
    """Firms counted by district, carrier or industry; gives the filter of the group opened."""
    words = {
        address.DISTRICT: _("District"),
        address.CARRIER: _("Carrier"),
        address.KIND: _("Kind of carrier"),
        address.INDUSTRY: _("Industry"),
    }
    group = address.list_query().get(address.GROUP)
    by: Any = group if group in words else address.DISTRICT
    st.segmented_control(
        _("Counted by"),
        list(words),
        format_func=words.__getitem__,
        required=True,
        key=address.query_widget_key(address.GROUP, by),
        on_change=address.set_query_from_widget,
        args=(address.GROUP,),
        label_visibility="collapsed",
    )
    counted = repository.overview.counts(by)
    rows = counted[:GROUPS]
    titles = (
        {kind.value: _(word) for kind, word in CARRIER_WORDS.items()} if by == address.KIND else {}
    )
    columns = {
        words[by]: [titles.get(row["group"], row["group"]) or _("not stated") for row in rows],
        _("In all"): [row["firms"] for row in rows],
        _("● eligible"): [row["eligible"] for row in rows],
        _("◐ undetermined"): [row["undetermined"] for row in rows],
        _("○ ineligible"): [row["ineligible"] for row in rows],
        _("Certified"): [row["certified"] for row in rows],
    }
    name = open_table(session.GROUPED, columns, [row["group"] for row in rows])
    if len(counted) > GROUPS:
        st.caption(_("and {n} more").format(n=len(counted) - GROUPS))
    if name is None:
        return None
    if by == address.CARRIER:
        ids_by_name = {each["name"]: each["id"] for each in repository.administration.carriers()}
        return {by: str(ids_by_name[name])}
    return {address.CARRIER_KIND if by == address.KIND else by: name}


def visits(repository: Repository) -> int | None:
    """The firms nearest to eligible, with the rule that chose them; gives the one opened."""
    rows = repository.overview.worth_a_visit()
    st.caption(
        _(
            "Assessed, not yet eligible and not yet applied: first those with no condition unmet, "
            "of which only facts are missing; then by certain points, then by possible points."
        )
    )
    if not rows:
        st.info(_("No firm is both assessed and short of something."))
        return None
    shown = firms_query.table(
        [{**row, "next_due": None, "adviser": None} for row in rows], cache.scheme(), language()
    )
    points = [fmt.interval(row["score_low"], row["score_high"]) for row in rows]
    columns = {
        _("Firm"): shown["name"],
        _("Verdict"): shown["verdict"],
        _("Score"): points,
        _("Nearest gap"): shown["gap"],
        _("District"): shown["district"],
        _("Carrier"): shown["carrier"],
    }
    return open_table(session.VISITED, columns, [row["id"] for row in rows])


def deadlines(rows: Sequence[Row], today: date) -> int | None:
    """What is due next; gives the firm opened."""
    if not rows:
        st.info(_("Nothing is due; add tasks with a day on the page of a firm."))
        return None
    kinds = {
        "task": _("task"),
        "certificate": _("certificate expires"),
        "document": _("papers to come"),
    }
    late = _("△ overdue")
    columns = {
        _("Due"): [
            f"{row['due_on']} {late}" if row["due_on"] < today else str(row["due_on"])
            for row in rows
        ],
        _("What"): [f"{kinds[row['kind']]} · {row['title'] or fmt.NOTHING}" for row in rows],
        _("Firm"): [row["firm"] for row in rows],
    }
    widths = {_("Due"): 132, _("What"): 136, _("Firm"): 212}
    return open_table(session.DUE_NEXT, columns, [row["firm_id"] for row in rows], widths)


def week(repository: Repository, since: datetime) -> None:
    """What was done this week, counted, and the last single changes."""
    counted = repository.overview.activity(since)
    if not counted:
        st.info(_("Nothing was changed in the last seven days."))
        return
    parts = [
        _("{action}: {n}").format(action=_(audit_words(action)), n=f"{firms:,}")
        for action, firms in ((row["action"], row["firms"]) for row in counted)
    ]
    st.html(tag("p", *(tag("span", part) for part in parts), cls="counts"))
    changes = repository.overview.changes(since, without=(AuditAction.FIRM_IMPORT,), limit=GROUPS)
    dossier.changes(changes)


def open_table(
    name: str,
    columns: Mapping[str, Any],
    records: Sequence[T],
    widths: Mapping[str, int] = MappingProxyType({}),
) -> T | None:
    """A table whose rows can be opened; gives what the one stands for that was.

    ``widths`` are those of columns in pixels, where their own would not fit beside each other.
    """
    count = len(next(iter(columns.values())))
    st.dataframe(
        pa.table({"open": [_("Open")] * count, **columns}),
        column_config={
            "open": st.column_config.ButtonColumn(
                "", width=58, type="tertiary", key=session.open_key(name)
            ),
            **{title: st.column_config.Column(width=width) for title, width in widths.items()},
        },
        hide_index=True,
        height="content",
        placeholder=fmt.NOTHING,
    )
    return session.pressed_row(name, records)


def plain_table(columns: Mapping[str, Any]) -> None:
    """A table to read."""
    st.dataframe(
        pa.table(dict(columns)), hide_index=True, height="content", placeholder=fmt.NOTHING
    )
