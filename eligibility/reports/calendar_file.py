"""A firm's deadlines as an iCalendar file (RFC 5545), for the calendar it already uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from eligibility.city.deadlines import Deadline
from eligibility.i18n import ENGLISH, Language
from eligibility.reports.firm_text import doubt

#: octets in a line, its end not counted (RFC 5545, 3.1)
LINE = 75


def calendar_file(
    deadlines: Sequence[Deadline], firm: str, today: date, language: Language = ENGLISH
) -> bytes:
    """All-day events, one a deadline; a deadline keeps its identity when the file is made again."""
    return whole_calendar([calendar_events(deadlines, firm, today, language)])


def whole_calendar(events: Iterable[Sequence[str]]) -> bytes:
    """A calendar file of events, as ``calendar_events`` gives them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//eligibility//deadlines//EN"]
    lines += [line for event in events for line in event]
    lines.append("END:VCALENDAR")
    return b"".join(part for line in lines for part in _fold(line))


def calendar_events(
    deadlines: Sequence[Deadline], firm: str, today: date, language: Language
) -> list[str]:
    """Lines of the events of one firm's deadlines."""
    lines: list[str] = []
    for due in deadlines:
        assumed = language.text("assumed: check") if due.dated_by == "assumed" else ""
        cite = due.citation.model_dump() if due.citation else None
        cited = f"{cite['document']} {cite['article']}{doubt(cite, language)}" if cite else ""
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uuid5(NAMESPACE_URL, f'{firm}/{due.day}/{due.task}')}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{due.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{due.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escape(f'{firm}: {due.task.say(language)}')}",
            f"DESCRIPTION:{_escape('; '.join(filter(None, (cited, assumed))))}",
            "END:VEVENT",
        ]
    return lines


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
