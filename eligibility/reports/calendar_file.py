"""Deadlines as an iCalendar file (RFC 5545), for the calendar it already uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from eligibility.city.deadlines import Deadline
from eligibility.domain.records import cite
from eligibility.i18n import ENGLISH, Language
from eligibility.reports.firm_text import doubt

#: octets in a line, its end not counted (RFC 5545, 3.1)
LINE = 75


@dataclass(frozen=True)
class CalendarEvent:
    """All-day event; ``identity`` is what makes it the same one when the file is made again."""

    day: date
    summary: str
    description: str
    identity: str


def calendar_file(
    deadlines: Sequence[Deadline], firm: str, today: date, language: Language = ENGLISH
) -> bytes:
    """The deadlines of a firm as events."""
    return calendar_of((deadline_event(due, firm, language) for due in deadlines), today)


def deadline_event(due: Deadline, firm: str, language: Language) -> CalendarEvent:
    """A deadline of a firm, or of whatever it is named by, with what it rests on."""
    assumed = language.text("assumed: check") if due.dated_by == "assumed" else ""
    cited = ""
    if (citation := due.citation) is not None:
        cited = f"{citation.document} {citation.article}{doubt(cite(citation), language)}"
    return CalendarEvent(
        due.day,
        f"{firm}: {due.task.say(language)}",
        "; ".join(filter(None, (cited, assumed))),
        f"{firm}/{due.day}/{due.task}",
    )


def calendar_of(events: Iterable[CalendarEvent], today: date) -> bytes:
    """All-day events, one a deadline; a deadline keeps its identity when the file is made again."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//eligibility//deadlines//EN"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uuid5(NAMESPACE_URL, event.identity)}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escape(event.summary)}",
            f"DESCRIPTION:{_escape(event.description)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(part for line in lines for part in _fold(line))


def _escape(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")


def _fold(line: str) -> Iterator[bytes]:
    part = b""
    for octets in (letter.encode() for letter in line):
        if len(part) + len(octets) > LINE:
            yield part + b"\r\n"
            part = b" "
        part += octets
    yield part + b"\r\n"
