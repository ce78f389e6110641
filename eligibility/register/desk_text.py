"""An agenda as plain data, as lines of text, and as one calendar file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eligibility.i18n import Language
from eligibility.register.desk import Agenda
from eligibility.register.inbox_items import key_title
from eligibility.register.record_types import (
    AgendaRecord,
    RegisterFirm,
    TaskRecord,
    TasksRecord,
    VisitRecord,
)
from eligibility.reports.calendar_file import CalendarEvent, calendar_of, deadline_event
from eligibility.reports.number_format import quantity
from eligibility.reports.year_text import deadline_record
from eligibility.schemes.registry import Scheme
from eligibility.store import STAGE_WORDS, ResultPage

Row = Mapping[str, Any]


def agenda_record(agenda: Agenda) -> AgendaRecord:
    """The agenda as plain data; lists of firms with how many there are in all."""
    today = agenda.today
    return {
        "today": today.isoformat(),
        "tasks": {
            "overdue": _tasks(agenda.overdue),
            "today": _tasks(agenda.due_today),
            "week": _tasks(agenda.due_week),
            "later": _tasks(agenda.due_later),
        },
        "visits": {
            "to_write_down": [_visit(row) for row in agenda.visits_without_findings],
            "planned": [_visit(row) for row in agenda.planned_visits],
        },
        "inbox": [
            {"kind": row["kind"], "sender": row["sender"], "sent_at": row["sent_at"].isoformat()}
            for row in agenda.inbox
        ],
        "one_call_settles": {
            "count": agenda.calls.count,
            "firms": [{**_firm(row), "facts": row["facts"]} for row in agenda.calls.rows],
        },
        "small_gaps": {
            "count": agenda.gaps.count,
            "firms": [
                {**_firm(row), "gap": row["gap"], "unmet_distance": row["unmet_distance"]}
                for row in agenda.gaps.rows
            ],
        },
        "deadlines": [
            {
                **deadline_record(shared.deadline, today),
                "firms": [{"firm_id": number, "firm": name} for number, name in shared.firms],
            }
            for shared in agenda.deadlines
        ],
        "batch": {
            "firms": agenda.batch_firms,
            "deadlines": [deadline_record(due, today) for due in agenda.batch],
        },
        "stages": {stage.value: count for stage, count in agenda.stages.items()},
        "without_adviser": {
            "count": agenda.without_adviser.count,
            "firms": [_firm(row) for row in agenda.without_adviser.rows],
        },
        "team": [
            {
                "adviser_id": row["adviser_id"], "adviser": row["adviser"], "firms": row["firms"],
                "visits": row["visits"], "forward": row["forward"], "overdue": row["overdue"],
            }
            for row in agenda.team
        ],
    }  # fmt: skip


def _tasks(page: ResultPage) -> TasksRecord:
    tasks: list[TaskRecord] = [
        {
            "firm_id": row["firm_id"], "firm": row["firm"], "title": row["title"],
            "due_on": row["due_on"].isoformat(), "assignee": row["assignee"],
            "adviser": row["adviser"],
        }
        for row in page.rows
    ]  # fmt: skip
    return {"count": page.count, "tasks": tasks}


def _visit(row: Row) -> VisitRecord:
    return {
        "firm_id": row["firm_id"], "firm": row["firm"],
        "visited_on": row["visited_on"].isoformat(), "visitor": row["visitor"],
        "next_step": row["next_step"],
    }  # fmt: skip


def _firm(row: Row) -> RegisterFirm:
    return {
        "firm_id": row["firm_id"], "firm": row["firm"], "district": row["district"],
        "stage": row["stage"], "carrier": row["carrier"], "adviser": row["adviser"],
    }  # fmt: skip


def agenda_text(agenda: Agenda, scheme: Scheme, language: Language) -> str:
    """The agenda as lines for a terminal: a heading with its count, then what stands under it."""
    return "\n".join(_lines(agenda, scheme, language)) + "\n"


def _lines(agenda: Agenda, scheme: Scheme, language: Language) -> Iterator[str]:
    _ = language.text
    for heading, page in (
        (_("Overdue"), agenda.overdue),
        (_("Today"), agenda.due_today),
        (_("Within seven days"), agenda.due_week),
    ):
        yield f"{heading}: {page.count}"
        yield from (f"  {row['due_on']}  {row['firm']}  {row['title']}" for row in page.rows)
    visits = [*agenda.visits_without_findings, *agenda.planned_visits]
    yield f"{_('Visits')}: {len(visits)}"
    yield from (f"  {row['visited_on']}  {row['firm']}" for row in visits)
    yield f"{_('From firms, to decide')}: {len(agenda.inbox)}"
    yield f"{_('One call settles it')}: {agenda.calls.count}"
    yield from (f"  {row['firm']}: {fact_titles(row, language)}" for row in agenda.calls.rows)
    yield f"{_('Small gaps')}: {agenda.gaps.count}"
    yield from (f"  {row['firm']}: {gap_words(row, scheme, language)}" for row in agenda.gaps.rows)
    yield f"{_('Deadlines')}: {len(agenda.deadlines) + len(agenda.batch)}"
    for shared in agenda.deadlines:
        due, firms = shared.deadline, language.text(", ").join(name for _, name in shared.firms)
        yield f"  {due.day}  {due.task.say(language)}: {firms}"
    yield from (f"  {due.day}  {due.task.say(language)}" for due in agenda.batch)
    yield f"{_('Firms without an adviser')}: {agenda.without_adviser.count}"
    for row in agenda.team:
        counted = _("firms {firms}, visits {visits}, moved forward {forward}, overdue {overdue}")
        yield f"  {row['adviser'] or _('nobody')}: {counted.format(**row)}"


def fact_titles(row: Row, language: Language) -> str:
    """The facts that one call settles, with their years."""
    return language.text(", ").join(key_title(key, language) for key in row["facts"])


def gap_words(row: Row, scheme: Scheme, language: Language) -> str:
    """The first unmet condition of a firm, and how far it is from its line."""
    gap = row["gap"]
    law = scheme.in_force(row["as_of"])
    name = gap["finding"] if gap else row["first_gap"]
    title = language.of(law.conditions_by_id[name].title)
    if gap is None or gap.get("shortfall") is None:
        return title
    amount = quantity(gap["shortfall"], gap["unit"], language)
    return language.text("{title}: {amount} short").format(title=title, amount=amount)


def stage_words(row: Row, language: Language) -> str:
    """The stage of a firm in words."""
    return language.text(STAGE_WORDS[row["stage"]])


def agenda_calendar(agenda: Agenda, language: Language) -> bytes:
    """Tasks, planned visits, deadlines of certificates and of the next batch as one calendar file."""
    return calendar_of(_events(agenda, language), agenda.today)


def _events(agenda: Agenda, language: Language) -> Iterator[CalendarEvent]:
    for page in (agenda.overdue, agenda.due_today, agenda.due_week, agenda.due_later):
        for row in page.rows:
            summary = f"{row['firm']}: {row['title']}"
            yield CalendarEvent(row["due_on"], summary, "", f"task/{row['firm_id']}/{row['id']}")
    for visit in agenda.planned_visits:
        summary = language.text("Visit: {firm}").format(firm=visit["firm"])
        yield CalendarEvent(
            visit["visited_on"], summary, "", f"visit/{visit['firm_id']}/{visit['id']}"
        )
    for shared in agenda.deadlines:
        for _number, name in shared.firms:
            yield deadline_event(shared.deadline, name, language)
    firms = language.text("{n} firms").format(n=agenda.batch_firms)
    for due in agenda.batch:
        yield deadline_event(due, firms, language)
