"""Task templates: the work before a batch, and what a city does in its own order, for many firms at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from eligibility.city.deadlines import annual_report, for_batch
from eligibility.city.settings import City
from eligibility.domain.law import Source
from eligibility.domain.text import Message, Wording, msgid
from eligibility.i18n import Language
from eligibility.schemes.registry import Scheme
from eligibility.store import Repository

#: batches to come that have a template
BATCHES = 3


@dataclass(frozen=True)
class TemplateStep:
    """One task of a template: its title, its day, and what the day rests on."""

    title: Message | Wording
    day: date
    dated_by: Source

    def say(self, language: Language) -> str:
        """The title in a language."""
        if isinstance(self.title, Wording):
            return language.of(self.title)
        return self.title.say(language)


@dataclass(frozen=True)
class TaskTemplate:
    """Tasks in the order of their days."""

    id: str
    title: Message
    steps: tuple[TemplateStep, ...]


def task_templates(city: City, scheme: Scheme, today: date) -> list[TaskTemplate]:
    """The calendars of the next batches, the annual report, and the city's own, from a day on.

    Work whose day has passed is due today, as the batch is still open.
    """
    overlay, law = scheme.overlay(city.region), scheme.in_force(today)
    templates = [
        TaskTemplate(
            f"batch-{batch.year}-{batch.number}",
            Message(
                msgid("Calendar of batch {number} of {year}"),
                {"number": batch.number, "year": batch.year},
            ),
            tuple(
                TemplateStep(due.task, max(due.day, today), due.dated_by)
                for due in for_batch(batch, overlay)
            ),
        )
        for batch in overlay.batches_from(today)[:BATCHES]
    ]
    report = next(
        due
        for year in (today.year, today.year + 1)
        if (due := annual_report(year, law)).day >= today
    )
    templates.append(
        TaskTemplate(
            "annual-report", report.task, (TemplateStep(report.task, report.day, report.dated_by),)
        )
    )
    return templates + [
        TaskTemplate(
            template.id,
            Message(msgid("{title}"), {"title": template.title}),
            tuple(
                TemplateStep(step.title, today + timedelta(days=step.days.value), step.days.source)
                for step in template.steps
            ),
        )
        for template in city.task_templates
    ]


def add_template_tasks(
    repository: Repository,
    template: TaskTemplate,
    firm_ids: Iterable[int],
    language: Language,
    assignee_id: int | None = None,
) -> int:
    """The tasks of a template for every firm; how many were new (``casework.add_tasks``)."""
    steps = [(step.say(language), step.day) for step in template.steps]
    return repository.casework.add_tasks(firm_ids, steps, assignee_id)
