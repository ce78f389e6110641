"""The desk in parts: what is due, whom one call settles, deadlines, the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from eligibility.app import address, cache, session
from eligibility.app.page_files import PAGES
from eligibility.app.register import overview, visits
from eligibility.app.translation import language
from eligibility.app.translation import text as _
from eligibility.app.widgets import download_button, guard
from eligibility.app.widgets.markup import tag
from eligibility.domain.text import Message, msgid
from eligibility.register import desk_text
from eligibility.register.desk import BEFORE_BATCH, Agenda
from eligibility.register.task_templates import (
    TaskTemplate,
    add_template_tasks,
    task_templates,
)
from eligibility.reports.number_format import percent
from eligibility.reports.year_text import deadline_record
from eligibility.store import STAGE_WORDS, FirmFilter, Repository, Role, Stage

Row = Mapping[str, Any]
#: of the column of names beside others, in pixels
FIRM_WIDTH = 214
FIRM_PAGE = PAGES / "register/firm_page.py"
#: tasks drawn of each group
MOST = 15
#: stands in the address for all firms to be seen
EVERYBODY = "all"


def person(repository: Repository) -> int | None:
    """Whose desk it is: an adviser's own at first, all firms to be seen for who leads."""
    rights = repository.rights()
    if rights.role is Role.LOCAL:
        return None
    names = {EVERYBODY: _("all firms")} | {
        str(row["id"]): row["name"] for row in repository.administration.advisers()
    }
    own = str(rights.account_id) if rights.role is Role.ADVISER else EVERYBODY
    query = address.list_query().get(address.PERSON, own)
    current = query if query in names else own
    st.selectbox(
        _("Whose desk"),
        list(names),
        format_func=names.__getitem__,
        key=address.query_widget_key(address.PERSON, current),
        on_change=address.set_query_from_widget,
        args=(address.PERSON,),
        label_visibility="collapsed",
        width=220,
    )
    return None if current == EVERYBODY else int(current)


def numbers(agenda: Agenda) -> None:
    """What is waiting, in numbers."""
    due = [
        (_("Overdue"), agenda.overdue.count),
        (_("Today"), agenda.due_today.count),
        (_("Within seven days"), agenda.due_week.count),
        (
            _("Visits to make or write down"),
            len(agenda.planned_visits) + len(agenda.visits_without_findings),
        ),
        (_("From firms, to decide"), len(agenda.inbox)),
        (_("One call settles it"), agenda.calls.count),
    ]
    cells = (tag("div", tag("dt", title), tag("dd", f"{n:,}")) for title, n in due)
    st.html(tag("dl", *cells, cls="numbers"))


def tasks(repository: Repository, agenda: Agenda) -> None:
    """Tasks, the overdue first, each to be ticked off; visits below them."""
    groups = (
        (_("△ Overdue"), agenda.overdue), (_("Today"), agenda.due_today),
        (_("Within seven days"), agenda.due_week),
    )  # fmt: skip
    if (
        not any(page.count for _title, page in groups)
        and not agenda.planned_visits
        and not agenda.visits_without_findings
    ):
        st.info(_("Nothing is due this week. Add tasks and visits on the page of a firm."))
    for title, page in groups:
        if page.count:
            st.subheader(f"{title} {page.count}", anchor=False)
            for row in page.rows[:MOST]:
                _task(repository, row)
            _more(page.count, len(page.rows[:MOST]))
    _visits(repository, _("Visits to write down"), agenda.visits_without_findings)
    _visits(repository, _("Visits of this week"), agenda.planned_visits)


def _task(repository: Repository, row: Row) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.checkbox(
            _("done"),
            key=f"{session.TASK}:{row['id']}:{row['version']}",
            on_change=guard.do,
            args=(partial(_close, repository, row),),
            label_visibility="collapsed",
        )
        who = row["assignee"] or row["adviser"] or _("nobody")
        about = f"{row['due_on']} · {row['firm'] or _('(no name)')} · {who}"
        st.html(tag("p", tag("b", row["title"]), tag("small", about), cls="task"))
        _firm_link(row)


def _close(repository: Repository, row: Row) -> Message:
    repository.casework.save_task(row["id"], {"done": True}, row["version"])
    return Message(msgid("Done: {title}"), {"title": row["title"]})


def _visits(repository: Repository, title: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    st.subheader(f"{title} {len(rows)}", anchor=False)
    for row in rows[:MOST]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            who = row["visitor"] or _("nobody")
            st.html(
                tag(
                    "p",
                    tag("b", row["firm"]),
                    tag("small", f"{row['visited_on']} · {who}"),
                    cls="task",
                )
            )
            _firm_link(row)
            visits.write_down(repository, row)


def _firm_link(row: Row) -> None:
    st.page_link(
        FIRM_PAGE,
        label=_("Open"),
        query_params={address.FIRM: str(row["firm_id"]), address.TAB: "tasks"},
    )


def calls(agenda: Agenda) -> int | None:
    """Firms that one call settles, with the facts to ask for; gives the one opened."""
    if not agenda.calls.rows:
        st.info(_("No firm is left open by one or two facts alone."))
        return None
    rows = agenda.calls.rows
    columns = {
        _("Firm"): [row["firm"] for row in rows],
        _("Ask for"): [desk_text.fact_titles(row, language()) for row in rows],
        _("Stage"): [desk_text.stage_words(row, language()) for row in rows],
        _("Adviser"): [row["adviser"] or _("△ nobody") for row in rows],
    }
    widths = {_("Firm"): FIRM_WIDTH, _("Ask for"): 232, _("Stage"): 62, _("Adviser"): 66}
    opened = overview.open_table(session.CALLS, columns, [row["firm_id"] for row in rows], widths)
    _more(agenda.calls.count, len(rows))
    return opened


def gaps(agenda: Agenda) -> int | None:
    """Firms near their line, the nearest first; gives the one opened."""
    if not agenda.gaps.rows:
        st.info(_("No assessed firm has a gap that can be measured."))
        return None
    rows = agenda.gaps.rows
    columns = {
        _("Firm"): [row["firm"] for row in rows],
        _("Nearest gap"): [
            desk_text.gap_words(row, cache.scheme(), language()) for row in rows
        ],
        _("From its line"): [percent(row["unmet_distance"]) for row in rows],
        _("Stage"): [desk_text.stage_words(row, language()) for row in rows],
        _("Adviser"): [row["adviser"] or _("△ nobody") for row in rows],
    }  # fmt: skip
    widths = {
        _("Firm"): FIRM_WIDTH, _("Nearest gap"): 182, _("From its line"): 56, _("Stage"): 62,
        _("Adviser"): 66,
    }  # fmt: skip
    opened = overview.open_table(session.NEAR, columns, [row["firm_id"] for row in rows], widths)
    _more(agenda.gaps.count, len(rows))
    return opened


def _more(count: int, shown_count: int) -> None:
    if count > shown_count:
        st.caption(_("and {n} more").format(n=count - shown_count))


def deadlines(agenda: Agenda) -> None:
    """What certificates and the next batch ask for, and all days as one calendar file."""
    rows = [(shared.deadline, _names(shared.firms)) for shared in agenda.deadlines]
    rows += [(due, _("{n} firms").format(n=agenda.batch_firms)) for due in agenda.batch]
    if not rows:
        st.info(_("No batch to come is known; the region's file of batches has them."))
    else:
        records = [
            (deadline_record(due, agenda.today), due, firms)
            for due, firms in sorted(rows, key=lambda row: row[0].day)
        ]
        overview.plain_table(
            {
                _("Due"): [
                    record["day"] + (_(" △ late") if record["late"] else "")
                    for record, _due, _firms in records
                ],
                _("What"): [due.task.say(language()) for _record, due, _firms in records],
                _("Firms"): [firms for _record, _due, firms in records],
                _("The day rests on"): [
                    _("assumed: check") if due.dated_by == "assumed" else due.dated_by.document
                    for _record, due, _firms in records
                ],
            }
        )
    download_button.button(
        _("All my days as a calendar (.ics)"),
        partial(desk_text.agenda_calendar, agenda, language()),
        file_name="desk.ics",
        mime="text/calendar",
        icon=":material/event:",
    )


def _names(firms: Sequence[tuple[int, str]]) -> str:
    first = language().text(", ").join(name for _number, name in firms[:3])
    if len(firms) <= 3:
        return first
    return _("{firms} and {n} more").format(firms=first, n=len(firms) - 3)


def templates(repository: Repository, agenda: Agenda) -> None:
    """The same tasks for many firms at once."""
    by_id = {each.id: each for each in task_templates(cache.city(), cache.scheme(), agenda.today)}
    with st.popover(_("Tasks for many firms …")):
        chosen = st.selectbox(
            _("Template"),
            list(by_id),
            format_func=lambda name: by_id[name].title.say(language()),
            key=session.TEMPLATE,
        )
        steps = by_id[chosen].steps
        overview.plain_table(
            {
                _("Until"): [str(step.day) for step in steps],
                _("What is to be done"): [step.say(language()) for step in steps],
            }
        )
        words = {stage: _(STAGE_WORDS[stage]) for stage in Stage}
        stages = st.pills(
            _("Firms at the stage"),
            list(words),
            default=[stage for stage in BEFORE_BATCH if agenda.stages[stage]],
            selection_mode="multi",
            format_func=lambda stage: f"{words[stage]} {agenda.stages[stage]}",
            key=session.TEMPLATE_STAGES,
        )
        count = sum(agenda.stages[stage] for stage in stages)
        st.button(
            _("Add {tasks} tasks to each of {n} firms").format(tasks=len(steps), n=count),
            disabled=not count,
            on_click=guard.do,
            args=(partial(_add, repository, by_id[chosen], agenda.person, tuple(stages)),),
        )


def _add(
    repository: Repository, template: TaskTemplate, person: int | None, stages: Sequence[Stage]
) -> Message:
    ids: list[int] = []
    for stage in stages:
        selection = FirmFilter(stage=stage.value, adviser_id=person)
        ids += [int(number) for number in repository.firms.frame(selection)["id"]]
    added = add_template_tasks(repository, template, ids, language())
    return Message(
        msgid("{added} tasks added for {n} firms; those that were there already stay."),
        {"added": added, "n": len(ids)},
    )


def team(agenda: Agenda) -> int | None:
    """Advisers with their firms, visits, firms moved forward and overdue tasks; gives who was opened, 0 for nobody."""
    if not agenda.team:
        return None
    columns = {
        _("Adviser"): [row["adviser"] or _("△ nobody") for row in agenda.team],
        _("Firms"): [row["firms"] for row in agenda.team],
        _("Visits"): [row["visits"] for row in agenda.team],
        _("Moved forward"): [row["forward"] for row in agenda.team],
        _("Overdue"): [row["overdue"] for row in agenda.team],
    }
    opened = overview.open_table(
        session.TEAM, columns, [row["adviser_id"] or 0 for row in agenda.team]
    )
    st.caption(
        _("Visits and firms moved forward since 1 January {year}.").format(year=agenda.today.year)
    )
    return opened


def firms_without_adviser(agenda: Agenda) -> int | None:
    """Firms that nobody looks after; gives the one opened."""
    rows = agenda.without_adviser.rows
    if not rows:
        st.success(_("Every firm has an adviser."), icon=":material/check:")
        return None
    columns = {
        _("Firm"): [row["firm"] for row in rows],
        _("Stage"): [desk_text.stage_words(row, language()) for row in rows],
        _("District"): [row["district"] for row in rows],
        _("Carrier"): [row["carrier"] for row in rows],
    }
    widths = {_("Firm"): FIRM_WIDTH, _("Stage"): 62, _("District"): 92, _("Carrier"): 96}
    opened = overview.open_table(
        session.UNASSIGNED, columns, [row["firm_id"] for row in rows], widths
    )
    _more(agenda.without_adviser.count, len(rows))
    st.page_link(
        PAGES / "register/firms_page.py",
        label=_("All {n} in the list, to assign them →").format(n=agenda.without_adviser.count),
        query_params={address.ADVISER: "0"},
    )
    return opened
